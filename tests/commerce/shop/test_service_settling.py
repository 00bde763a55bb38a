"""Money that came, on both engines: settled once, in few statements, whatever the order of things."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lms.commerce.gateway.events import CheckoutExpired, PaymentConfirmed, PaymentFailed
from lms.commerce.ledger import queries as ledger
from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import AlreadyPaid, CannotSeat
from lms.commerce.shop.models import Payment, Refund
from lms.commerce.shop.service import SettleOutcome
from lms.kernel.clock import FixedClock
from lms.kernel.errors import NotFound
from lms.kernel.work import SYSTEM
from lms.learning.enrollments import queries as places
from lms.learning.enrollments import service as enrollments
from lms.people.messages.queries import list_notices
from tests.conftest import counting
from tests.factories.accounts import as_actor, cast
from tests.factories.shop import PRICE, Stall, confirmed

Drain = Callable[[], int]


def balances(stall: Stall) -> dict[str, int]:
    """Give what every account of the house holds, by its own nature."""
    return {line.account.value: line.balance_minor for line in ledger.trial_balance(stall.read())}


def topics(stall: Stall, person_id: int) -> list[str]:
    return [notice.topic.rsplit("/", 1)[1] for notice in list_notices(stall.read(), person_id)]


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


def test_a_second_payment_goes_back_and_the_buyer_is_told(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    first = stall.checkout(lin, order)
    stall.settle(stall.gate.pay(first.id))
    second = confirmed(stall.gate.pay(first.id), stall.now())
    other = PaymentConfirmed(**{**second.__dict__, "checkout_id": "cs_other", "payment_id": "pi_other"})
    with stall.work() as w:
        assert service.settle(w, other).outcome is SettleOutcome.SURPLUS
    found = stall.see(order)
    assert (found.state, found.refunded_minor) == ("paid", 0)
    assert balances(stall) == {"psp_clearing": 2 * PRICE, "deferred_tuition": 2 * PRICE}
    assert topics(stall, lin.id)[0] == "surplus"
    # That payment is not known at the gateway in memory, so its refund is refused and staff is told.
    with stall.work() as w:
        su = cast(w, "su")
    drain()
    assert queries.count_due(stall.read()) == 1
    assert topics(stall, su.id) == ["refund_failed"]


def test_a_surplus_payment_is_refunded_and_leaves_the_order_alone(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    first = stall.checkout(lin, order)
    stall.gate.fail("refused", "get_checkout", 0)
    with stall.work() as w:
        service.note_failed(w, order.code, first.id)
    second = stall.checkout(lin, order)
    assert second.id != first.id
    stall.settle(stall.gate.pay(second.id))
    assert stall.settle(stall.gate.pay(first.id)).outcome is SettleOutcome.SURPLUS
    drain()
    refunds = queries.list_refunds(stall.read(), order.id)
    assert [(one.cause, one.state, one.amount_minor) for one in refunds] == [("surplus", "succeeded", PRICE)]
    assert (stall.see(order).state, stall.see(order).refunded_minor) == ("paid", 0)
    assert balances(stall) == {"psp_clearing": PRICE, "deferred_tuition": PRICE}


def test_somebody_with_a_seat_gets_the_money_back(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    checkout = stall.checkout(lin, order)
    with stall.work() as w:
        enrollments.activate(w, SYSTEM, cohort.id, lin.id, None)
    assert stall.settle(stall.gate.pay(checkout.id)).outcome is SettleOutcome.SURPLUS
    drain()
    assert stall.see(order).state == "canceled"
    assert places.count_seats(stall.read(), cohort.id).taken == 1
    assert balances(stall) == {"psp_clearing": 0, "deferred_tuition": 0}


def test_money_without_a_seat_stands_in_line_and_comes_back_in_one_tap(
    stall: Stall, drain: Drain, clock: FixedClock
) -> None:
    cohort, (lin, he) = stall.open(2, seats=1)
    order = stall.order(cohort, lin)
    checkout = stall.checkout(lin, order)
    with stall.work() as w:
        service.cancel_order(w, as_actor(w, lin), order.code)
    stall.buy(cohort, he)
    assert stall.settle(stall.gate.pay(checkout.id)).outcome is SettleOutcome.PAID
    drain()
    found = stall.see(order)
    assert (found.state, found.seat) == ("paid", "in_line")
    assert topics(stall, lin.id)[0] == "in_line_paid"
    assert queries.may_refund_alone(stall.read(), found)
    with stall.work() as w:
        service.ask_refund(w, as_actor(w, lin), order.code, None, "")
    drain()
    assert stall.see(order).state == "refunded"
    assert places.find_enrollment(stall.read(), cohort.id, lin.id) is None
    assert places.count_seats(stall.read(), cohort.id) == places.Seats(1, 1, 0)


def test_a_paid_place_in_line_becomes_a_seat(stall: Stall, drain: Drain) -> None:
    cohort, (lin, he) = stall.open(2, seats=1)
    order = stall.order(cohort, lin)
    checkout = stall.checkout(lin, order)
    with stall.work() as w:
        service.cancel_order(w, as_actor(w, lin), order.code)
    other = stall.buy(cohort, he)
    stall.settle(stall.gate.pay(checkout.id))
    with stall.work() as w:
        service.ask_refund(w, SYSTEM, other.code, None, "")
    drain()
    assert stall.see(other).state == "refunded"
    assert stall.see(order).seat == "given"
    place = places.find_enrollment(stall.read(), cohort.id, lin.id)
    assert place is not None and place.state == "enrolled"


def test_who_leaves_the_paid_line_gets_the_money_back(stall: Stall, drain: Drain) -> None:
    cohort, (lin, he) = stall.open(2, seats=1)
    order = stall.order(cohort, lin)
    checkout = stall.checkout(lin, order)
    with stall.work() as w:
        service.cancel_order(w, as_actor(w, lin), order.code)
    stall.buy(cohort, he)
    stall.settle(stall.gate.pay(checkout.id))
    place = places.find_enrollment(stall.read(), cohort.id, lin.id)
    assert place is not None
    with stall.work() as w:
        enrollments.withdraw(w, as_actor(w, lin), place.id, "own_wish")
    drain()
    assert stall.see(order).state == "refunded"


def test_a_seat_given_up_is_not_touched_by_an_older_orders_refund(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    first = stall.buy(cohort, lin)
    place = places.find_enrollment(stall.read(), cohort.id, lin.id)
    assert place is not None
    with stall.work() as w:
        enrollments.withdraw(w, as_actor(w, lin), place.id, "own_wish")
    drain()
    assert (stall.see(first).state, stall.see(first).seat) == ("paid", "none")
    second = stall.buy(cohort, lin)
    with stall.work() as w:
        service.ask_refund(w, SYSTEM, first.code, None, "")
    drain()
    assert (stall.see(first).state, stall.see(second).seat) == ("refunded", "given")
    assert places.find_enrollment(stall.read(), cohort.id, lin.id) is not None


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


def test_a_payment_of_another_amount_goes_back(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    checkout = stall.gate.pay(stall.checkout(lin, order).id)
    with stall.work() as w:
        event = confirmed(checkout, w.now)
        wrong = PaymentConfirmed(**{**event.__dict__, "amount_minor": PRICE - 1})
        assert service.settle(w, wrong).outcome is SettleOutcome.SURPLUS
    drain()
    assert stall.see(order).state == "open"
    assert balances(stall) == {"psp_clearing": 0, "deferred_tuition": 0}


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
    cohort, (lin, agent) = stall.open(2)
    order = stall.order(cohort, lin)
    checkout = stall.checkout(lin, order)
    with stall.work() as w:
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
    with pytest.raises(CannotSeat), stall.work() as w:
        service.settle_offline(w, SYSTEM, order.code, lin.id)
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
