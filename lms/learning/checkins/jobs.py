"""What the clock does: reminders before a day's cutoff."""

from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select

from lms.kernel.db import insert_missing
from lms.kernel.outbox import Schedule
from lms.kernel.work import Work
from lms.learning.camps import queries as camps
from lms.learning.camps.rules import CohortState
from lms.learning.checkins import models as tables
from lms.learning.checkins.queries.cards import HANDED_IN
from lms.learning.enrollments.queries import enrollment_source
from lms.learning.enrollments.rules import EnrollmentState
from lms.people.messages.service import Message, post

AHEAD = timedelta(hours=3)
_REMINDED = (CohortState.ENROLLING, CohortState.CLOSED, CohortState.RUNNING)


class Owing(NamedTuple):
    """A student with required tasks still open on a day that is about to close."""

    enrollment_id: int
    person_id: int
    cohort_id: int
    day_id: int
    left: int


def remind(work: Work) -> None:
    """Remind everybody with open required tasks three hours before the cutoff, once per enrollment and day.

    Paused and canceled cohorts are left alone. Mails go before quiet hours begin and never after the cutoff.
    """
    owing = _list_owing(work)
    if not owing:
        return
    insert_missing(
        work,
        tables.DayReminder,
        ["enrollment_id", "cohort_day_id"],
        [{"enrollment_id": one.enrollment_id, "cohort_day_id": one.day_id, "created_at": work.now} for one in owing],
    )
    groups: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for one in owing:
        groups[one.cohort_id, one.day_id, one.left].append(one.person_id)
    cohorts = camps.list_cohorts_of(work, {one.cohort_id for one in owing})
    for (cohort_id, day_id, left), people in groups.items():
        _tell(work, cohorts[cohort_id], day_id, left, people)


def _list_owing(work: Work) -> list[Owing]:
    enrollment, task, cohort = enrollment_source(), camps.cohort_task_source(), camps.cohort_source()
    row, reminder = tables.CheckIn, tables.DayReminder
    reminded = (
        select(reminder.id)
        .where(reminder.enrollment_id == enrollment.c.id, reminder.cohort_day_id == task.c.cohort_day_id)
        .exists()
    )
    open_tasks = func.count(task.c.id) - func.count(row.id)
    found = work.session.execute(
        select(enrollment.c.id, enrollment.c.person_id, enrollment.c.cohort_id, task.c.cohort_day_id, open_tasks)
        .join(task, and_(task.c.cohort_id == enrollment.c.cohort_id, task.c.required))
        .join(cohort, cohort.c.id == enrollment.c.cohort_id)
        .join(
            row,
            and_(
                row.enrollment_id == enrollment.c.id,
                row.cohort_task_id == task.c.id,
                row.state.in_(HANDED_IN),
            ),
            isouter=True,
        )
        .where(enrollment.c.state == EnrollmentState.ENROLLED, cohort.c.state.in_(_REMINDED))
        .where(task.c.unlocks_at <= work.now, task.c.cutoff_at > work.now)
        .where(task.c.cutoff_at <= work.now + AHEAD, task.c.day_number > 0, ~reminded)
        .group_by(enrollment.c.id, enrollment.c.person_id, enrollment.c.cohort_id, task.c.cohort_day_id)
        .having(open_tasks > 0)
    )
    return [Owing(*one) for one in found]


def _tell(work: Work, cohort: camps.Cohort, day_id: int, left: int, people: list[int]) -> None:
    day = next(one for one in camps.list_days(work, cohort.id) if one.id == day_id)
    post(
        work,
        people,
        Message(
            topic="learning/checkins/reminder",
            key=f"reminder:{cohort.code}:{day.number}",
            link=f"/learn/{cohort.code}/days/{day.number}",
            values={
                "day": day.number,
                "title": day.title,
                "left": left,
                "clock": f"{day.cutoff_at.astimezone(ZoneInfo(cohort.time_zone)):%H:%M}",
            },
            expires_at=day.cutoff_at,
        ),
    )


REMINDERS = Schedule(name="check-in-reminders", every=timedelta(minutes=5), run=remind)
