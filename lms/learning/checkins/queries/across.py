"""Reads across cohorts: what the console compares."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Subquery, and_, case, func, select

from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.checkins import models as tables
from lms.learning.checkins.queries.cards import HANDED_IN
from lms.learning.enrollments.queries import enrollment_source
from lms.learning.enrollments.rules import READING


@dataclass(frozen=True)
class DayRate:
    """How a cohort's open day goes: of `students`, `done` have handed in everything that is required."""

    number: int
    students: int
    done: int

    @property
    def percent(self) -> float:
        """Give the share that is done, 0 … 100."""
        return 100 * self.done / self.students if self.students else 0.0


def day_rates(read: Read, cohort_ids: Collection[int]) -> dict[int, DayRate]:
    """Give today's rate of each cohort that has an open day asking for something, in one statement."""
    enrollment, task, row = enrollment_source(), camps.cohort_task_source(), tables.CheckIn
    is_open = and_(task.c.day_number > 0, task.c.unlocks_at <= read.now, task.c.cutoff_at > read.now)
    each = (
        select(
            enrollment.c.cohort_id,
            task.c.day_number,
            case((func.count(task.c.id) == func.count(row.id), 1), else_=0).label("full"),
        )
        .join(task, and_(task.c.cohort_id == enrollment.c.cohort_id, task.c.required, is_open))
        .join(
            row,
            and_(
                row.enrollment_id == enrollment.c.id,
                row.cohort_task_id == task.c.id,
                row.state.in_(HANDED_IN),
            ),
            isouter=True,
        )
        .where(enrollment.c.cohort_id.in_(cohort_ids), enrollment.c.state.in_(READING))
        .group_by(enrollment.c.id, enrollment.c.cohort_id, task.c.day_number)
        .subquery("each")
    )
    rows = read.session.execute(
        select(each.c.cohort_id, func.max(each.c.day_number), func.count(), func.sum(each.c.full)).group_by(
            each.c.cohort_id
        )
    )
    return {cohort_id: DayRate(number, students, int(done)) for cohort_id, number, students, done in rows}


@cache
def active_source() -> Subquery:
    """Offer the enrollments that have handed in or ticked off anything, for joins: enrollment_id."""
    row = tables.CheckIn
    return select(row.enrollment_id).where(row.state.in_(HANDED_IN)).distinct().subquery("active_source")
