"""Comparing with the gateway: told again, noted, resolved, booked once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask

from lms.commerce.gateway import events, queries, service
from lms.commerce.gateway.comparing import Difference, Kind
from lms.commerce.gateway.events import PaymentConfirmed, RefundMoved, TransferMoved
from lms.commerce.gateway.jobs import RECONCILE
from lms.commerce.gateway.rules import Checkout, CheckoutRequest, RefundState
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.rules import Account, credit, debit
from lms.commerce.ledger.service import post
from lms.kernel.clock import FixedClock
from lms.kernel.outbox import Event
from lms.kernel.work import SYSTEM, Read, Work
from lms.kernel.worker import drain
from lms.people.accounts.queries import Person
from lms.people.accounts.service import create_person
from lms.people.messages.queries import list_notices
from tests.fake_gateway import FEE_MINOR, FakeGateway

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What this room told; nobody hears it."""
    found: list[Event] = []

    def note(_work: Work, event: Event) -> None:
        if type(event).__module__ == events.__name__:
            found.append(event)

    monkeypatch.setattr(Work, "tell", note)
    return found


@pytest.fixture
def cashier(work: Open) -> Person:
    with work() as w:
        roles = ("finance",)
        return create_person(
            w, SYSTEM, email="cash@example.com", password=None, display_name="Fen", roles=roles, confirmed=True
        )


@pytest.fixture
def hour(app: Flask, work: Open, clock: FixedClock) -> Callable[[], None]:
    """Let an hour pass and the comparison run, without the other rooms' jobs."""

    def run() -> None:
        clock.advance(timedelta(hours=1))
        with work() as w:
            RECONCILE.run(w)
        drain(app, schedules=False)

    return run


def paid(gateway: FakeGateway, reference: str = "ORDER001", amount: int = 39900) -> Checkout:
    expires_at = gateway.now() + timedelta(minutes=40)
    asked = CheckoutRequest(
        reference=reference,
        attempt=1,
        title="7 天写作营",
        amount_minor=amount,
        currency="CNY",
        language="zh",
        email="ada@example.com",
        expires_at=expires_at,
        success_url="https://camp.example.com/orders/return",
        cancel_url="https://camp.example.com/orders",
    )
    return gateway.pay(gateway.open_checkout(f"order:{reference}:1", asked).id)


def settle(work: Open, checkout: Checkout, amount: int | None = None) -> None:
    minor = checkout.amount_minor if amount is None else amount
    with work() as w:
        service.note_settled(w, "payment", checkout.id, checkout.reference, minor, checkout.currency)
        entries = [debit(Account.PSP_CLEARING, minor), credit(Account.DEFERRED_TUITION, minor)]
        post(w, f"order:{checkout.id}", "paid", "CNY", entries)


def test_both_sides_equal_leave_nothing_open(
    gateway: FakeGateway, work: Open, read: Look, hour: Callable[[], None], told: list[Event]
) -> None:
    settle(work, paid(gateway))
    hour()
    hour()
    assert told == [] and queries.list_discrepancies(read()) == []
    last = queries.list_runs(read())[0]
    assert last.counts["paid"] == 1 and last.counts["open"] == 0
    [line] = last.clearing
    assert (line.currency, line.books_minor, line.difference_minor) == ("CNY", 39900 - FEE_MINOR, 0)


def test_a_paid_checkout_nobody_settled_is_told_again_until_it_is(
    gateway: FakeGateway, work: Open, read: Look, hour: Callable[[], None], told: list[Event], cashier: Person
) -> None:
    checkout = paid(gateway)
    hour()
    [event] = told
    assert isinstance(event, PaymentConfirmed) and (event.reference, event.amount_minor) == ("ORDER001", 39900)
    [one] = queries.list_discrepancies(read())
    assert one.kind is Difference.UNSETTLED and not one.needs_people
    assert list_notices(read(), cashier.id) == []
    hour()
    assert len(told) == 2 and queries.list_discrepancies(read())[0].needs_people
    [message] = list_notices(read(), cashier.id)
    assert message.link == "/finance/reconciliation"
    hour()
    assert len(list_notices(read(), cashier.id)) == 1
    settle(work, checkout)
    told.clear()
    hour()
    assert told == [] and queries.list_discrepancies(read()) == []


def test_an_open_difference_is_followed_beyond_the_look_back(
    gateway: FakeGateway, read: Look, hour: Callable[[], None], told: list[Event], clock: FixedClock
) -> None:
    paid(gateway)
    hour()
    clock.advance(timedelta(days=5))
    hour()
    clock.advance(timedelta(days=5))
    hour()
    assert len(told) == 3 and len(queries.list_discrepancies(read())) == 1


def test_settled_here_but_unknown_there(
    gateway: FakeGateway, work: Open, read: Look, hour: Callable[[], None], told: list[Event], cashier: Person
) -> None:
    checkout = paid(gateway)
    settle(work, checkout)
    gateway.forget(checkout.id)
    hour()
    [one] = queries.list_discrepancies(read())
    assert (one.kind, one.object_kind, one.here_minor, one.there_minor) == (
        Difference.MISSING,
        Kind.PAYMENT,
        39900,
        None,
    )
    assert one.needs_people and len(list_notices(read(), cashier.id)) == 1
    assert queries.count_discrepancies(read()) == 1


def test_other_amounts_are_a_difference_until_they_fit(
    gateway: FakeGateway, work: Open, read: Look, hour: Callable[[], None], told: list[Event]
) -> None:
    checkout = paid(gateway)
    settle(work, checkout, 39800)
    hour()
    [one] = queries.list_discrepancies(read())
    assert (one.kind, one.here_minor, one.there_minor) == (Difference.DIFFERS, 39800, 39900)
    with work() as w:
        service.forget_settled(w, "payment", checkout.id)
    with work() as w:
        service.note_settled(w, "payment", checkout.id, "ORDER001", 39900, "CNY")
    hour()
    assert queries.list_discrepancies(read()) == []
    with work() as w:
        service.forget_settled(w, "payment", checkout.id)
    hour()
    assert [one.kind for one in queries.list_discrepancies(read())] == [Difference.UNSETTLED]


def test_a_difference_that_comes_back_is_told_anew(
    gateway: FakeGateway, work: Open, read: Look, hour: Callable[[], None], cashier: Person
) -> None:
    checkout = paid(gateway)

    def known(amount: int) -> None:
        with work() as w:
            service.forget_settled(w, "payment", checkout.id)
            service.note_settled(w, "payment", checkout.id, "ORDER001", amount, "CNY")
        hour()

    for amount in (1, 39900, 2):
        known(amount)
    assert len(queries.list_discrepancies(read())) == 1
    assert len(list_notices(read(), cashier.id)) == 2


def test_a_refund_made_elsewhere_is_told(
    gateway: FakeGateway, work: Open, read: Look, hour: Callable[[], None], told: list[Event]
) -> None:
    checkout = paid(gateway)
    settle(work, checkout)
    refund = gateway.refund_elsewhere(str(checkout.payment_id), 10000)
    hour()
    [event] = told
    assert isinstance(event, RefundMoved)
    assert (event.reference, event.refund_id, event.state) == ("", refund.id, "succeeded")
    with work() as w:
        service.note_settled(w, "refund", refund.id, "REFUND01", 10000, "CNY")
    told.clear()
    hour()
    assert told == [] and queries.list_discrepancies(read()) == []


def test_a_refund_that_failed_after_all_is_told(
    gateway: FakeGateway, work: Open, read: Look, hour: Callable[[], None], told: list[Event]
) -> None:
    checkout = paid(gateway)
    settle(work, checkout)
    refund = gateway.refund("refund:1", str(checkout.payment_id), 10000, "REFUND01")
    with work() as w:
        service.note_settled(w, "refund", refund.id, "REFUND01", 10000, "CNY")
    gateway.move_refund(refund.id, RefundState.FAILED)
    hour()
    [event] = told
    assert isinstance(event, RefundMoved) and event.state == "failed"
    assert [one.kind for one in queries.list_discrepancies(read())] == [Difference.MISSING]
    with work() as w:
        service.forget_settled(w, "refund", refund.id)
    hour()
    assert queries.list_discrepancies(read()) == []


def balances(read: Look) -> dict[Account, int]:
    return {line.account: line.balance_minor for line in ledger.trial_balance(read())}


def test_entries_are_booked_once(gateway: FakeGateway, work: Open, read: Look) -> None:
    settle(work, paid(gateway))
    gateway.move("payout", "po_1", -30000, "CNY")
    gateway.move("fee", "", -200, "CNY")
    for _ in range(3):
        with work() as w:
            service.record_entries(w, gateway.entries)
    assert balances(read) == {
        Account.PSP_CLEARING: 39900 - FEE_MINOR - 30000 - 200,
        Account.BANK: 30000,
        Account.DEFERRED_TUITION: 39900,
        Account.PSP_FEE: FEE_MINOR + 200,
    }
    [line] = queries.compare_clearing(read())
    assert line.difference_minor == 0


def test_a_movement_without_a_place_shows_in_the_difference(
    gateway: FakeGateway, work: Open, read: Look, hour: Callable[[], None]
) -> None:
    settle(work, paid(gateway))
    gateway.move("advance", "adv_1", 777, "CNY")
    hour()
    assert queries.list_runs(read())[0].clearing[0].difference_minor == -777
    assert [entry.kind for entry in queries.list_stray_entries(read())] == ["advance"]


def test_no_answer_is_asked_again_and_loses_nothing(
    app: Flask, gateway: FakeGateway, work: Open, read: Look, hour: Callable[[], None], clock: FixedClock
) -> None:
    settle(work, paid(gateway))
    gateway.fail("dropped", "list_balance")
    hour()
    assert queries.list_runs(read()) == []
    clock.advance(timedelta(minutes=1))
    drain(app, schedules=False)
    assert len(queries.list_runs(read())) == 1


def test_without_a_gateway_nothing_is_asked(app: Flask, read: Look, hour: Callable[[], None]) -> None:
    hour()
    assert queries.list_runs(read()) == []


def test_it_can_be_asked_for_once_a_minute(gateway: FakeGateway, work: Open) -> None:
    with work() as w:
        assert service.ask_reconciliation(w)
        assert not service.ask_reconciliation(w)


def test_a_transfer_that_came_back_is_told_though_its_notice_was_lost(
    gateway: FakeGateway, told: list[Event], hour: Callable[[], None]
) -> None:
    account = gateway.enable(gateway.open_account("account:1", "ada@example.com", "SG").id)
    kept = gateway.transfer("payout:1:1", account.id, 5000, "CNY", "payout:1:1")
    back = gateway.transfer("payout:2:1", account.id, 7000, "CNY", "payout:2:1")
    hour()
    assert [one for one in told if isinstance(one, TransferMoved)] == []
    gateway.reverse_transfer(back.id, 7000)
    hour()
    moved = [one for one in told if isinstance(one, TransferMoved)]
    assert [(one.reference, one.reversed_minor) for one in moved] == [("payout:2:1", 7000)]
    assert kept.reversed_minor == 0
