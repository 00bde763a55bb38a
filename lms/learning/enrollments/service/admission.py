"""Admission: who gets a seat, who stands in line, who moves up."""

from typing import Any

from sqlalchemy import select

from lms.kernel.work import Actor, Work
from lms.learning.camps import queries as camps
from lms.learning.camps import service as cohorts
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import models as tables
from lms.learning.enrollments import queries
from lms.learning.enrollments.errors import PaymentNeeded, ReturnBarred, SeatsGone, SeatsTaken, StateRefused
from lms.learning.enrollments.events import Waitlisted
from lms.learning.enrollments.queries import Enrollment
from lms.learning.enrollments.rules import EnrollmentState, first_state, require_joinable
from lms.learning.enrollments.service.holds import find_hold, use_hold
from lms.learning.enrollments.service.line import fill_free_seats, move_one, tell_enrolled
from lms.learning.enrollments.service.record import as_value, locked, note
from lms.learning.enrollments.service.seats import lock_seats, prepare_cohort, take_seat
from lms.learning.enrollments.service.telling import tell_person

__all__ = ["change_seats", "first_class", "join", "move_up", "prepare_cohort", "require_not_expelled"]

_E = tables.Enrollment


def join(work: Work, who: Actor, cohort_code: str, referral: dict[str, Any] | None) -> Enrollment:
    """Give a seat in a free cohort, or a place in line when it is full.

    Asking again gives the same answer. Raises JoinClosed, JoinTooEarly, JoinTooLate, ReturnBarred, and
    PaymentNeeded where entry is paid and a seat is free: a place in line costs nothing.
    """
    if who.person_id is None:
        raise ValueError("joining needs a person")
    cohort_id = camps.get_cohort(work, cohort_code).id
    counter = lock_seats(work, cohort_id)
    # Read again behind the lock: the cohort may have been closed or canceled while this one waited.
    cohort = camps.get_cohort_by_id(work, cohort_id)
    already = queries.find_enrollment(work, cohort.id, who.person_id)
    if already is not None:
        return already
    require_joinable(cohort.state, work.now, cohort.enrolls_from, cohort.enrolls_until, cohort.time_zone)
    require_not_expelled(work, cohort.id, who.person_id)
    row = work.add(
        _E(
            code=work.new_code(10),
            cohort_id=cohort.id,
            person_id=who.person_id,
            class_id=first_class(work, cohort.id),
            state=first_state(_take(work, counter, who.person_id)),
            referral=referral,
            joined_at=work.now,
        )
    )
    note(work, who, row, None, "")
    if row.state == EnrollmentState.ENROLLED:
        tell_enrolled(work, row)
        tell_person(work, cohort, row, "joined")
    else:
        _line_up(work, cohort, row)
    return as_value(row)


def _take(work: Work, counter: tables.CohortSeats, person_id: int) -> bool:
    held = find_hold(work, counter.cohort_id, person_id)
    if counter.paid_entry:
        if held is not None or counter.taken < counter.seats:
            raise PaymentNeeded
        return False
    # Held while entry was still paid.
    return use_hold(work, counter.cohort_id, person_id) if held else take_seat(work, counter.cohort_id)


def move_up(work: Work, who: Actor, enrollment_id: int) -> Enrollment:
    """Give a free seat to somebody in line, in or out of turn. Twice is once. Raises SeatsGone, StateRefused.

    Where entry is paid and they have not paid yet, the seat is held for them for a day.
    """
    row = locked(work, enrollment_id)
    if row.state == EnrollmentState.ENROLLED:
        return as_value(row)
    if row.state != EnrollmentState.WAITLISTED:
        raise StateRefused
    if find_hold(work, row.cohort_id, row.person_id) is not None:
        return as_value(row)
    if not move_one(work, who, camps.get_cohort_by_id(work, row.cohort_id), row):
        raise SeatsGone
    return as_value(row)


def change_seats(work: Work, who: Actor, cohort_code: str, seats: int) -> int:
    """Change the number of seats; new ones go to those in line, who are told. Gives how many moved up.

    Raises SeatsTaken below the number of people on seats, SeatsOutOfRange.
    """
    cohort = camps.get_cohort(work, cohort_code)
    counter = lock_seats(work, cohort.id)
    if seats < counter.taken:
        raise SeatsTaken(field="seats", taken=counter.taken)
    cohorts.set_seats(work, who, cohort.id, seats)
    counter.seats = seats
    work.session.flush()
    return fill_free_seats(work, who, cohort)


def _line_up(work: Work, cohort: Cohort, row: tables.Enrollment) -> None:
    work.tell(Waitlisted(happened_at=work.now, enrollment_id=row.id, cohort_id=row.cohort_id, person_id=row.person_id))
    tell_person(work, cohort, row, "waitlisted")


def require_not_expelled(work: Work, cohort_id: int, person_id: int) -> None:
    """Refuse ReturnBarred to somebody who was removed from the cohort."""
    change = tables.EnrollmentChange
    why = work.session.scalar(
        select(change.why)
        .join(_E, _E.id == change.enrollment_id)
        .where(_E.cohort_id == cohort_id, _E.person_id == person_id, _E.state == EnrollmentState.EXPELLED)
        .where(change.to_state == EnrollmentState.EXPELLED)
        .limit(1)
    )
    if why is not None:
        raise ReturnBarred(reason=why)


def first_class(work: Work, cohort_id: int) -> int | None:
    """Find the class that newcomers go to."""
    return work.session.scalar(
        select(tables.CohortClass.id)
        .where(tables.CohortClass.cohort_id == cohort_id)
        .order_by(tables.CohortClass.id)
        .limit(1)
    )
