"""Giving up a seat that was paid for, on both engines: in time the money goes back, later it brings one back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import AlreadyPaid, CannotReturn
from lms.kernel.clock import FixedClock
from lms.kernel.errors import NotFound
from lms.kernel.work import SYSTEM
from lms.learning.enrollments import queries as places
from lms.learning.enrollments import service as enrollments
from lms.learning.enrollments.rules import WithdrawCause
from tests.commerce.shop.staging import balances
from tests.factories.accounts import as_actor
from tests.factories.shop import PRICE, Stall, dispute_moved

Drain = Callable[[], int]
WEEK = timedelta(days=7)


def leave(stall: Stall, cohort: Any, person: Any) -> None:
    place = places.find_enrollment(stall.read(), cohort.id, person.id)
    assert place is not None
    with stall.work() as w:
        enrollments.withdraw(w, as_actor(w, person), place.id, WithdrawCause.OWN_WISH)


def test_in_time_everything_goes_back_once(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open(refund_until=stall.now() + WEEK)
    order = stall.buy(cohort, lin)
    paid = queries.what_leaving_means(stall.read(), lin.id, cohort.id)
    assert paid is not None and (paid.amount_minor, paid.comes_back) == (PRICE, True)
    leave(stall, cohort, lin)
    drain()
    found = stall.see(order)
    assert (found.state, found.refunded_minor, found.seat) == ("refunded", PRICE, "none")
    assert balances(stall) == {"psp_clearing": 0, "deferred_tuition": 0}
    (refund,) = queries.list_refunds(stall.read(), order.id)
    assert refund.requested_by == lin.id
    # Whoever comes back after that buys anew.
    assert stall.buy(cohort, lin).id != order.id


def test_too_late_the_money_stays_and_brings_the_seat_back(stall: Stall, clock: FixedClock, drain: Drain) -> None:
    cohort, (lin, he) = stall.open(2, refund_until=stall.now() + timedelta(hours=1))
    order = stall.buy(cohort, lin)
    clock.advance(timedelta(hours=1))
    paid = queries.what_leaving_means(stall.read(), lin.id, cohort.id)
    assert paid is not None and not paid.comes_back
    leave(stall, cohort, lin)
    drain()
    assert (stall.see(order).state, stall.see(order).seat) == ("paid", "none")
    with pytest.raises(AlreadyPaid):
        stall.order(cohort, lin)
    with stall.work() as w, pytest.raises(NotFound):
        service.take_seat_again(w, as_actor(w, he), order.code)
    for _ in range(2):
        with stall.work() as w:
            assert service.take_seat_again(w, as_actor(w, lin), order.code).seat == "given"
    place = places.find_enrollment(stall.read(), cohort.id, lin.id)
    assert place is not None and place.state == "enrolled"
    assert balances(stall)["deferred_tuition"] == PRICE


def test_coming_back_to_a_full_cohort_is_a_place_in_line(stall: Stall, drain: Drain) -> None:
    cohort, (lin, he) = stall.open(2, seats=1)
    order = stall.buy(cohort, lin)
    leave(stall, cohort, lin)
    drain()
    stall.buy(cohort, he)
    with stall.work() as w:
        assert service.take_seat_again(w, as_actor(w, lin), order.code).seat == "in_line"
    leave(stall, cohort, he)
    drain()
    assert stall.see(order).seat == "given"


def test_a_seat_that_staff_takes_refunds_nothing_by_itself(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open(refund_until=stall.now() + WEEK)
    order = stall.buy(cohort, lin)
    place = places.find_enrollment(stall.read(), cohort.id, lin.id)
    assert place is not None
    with stall.work() as w:
        enrollments.withdraw_student(w, SYSTEM, place.id, "重复报名")
    drain()
    assert (stall.see(order).state, stall.see(order).seat) == ("paid", "none")


def test_while_the_bank_decides_leaving_promises_nothing(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open(refund_until=stall.now() + WEEK)
    order = stall.buy(cohort, lin)
    payment = queries.list_payments(stall.read(), order.id)[0]
    with stall.work() as w:
        service.move_dispute(w, dispute_moved(payment.payment_id or "", w.now, "open"))
    paid = queries.what_leaving_means(stall.read(), lin.id, cohort.id)
    assert paid is not None and paid.is_disputed and not paid.comes_back
    leave(stall, cohort, lin)
    drain()
    with stall.work() as w, pytest.raises(CannotReturn):
        service.take_seat_again(w, as_actor(w, lin), order.code)


def test_what_went_back_brings_nobody_back(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    with stall.work() as w:
        service.ask_refund(w, SYSTEM, order.code, None, "")
    drain()
    with stall.work() as w, pytest.raises(CannotReturn):
        service.take_seat_again(w, as_actor(w, lin), order.code)
