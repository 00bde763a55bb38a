"""Bank accounts and bank files: each payout in one file only, told and kept as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.affiliates.payouts import queries, service
from lms.affiliates.payouts.errors import BatchEmpty, BatchMixed, PayoutMoved, ReasonMissing
from lms.affiliates.payouts.models import PayoutAttempt, PayoutDestination
from lms.affiliates.payouts.rules import AttemptState, PayoutState, check_bank_details
from lms.commerce.gateway.rules import ConnectedAccount
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.queries import Wallet
from lms.kernel.audit import AuditEntry
from lms.kernel.errors import NotFound
from lms.kernel.files import StoredFile
from lms.kernel.parts import current_parts
from lms.kernel.work import Read, Work
from tests.affiliates.payouts.test_service_requests import run_at_once
from tests.factories.partners import actor_of
from tests.factories.payouts import CARD, IBAN, ask, earn, make_earner, make_finance

Open = Callable[[], AbstractContextManager[Work]]


@pytest.fixture
def three(work: Open) -> list[str]:
    """Three approved payouts to bank accounts."""
    with work() as w:
        finance = make_finance(w)
        codes = [ask(w, make_earner(w, name=f"Partner {n}")[0]).code for n in range(3)]
        service.approve_many(w, finance, codes)
    return codes


def test_a_bank_file_submits_its_payouts_and_is_kept_encrypted(
    three: list[str], work: Open, read: Callable[[], Read]
) -> None:
    with work() as w:
        made = service.make_batch(w, make_finance(w), three)
    assert (made.count, made.skipped) == (3, [])
    name, data = queries.read_batch_file(read(), made.code)
    assert (name, data) == queries.read_batch_file(read(), made.code) and name.endswith(f"{made.code}.csv")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0] == ["序号", "收款人户名", "收款人账号", "开户银行", "金额", "用途"]
    assert rows[1][:5] == ["1", "林达", CARD.replace(" ", "") + "\t", "招商银行", "500.00"] and len(rows) == 4
    digest = read().session.scalars(select(StoredFile.digest)).one()
    assert CARD.replace(" ", "").encode() not in current_parts().files.read(digest)
    batch, lines = queries.get_batch(read(), made.code)
    assert (batch.total_minor, len(lines)) == (150_000, 3) and batch.settled_at is None
    assert {line.payout.state for line in lines} == {PayoutState.SUBMITTED}
    assert [one.code for one in queries.list_batches(read())] == [made.code]


def test_a_payout_is_never_in_two_files(three: list[str], work: Open) -> None:
    with work() as w:
        finance = make_finance(w)
        service.make_batch(w, finance, three[:2])
        second = service.make_batch(w, finance, three)
        assert (second.count, second.skipped) == (1, sorted(three[:2]))
        with pytest.raises(BatchEmpty):
            service.make_batch(w, finance, three)


def test_two_people_make_a_file_at_once(app: Flask, three: list[str], work: Open, read: Callable[[], Read]) -> None:
    with work() as w:
        finance = make_finance(w)
    race = run_at_once(app, [lambda w: service.make_batch(w, finance, three)] * 4)
    assert (race.accepted, race.refused) == (1, 3)
    assert read().session.scalar(select(func.count()).select_from(PayoutAttempt)) == 3


def test_confirming_settles_all_but_the_named_ones_once(
    three: list[str], work: Open, read: Callable[[], Read], drain: Any, mailbox: Any
) -> None:
    with work() as w:
        finance = make_finance(w)
        made = service.make_batch(w, finance, three)
        with pytest.raises(NotFound):
            service.settle_batch(w, finance, "NOSUCH00", {})
        end = service.settle_batch(w, finance, made.code, {three[1]: "户名不符"})
        assert (end.settled, end.failed) == (2, 1)
        again = service.settle_batch(w, finance, made.code, {three[0]: "另一个"})
        assert (again.settled, again.failed, again.unheard) == (0, 0, [three[0]])
        failed = queries.get_payout(w, three[1])
        assert (failed.state, failed.reason) == (PayoutState.FAILED_TERMINAL, "户名不符")
        assert ledger.wallet(w, failed.partner_id, "CNY") == Wallet(available=50_000)
        assert queries.payable_destination(w, failed.partner_id) is None
    _, lines = queries.get_batch(read(), made.code)
    assert [line.state for line in lines] == [AttemptState.SENT, AttemptState.FAILED, AttemptState.SENT]
    drain()
    assert len([mail for mail in mailbox.sent if "已到账" in mail.subject]) == 2


def test_a_bank_may_send_money_back_later(three: list[str], work: Open) -> None:
    with work() as w:
        finance = make_finance(w)
        with pytest.raises(PayoutMoved):
            service.take_back(w, finance, three[0], "退汇")
        made = service.make_batch(w, finance, three)
        service.settle_batch(w, finance, made.code, {})
        with pytest.raises(ReasonMissing):
            service.take_back(w, finance, three[0], " ")
        back = service.take_back(w, finance, three[0], "退汇")
        assert back.state is PayoutState.RETURNED
        assert ledger.wallet(w, back.partner_id, "CNY") == Wallet(available=50_000)
        assert any(
            line.account.value == "payout_bank" and line.balance_minor == -100_000 for line in ledger.trial_balance(w)
        )


def test_a_file_has_one_currency_and_no_accounts_at_the_gateway(work: Open) -> None:
    with work() as w:
        finance = make_finance(w)
        person, partner = make_earner(w)
        earn(w, partner.id, 20_000, currency="EUR")
        who = actor_of(w, person)
        euros = service.request(w, who, 20_000, "EUR", "euros").code
        yuan = ask(w, person, 20_000).code
        abroad = ask(w, make_earner(w, name="Bo", kind="connect")[0]).code
        service.approve_many(w, finance, [euros, yuan, abroad])
        with pytest.raises(BatchMixed):
            service.make_batch(w, finance, [euros, yuan])
        with pytest.raises(BatchEmpty):
            service.make_batch(w, finance, [abroad])
        assert service.make_batch(w, finance, [yuan, abroad]).skipped == [abroad]


def test_a_bank_account_is_encrypted_and_a_change_is_told(
    work: Open, drain: Any, mailbox: Any, read: Callable[[], Read]
) -> None:
    with work() as w:
        person, partner = make_earner(w)
        who = actor_of(w, person)
        first = queries.payable_destination(w, partner.id)
        assert first is not None and first.hint == "招商银行 6783"
        same = service.set_bank(w, who, check_bank_details("林达", "招商银行", CARD))
        assert same.id == first.id
        row = w.session.get(PayoutDestination, first.id)
        assert row is not None and "6225" not in row.details and "林达" not in row.details
    drain()
    with work() as w:
        code = ask(w, person).code
        service.set_bank(w, who, check_bank_details("Ada Lin", "Commerzbank", IBAN))
        # What was asked for before still goes where it was to go.
        assert queries.get_payout(w, code).destination_id == first.id
        finance = make_finance(w)
        service.approve(w, finance, code)
        assert service.show_details(w, finance, code).number == CARD.replace(" ", "")
        assert w.session.scalars(select(AuditEntry.act).where(AuditEntry.act == "payout.account_shown")).all()
    drain()
    told = [mail for mail in mailbox.to(person.email) if mail.subject == "你的收款账户换了"]
    assert len(told) == 2 and "Commerzbank 3000" in told[-1].text and IBAN.replace(" ", "") not in told[-1].text


def test_an_account_at_the_gateway_replaces_the_bank_account_only_when_ready(work: Open) -> None:
    with work() as w:
        person, partner = make_earner(w)
        who = actor_of(w, person)
        wanted = service.begin_account(w, who, "SG")
        assert service.begin_account(w, who, "SG") == wanted
        # Not opened yet: another country is another question to the gateway.
        moved = service.begin_account(w, who, "US")
        assert moved.destination_id == wanted.destination_id and moved.key != wanted.key
        service.note_account(w, ConnectedAccount("acct_9", True, False), wanted.destination_id)
        assert (queries.payable_destination(w, partner.id) or wanted).hint == "招商银行 6783"  # type: ignore[union-attr]
        service.note_account(w, ConnectedAccount("acct_9", True, True))
        service.note_account(w, ConnectedAccount("acct_9", True, True))
        now = queries.payable_destination(w, partner.id)
        assert now is not None and now.account_id == "acct_9"
        with pytest.raises(NotFound):
            service.show_details(w, who, ask(w, person).code)
        # Back to the bank, then to the same account again: it is taken up, not opened anew.
        service.set_bank(w, who, check_bank_details("林达", "招商银行", CARD))
        assert service.begin_account(w, who, "US").account_id == "acct_9"
