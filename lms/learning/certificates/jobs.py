"""What the certificates room does by the clock."""

from datetime import timedelta

from sqlalchemy import select

from lms.kernel.outbox import ErrandKind, Payload, Schedule
from lms.kernel.parts import Parts
from lms.kernel.work import Read, Work
from lms.learning.camps import queries as camps
from lms.learning.certificates import service
from lms.learning.certificates.rules import ISSUING_COHORTS
from lms.learning.certificates.service.issuing import ISSUE
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.rules import EnrollmentState


def sweep(work: Work) -> None:
    """Issue and close what no event brought, in cohorts whose last day has come and that still have open places."""
    cohort, enrollment = camps.cohort_source(), enrollments.enrollment_source()
    is_open = enrollment.c.state == EnrollmentState.ENROLLED
    waiting = select(enrollment.c.id).where(enrollment.c.cohort_id == cohort.c.id, is_open).exists()
    # A last day that lies in the far east is reached up to a day before UTC's.
    reached = cohort.c.ends_on <= work.now.date() + timedelta(days=1)
    found = select(cohort.c.id).where(cohort.c.state.in_(ISSUING_COHORTS), reached, waiting).order_by(cohort.c.id)
    for cohort_id in list(work.session.scalars(found)):
        service.issue_due(work, cohort_id)


SWEEP = Schedule(name="certificates.sweep", every=timedelta(minutes=15), run=sweep)


def _nothing_first(_read: Read, payload: Payload) -> Payload:
    return payload


def _nothing_outside(_parts: Parts, _key: str, prepared: Payload) -> Payload:
    return prepared


def _issue(work: Work, payload: Payload, _result: Payload) -> None:
    service.issue_due(work, payload["cohort_id"])


# One stretch of a cohort's run: it has no effect outside, it only has a work of its own.
ISSUING = ErrandKind(name=ISSUE, prepare=_nothing_first, perform=_nothing_outside, record=_issue)
