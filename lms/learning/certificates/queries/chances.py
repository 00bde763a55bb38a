"""How far a student is on the way to a certificate, cohort by cohort."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.kernel.work import Read
from lms.learning.camps.queries import Cohort
from lms.learning.camps.rules import CohortState
from lms.learning.certificates import models as tables
from lms.learning.certificates.queries.runs import last_unlock
from lms.learning.certificates.rules import ISSUING_ENROLLMENTS, tasks_needed
from lms.learning.checkins import queries as checkins
from lms.learning.enrollments import queries as enrollments

_MOST = 3


@dataclass(frozen=True)
class Chance:
    """A cohort without a certificate yet. `needed`: required tasks that completion takes; `opens_at`: its last day."""

    cohort: Cohort
    done: int
    total: int
    needed: int
    opens_at: datetime | None

    @property
    def lacking(self) -> int:
        """Count the required tasks still to do."""
        return max(0, self.needed - self.done)


def list_chances(read: Read, person_id: int) -> list[Chance]:
    """List the newest cohorts in which a person may still earn a certificate."""
    certificate = tables.Certificate
    held = set(read.session.scalars(select(certificate.enrollment_id).where(certificate.person_id == person_id)))
    open_ones = [
        one
        for one in enrollments.list_my_cohorts(read, person_id)
        if one.enrollment.id not in held
        and one.enrollment.state in ISSUING_ENROLLMENTS
        and one.cohort.state != CohortState.CANCELED
    ]
    return [_chance(read, one) for one in open_ones[:_MOST]]


def _chance(read: Read, one: enrollments.MyCohort) -> Chance:
    progress = checkins.list_marks(read, one.enrollment)
    total = progress.total_required
    needed = tasks_needed(total, one.cohort.completion_percent)
    return Chance(one.cohort, progress.done_required, total, needed, last_unlock(read, one.cohort.id))
