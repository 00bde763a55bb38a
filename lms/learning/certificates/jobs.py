"""What the certificates room does by the clock."""

from datetime import timedelta

from sqlalchemy import or_, select

from lms.kernel.outbox import Schedule
from lms.kernel.work import Work
from lms.learning.camps import queries as camps
from lms.learning.certificates import models as tables
from lms.learning.certificates import service
from lms.learning.certificates.rules import ISSUING_COHORTS
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.rules import EnrollmentState


def sweep(work: Work) -> None:
    """Issue what handlers could not: in cohorts whose last day has come and where somebody has no certificate yet."""
    cohort, enrollment, certificate = camps.cohort_source(), enrollments.enrollment_source(), tables.Certificate
    waiting = (
        select(enrollment.c.id)
        .outerjoin(certificate, certificate.enrollment_id == enrollment.c.id)
        .where(
            enrollment.c.cohort_id == cohort.c.id,
            or_(
                enrollment.c.state == EnrollmentState.ENROLLED,
                (enrollment.c.state == EnrollmentState.NOT_COMPLETED) & certificate.id.is_(None),
            ),
        )
        .exists()
    )
    # A last day that lies in the far east is reached up to a day before UTC's.
    reached = cohort.c.ends_on <= work.now.date() + timedelta(days=1)
    found = select(cohort.c.id).where(cohort.c.state.in_(ISSUING_COHORTS), reached, waiting).order_by(cohort.c.id)
    for cohort_id in list(work.session.scalars(found)):
        service.issue_due(work, cohort_id)


SWEEP = Schedule(name="certificates.sweep", every=timedelta(minutes=15), run=sweep)
