"""A student at a task: who, which cohort, which row. Held for the rest of the work."""

from dataclasses import dataclass

from sqlalchemy import select

from lms.kernel.db import insert_once
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort, Task
from lms.learning.checkins import models as tables
from lms.learning.checkins.errors import WorkClosed
from lms.learning.checkins.rules import CheckInState, require_open
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.queries import Enrollment
from lms.learning.enrollments.rules import may_work


@dataclass(frozen=True)
class Place:
    """Where work is handed in."""

    cohort: Cohort
    enrollment: Enrollment
    task: Task


def require_place(work: Work, who: Actor, task_code: str) -> Place:
    """Require somebody who may work on a task now: NotFound for strangers, WorkClosed, DayLocked."""
    task = camps.get_task(work, task_code)
    found = enrollments.find_enrollment(work, task.cohort_id, who.person_id) if who.person_id else None
    if found is None:
        raise NotFound
    cohort = camps.get_cohort_by_id(work, task.cohort_id)
    if not may_work(found.state, cohort.state):
        raise WorkClosed
    require_open(task.day_number, task.unlocks_at, work.now)
    return Place(cohort, found, task)


def hold(work: Work, place: Place) -> tables.CheckIn:
    """Hold the row of a student and task until the commit; made on first use."""
    row = tables.CheckIn
    statement = (
        select(row)
        .where(row.enrollment_id == place.enrollment.id, row.cohort_task_id == place.task.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    held = work.session.scalars(statement).one_or_none()
    if held is not None:
        return held
    insert_once(
        work,
        row,
        ["enrollment_id", "cohort_task_id"],
        code=work.new_code(10),
        enrollment_id=place.enrollment.id,
        cohort_id=place.cohort.id,
        cohort_task_id=place.task.id,
        person_id=place.enrollment.person_id,
        state=CheckInState.DRAFT,
        draft={},
        revisions=0,
        touched_at=work.now,
    )
    return work.session.scalars(statement).one()
