"""The class as a whole: pulse, who is behind, completion."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Subquery, and_, bindparam, case, distinct, func, or_, select

from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Day
from lms.learning.checkins import models as tables
from lms.learning.checkins.queries.cards import HANDED_IN, Author
from lms.learning.checkins.rules import CheckInState
from lms.learning.enrollments.queries import enrollment_source
from lms.learning.enrollments.rules import READING
from lms.people.accounts.queries import person_source

DONE = (CheckInState.SUBMITTED, CheckInState.ACCEPTED)
_BEHIND_FROM = 2


@dataclass(frozen=True)
class Pulse:
    """How many of a class have handed in something on a day, and who did last."""

    done: int
    total: int
    latest: list[Author]


@dataclass(frozen=True)
class Behind:
    """Somebody who needs a hand, and why: one or more of never started, days missed in a row, returned work."""

    enrollment_code: str
    cohort_id: int
    person: Author
    never_started: bool
    missed_days: int
    returned: int
    last_active_at: datetime | None


def class_pulse(read: Read, cohort_id: int, day: Day) -> Pulse:
    """Count who has handed in or ticked off something of a day, and name the last four: two statements."""
    asked = {"cohort": cohort_id, "day": day.id}
    done, total = read.session.execute(_counts_statement(), asked).one()
    recent: Any = read.session.execute(_recent_statement(), asked) if done else ()
    return Pulse(done, total, [Author(*one) for one in recent])


@cache  # putting them together takes longer than running them, and Today runs them on every visit
def _counts_statement() -> Select[int, int]:
    row, task, enrollment = tables.CheckIn, camps.cohort_task_source(), enrollment_source()
    total = select(func.count()).where(enrollment.c.cohort_id == bindparam("cohort"), enrollment.c.state.in_(READING))
    done = (
        select(func.count(distinct(row.enrollment_id)))
        .join(task, task.c.id == row.cohort_task_id)
        .where(task.c.cohort_day_id == bindparam("day"), row.state.in_(HANDED_IN))
    )
    return select(done.scalar_subquery(), total.scalar_subquery())


@cache
def _recent_statement() -> Select[str, str]:
    row, task, person = tables.CheckIn, camps.cohort_task_source(), person_source()
    return (
        select(person.c.code, person.c.display_name)
        .join(row, row.person_id == person.c.id)
        .join(task, task.c.id == row.cohort_task_id)
        .where(task.c.cohort_day_id == bindparam("day"), row.state.in_(HANDED_IN))
        .group_by(person.c.id, person.c.code, person.c.display_name)
        .order_by(func.max(row.submitted_at).desc(), person.c.id.desc())
        .limit(4)
    )


def list_checked_in(read: Read, cohort_id: int, day_number: int) -> set[int]:
    """List the enrollments that have handed in or ticked off something of a day."""
    row, task = tables.CheckIn, camps.cohort_task_source()
    return set(
        read.session.scalars(
            select(row.enrollment_id)
            .join(task, task.c.id == row.cohort_task_id)
            .where(row.cohort_id == cohort_id, task.c.day_number == day_number, row.state.in_(HANDED_IN))
        )
    )


def required_done(read: Read, cohort_id: int) -> dict[int, tuple[int, int]]:
    """Count (done, asked) required tasks by enrollment id: one aggregated statement.

    Days that closed before somebody joined are not asked for; returned work is not done.
    """
    enrollment, task, row = enrollment_source(), camps.cohort_task_source(), tables.CheckIn
    found = read.session.execute(
        select(
            enrollment.c.id,
            func.count(row.id),
            func.count(task.c.id),
        )
        .join(
            task,
            and_(
                task.c.cohort_id == enrollment.c.cohort_id,
                task.c.required,
                task.c.cutoff_at > enrollment.c.joined_at,
            ),
            isouter=True,
        )
        .join(
            row,
            and_(
                row.enrollment_id == enrollment.c.id,
                row.cohort_task_id == task.c.id,
                row.state.in_(DONE),
            ),
            isouter=True,
        )
        .where(enrollment.c.cohort_id == cohort_id, enrollment.c.state.in_(READING))
        .group_by(enrollment.c.id)
    )
    return {enrollment_id: (done, asked) for enrollment_id, done, asked in found}


def list_behind(read: Read, cohort_id: int | Sequence[int], limit: int = 200) -> list[Behind]:
    """List who is behind in one or more cohorts and why, the longest silence first: one aggregated statement.

    Behind is: never started though a day has closed, two or more closed days in a row without everything
    required (late work counts), or returned work that was not handed in again.
    """
    cohorts = [cohort_id] if isinstance(cohort_id, int) else list(cohort_id)
    days = _closed_days(read, cohorts)
    totals, active = _gaps(days), _activity(cohorts)
    enrollment, person = enrollment_source(), person_source()
    handed_in, returned = func.coalesce(active.c.handed_in, 0), func.coalesce(active.c.returned, 0)
    missed = func.coalesce(totals.c.missed, 0)
    found = read.session.execute(
        select(
            enrollment.c.code,
            enrollment.c.cohort_id,
            person.c.code,
            person.c.display_name,
            handed_in,
            missed,
            returned,
            active.c.last_at,
        )
        .join(person, person.c.id == enrollment.c.person_id)
        .join(totals, totals.c.enrollment_id == enrollment.c.id, isouter=True)
        .join(active, active.c.enrollment_id == enrollment.c.id, isouter=True)
        .where(enrollment.c.cohort_id.in_(cohorts), enrollment.c.state == "enrolled")
        .where(or_(missed >= _BEHIND_FROM, returned > 0, and_(handed_in == 0, missed > 0)))
        .order_by(missed.desc(), returned.desc(), enrollment.c.id)
        .limit(limit)
    )
    return [
        Behind(code, cohort, Author(who, name), done == 0, gap, back, at)
        for code, cohort, who, name, done, gap, back, at in found
    ]


def _closed_days(read: Read, cohorts: Sequence[int]) -> Subquery:
    """Per enrollment and closed day that asked something of it: whether everything was handed in."""
    enrollment, task, row = enrollment_source(), camps.cohort_task_source(), tables.CheckIn
    full = case((func.count(task.c.id) == func.count(row.id), 1), else_=0)
    return (
        select(enrollment.c.id.label("enrollment_id"), task.c.day_number, full.label("full"))
        .join(task, task.c.cohort_id == enrollment.c.cohort_id)
        .join(
            row,
            and_(
                row.enrollment_id == enrollment.c.id,
                row.cohort_task_id == task.c.id,
                row.state.in_(HANDED_IN),
            ),
            isouter=True,
        )
        .where(enrollment.c.cohort_id.in_(cohorts), task.c.required)
        .where(task.c.cutoff_at <= read.now, task.c.cutoff_at > enrollment.c.joined_at)
        .group_by(enrollment.c.id, task.c.day_number)
        .subquery("closed_day")
    )


def _gaps(days: Subquery) -> Subquery:
    """Per enrollment: how many closed days there are since the last full one."""
    last_full = func.max(case((days.c.full == 1, days.c.day_number), else_=-1)).over(partition_by=days.c.enrollment_id)
    marked: Any = select(days.c.enrollment_id, days.c.day_number, last_full.label("last_full")).subquery("marked")
    return (
        select(
            marked.c.enrollment_id,
            func.sum(case((marked.c.day_number > marked.c.last_full, 1), else_=0)).label("missed"),
        )
        .group_by(marked.c.enrollment_id)
        .subquery("gap")
    )


def _activity(cohorts: Sequence[int]) -> Subquery:
    """Per enrollment: when something was last written or handed in, how much there is and how much came back."""
    row = tables.CheckIn
    return (
        select(
            row.enrollment_id,
            func.max(row.touched_at).label("last_at"),
            func.sum(case((row.state.in_(HANDED_IN), 1), else_=0)).label("handed_in"),
            func.sum(case((row.state == CheckInState.RETURNED, 1), else_=0)).label("returned"),
        )
        .where(row.cohort_id.in_(cohorts))
        .group_by(row.enrollment_id)
        .subquery("activity")
    )
