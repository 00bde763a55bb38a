"""Money that came, on both engines: settled once, in few statements, whatever the order of things."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.commerce.gateway.events import CheckoutExpired, PaymentConfirmed, PaymentFailed
from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import AlreadyPaid, CannotSeat
from lms.commerce.shop.models import Payment, Refund
from lms.commerce.shop.service import SettleOutcome
from lms.kernel.clock import FixedClock
from lms.kernel.errors import NotFound
from lms.kernel.work import SYSTEM
from lms.learning.enrollments import queries as places
from lms.learning.enrollments import service as enrollments
from tests.commerce.shop.staging import balances, topics
from tests.conftest import counting
from tests.factories.accounts import as_actor, cast
from tests.factories.shop import PRICE, Stall

Drain = Callable[[], int]


def test_a_payment_settles_in_one_commit_and_few_statements(app: Flask, stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    checkout = stall.gate.pay(stall.checkout(lin, order).id)
    drain()
    with counting(app) as count:
        settled = stall.settle(checkout)
    assert settled.outcome is SettleOutcome.PAID
    assert count.statements <= 15, "\n".join(count.said)
    found = stall.see(order)
    assert (found.state, found.seat, found.method) == ("paid", "given", "online")
    place = places.find_enrollment(stall.read(), cohort.id, lin.id)
    assert place is not None and place.state == "enrolled"
    assert places.count_seats(stall.read(), cohort.id).taken == 1
    assert balances(stall) == {"psp_clearing": PRICE, "deferred_tuition": PRICE}
    drain()
    assert topics(stall, lin.id) == ["order_paid"]


def test_the_same_payment_told_again_changes_nothing(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    checkout = stall.gate.pay(stall.checkout(lin, order).id)
    assert stall.settle(checkout).outcome is SettleOutcome.PAID
    for _ in range(2):
        assert stall.settle(checkout).outcome is SettleOutcome.REPEATED
    with stall.work() as w:
        for event in (
            CheckoutExpired(happened_at=w.now, reference=order.code, checkout_id=checkout.id),
            PaymentFailed(happened_at=w.now, reference=order.code, checkout_id=checkout.id),
        ):
            w.tell(event)
    drain()
    assert stall.see(order).state == "paid"
    assert balances(stall)["psp_clearing"] == PRICE
    assert topics(stall, lin.id) == ["order_paid"]


def test_a_payment_whose_checkout_was_never_noted_settles(stall: Stall) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    with stall.work() as w:
        start = service.begin_payment(w, as_actor(w, lin), order.code)
    assert start.request is not None
    checkout = stall.gate.open_checkout(start.key, start.request)
    assert stall.settle(stall.gate.pay(checkout.id)).outcome is SettleOutcome.PAID
    assert [one.attempt for one in queries.list_payments(stall.read(), order.id)] == [1]


def test_a_checkout_noted_after_the_order_was_given_up_is_ended(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    with stall.work() as w:
        start = service.begin_payment(w, as_actor(w, lin), order.code)
    assert start.request is not None
    checkout = stall.gate.open_checkout(start.key, start.request)
    with stall.work() as w:
        service.cancel_order(w, as_actor(w, lin), order.code)
    with stall.work() as w:
        assert service.note_checkout(w, order.code, start.attempt, checkout) is None
    drain()
    assert stall.gate.get_checkout(checkout.id).state == "expired"
    assert [one.state for one in queries.list_payments(stall.read(), order.id)] == ["expired"]


def test_an_unknown_order_is_told_to_finance_once(stall: Stall) -> None:
    with stall.work() as w:
        fin = cast(w, "fin")
    for _ in range(2):
        with stall.work() as w:
            event = PaymentConfirmed(
                happened_at=w.now,
                reference="NOBODY",
                checkout_id="cs_9",
                payment_id="pi_9",
                amount_minor=5,
                currency="CNY",
            )
            assert service.settle(w, event).outcome is SettleOutcome.UNKNOWN
    assert topics(stall, fin.id) == ["unknown_payment"]
    assert stall.read().session.scalars(select(Payment)).all() == []


def test_a_failed_payment_may_be_made_again(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    checkout = stall.checkout(lin, order)
    with stall.work() as w:
        w.tell(PaymentFailed(happened_at=w.now, reference=order.code, checkout_id=checkout.id))
    drain()
    assert topics(stall, lin.id) == ["payment_failed"]
    again = stall.checkout(lin, order)
    assert again.id != checkout.id
    assert stall.settle(stall.gate.pay(again.id)).outcome is SettleOutcome.PAID


def test_an_answer_about_another_order_is_not_taken(stall: Stall) -> None:
    cohort, (lin, he) = stall.open(2)
    one, two = stall.order(cohort, lin), stall.order(cohort, he)
    checkout = stall.gate.pay(stall.checkout(lin, one).id)
    with pytest.raises(NotFound), stall.work() as w:
        service.take_answer(w, two.id, checkout)
    with stall.work() as w:
        assert service.take_answer(w, one.id, checkout).state == "paid"


def test_an_order_paid_to_an_agent(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    checkout = stall.checkout(lin, order)
    with stall.work() as w:
        agent = cast(w, "fin")
        su = as_actor(w, cast(w, "su"))
        assert service.settle_offline(w, su, order.code, agent.id).state == "paid"
        assert service.settle_offline(w, su, order.code, agent.id).method == "offline"
    assert balances(stall) == {"agent_receivable": PRICE, "deferred_tuition": PRICE}
    drain()
    # The checkout that was open is ended, so nobody pays twice.
    assert stall.gate.get_checkout(checkout.id).state == "expired"


def test_offline_money_is_refused_where_no_seat_can_be_given(stall: Stall) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    with stall.work() as w:
        enrollments.activate(w, SYSTEM, cohort.id, lin.id, None)
        agent = cast(w, "fin")
    with pytest.raises(CannotSeat), stall.work() as w:
        service.settle_offline(w, SYSTEM, order.code, agent.id)
    assert balances(stall) == {}


def test_offline_money_for_what_was_paid_online_is_refused(stall: Stall) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    with pytest.raises(AlreadyPaid), stall.work() as w:
        service.settle_offline(w, SYSTEM, order.code, lin.id)


def test_a_canceled_cohort_gives_everything_back(stall: Stall, drain: Drain) -> None:
    from lms.learning.camps import service as camps

    cohort, (lin, he) = stall.open(2)
    paid, open_order = stall.buy(cohort, lin), stall.order(cohort, he)
    late = stall.checkout(he, open_order)
    stall.gate.pay(late.id)
    with stall.work() as w:
        camps.move_cohort(w, SYSTEM, cohort.id, "canceled", "人数不够")
    drain()
    assert stall.see(paid).state == "refunded"
    # The money that was on its way when the cohort was canceled goes back too.
    assert stall.see(open_order).state == "canceled"
    refunds = stall.read().session.scalars(select(Refund).order_by(Refund.id)).all()
    assert sorted((one.cause, one.state) for one in refunds) == [("canceled", "succeeded"), ("no_seat", "succeeded")]
    assert balances(stall) == {"psp_clearing": 0, "deferred_tuition": 0}


def test_a_payment_while_the_order_expires(stall: Stall, clock: FixedClock, drain: Drain) -> None:
    cohort, (lin,) = stall.open(seats=1)
    order = stall.order(cohort, lin)
    checkout = stall.checkout(lin, order)
    stall.gate.pay(checkout.id)
    clock.advance(timedelta(minutes=46))
    drain()
    found = stall.see(order)
    assert (found.state, found.seat) == ("paid", "given")
    assert balances(stall) == {"psp_clearing": PRICE, "deferred_tuition": PRICE}
