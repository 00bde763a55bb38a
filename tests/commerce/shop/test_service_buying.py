"""Prices, coupons and open orders, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from lms.commerce.gateway.rules import GatewayUnreachable
from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import (
    AlreadyIn,
    AlreadyPaid,
    CouponOver,
    CouponTaken,
    CouponUnknown,
    CouponUsedUp,
    CurrencyFixed,
    NotForSale,
    OrderOver,
    SoldOut,
    TooManyAttempts,
)
from lms.commerce.shop.rules import MOST_ATTEMPTS, CouponTerms, Terms
from lms.kernel.clock import FixedClock
from lms.kernel.errors import NotFound
from lms.kernel.work import SYSTEM
from lms.learning.enrollments import queries as places
from tests.factories.accounts import as_actor, make_person
from tests.factories.enrollments import make_enrollment, student_actor
from tests.factories.shop import PRICE, Stall

Drain = Callable[[], int]


def coupon(stall: Stall, code: str = "MAYA21", **terms: object) -> queries.Coupon:
    with stall.work() as w:
        values = terms or {"percent_bps": 2500}
        return service.make_coupon(w, SYSTEM, code, CouponTerms(**values))  # type: ignore[arg-type]


def uses(stall: Stall, code: str = "MAYA21") -> int:
    return queries.get_coupon(stall.read(), code).uses


def test_an_open_order_is_given_again(stall: Stall) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    assert stall.order(cohort, lin).id == order.id
    assert (order.net_minor, order.state, order.seat) == (PRICE, "open", "held")
    assert places.count_seats(stall.read(), cohort.id).taken == 1
    assert queries.find_open_order(stall.read(), cohort.id, lin.id) == order


def test_a_changed_price_leaves_open_orders_alone(stall: Stall) -> None:
    cohort, (lin, he) = stall.open(2)
    order = stall.order(cohort, lin)
    with stall.work() as w:
        service.set_offer(w, SYSTEM, cohort.code, Terms(59900, "CNY", 49900, w.now + timedelta(days=1)))
    assert stall.order(cohort, lin).net_minor == order.net_minor == PRICE
    assert stall.order(cohort, he).net_minor == 49900
    price = queries.prices(stall.read(), [cohort.id], stall.now())[cohort.id]
    assert (price.now_minor, price.list_minor) == (49900, 59900)


def test_a_cohort_with_orders_keeps_its_currency(stall: Stall) -> None:
    cohort, (lin,) = stall.open()
    with stall.work() as w:
        service.set_offer(w, SYSTEM, cohort.code, Terms(5900, "USD"))
        service.set_offer(w, SYSTEM, cohort.code, Terms(PRICE, "CNY"))
    stall.order(cohort, lin)
    with pytest.raises(CurrencyFixed), stall.work() as w:
        service.set_offer(w, SYSTEM, cohort.code, Terms(5900, "USD"))


def test_entry_becomes_free_again(stall: Stall) -> None:
    cohort, (lin, he) = stall.open(2)
    stall.order(cohort, lin)
    with stall.work() as w:
        service.set_offer(w, SYSTEM, cohort.code, None)
    with pytest.raises(NotForSale):
        stall.order(cohort, he)
    with stall.work() as w:
        assert make_enrollment(w, cohort, he).state == "enrolled"
        # A seat that was held while it cost something is theirs for nothing.
        assert make_enrollment(w, cohort, lin).state == "enrolled"
    assert places.count_seats(stall.read(), cohort.id).taken == 2


def test_nobody_buys_a_second_seat(stall: Stall) -> None:
    cohort, (lin,) = stall.open()
    stall.buy(cohort, lin)
    with pytest.raises(AlreadyIn):
        stall.order(cohort, lin)


def test_a_full_cohort_sells_nothing(stall: Stall) -> None:
    cohort, (lin, he) = stall.open(2, seats=1)
    stall.order(cohort, lin)
    with pytest.raises(SoldOut):
        stall.order(cohort, he)
    assert queries.list_my_orders(stall.read(), he.id) == []


def test_a_coupon_takes_off_and_is_given_back(stall: Stall) -> None:
    cohort, (lin, he) = stall.open(2)
    coupon(stall, percent_bps=2500, uses_most=1)
    order = stall.order(cohort, lin, " maya21 ")
    assert (order.list_minor, order.discount_minor, order.net_minor) == (PRICE, 9975, PRICE - 9975)
    assert uses(stall) == 1
    with pytest.raises(CouponUsedUp):
        stall.order(cohort, he, "MAYA21")
    with stall.work() as w:
        service.cancel_order(w, student_actor(lin), order.code)
        service.cancel_order(w, student_actor(lin), order.code)
    assert uses(stall) == 0
    assert stall.buy(cohort, he, "MAYA21").state == "paid"
    assert uses(stall) == 1


def test_another_coupon_makes_the_order_anew_on_the_same_seat(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open(seats=1)
    coupon(stall)
    first = stall.order(cohort, lin)
    checkout = stall.checkout(lin, first)
    again = stall.order(cohort, lin, "MAYA21")
    assert again.id != first.id
    assert (stall.see(first).state, again.net_minor) == ("canceled", PRICE - 9975)
    assert stall.order(cohort, lin).id == again.id
    drain()
    assert stall.gate.get_checkout(checkout.id).state == "expired"
    assert places.count_seats(stall.read(), cohort.id).taken == 1


def test_a_coupon_of_everything_seats_at_once_and_books_nothing(stall: Stall, drain: Drain) -> None:
    from lms.commerce.ledger.queries import trial_balance

    cohort, (lin,) = stall.open()
    coupon(stall, percent_bps=10_000)
    order = stall.order(cohort, lin, "MAYA21")
    assert (order.state, order.method, order.net_minor, order.seat) == ("paid", "free", 0, "given")
    drain()
    assert trial_balance(stall.read()) == []
    place = places.find_enrollment(stall.read(), cohort.id, lin.id)
    assert place is not None and place.state == "enrolled"


def test_coupons_that_cannot_be_used(stall: Stall, clock: FixedClock) -> None:
    cohort, (lin,) = stall.open()
    coupon(stall)
    with pytest.raises(CouponUnknown):
        stall.order(cohort, lin, "NOBODY")
    with pytest.raises(CouponTaken):
        coupon(stall, "maya21")
    with stall.work() as w:
        assert service.archive_coupon(w, SYSTEM, "maya21").archived_at is not None
    with pytest.raises(CouponOver):
        stall.order(cohort, lin, "MAYA21")
    assert [one.code for one in queries.list_coupons(stall.read(), archived=True)] == ["MAYA21"]


def test_an_open_checkout_is_used_again(stall: Stall, clock: FixedClock) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    checkout = stall.checkout(lin, order)
    with stall.work() as w:
        start = service.begin_payment(w, student_actor(lin), order.code)
    assert (start.url, start.request) == (checkout.url, None)
    clock.advance(timedelta(minutes=32))
    again = stall.checkout(lin, order)
    assert again.id != checkout.id
    # The seat is held as long as the new checkout can be paid.
    assert stall.see(order).hold_until > again.expires_at


def test_an_answer_that_was_lost_is_asked_for_with_the_same_key(stall: Stall) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    stall.gate.fail("lost", "open_checkout")
    with pytest.raises(GatewayUnreachable):
        stall.checkout(lin, order)
    checkout = stall.checkout(lin, order)
    assert checkout.id == "cs_1"
    assert len(queries.list_payments(stall.read(), order.id)) == 1


def test_a_refused_attempt_is_followed_by_another_up_to_a_limit(stall: Stall) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with stall.work() as w:
            start = service.begin_payment(w, student_actor(lin), order.code)
            assert start.attempt == attempt
            service.note_refused(w, order.code, attempt)
    with pytest.raises(TooManyAttempts), stall.work() as w:
        service.begin_payment(w, student_actor(lin), order.code)


def test_strangers_and_ended_orders_pay_nothing(stall: Stall) -> None:
    cohort, (lin, he) = stall.open(2)
    order = stall.order(cohort, lin)
    with pytest.raises(NotFound), stall.work() as w:
        service.begin_payment(w, student_actor(he), order.code)
    with pytest.raises(NotFound), stall.work() as w:
        service.cancel_order(w, student_actor(he), order.code)
    with pytest.raises(NotFound):
        queries.get_my_order(stall.read(), student_actor(he), order.code)
    stall.buy(cohort, he)
    theirs = queries.list_my_orders(stall.read(), he.id)[0]
    with pytest.raises(AlreadyPaid), stall.work() as w:
        service.begin_payment(w, student_actor(he), theirs.code)
    with stall.work() as w:
        service.cancel_order(w, student_actor(lin), order.code)
    with pytest.raises(OrderOver), stall.work() as w:
        service.begin_payment(w, student_actor(lin), order.code)


def test_a_hold_that_ran_out_is_asked_about_before_the_seat_goes_on(
    stall: Stall, clock: FixedClock, drain: Drain
) -> None:
    cohort, (lin, he) = stall.open(2, seats=1)
    coupon(stall)
    order = stall.order(cohort, lin, "MAYA21")
    checkout = stall.checkout(lin, order)
    clock.advance(timedelta(minutes=46))
    stall.gate.fail("dropped", "expire_checkout")
    drain()
    # No answer: the seat stays held until it is known.
    assert stall.see(order).state == "open"
    with pytest.raises(SoldOut):
        stall.order(cohort, he)
    clock.advance(timedelta(minutes=3))
    drain()
    assert (stall.see(order).state, stall.see(order).seat, uses(stall)) == ("expired", "none", 0)
    assert stall.gate.get_checkout(checkout.id).state == "expired"
    assert stall.order(cohort, he).state == "open"


def test_money_on_its_way_keeps_the_seat(stall: Stall, clock: FixedClock, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    checkout = stall.checkout(lin, order)
    stall.gate.pay(checkout.id, later=True)
    for _ in range(3):
        clock.advance(timedelta(minutes=46))
        drain()
        assert stall.see(order).state == "open"
    stall.gate.pay(checkout.id)
    clock.advance(timedelta(minutes=46))
    drain()
    assert stall.see(order).state == "paid"


def test_an_order_that_nobody_tried_to_pay_expires(stall: Stall, clock: FixedClock, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.order(cohort, lin)
    clock.advance(timedelta(minutes=46))
    drain()
    assert stall.see(order).state == "expired"
    assert places.count_seats(stall.read(), cohort.id).taken == 0
    assert stall.order(cohort, lin).id != order.id


def test_an_expired_order_that_is_paid_all_the_same_gets_the_seat(stall: Stall, clock: FixedClock) -> None:
    cohort, (lin,) = stall.open()
    coupon(stall)
    order = stall.order(cohort, lin, "MAYA21")
    checkout = stall.checkout(lin, order)
    with stall.work() as w:
        service.cancel_order(w, SYSTEM, order.code)
    assert uses(stall) == 0
    stall.settle(stall.gate.pay(checkout.id))
    assert (stall.see(order).state, stall.see(order).seat, uses(stall)) == ("paid", "given", 1)


def test_staff_finds_orders_and_sales(stall: Stall) -> None:
    cohort, (lin, he) = stall.open(2)
    paid, other = stall.buy(cohort, lin), stall.order(cohort, he)
    read = stall.read()
    assert [line.code for line in queries.list_orders(read)] == [other.code, paid.code]
    assert [line.code for line in queries.list_orders(read, queries.Wanted(standing="paid"))] == [paid.code]
    assert [line.code for line in queries.list_orders(read, queries.Wanted(q=lin.email.upper()))] == [paid.code]
    assert [line.code for line in queries.list_orders(read, queries.Wanted(q=paid.code.lower()))] == [paid.code]
    assert queries.list_orders(read, queries.Wanted(q="100%_")) == []
    assert queries.count_orders(read) == {"open": 1, "paid": 1}
    day = timedelta(days=1)
    assert queries.sales(read, stall.now() - day, stall.now() + day) == [queries.Sales("CNY", 1, PRICE, 0)]
    assert queries.sales(read, stall.now() - day, stall.now()) == []


def test_an_english_buyer_gets_an_english_checkout(stall: Stall) -> None:
    cohort, _ = stall.open()
    with stall.work() as w:
        maya = make_person(w, "Maya", language="en")
        order = service.start_order(w, as_actor(w, maya), cohort.code, None, "", "en")
        start = service.begin_payment(w, as_actor(w, maya), order.code)
    assert start.request is not None
    assert (start.request.language, start.request.email, start.key) == ("en", maya.email, f"order:{order.code}:1")
    assert start.request.success_url.endswith(f"/orders/{order.code}/return")
