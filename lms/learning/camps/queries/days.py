"""Reads of a cohort's days, tasks and files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Subquery, bindparam, select
from sqlalchemy.engine import Row

from lms.kernel.errors import NotFound
from lms.kernel.files import StoredFile
from lms.kernel.work import Read
from lms.learning.camps import models
from lms.learning.camps.errors import DayNotFound
from lms.learning.camps.folder.pages import resolve_places
from lms.learning.camps.rules import TaskKind


@dataclass(frozen=True, kw_only=True)
class Day:
    """A camp day of a cohort. Day 0 lies on the eve, is always open and due with day 1."""

    id: int
    number: int
    day: date
    unlocks_at: datetime
    cutoff_at: datetime
    title: str
    goal: str
    minutes: int

    def is_unlocked(self, now: datetime) -> bool:
        return self.unlocks_at <= now

    def is_over(self, now: datetime) -> bool:
        return self.cutoff_at <= now


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to do on a day. `asks` holds text, link, file, number, picture; empty but for check-ins."""

    id: int
    code: str
    cohort_id: int
    day_id: int
    day_number: int
    key: str
    position: int
    kind: TaskKind
    title: str
    minutes: int
    required: bool
    instructions_html: str
    asks: tuple[str, ...]
    min_length: int
    number_label: str
    unlocks_at: datetime
    cutoff_at: datetime


@dataclass(frozen=True)
class DayPage:
    """A day with its material (safe HTML, pictures addressed) and its tasks in order."""

    day: Day
    body_html: str
    tasks: list[Task]


def _day(row: Any) -> Day:
    return Day(
        id=row.id,
        number=row.number,
        day=row.day,
        unlocks_at=row.unlocks_at,
        cutoff_at=row.cutoff_at,
        title=row.title,
        goal=row.goal,
        minutes=row.minutes,
    )


def list_days(read: Read, cohort_id: int) -> list[Day]:
    """List a cohort's days in order, without their material."""
    return list_days_of(read, [cohort_id])[cohort_id]


def list_days_of(read: Read, cohort_ids: Collection[int]) -> dict[int, list[Day]]:
    """List the days of several cohorts, by cohort and in order, in one statement."""
    found: dict[int, list[Day]] = {cohort_id: [] for cohort_id in cohort_ids}
    if not found:
        return found
    for row in read.session.execute(_days_statement(), {"cohorts": list(found)}):
        found[row.cohort_id].append(_day(row))
    return found


@cache  # putting it together takes longer than running it
def _days_statement() -> Select[*tuple[Any, ...]]:
    day = models.CohortDay
    return (
        select(
            day.cohort_id, day.id, day.number, day.day, day.unlocks_at, day.cutoff_at, day.title, day.goal, day.minutes
        )
        .where(day.cohort_id.in_(bindparam("cohorts", expanding=True)))
        .order_by(day.cohort_id, day.number)
    )


def get_day(read: Read, cohort_id: int, number: int) -> DayPage:
    """Get one day with material and tasks, locked or not: the caller decides who sees it. Refuses: DayNotFound."""
    row = read.session.execute(_day_statement(), {"cohort": cohort_id, "number": number}).one_or_none()
    if row is None:
        raise DayNotFound
    tasks = read.session.execute(_tasks_of_day(), {"day": row.id})
    return DayPage(_day(row), resolve_places(row.body_html, row.code, number), [_task(task) for task in tasks])


@cache
def _day_statement() -> Select[*tuple[Any, ...]]:
    day, cohort = models.CohortDay, models.Cohort
    return (
        select(
            day.id,
            day.number,
            day.day,
            day.unlocks_at,
            day.cutoff_at,
            day.title,
            day.goal,
            day.minutes,
            day.body_html,
            cohort.code,
        )
        .join(cohort, cohort.id == day.cohort_id)
        .where(day.cohort_id == bindparam("cohort"), day.number == bindparam("number"))
    )


# --- Tasks ------------------------------------------------------------------


@cache  # putting it together takes longer than running it
def _tasks() -> Select[*tuple[Any, ...]]:
    task, day, cohort = models.CohortTask, models.CohortDay, models.Cohort
    return (
        select(
            task.id,
            task.code,
            task.cohort_id,
            task.cohort_day_id.label("day_id"),
            day.number.label("day_number"),
            task.key,
            task.position,
            task.kind,
            task.title,
            task.minutes,
            task.required,
            task.instructions_html,
            task.asks,
            task.min_length,
            task.number_label,
            day.unlocks_at,
            day.cutoff_at,
            cohort.code.label("cohort_code"),
        )
        .join(day, day.id == task.cohort_day_id)
        .join(cohort, cohort.id == task.cohort_id)
        .order_by(day.number, task.position)
    )


@cache
def _tasks_of_day() -> Select[*tuple[Any, ...]]:
    return _tasks().where(models.CohortTask.cohort_day_id == bindparam("day"))


@cache
def _task_by_code() -> Select[*tuple[Any, ...]]:
    return _tasks().where(models.CohortTask.code == bindparam("code"))


def _task(found: Row[*tuple[Any, ...]]) -> Task:
    values = found._asdict()
    cohort_code = values.pop("cohort_code")
    values["kind"], values["asks"] = TaskKind(values["kind"]), tuple(values["asks"])
    values["instructions_html"] = resolve_places(values["instructions_html"], cohort_code, values["day_number"])
    return Task(**values)


def list_tasks(read: Read, cohort_id: int) -> list[Task]:
    """List all tasks of a cohort by day and position, with the times of their days."""
    return [_task(found) for found in read.session.execute(_tasks().where(models.CohortTask.cohort_id == cohort_id))]


def get_task(read: Read, code: str) -> Task:
    """Get a task by its public code. Refuses: NotFound."""
    found = read.session.execute(_task_by_code(), {"code": code}).one_or_none()
    if found is None:
        raise NotFound
    return _task(found)


@cache
def cohort_task_source() -> Subquery:
    """Give tasks as a subquery for joins: id, code, cohort_id, cohort_day_id, day_number, day, key, position, kind,
    title, minutes, required, unlocks_at, cutoff_at.
    """
    task, day = models.CohortTask, models.CohortDay
    return (
        select(
            task.id,
            task.code,
            task.cohort_id,
            task.cohort_day_id,
            day.number.label("day_number"),
            day.day,
            task.key,
            task.position,
            task.kind,
            task.title,
            task.minutes,
            task.required,
            day.unlocks_at,
            day.cutoff_at,
        )
        .join(day, day.id == task.cohort_day_id)
        .subquery("cohort_task_source")
    )


def find_day_file(read: Read, cohort_id: int, number: int, code: str) -> StoredFile | None:
    """Find a file by its code if that very day shows it in its material or in a task."""
    day, task, file = models.CohortDay, models.CohortTask, models.CampFile
    stored = read.session.scalars(
        select(StoredFile)
        .join(file, file.file_id == StoredFile.id)
        .join(models.Cohort, models.Cohort.revision_id == file.revision_id)
        .where(models.Cohort.id == cohort_id, StoredFile.code == code)
    ).first()
    if stored is None:
        return None
    texts = [
        *read.session.scalars(select(day.body_html).where(day.cohort_id == cohort_id, day.number == number)),
        *read.session.scalars(
            select(task.instructions_html)
            .join(day, day.id == task.cohort_day_id)
            .where(day.cohort_id == cohort_id, day.number == number)
        ),
    ]
    return stored if any(code in text for text in texts) else None
