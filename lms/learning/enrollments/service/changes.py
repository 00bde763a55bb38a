"""Leaving, pausing and finishing. The caller has checked that the actor may."""

from lms.kernel.work import Actor, Work
from lms.learning.camps import queries as camps
from lms.learning.enrollments.errors import ReasonMissing, StateRefused
from lms.learning.enrollments.queries import Enrollment
from lms.learning.enrollments.rules import SEATED, EnrollmentState
from lms.learning.enrollments.service.line import fill_free_seats, leave_line
from lms.learning.enrollments.service.record import as_value, change, locked, tell_withdrawn
from lms.learning.enrollments.service.seats import free_seat
from lms.learning.enrollments.service.telling import tell_person


def withdraw(work: Work, who: Actor, enrollment_id: int, cause: str) -> Enrollment:
    """Give up a seat or a place in line; the first in line moves up and is told. Twice is once.

    Raises StateRefused when the camp is completed already.
    """
    return _leave(work, who, enrollment_id, EnrollmentState.WITHDRAWN, cause)


def withdraw_student(work: Work, who: Actor, enrollment_id: int, reason: str) -> Enrollment:
    """Withdraw somebody on staff's word, as `withdraw` does; they read the reason. Raises ReasonMissing too."""
    return _leave(work, who, enrollment_id, EnrollmentState.WITHDRAWN, _written(reason), topic="withdrawn")


def expel(work: Work, who: Actor, enrollment_id: int, reason: str) -> Enrollment:
    """Remove a student for good; bars joining this cohort again. Raises ReasonMissing, StateRefused."""
    return _leave(work, who, enrollment_id, EnrollmentState.EXPELLED, _written(reason), topic="expelled")


def suspend(work: Work, who: Actor, enrollment_id: int, reason: str) -> Enrollment:
    """Close the content for a student for now; the seat stays theirs. Raises ReasonMissing, StateRefused."""
    why = _written(reason)
    row = locked(work, enrollment_id)
    if change(work, who, row, EnrollmentState.SUSPENDED, why):
        tell_person(work, camps.get_cohort_by_id(work, row.cohort_id), row, "suspended", reason=why)
    return as_value(row)


def resume(work: Work, who: Actor, enrollment_id: int) -> Enrollment:
    """Open the content again for a suspended student. Twice is once. Raises StateRefused."""
    row = locked(work, enrollment_id)
    if row.state not in (EnrollmentState.SUSPENDED, EnrollmentState.ENROLLED):
        raise StateRefused
    if change(work, who, row, EnrollmentState.ENROLLED, ""):
        tell_person(work, camps.get_cohort_by_id(work, row.cohort_id), row, "resumed")
    return as_value(row)


def finish(work: Work, who: Actor, enrollment_id: int, completed: bool) -> Enrollment:
    """Close an enrollment as completed or not. Twice is once. Raises StateRefused."""
    row = locked(work, enrollment_id)
    change(work, who, row, EnrollmentState.COMPLETED if completed else EnrollmentState.NOT_COMPLETED, "")
    return as_value(row)


def _leave(work: Work, who: Actor, enrollment_id: int, to: EnrollmentState, why: str, topic: str = "") -> Enrollment:
    row = locked(work, enrollment_id)
    had_seat = row.state in SEATED
    if not change(work, who, row, to, why):
        return as_value(row)
    tell_withdrawn(work, row, had_seat=had_seat, cause=why)
    cohort = camps.get_cohort_by_id(work, row.cohort_id)
    if topic:
        tell_person(work, cohort, row, topic, reason=why)
    if had_seat:
        free_seat(work, row.cohort_id)
    if had_seat or leave_line(work, row.cohort_id, row.person_id):
        fill_free_seats(work, who, cohort)
    return as_value(row)


def _written(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(field="reason")
    return reason.strip()
