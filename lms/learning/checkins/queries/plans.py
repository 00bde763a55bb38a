"""A cohort's days with their required tasks, as the folds need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Day
from lms.learning.checkins.rules import DayPlan


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task without its words of instruction."""

    id: int
    code: str
    day_number: int
    position: int
    kind: str
    title: str
    minutes: int
    required: bool
    unlocks_at: datetime
    cutoff_at: datetime


@dataclass(frozen=True)
class Plan:
    """Days and tasks of a cohort in order, and the same as folds need them."""

    days: Sequence[Day]
    tasks: Sequence[TaskLine]

    @property
    def folds(self) -> list[DayPlan]:
        """Give the days with the ids of their required tasks."""
        required: dict[int, list[int]] = {}
        for task in self.tasks:
            if task.required:
                required.setdefault(task.day_number, []).append(task.id)
        return [
            DayPlan(day.number, day.unlocks_at, day.cutoff_at, tuple(required.get(day.number, ()))) for day in self.days
        ]


def load_plan(read: Read, cohort_id: int) -> Plan:
    """Load a cohort's plan in two statements."""
    days = camps.list_days(read, cohort_id)
    times = {day.number: (day.unlocks_at, day.cutoff_at) for day in days}
    rows: Any = read.session.execute(_tasks_statement(), {"cohort": cohort_id})
    return Plan(days, [TaskLine(*(*row, *times[row.day_number])) for row in rows])


@cache  # putting it together takes longer than running it
def _tasks_statement() -> Select[*tuple[Any, ...]]:
    source = camps.cohort_task_source().c
    return (
        select(
            source.id,
            source.code,
            source.day_number,
            source.position,
            source.kind,
            source.title,
            source.minutes,
            source.required,
        )
        .where(source.cohort_id == bindparam("cohort"))
        .order_by(source.day_number, source.position)
    )
