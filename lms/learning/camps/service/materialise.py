"""Giving a cohort its own copies of a revision's days and tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from lms.kernel.work import Work
from lms.learning.camps import models
from lms.learning.camps.folder.pages import render_day
from lms.learning.camps.queries.revisions import file_codes
from lms.learning.camps.rules import Window


def copy_curriculum(work: Work, cohort: models.Cohort, windows: Sequence[Window]) -> None:
    """Copy all days and tasks of the cohort's revision, each day with its window and rendered once."""
    codes = file_codes(work, cohort.revision_id)
    by_number = {window.number: window for window in windows}
    day, task = models.CampDay, models.TaskDef
    days = work.session.scalars(select(day).where(day.revision_id == cohort.revision_id).order_by(day.number)).all()
    copies = {row.id: _copy_day(cohort, row, by_number[row.number], codes) for row in days}
    work.session.add_all(copies.values())
    work.session.flush()
    tasks = work.session.scalars(
        select(task).where(task.camp_day_id.in_(copies)).order_by(task.camp_day_id, task.position)
    )
    work.session.add_all([_copy_task(work, copies[row.camp_day_id], row, codes) for row in tasks.all()])
    work.session.flush()


def _copy_day(cohort: models.Cohort, row: models.CampDay, window: Window, codes: Mapping[str, str]) -> models.CohortDay:
    return models.CohortDay(
        cohort_id=cohort.id,
        number=row.number,
        day=window.day,
        unlocks_at=window.unlocks_at,
        cutoff_at=window.cutoff_at,
        title=row.title,
        goal=row.goal,
        minutes=row.minutes,
        body_html=render_day(row.body, codes),
    )


def _copy_task(work: Work, day: models.CohortDay, row: models.TaskDef, codes: Mapping[str, str]) -> models.CohortTask:
    return models.CohortTask(
        code=work.new_code(8),
        cohort_id=day.cohort_id,
        cohort_day_id=day.id,
        key=row.key,
        position=row.position,
        kind=row.kind,
        title=row.title,
        minutes=row.minutes,
        required=row.required,
        instructions_html=render_day(row.instructions, codes),
        asks=row.asks,
        min_length=row.min_length,
        number_label=row.number_label,
    )
