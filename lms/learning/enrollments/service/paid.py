"""Seats that are paid for: held while somebody pays, given when the money came, let go when it did not."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from lms.kernel.work import SYSTEM, Actor, Work
from lms.learning.camps import queries as camps
from lms.learning.enrollments import models as tables
from lms.learning.enrollments import queries
from lms.learning.enrollments.errors import ReturnOver
from lms.learning.enrollments.events import Waitlisted
from lms.learning.enrollments.queries import Enrollment
from lms.learning.enrollments.rules import (
    CAME_BACK,
    MOVES,
    EnrollmentState,
    Outcome,
    first_state,
    may_be_paid_in,
    may_come_back,
    require_joinable,
)
from lms.learning.enrollments.service.admission import require_not_expelled
from lms.learning.enrollments.service.changes import withdraw
from lms.learning.enrollments.service.holds import drop_hold, find_hold, hold_one, use_hold
from lms.learning.enrollments.service.line import fill_free_seats, lapse, seat_from_line, seat_offered, tell_enrolled
from lms.learning.enrollments.service.record import as_value, note
from lms.learning.enrollments.service.seats import lock_seats, take_seat

_E = tables.Enrollment
_H = tables.SeatHold
_AT_ONCE = 50


class Activation(NamedTuple):
    """What became of a paid seat: `already` had one or a paid place in line, `refused` gets the money back."""

    outcome: Outcome
    enrollment: Enrollment | None


def require_payment(work: Work, cohort_id: int, needed: bool) -> None:
    """Make entry to a cohort paid or free; free again, whoever was offered a seat has it. Twice is once."""
    counter = lock_seats(work, cohort_id)
    if counter.paid_entry == needed:
        return
    counter.paid_entry = needed
    work.session.flush()
    if not needed:
        cohort = camps.get_cohort_by_id(work, cohort_id)
        seat_offered(work, SYSTEM, cohort)
        fill_free_seats(work, SYSTEM, cohort)


def hold_seat(work: Work, cohort_id: int, person_id: int, until: datetime) -> bool:
    """Hold a seat for an order until it is released or used; again, it is held longer. False when none is free.

    Raises JoinClosed, JoinTooEarly, JoinTooLate, ReturnBarred for a first hold.
    """
    lock_seats(work, cohort_id)
    hold = find_hold(work, cohort_id, person_id)
    if hold is not None:
        hold.ordered, hold.until = True, max(hold.until, until)
        work.session.flush()
        return True
    cohort = camps.get_cohort_by_id(work, cohort_id)
    require_joinable(cohort.state, work.now, cohort.enrolls_from, cohort.enrolls_until, cohort.time_zone)
    require_not_expelled(work, cohort_id, person_id)
    return hold_one(work, cohort_id, person_id, until, offered=False)


def release_seat(work: Work, cohort_id: int, person_id: int) -> None:
    """Let an order's hold go: back to what was offered while that lasts, else on to the next in line."""
    lock_seats(work, cohort_id)
    hold = find_hold(work, cohort_id, person_id)
    if hold is None or not hold.ordered:
        return
    if hold.offered_until is not None and hold.offered_until > work.now:
        hold.ordered, hold.until = False, hold.offered_until
        work.session.flush()
        return
    _pass_on(work, hold)


def lapse_offers(work: Work) -> int:
    """Pass on the seats that were offered and not paid for in time; gives how many."""
    due = select(_H.cohort_id, _H.person_id).where(_H.offered_until <= work.now, ~_H.ordered)
    passed = 0
    for cohort_id, person_id in work.session.execute(due.order_by(_H.cohort_id, _H.id).limit(_AT_ONCE)).all():
        lock_seats(work, cohort_id)
        hold = find_hold(work, cohort_id, person_id)
        if hold is not None and not hold.ordered:
            _pass_on(work, hold)
            passed += 1
    return passed


def _pass_on(work: Work, hold: tables.SeatHold) -> None:
    cohort = camps.get_cohort_by_id(work, hold.cohort_id)
    offered = hold.offered_until is not None
    drop_hold(work, hold)
    if offered:
        lapse(work, cohort, hold.person_id)
    fill_free_seats(work, SYSTEM, cohort)


def come_back(work: Work, who: Actor, cohort_id: int, person_id: int, referral: dict[str, Any] | None) -> Activation:
    """Give somebody who paid for a seat and left it one again, as `activate` does, until the cohort wraps up.

    Days that closed meanwhile are waived as for late joiners. Raises ReturnOver, ReturnBarred.
    """
    lock_seats(work, cohort_id)
    require_not_expelled(work, cohort_id, person_id)
    if not may_come_back(camps.get_cohort_by_id(work, cohort_id).state, barred=False):
        raise ReturnOver
    return activate(work, who, cohort_id, person_id, referral, CAME_BACK)


def activate(
    work: Work, who: Actor, cohort_id: int, person_id: int, referral: dict[str, Any] | None, why: str = ""
) -> Activation:
    """Give somebody who has paid a seat: the held one, else a free one, else a paid place in line.

    Never refuses: the outcome says what became of it. Sends no messages. Twice, the second is `already`.
    """
    lock_seats(work, cohort_id)
    row, class_id, open_to_them = _standing(work, cohort_id, person_id)
    if not open_to_them:
        return Activation(Outcome.REFUSED, None)
    if row is not None and (row.state != EnrollmentState.WAITLISTED or row.prepaid):
        return Activation(Outcome.ALREADY, as_value(row))
    seated = use_hold(work, cohort_id, person_id) or take_seat(work, cohort_id)
    if row is None:
        row = _enter(work, who, (cohort_id, person_id, class_id), seated, referral, why)
    else:
        row.prepaid = True
        row.referral = referral or row.referral
        if why:
            note(work, who, row, row.state, why)
        if seated:
            seat_from_line(work, who, row)
    work.session.flush()
    return Activation(Outcome.SEATED if seated else Outcome.IN_LINE, as_value(row))


def _standing(work: Work, cohort_id: int, person_id: int) -> tuple[tables.Enrollment | None, int | None, bool]:
    """Find in one statement the live enrollment, the class of newcomers, and whether they may be let in."""
    cohort, group = camps.cohort_source(), tables.CohortClass
    first = select(group.id).where(group.cohort_id == cohort_id).order_by(group.id).limit(1).scalar_subquery()
    mine = (_E.cohort_id == cohort.c.id) & (_E.person_id == person_id) & (_E.state != EnrollmentState.WITHDRAWN)
    statement = select(cohort.c.state, first, _E).join(_E, mine, isouter=True).where(cohort.c.id == cohort_id)
    found = work.session.execute(statement.execution_options(populate_existing=True)).all()
    rows = [row for _, _, row in found if row is not None]
    barred = any(row.state == EnrollmentState.EXPELLED for row in rows)
    live = next((row for row in rows if row.state != EnrollmentState.EXPELLED), None)
    return live, found[0][1], may_be_paid_in(found[0][0], barred)


def _enter(
    work: Work,
    who: Actor,
    place: tuple[int, int, int | None],
    seated: bool,
    referral: dict[str, Any] | None,
    why: str,
) -> tables.Enrollment:
    cohort_id, person_id, class_id = place
    row = work.add(
        _E(
            code=work.new_code(10),
            cohort_id=cohort_id,
            person_id=person_id,
            class_id=class_id,
            state=first_state(seated),
            referral=referral,
            prepaid=True,
            joined_at=work.now,
        )
    )
    note(work, who, row, None, why)
    if seated:
        tell_enrolled(work, row)
    else:
        work.tell(Waitlisted(happened_at=work.now, enrollment_id=row.id, cohort_id=cohort_id, person_id=person_id))
    return row


def withdraw_paid(work: Work, cohort_id: int, person_id: int, cause: str) -> bool:
    """Take a seat or place in line back with its money; False when there is none, or the camp is completed."""
    lock_seats(work, cohort_id)
    found = queries.find_enrollment(work, cohort_id, person_id)
    if found is None or EnrollmentState.WITHDRAWN not in MOVES[EnrollmentState(found.state)]:
        return False
    withdraw(work, SYSTEM, found.id, cause)
    return True
