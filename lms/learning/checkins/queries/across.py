"""Reads across cohorts: what the console compares and counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, and_, case, distinct, func, select

from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.checkins import models as tables
from lms.learning.checkins.queries.student import HANDED_IN
from lms.learning.checkins.rules import CheckInState
from lms.learning.enrollments.queries import enrollment_source
from lms.learning.enrollments.rules import READING


@dataclass(frozen=True)
class DayRate:
    """How many of a cohort's students have handed in something of its present day."""

    number: int
    done: int
    total: int

    @property
    def percent(self) -> float:
        """Give the share in percent, 0 for an empty cohort."""
        return self.done * 100 / self.total if self.total else 0.0


@dataclass(frozen=True)
class Waiting:
    """What waits for a review: how many, and since when the oldest."""

    count: int
    oldest_at: datetime | None


def count_waiting(read: Read) -> Waiting:
    """Count what waits for a review in all cohorts: one statement."""
    row = tables.CheckIn
    found = read.session.execute(
        select(func.count(), func.min(row.submitted_at)).where(row.state == CheckInState.SUBMITTED)
    ).one()
    return Waiting(*found)


def day_rates(read: Read, cohort_ids: Collection[int]) -> dict[int, DayRate]:
    """Give today's rate of each cohort that has a day today: one statement.

    The day is the unlocked one with the next cutoff; of several with one cutoff the highest number.
    """
    task, enrollment, row = camps.cohort_task_source(), enrollment_source(), tables.CheckIn
    today = (
        select(
            task.c.cohort_id,
            task.c.day_number,
            func.row_number()
            .over(partition_by=task.c.cohort_id, order_by=(task.c.cutoff_at, task.c.day_number.desc()))
            .label("place"),
        )
        .where(task.c.cohort_id.in_(cohort_ids), task.c.unlocks_at <= read.now, task.c.cutoff_at > read.now)
        .where(task.c.day_number > 0)
        .group_by(task.c.cohort_id, task.c.day_number, task.c.cutoff_at)
        .subquery("today")
    )
    did = case((row.state.in_(HANDED_IN), enrollment.c.id))
    rows = read.session.execute(
        select(
            today.c.cohort_id,
            today.c.day_number,
            func.count(distinct(did)),
            func.count(distinct(enrollment.c.id)),
        )
        .join(
            enrollment,
            and_(enrollment.c.cohort_id == today.c.cohort_id, enrollment.c.state.in_(READING)),
            isouter=True,
        )
        .join(task, and_(task.c.cohort_id == today.c.cohort_id, task.c.day_number == today.c.day_number))
        .join(row, and_(row.enrollment_id == enrollment.c.id, row.cohort_task_id == task.c.id), isouter=True)
        .where(today.c.place == 1)
        .group_by(today.c.cohort_id, today.c.day_number)
    )
    return {cohort_id: DayRate(number, done, total) for cohort_id, number, done, total in rows}


def active_source() -> Subquery:
    """Offer the enrollments that have handed in or ticked off anything, for joins: enrollment_id."""
    row = tables.CheckIn
    return (
        select(row.enrollment_id).where(row.state.in_(HANDED_IN)).group_by(row.enrollment_id).subquery("active_source")
    )
