"""Seats that are paid for, on both engines: held, given, offered to the line, passed on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from flask import Flask

from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM, Read, Work
from lms.learning.camps import service as camps
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import queries, service
from lms.learning.enrollments.errors import JoinClosed, PaymentNeeded, ReturnBarred, SeatsGone
from lms.learning.enrollments.rules import OFFER_HOURS, Outcome
from lms.people.accounts.queries import Person
from lms.people.messages.queries import list_notices
from tests.conftest import counting
from tests.factories.accounts import make_people
from tests.factories.camps import make_cohort
from tests.factories.enrollments import make_enrollment, student_actor

Begin = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]
MINUTES = timedelta(minutes=45)


def paid(work: Begin, count: int = 2, **plan: object) -> tuple[Cohort, list[Person]]:
    with work() as w:
        cohort = make_cohort(w, **{"starts_on": date(2026, 12, 1), **plan})  # type: ignore[arg-type]
        service.require_payment(w, cohort.id, needed=True)
        return cohort, make_people(w, count)


def activate(work: Begin, cohort: Cohort, person: Person) -> service.Activation:
    with work() as w:
        return service.activate(w, SYSTEM, cohort.id, person.id, {"partner_id": 7})


def hold(work: Begin, cohort: Cohort, person: Person) -> bool:
    with work() as w:
        return service.hold_seat(w, cohort.id, person.id, w.now + MINUTES)


def release(work: Begin, cohort: Cohort, person: Person) -> None:
    with work() as w:
        service.release_seat(w, cohort.id, person.id)


def state(read: Read, cohort: Cohort, person: Person) -> str | None:
    found = queries.find_enrollment(read, cohort.id, person.id)
    return found.state if found else None


def topics(read: Read, person: Person) -> list[str]:
    return [notice.topic.rsplit("/", 1)[1] for notice in list_notices(read, person.id)]


def test_joining_asks_for_payment_while_seats_are_free(work: Begin, read: Look) -> None:
    cohort, (lin, he) = paid(work, seats=1)
    assert queries.is_paid_entry(read(), cohort.id)
    with pytest.raises(PaymentNeeded), work() as w:
        make_enrollment(w, cohort, lin)
    assert hold(work, cohort, lin)
    with pytest.raises(PaymentNeeded), work() as w:
        make_enrollment(w, cohort, lin)
    with work() as w:
        assert make_enrollment(w, cohort, he).state == "waitlisted"


def test_a_hold_counts_as_taken_until_it_is_released(work: Begin, read: Look) -> None:
    cohort, (lin, he) = paid(work, seats=1)
    assert hold(work, cohort, lin) and hold(work, cohort, lin)
    assert not hold(work, cohort, he)
    assert queries.seats_left(read(), [cohort.id]) == {cohort.id: 0}
    release(work, cohort, lin)
    release(work, cohort, lin)
    assert queries.seats_left(read(), [cohort.id]) == {cohort.id: 1}
    assert hold(work, cohort, he)


def test_holding_is_refused_where_joining_is(work: Begin) -> None:
    cohort, (lin, he) = paid(work)
    with work() as w:
        one = service.activate(w, SYSTEM, cohort.id, lin.id, None)
        assert one.enrollment is not None
        service.expel(w, SYSTEM, one.enrollment.id, "多次抄袭")
        camps.move_cohort(w, SYSTEM, cohort.id, "closed")
    with pytest.raises(JoinClosed):
        hold(work, cohort, he)
    cohort, _ = paid(work)
    assert activate(work, cohort, he).outcome is Outcome.SEATED


def test_the_expelled_and_canceled_cohorts_let_nobody_in(work: Begin, read: Look) -> None:
    cohort, (lin, he) = paid(work)
    one = activate(work, cohort, lin)
    assert one.enrollment is not None
    with work() as w:
        service.expel(w, SYSTEM, one.enrollment.id, "多次抄袭")
    assert activate(work, cohort, lin) == (Outcome.REFUSED, None)
    with pytest.raises(ReturnBarred):
        hold(work, cohort, lin)
    with work() as w:
        camps.move_cohort(w, SYSTEM, cohort.id, "canceled", "人数不够")
    assert activate(work, cohort, he).outcome is Outcome.REFUSED
    assert queries.count_seats(read(), cohort.id).taken == 0


def test_activating_uses_the_hold_once_and_says_nothing(app: Flask, work: Begin, read: Look) -> None:
    cohort, (lin, he) = paid(work, seats=1)
    hold(work, cohort, lin)
    with counting(app) as count:
        first = activate(work, cohort, lin)
    assert count.statements <= 7, count.said
    assert first.outcome is Outcome.SEATED
    assert activate(work, cohort, lin).outcome is Outcome.ALREADY
    assert queries.count_seats(read(), cohort.id) == queries.Seats(1, 1, 0)
    assert queries.find_hold(read(), cohort.id, lin.id) is None
    assert activate(work, cohort, he).outcome is Outcome.IN_LINE
    assert activate(work, cohort, he).outcome is Outcome.ALREADY
    assert topics(read(), lin) == topics(read(), he) == []


def test_a_paid_place_in_line_moves_up_by_itself(work: Begin, read: Look) -> None:
    cohort, (lin, he, wu) = paid(work, 3, seats=1)
    one = activate(work, cohort, lin)
    activate(work, cohort, he)
    with work() as w:
        make_enrollment(w, cohort, wu)
        assert one.enrollment is not None
        service.withdraw(w, SYSTEM, one.enrollment.id, "own_wish")
    assert state(read(), cohort, he) == "enrolled"
    assert topics(read(), he) == ["moved_up"]
    assert state(read(), cohort, wu) == "waitlisted"


def offered(work: Begin, cohort: Cohort, first: Person, line: list[Person]) -> None:
    one = activate(work, cohort, first)
    assert one.enrollment is not None
    with work() as w:
        for person in line:
            make_enrollment(w, cohort, person)
    with work() as w:
        service.withdraw(w, SYSTEM, one.enrollment.id, "own_wish")


def test_who_moves_up_has_a_day_to_pay_and_then_the_next(
    work: Begin, read: Look, clock: FixedClock, drain: Callable[[], int]
) -> None:
    cohort, (lin, he, wu) = paid(work, 3, seats=1)
    offered(work, cohort, lin, [he, wu])
    found = queries.find_hold(read(), cohort.id, he.id)
    assert found is not None and found.offered_until == clock.now() + OFFER_HOURS
    assert topics(read(), he)[0] == "seat_offered"
    assert queries.find_hold(read(), cohort.id, wu.id) is None
    clock.advance(OFFER_HOURS)
    drain()
    assert (state(read(), cohort, he), topics(read(), he)[0]) == (None, "offer_lapsed")
    assert topics(read(), wu)[0] == "seat_offered"
    assert activate(work, cohort, wu).outcome is Outcome.SEATED
    assert queries.count_seats(read(), cohort.id) == queries.Seats(1, 1, 0)


def test_an_order_that_ends_gives_the_offer_back_while_it_lasts(
    work: Begin, read: Look, clock: FixedClock, drain: Callable[[], int]
) -> None:
    cohort, (lin, he, wu) = paid(work, 3, seats=1)
    offered(work, cohort, lin, [he, wu])
    assert hold(work, cohort, he)
    release(work, cohort, he)
    found = queries.find_hold(read(), cohort.id, he.id)
    assert found is not None and not found.ordered
    assert hold(work, cohort, he)
    clock.advance(OFFER_HOURS)
    drain()
    # The order still holds it: whoever sells says when it ends.
    assert queries.find_hold(read(), cohort.id, he.id) is not None
    release(work, cohort, he)
    assert (state(read(), cohort, he), topics(read(), wu)[0]) == (None, "seat_offered")


def test_leaving_the_line_passes_the_offer_on(work: Begin, read: Look) -> None:
    cohort, (lin, he, wu) = paid(work, 3, seats=1)
    offered(work, cohort, lin, [he, wu])
    place = queries.find_enrollment(read(), cohort.id, he.id)
    assert place is not None
    with work() as w:
        service.withdraw(w, student_actor(he), place.id, "own_wish")
    assert topics(read(), wu)[0] == "seat_offered"
    assert queries.count_seats(read(), cohort.id).taken == 1


def test_an_operator_offers_a_seat_out_of_turn(work: Begin, read: Look) -> None:
    cohort, (lin, he, wu) = paid(work, 3, seats=1)
    hold(work, cohort, lin)
    with work() as w:
        make_enrollment(w, cohort, he)
        last = make_enrollment(w, cohort, wu)
    with pytest.raises(SeatsGone), work() as w:
        service.move_up(w, SYSTEM, last.id)
    with work() as w:
        service.change_seats(w, SYSTEM, cohort.code, 3)
        service.move_up(w, SYSTEM, last.id)
        assert service.move_up(w, SYSTEM, last.id).state == "waitlisted"
    assert queries.count_seats(read(), cohort.id) == queries.Seats(3, 3, 2, 3)
    assert topics(read(), wu)[0] == "seat_offered"


def test_free_again_seats_those_who_were_to_pay(work: Begin, read: Look) -> None:
    cohort, (lin, he, wu) = paid(work, 3, seats=1)
    offered(work, cohort, lin, [he, wu])
    with work() as w:
        service.require_payment(w, cohort.id, needed=False)
    assert (state(read(), cohort, he), state(read(), cohort, wu)) == ("enrolled", "waitlisted")
    assert queries.count_seats(read(), cohort.id).taken == 1


def test_a_canceled_cohort_drops_its_holds(work: Begin, read: Look, drain: Callable[[], int]) -> None:
    cohort, (lin, he) = paid(work)
    hold(work, cohort, lin)
    activate(work, cohort, he)
    with work() as w:
        camps.move_cohort(w, SYSTEM, cohort.id, "canceled", "人数不够")
    drain()
    assert queries.count_seats(read(), cohort.id).taken == 0


def test_a_seat_goes_back_with_its_money_once(work: Begin, read: Look) -> None:
    cohort, (lin, he) = paid(work)
    activate(work, cohort, lin)
    with work() as w:
        assert service.withdraw_paid(w, cohort.id, lin.id, "refunded")
        assert not service.withdraw_paid(w, cohort.id, lin.id, "refunded")
        assert not service.withdraw_paid(w, cohort.id, he.id, "refunded")
    assert state(read(), cohort, lin) is None
