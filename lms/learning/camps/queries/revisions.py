"""Reads of imports and of what the revisions of a camp hold, for the console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import func, select

from lms.kernel.errors import NotFound
from lms.kernel.files import StoredFile
from lms.kernel.work import Read
from lms.learning.camps import models
from lms.learning.camps.errors import DayNotFound
from lms.learning.camps.folder.draft import Report
from lms.learning.camps.folder.pages import fill_places, render_day
from lms.learning.camps.rules import ImportState, TaskKind


@dataclass(frozen=True)
class Revision:
    """An imported state of a camp; `cohorts` counts those that run it."""

    id: int
    number: int
    imported_by: int | None
    created_at: datetime
    days: int
    cohorts: int


@dataclass(frozen=True)
class TaskLine:
    key: str
    kind: TaskKind
    title: str
    minutes: int
    required: bool


@dataclass(frozen=True)
class DayLine:
    number: int
    title: str
    goal: str
    minutes: int
    unlock: time | None
    tasks: list[TaskLine]


@dataclass(frozen=True)
class TaskPreview:
    kind: TaskKind
    title: str
    minutes: int
    required: bool
    instructions_html: str
    asks: tuple[str, ...]


@dataclass(frozen=True)
class DayPreview:
    """A day of a revision as its students would see it."""

    line: DayLine
    body_html: str
    tasks: list[TaskPreview]


@dataclass(frozen=True, kw_only=True)
class Import:
    """An upload on its way: `done` of `total` lessons read, or its report."""

    code: str
    name: str
    state: ImportState
    done: int
    total: int
    report: Report | None
    asked_by: int | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.state in (ImportState.DONE, ImportState.FAILED)


def list_revisions(read: Read, camp_id: int) -> list[Revision]:
    """List the revisions of a camp, the newest first."""
    revision, day, cohort = models.CampRevision, models.CampDay, models.Cohort
    days = select(func.count()).where(day.revision_id == revision.id).correlate(revision).scalar_subquery()
    cohorts = select(func.count()).where(cohort.revision_id == revision.id).correlate(revision).scalar_subquery()
    rows = read.session.execute(
        select(revision.id, revision.number, revision.imported_by, revision.created_at, days, cohorts)
        .where(revision.camp_id == camp_id)
        .order_by(revision.number.desc())
    )
    return [Revision(*row) for row in rows]


def list_curriculum(read: Read, revision_id: int | None) -> list[DayLine]:
    """List the days of a revision with their tasks."""
    day, task = models.CampDay, models.TaskDef
    rows = read.session.scalars(select(day).where(day.revision_id == revision_id).order_by(day.number)).all()
    tasks: dict[int, list[TaskLine]] = {row.id: [] for row in rows}
    for one in read.session.scalars(select(task).where(task.camp_day_id.in_(tasks)).order_by(task.position)):
        tasks[one.camp_day_id].append(_task_line(one))
    return [_day_line(row, tasks[row.id]) for row in rows]


def _task_line(row: models.TaskDef) -> TaskLine:
    return TaskLine(row.key, TaskKind(row.kind), row.title, row.minutes, row.required)


def _day_line(row: models.CampDay, tasks: list[TaskLine]) -> DayLine:
    return DayLine(row.number, row.title, row.goal, row.minutes, row.unlock_time, tasks)


def file_codes(read: Read, revision_id: int) -> dict[str, str]:
    """Map the paths of a revision's files to their public codes."""
    file = models.CampFile
    rows = read.session.execute(
        select(file.path, StoredFile.code)
        .join(StoredFile, StoredFile.id == file.file_id)
        .where(file.revision_id == revision_id)
    )
    return {row.path: row.code for row in rows}


def preview_day(read: Read, slug: str, revision_id: int | None, number: int) -> DayPreview:
    """Render a day of a revision, its pictures addressed for staff. Refuses: DayNotFound."""
    day, task = models.CampDay, models.TaskDef
    row = read.session.scalars(select(day).where(day.revision_id == revision_id, day.number == number)).one_or_none()
    if row is None:
        raise DayNotFound
    codes = file_codes(read, row.revision_id)
    rows = read.session.scalars(select(task).where(task.camp_day_id == row.id).order_by(task.position)).all()

    def page(markdown: str) -> str:
        return fill_places(
            render_day(markdown, codes),
            file_at=lambda code: f"/console/camps/{slug}/files/{code}",
            day_at=lambda other: f"/console/camps/{slug}/days/{other}",
        )

    return DayPreview(
        _day_line(row, [_task_line(one) for one in rows]),
        page(row.body),
        [
            TaskPreview(
                TaskKind(one.kind), one.title, one.minutes, one.required, page(one.instructions), tuple(one.asks)
            )
            for one in rows
        ],
    )


def get_camp_file(read: Read, camp_id: int, code: str) -> StoredFile:
    """Get a file of any revision of a camp by its code. Refuses: NotFound."""
    file, revision = models.CampFile, models.CampRevision
    stored = read.session.scalars(
        select(StoredFile)
        .join(file, file.file_id == StoredFile.id)
        .join(revision, revision.id == file.revision_id)
        .where(revision.camp_id == camp_id, StoredFile.code == code)
    ).first()
    if stored is None:
        raise NotFound
    return stored


def get_import(read: Read, code: str) -> Import:
    """Get an import by its code. Refuses: NotFound."""
    found = read.session.execute(
        select(models.CampImport, StoredFile.name)
        .join(StoredFile, StoredFile.id == models.CampImport.file_id)
        .where(models.CampImport.code == code)
    ).one_or_none()
    if found is None:
        raise NotFound
    return _import(*found)


def list_imports(read: Read, limit: int = 5) -> list[Import]:
    """List the latest imports."""
    rows = read.session.execute(
        select(models.CampImport, StoredFile.name)
        .join(StoredFile, StoredFile.id == models.CampImport.file_id)
        .order_by(models.CampImport.id.desc())
        .limit(limit)
    )
    return [_import(*row) for row in rows]


def _import(row: models.CampImport, name: str) -> Import:
    state = ImportState(row.state)
    over = state in (ImportState.DONE, ImportState.FAILED)
    return Import(
        code=row.code,
        name=name,
        state=state,
        done=0 if over else row.report.get("done", 0),
        total=0 if over else row.report.get("total", 0),
        report=Report.from_json(row.report) if over else None,
        asked_by=row.asked_by,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
