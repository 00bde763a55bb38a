"""What the gateway tells later: transfers, reversals and accounts; each booked once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from lms.affiliates.partners import service as partners
from lms.affiliates.payouts import queries, service
from lms.affiliates.payouts.errors import (
    NoDestination,
    WalletLocked,
)
from lms.affiliates.payouts.rules import PayoutState
from lms.commerce.gateway.events import AccountMoved, TransferMoved
from lms.commerce.gateway.rules import ConnectedAccount
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.queries import Wallet
from lms.kernel.work import SYSTEM, Read, Work
from tests.affiliates.payouts.gateways import MemoryGateway
from tests.affiliates.payouts.staging import balances, require_even, story
from tests.factories.payouts import claw_back, make_finance

Open = Callable[[], AbstractContextManager[Work]]


def moved(work: Work, code: str, reversed_minor: int = 0, number: int = 1) -> TransferMoved:
    return TransferMoved(
        happened_at=work.now,
        reference=f"payout:{code}:{number}",
        transfer_id="tr_1",
        amount_minor=50_000,
        reversed_minor=reversed_minor,
        currency="CNY",
    )


def test_the_notice_settles_what_lost_its_own_answer(
    approved: Any, gateway: MemoryGateway, read: Callable[[], Read], work: Open, drain: Any
) -> None:
    _, _, code = approved
    with work() as w:
        service.submit(w, make_finance(w), code)
        w.tell(moved(w, code))
        w.tell(moved(w, code))
        w.tell(moved(w, "NOSUCH00"))
    drain()
    assert story(read(), code).payout.state is PayoutState.SETTLED
    require_even(read())


def test_what_is_reversed_comes_back_to_the_wallet_once(
    approved: Any, gateway: MemoryGateway, drain: Any, read: Callable[[], Read], work: Open, mailbox: Any
) -> None:
    person, partner_id, code = approved
    drain()
    with work() as w:
        claw_back(w, partner_id, 8_000)
    for _ in range(2):
        with work() as w:
            w.tell(moved(w, code, 50_000))
        drain()
    assert story(read(), code).payout.state is PayoutState.RETURNED
    assert ledger.wallet(read(), partner_id, "CNY") == Wallet(available=42_000)
    assert "psp_clearing" not in balances(read())
    require_even(read())
    assert any("被退回" in mail.subject for mail in mailbox.to(person.email))


def test_a_reversal_that_comes_first_settles_and_returns(
    approved: Any, gateway: MemoryGateway, read: Callable[[], Read], work: Open, drain: Any
) -> None:
    _, partner_id, code = approved
    with work() as w:
        service.submit(w, make_finance(w), code)
        w.tell(moved(w, code, 50_000))
    drain()
    assert story(read(), code).payout.state is PayoutState.RETURNED
    assert ledger.wallet(read(), partner_id, "CNY") == Wallet(available=50_000)


def test_a_part_that_comes_back_is_shown_to_finance(
    approved: Any, gateway: MemoryGateway, read: Callable[[], Read], work: Open, drain: Any
) -> None:
    _, partner_id, code = approved
    drain()
    with work() as w:
        w.tell(moved(w, code, 1))
    drain()
    assert story(read(), code).payout.state is PayoutState.SETTLED
    assert queries.look_at_desk(read()).surprising == [code]
    assert ledger.wallet(read(), partner_id, "CNY") == Wallet()


def test_what_arrives_after_failing_is_shown_and_not_booked(
    approved: Any, gateway: MemoryGateway, read: Callable[[], Read], work: Open, drain: Any
) -> None:
    _, partner_id, code = approved
    gateway.refuses = "balance_insufficient"
    drain()
    with work() as w:
        w.tell(moved(w, code))
    drain()
    assert queries.look_at_desk(read()).surprising == [code]
    assert ledger.wallet(read(), partner_id, "CNY") == Wallet(available=50_000)


def test_money_that_stands_still_is_sent_once_it_is_free(
    approved: Any, gateway: MemoryGateway, read: Callable[[], Read], work: Open, drain: Any
) -> None:
    _, partner_id, code = approved
    with work() as w:
        partners.lock_money(w, SYSTEM, partner_id, "核查")
        with pytest.raises(WalletLocked):
            service.submit(w, make_finance(w), code)
    drain()
    assert story(read(), code).payout.state is PayoutState.APPROVED and not gateway.said
    with work() as w:
        partners.unlock_money(w, SYSTEM, partner_id, "查清了")
    drain()
    assert story(read(), code).payout.state is PayoutState.SETTLED


def test_what_waits_for_an_account_is_sent_when_it_is_ready(
    approved: Any, gateway: MemoryGateway, read: Callable[[], Read], work: Open, drain: Any
) -> None:
    _, partner_id, code = approved
    account = f"acct_{partner_id:08}"

    def tell(account_id: str) -> None:
        with work() as w:
            event = AccountMoved(happened_at=w.now, account_id=account_id, details_submitted=True, payouts_enabled=True)
            w.tell(event)

    with work() as w:
        assert service.note_account(w, ConnectedAccount(account, True, False))
    drain()
    assert story(read(), code).payout.state is PayoutState.APPROVED
    with work() as w, pytest.raises(NoDestination):
        service.submit(w, make_finance(w), code)
    tell("acct_unknown")
    tell(account)
    drain()
    assert story(read(), code).payout.state is PayoutState.SETTLED
