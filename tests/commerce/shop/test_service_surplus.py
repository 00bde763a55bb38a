"""Money that came and gets no seat, or a second time: it goes back or stands in line, and the buyer is told."""

from __future__ import annotations

from collections.abc import Callable

from lms.commerce.gateway.events import PaymentConfirmed
from lms.commerce.shop import queries, service
from lms.commerce.shop.service import SettleOutcome
from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM
from lms.learning.enrollments import queries as places
from lms.learning.enrollments import service as enrollments
from tests.commerce.shop.staging import balances, topics
from tests.factories.accounts import as_actor, cast
from tests.factories.shop import PRICE, Stall, confirmed

Drain = Callable[[], int]


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
    with stall.work() as w:
        service.ask_refund(w, SYSTEM, first.code, None, "")
    second = stall.buy(cohort, lin)
    drain()
    assert (stall.see(first).state, stall.see(second).seat) == ("refunded", "given")
    assert places.find_enrollment(stall.read(), cohort.id, lin.id) is not None


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
