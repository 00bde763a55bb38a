"""Sending to the gateway: paid, failed, unknown, killed, returned; nothing is lost and nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.affiliates.partners import service as partners
from lms.affiliates.payouts import jobs, queries, service
from lms.affiliates.payouts.errors import (
    AboveAvailable,
    NoDestination,
    OutcomeUnknown,
    OwnPayout,
    PayoutMoved,
    WalletLocked,
)
from lms.affiliates.payouts.models import PayoutAttempt
from lms.affiliates.payouts.rules import AttemptState, PayoutState
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.queries import Wallet
from lms.commerce.ledger.rules import Account
from lms.kernel.outbox import OutboxRow
from lms.kernel.parts import current_parts
from lms.kernel.work import SYSTEM, Read, Work, begin_read
from tests.affiliates.payouts.gateways import MemoryGateway
from tests.affiliates.payouts.staging import balances, story
from tests.factories.partners import actor_of
from tests.factories.payouts import ask, claw_back, earn, make_finance

Open = Callable[[], AbstractContextManager[Work]]


def test_an_approved_payout_is_sent_and_paid_out(
    approved: Any, gateway: MemoryGateway, drain: Any, read: Callable[[], Read], mailbox: Any
) -> None:
    person, partner_id, code = approved
    drain()
    file = story(read(), code)
    assert file.payout.state is PayoutState.SETTLED
    assert [one.state for one in file.attempts] == [AttemptState.SENT]
    assert file.attempts[0].provider_id == "tr_1" and gateway.transfers[f"payout:{code}:1"].amount_minor == 50_000
    assert [step.name for step in file.steps] == ["requested", "approved", "submitted", "settled"]
    assert ledger.wallet(read(), partner_id, "CNY") == Wallet()
    assert balances(read()) == {"commission_exp": 50_000, "psp_clearing": -50_000}
    assert gateway.said == [f"find payout:{code}:1", f"transfer payout:{code}:1"]
    assert "¥500.00 已到账" in [mail.subject for mail in mailbox.to(person.email)]


def test_money_short_fails_for_now_and_a_retry_is_the_next_attempt(
    approved: Any, gateway: MemoryGateway, drain: Any, read: Callable[[], Read], work: Open
) -> None:
    person, partner_id, code = approved
    gateway.refuses = "balance_insufficient"
    drain()
    assert story(read(), code).payout.state is PayoutState.FAILED_RETRYABLE
    assert ledger.wallet(read(), partner_id, "CNY") == Wallet(available=50_000)
    gateway.refuses = ""
    with work() as w:
        with pytest.raises(OwnPayout):
            service.retry(w, actor_of(w, person), code)
        service.retry(w, make_finance(w), code)
        with pytest.raises(PayoutMoved):
            service.retry(w, make_finance(w), code)
    drain()
    file = story(read(), code)
    assert file.payout.state is PayoutState.SETTLED
    assert [(one.key, one.state) for one in file.attempts] == [
        (f"payout:{code}:1", AttemptState.FAILED),
        (f"payout:{code}:2", AttemptState.SENT),
    ]
    assert balances(read())["psp_clearing"] == -50_000


def test_a_retry_needs_the_money_and_a_free_wallet(
    approved: Any, gateway: MemoryGateway, drain: Any, work: Open
) -> None:
    _, partner_id, code = approved
    gateway.refuses = "balance_insufficient"
    drain()
    with work() as w:
        finance = make_finance(w)
        claw_back(w, partner_id, 1)
        with pytest.raises(AboveAvailable):
            service.retry(w, finance, code)
        earn(w, partner_id, 1)
        partners.lock_money(w, SYSTEM, partner_id, "核查")
        with pytest.raises(WalletLocked):
            service.retry(w, finance, code)


def test_w11_what_is_not_accepted_in_time_comes_back_and_the_next_try_has_a_new_key(
    approved: Any, gateway: MemoryGateway, drain: Any, read: Callable[[], Read], work: Open
) -> None:
    _, partner_id, code = approved
    gateway.refuses = "expired"
    drain()
    assert story(read(), code).payout.state is PayoutState.EXPIRED
    assert ledger.wallet(read(), partner_id, "CNY") == Wallet(available=50_000)
    gateway.refuses = ""
    with work() as w:
        service.retry(w, make_finance(w), code)
    drain()
    assert [one.key for one in story(read(), code).attempts] == [f"payout:{code}:1", f"payout:{code}:2"]


def test_a_closed_account_ends_the_payout_and_the_account(
    approved: Any, gateway: MemoryGateway, drain: Any, read: Callable[[], Read], work: Open, mailbox: Any
) -> None:
    person, partner_id, code = approved
    gateway.refuses = "account_closed"
    drain()
    assert story(read(), code).payout.state is PayoutState.FAILED_TERMINAL
    assert queries.payable_destination(read(), partner_id) is None
    with work() as w:
        with pytest.raises(PayoutMoved):
            service.retry(w, make_finance(w), code)
        with pytest.raises(NoDestination):
            ask(w, person)
        # Another account is opened, the closed one is not taken up again.
        assert service.begin_account(w, actor_of(w, person), "SG").account_id is None
    assert any("请换收款账户" in mail.subject for mail in mailbox.to(person.email))


def test_a_failure_pays_a_debt_first(
    approved: Any, gateway: MemoryGateway, drain: Any, read: Callable[[], Read], work: Open
) -> None:
    _, partner_id, _code = approved
    with work() as w:
        claw_back(w, partner_id, 20_000)
    gateway.refuses = "balance_insufficient"
    drain()
    assert ledger.wallet(read(), partner_id, "CNY") == Wallet(available=30_000)


@pytest.mark.parametrize("heard", ["silent_before", "silent_after"])
def test_no_answer_is_seen_and_repeated_with_the_same_key(
    approved: Any,
    gateway: MemoryGateway,
    drain: Any,
    read: Callable[[], Read],
    work: Open,
    clock: Any,
    heard: str,
) -> None:
    _, partner_id, code = approved
    setattr(gateway, heard, 1)
    drain()
    file = story(read(), code)
    assert (file.payout.state, file.attempts[0].state) == (PayoutState.SUBMITTED, AttemptState.UNKNOWN)
    assert queries.look_at_desk(read()).unknown == 1
    assert ledger.wallet(read(), partner_id, "CNY") == Wallet(in_transit=50_000)
    with work() as w, pytest.raises(OutcomeUnknown):
        service.retry(w, make_finance(w), code)
    clock.advance(timedelta(minutes=1))
    drain()
    assert story(read(), code).payout.state is PayoutState.SETTLED
    assert list(gateway.transfers) == [f"payout:{code}:1"]
    sends = [word for word in gateway.said if word.startswith("transfer")]
    assert len(sends) == (2 if heard == "silent_before" else 1)


def test_asking_again_after_the_errand_gave_up(
    approved: Any, gateway: MemoryGateway, drain: Any, read: Callable[[], Read], work: Open, clock: Any
) -> None:
    _, _, code = approved
    gateway.silent_before = 8
    for _ in range(9):
        drain()
        clock.advance(timedelta(hours=7))
    assert story(read(), code).attempts[0].is_open
    with work() as w:
        finance = make_finance(w)
        assert service.ask_again(w, finance, code)
    drain()
    assert story(read(), code).payout.state is PayoutState.SETTLED
    assert len(gateway.transfers) == 1
    with work() as w:
        assert not service.ask_again(w, make_finance(w), code)


def test_the_clock_asks_after_what_nobody_heard_of(
    approved: Any, gateway: MemoryGateway, drain: Any, read: Callable[[], Read], work: Open, clock: Any
) -> None:
    _, _, code = approved
    gateway.silent_after = 1
    drain()
    with work() as w:  # its errand is gone for good, as after eight silent tries
        row = w.session.scalars(select(OutboxRow).where(OutboxRow.key == f"payout:{code}:1")).one()
        row.state = "dead"
        service.ask_overdue(w)
    drain()
    assert story(read(), code).attempts[0].state is AttemptState.UNKNOWN
    clock.advance(service.OVERDUE)
    with work() as w:
        service.ask_overdue(w)
        service.ask_overdue(w)
    drain()
    assert story(read(), code).payout.state is PayoutState.SETTLED
    assert len([word for word in gateway.said if word.startswith("transfer")]) == 1
    with work() as w:
        service.ask_overdue(w)
    assert drain() == 0


def test_done_but_not_recorded_is_found_and_not_sent_again(
    approved: Any, gateway: MemoryGateway, app: Flask, drain: Any, read: Callable[[], Read], work: Open
) -> None:
    """The worker dies between the gateway's answer and its own note: the errand comes again."""
    _, partner_id, code = approved
    with work() as w:
        service.submit(w, make_finance(w), code)
        attempt_id = w.session.scalars(select(PayoutAttempt.id)).one()
    prepared = jobs.SENDING.prepare(begin_read(), {"attempt_id": attempt_id})
    jobs.SENDING.perform(current_parts(), prepared["key"], prepared)
    assert ledger.wallet(read(), partner_id, "CNY") == Wallet(in_transit=50_000)
    drain()
    drain()
    assert story(read(), code).payout.state is PayoutState.SETTLED
    assert [word for word in gateway.said if word.startswith("transfer")] == [f"transfer payout:{code}:1"]
    # A row that is done already prepares to nothing.
    assert jobs.SENDING.prepare(begin_read(), {"attempt_id": attempt_id}) == {}
    assert jobs.SENDING.perform(current_parts(), "any", {}) == {}


def test_the_fee_is_the_partners_and_comes_back_with_a_failure(
    approved: Any,
    gateway: MemoryGateway,
    app: Flask,
    read: Callable[[], Read],
    work: Open,
    drain: Any,
    monkeypatch: Any,
) -> None:
    _, partner_id, code = approved
    object.__setattr__(current_parts().settings, "payout_fee_minor", 200)
    try:
        with work() as w:
            service.submit(w, make_finance(w), code)
        sent = story(read(), code).payout
        assert (sent.gross_minor, sent.fee_minor, sent.net_minor) == (50_000, 200, 49_800)
        assert balances(read())[Account.PAYOUT_FEE] == -200
        gateway.refuses = "balance_insufficient"
        drain()
    finally:
        object.__setattr__(current_parts().settings, "payout_fee_minor", 0)
    assert ledger.wallet(read(), partner_id, "CNY") == Wallet(available=50_000)
    assert Account.PAYOUT_FEE not in balances(read())
