"""Giving up a seat that was paid for, on both engines: in time the money goes back, later it brings one back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import AlreadyPaid, CannotReturn, RefundTooLate
from lms.commerce.shop.queries import Order
from lms.kernel.clock import FixedClock
from lms.kernel.errors import NotFound
from lms.kernel.money import half_up
from lms.kernel.work import SYSTEM
from lms.learning.camps import queries as look
from lms.learning.camps import service as camps
from lms.learning.camps.queries import Cohort
from lms.learning.camps.rules import CohortState
from lms.learning.checkins import queries as checkins
from lms.learning.enrollments import queries as places
from lms.learning.enrollments import service as enrollments
from lms.learning.enrollments.errors import JoinClosed, ReturnBarred, ReturnOver
from lms.learning.enrollments.rules import CAME_BACK, WithdrawCause
from lms.people.accounts.queries import Person
from tests.commerce.shop.staging import balances, topics
from tests.factories.accounts import as_actor
from tests.factories.partners import make_someone
from tests.factories.shop import PRICE, Stall, dispute_moved

Drain = Callable[[], int]
WEEK = timedelta(days=7)


def leave(stall: Stall, cohort: Any, person: Any) -> None:
    place = places.find_enrollment(stall.read(), cohort.id, person.id)
    assert place is not None
    with stall.work() as w:
        enrollments.withdraw(w, as_actor(w, person), place.id, WithdrawCause.OWN_WISH)


def come_back_too_late(stall: Stall, clock: FixedClock, drain: Drain) -> tuple[Order, Cohort, Person]:
    """Leave after the deadline, let somebody else have the only seat, and come back to the line."""
    cohort, (lin, he) = stall.open(2, seats=1, refund_until=stall.now() + timedelta(hours=1))
    order = stall.buy(cohort, lin)
    clock.advance(timedelta(hours=1))
    leave(stall, cohort, lin)
    drain()
    stall.buy(cohort, he)
    with stall.work() as w:
        service.take_seat_again(w, as_actor(w, lin), order.code)
    drain()
    return order, cohort, lin


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


def test_waiting_again_after_the_deadline_is_no_way_to_a_refund(stall: Stall, clock: FixedClock, drain: Drain) -> None:
    order, cohort, lin = come_back_too_late(stall, clock, drain)
    found = stall.see(order)
    assert found.seat == "in_line" and queries.waits_again(stall.read(), found)
    assert not queries.may_refund_alone(stall.read(), found)
    paid = queries.what_leaving_means(stall.read(), lin.id, cohort.id)
    assert paid is not None and not paid.comes_back
    with stall.work() as w, pytest.raises(RefundTooLate):
        service.ask_refund(w, as_actor(w, lin), order.code, None, "")
    # Leaving the line is no way round it either, and the way back stays open.
    leave(stall, cohort, lin)
    drain()
    assert (stall.see(order).state, stall.see(order).seat) == ("paid", "none")
    assert queries.list_refunds(stall.read(), order.id) == []
    with stall.work() as w:
        assert service.take_seat_again(w, as_actor(w, lin), order.code).seat == "in_line"


def test_while_the_time_for_refunds_lasts_waiting_again_keeps_it(stall: Stall, drain: Drain) -> None:
    cohort, (lin, he) = stall.open(2, seats=1, refund_until=stall.now() + WEEK)
    order = stall.buy(cohort, lin)
    place = places.find_enrollment(stall.read(), cohort.id, lin.id)
    assert place is not None
    with stall.work() as w:
        enrollments.withdraw_student(w, SYSTEM, place.id, "重复报名")
    drain()
    stall.buy(cohort, he)
    with stall.work() as w:
        assert service.take_seat_again(w, as_actor(w, lin), order.code).seat == "in_line"
    assert queries.may_refund_alone(stall.read(), stall.see(order))
    leave(stall, cohort, lin)
    drain()
    assert stall.see(order).state == "refunded"
    assert queries.list_refunds(stall.read(), order.id)[0].cause == "asked"


def test_a_line_that_closes_leaves_the_money_of_who_came_back_to_staff(
    stall: Stall, clock: FixedClock, drain: Drain
) -> None:
    order, cohort, _ = come_back_too_late(stall, clock, drain)
    with stall.work() as w:
        su = make_someone(w, "苏", roles=("operator",))
        for state in (CohortState.CLOSED, CohortState.RUNNING, CohortState.WRAPPING_UP):
            camps.move_cohort(w, SYSTEM, cohort.id, state, "")
    drain()
    assert stall.see(order).state == "paid" and queries.list_refunds(stall.read(), order.id) == []
    assert topics(stall, su.id)[0] == "line_closed"
    with stall.work() as w:
        refund = service.ask_refund(w, as_actor(w, su), order.code, None, "没有等到座位")
    assert refund.cause == "asked"
    drain()
    assert stall.see(order).state == "refunded"


def test_tuition_is_earned_while_somebody_waits_for_a_seat_they_left(
    stall: Stall, clock: FixedClock, drain: Drain
) -> None:
    order, cohort, _ = come_back_too_late(stall, clock, drain)
    days = [day for day in look.list_days(stall.read(), cohort.id) if day.number > 0]
    clock.advance(days[0].cutoff_at - stall.now() + timedelta(minutes=5))
    with stall.work() as w:
        service.earn_tuition(w, cohort.id)
    assert stall.see(order).earned_minor == half_up(PRICE, 1, len(days))


def leave_running(stall: Stall, clock: FixedClock, drain: Drain, **plan: Any) -> tuple[Order, Cohort, list[Person]]:
    """Buy the seat of a cohort that runs by now without taking anybody new, and leave it two days in."""
    cohort, people = stall.open(3, **plan)
    order = stall.buy(cohort, people[0])
    with stall.work() as w:
        for state in (CohortState.CLOSED, CohortState.RUNNING):
            camps.move_cohort(w, SYSTEM, cohort.id, state, "")
    clock.advance(look.list_days(stall.read(), cohort.id)[2].unlocks_at - stall.now() + timedelta(hours=1))
    leave(stall, cohort, people[0])
    drain()
    return order, cohort, people


def test_a_running_cohort_takes_back_who_paid_and_waives_the_days_between(
    stall: Stall, clock: FixedClock, drain: Drain
) -> None:
    order, cohort, (lin, he, _) = leave_running(stall, clock, drain)
    clock.advance(timedelta(hours=20))
    with stall.work() as w, pytest.raises(JoinClosed):
        enrollments.hold_seat(w, cohort.id, he.id, w.now)
    with stall.work() as w:
        assert service.take_seat_again(w, as_actor(w, lin), order.code).seat == "given"
    place = places.find_enrollment(stall.read(), cohort.id, lin.id)
    assert place is not None and (place.state, place.joined_at) == ("enrolled", stall.now())
    assert places.last_reason(stall.read(), place.id) == CAME_BACK
    marks = checkins.list_marks(stall.read(), place).marks
    assert [str(marks[number]) for number in (1, 2, 3)] == ["excused", "excused", "locked"]


def test_in_a_running_cohort_the_line_still_moves_for_who_came_back(
    stall: Stall, clock: FixedClock, drain: Drain
) -> None:
    order, cohort, (lin, he, wu) = leave_running(stall, clock, drain, seats=2)
    with stall.work() as w:
        for person in (he, wu):
            enrollments.activate(w, SYSTEM, cohort.id, person.id, None)
        assert service.take_seat_again(w, as_actor(w, lin), order.code).seat == "in_line"
    assert places.next_in_line(stall.read(), look.get_cohort(stall.read(), cohort.code)) == lin.display_name
    leave(stall, cohort, he)
    drain()
    assert stall.see(order).seat == "given"
    # Newcomers who wait have not paid for these days, or may have all their money back: nobody puts them in late.
    with stall.work() as w:
        enrollments.activate(w, SYSTEM, cohort.id, he.id, None)
    leave(stall, cohort, wu)
    assert places.next_in_line(stall.read(), look.get_cohort(stall.read(), cohort.code)) is None
    found = places.find_enrollment(stall.read(), cohort.id, he.id)
    assert found is not None and found.state == "waitlisted"


def test_nobody_comes_back_to_a_cohort_that_has_wrapped_up(stall: Stall, clock: FixedClock, drain: Drain) -> None:
    order, cohort, (lin, *_) = leave_running(stall, clock, drain)
    assert places.may_come_back(stall.read(), look.get_cohort(stall.read(), cohort.code), lin.id)
    with stall.work() as w:
        camps.move_cohort(w, SYSTEM, cohort.id, CohortState.WRAPPING_UP, "")
    assert not places.may_come_back(stall.read(), look.get_cohort(stall.read(), cohort.code), lin.id)
    with stall.work() as w, pytest.raises(ReturnOver):
        service.take_seat_again(w, as_actor(w, lin), order.code)


def test_who_was_removed_does_not_come_back(stall: Stall, drain: Drain) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    place = places.find_enrollment(stall.read(), cohort.id, lin.id)
    assert place is not None
    with stall.work() as w:
        enrollments.expel(w, SYSTEM, place.id, "抄袭")
    drain()
    assert not places.may_come_back(stall.read(), cohort, lin.id)
    with stall.work() as w, pytest.raises(ReturnBarred):
        service.take_seat_again(w, as_actor(w, lin), order.code)


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
