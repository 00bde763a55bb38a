"""One enrollment's row: held, changed, and the change kept with who and why."""

from sqlalchemy import select

from lms.kernel.work import Actor, Work
from lms.learning.enrollments import models as tables
from lms.learning.enrollments import queries
from lms.learning.enrollments.events import Withdrawn
from lms.learning.enrollments.queries import Enrollment
from lms.learning.enrollments.rules import EnrollmentState, move
from lms.learning.enrollments.service.seats import lock_seats

_E = tables.Enrollment


def locked(work: Work, enrollment_id: int) -> tables.Enrollment:
    """Hold the cohort's counter, then read the row afresh: always in this order, so no two works can cross."""
    lock_seats(work, queries.get_enrollment(work, enrollment_id).cohort_id)
    return work.session.scalars(
        select(_E).where(_E.id == enrollment_id).execution_options(populate_existing=True)
    ).one()


def change(work: Work, who: Actor, row: tables.Enrollment, to: EnrollmentState, why: str) -> bool:
    """Move a held row to a state; False when it is there already. Raises StateRefused."""
    if not move(row.state, to):
        return False
    before, row.state = row.state, to
    row.ended_at = None if to in (EnrollmentState.ENROLLED, EnrollmentState.SUSPENDED) else work.now
    work.session.flush()
    note(work, who, row, before, why)
    return True


def note(work: Work, who: Actor, row: tables.Enrollment, before: str | None, why: str) -> None:
    """Keep who changed what and why; what staff does to somebody goes into the audit trail too."""
    work.add(
        tables.EnrollmentChange(
            enrollment_id=row.id,
            from_state=before,
            to_state=row.state,
            who_id=who.person_id,
            why=why,
            at=work.now,
        )
    )
    if who.is_staff and who.person_id != row.person_id:
        work.audit(
            "enrollment.changed",
            subject=f"enrollment:{row.code}",
            before={"state": before},
            after={"state": row.state, "why": why},
        )


def tell_withdrawn(work: Work, row: tables.Enrollment, *, had_seat: bool, cause: str) -> None:
    """Tell the rooms above that somebody gave up or lost a seat or a place in line."""
    work.tell(
        Withdrawn(
            happened_at=work.now,
            enrollment_id=row.id,
            cohort_id=row.cohort_id,
            person_id=row.person_id,
            referral=row.referral,
            had_seat=had_seat,
            cause=cause,
        )
    )


def as_value(row: tables.Enrollment) -> Enrollment:
    """Give the row as others may see it."""
    return Enrollment(row.id, row.code, row.cohort_id, row.person_id, row.class_id, row.state, row.joined_at)
