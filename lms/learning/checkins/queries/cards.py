"""A task and what a student did with it: stored check-ins and the cards made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select

from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.rules import TaskKind
from lms.learning.checkins import models as tables
from lms.learning.checkins.queries.plans import TaskLine
from lms.learning.checkins.rules import CheckInState, DayMark, HandIn, hand_in_of, in_grace
from lms.people.accounts.queries import person_source

AnyTask = TaskLine | camps.Task
HANDED_IN = (CheckInState.SUBMITTED, CheckInState.ACCEPTED, CheckInState.RETURNED)
TRAIL_WORDS = {mark: mark.value for mark in DayMark} | {
    DayMark.MADE_UP: "made-up",
    DayMark.EXCUSED: "done",
    DayMark.OPEN: "today",
}


@dataclass(frozen=True)
class Author:
    """Who wrote something, as the person macros want it."""

    code: str
    display_name: str


@dataclass(frozen=True)
class Said:
    """A tutor's verdict on the latest version."""

    verdict: str
    comment: str
    at: datetime
    tutor: Author


@dataclass(frozen=True)
class Stored:
    """A student's check-in for one task."""

    id: int
    code: str
    task_id: int
    state: str
    timing: str | None
    first_submitted_at: datetime | None
    submitted_at: datetime | None
    revisions: int
    draft: dict[str, Any]
    said: Said | None

    @property
    def hand_in(self) -> HandIn | None:
        """Say how it counts."""
        return hand_in_of(self.state, self.timing)


@dataclass(frozen=True)
class TaskCard:
    """A task with where a student stands with it.

    state: locked · open · draft · missed · submitted · accepted · returned · voided.
    """

    code: str
    day_number: int
    kind: str
    title: str
    minutes: int
    required: bool
    cutoff_at: datetime
    state: str
    late: bool
    in_grace: bool
    submitted_at: datetime | None
    revisions: int
    draft_count: int
    said: Said | None

    @property
    def is_done(self) -> bool:
        """Say whether there is nothing left to do."""
        return self.state in (CheckInState.SUBMITTED, CheckInState.ACCEPTED)

    @property
    def is_hand_in(self) -> bool:
        """Say whether it is handed in rather than ticked off."""
        return self.kind == TaskKind.CHECK_IN


def list_stored(read: Read, enrollment_id: int, day_id: int | None = None) -> dict[int, Stored]:
    """List a student's check-ins, of one day or all, by task id, each with the verdict on its latest version."""
    statement = _stored_statement() if day_id is None else _stored_of_day_statement()
    found: Any = read.session.execute(statement, {"enrollment": enrollment_id, "day": day_id})
    rows: list[tuple[Any, ...]] = [(*one[:9], _said(one[9:])) for one in found]
    return {row[2]: Stored(*row) for row in rows}


@cache  # putting it together takes longer than running it
def _stored_statement() -> Select[*tuple[Any, ...]]:
    stored, review, tutor = tables.CheckIn, tables.Review, person_source()
    return (
        select(
            stored.id,
            stored.code,
            stored.cohort_task_id,
            stored.state,
            stored.timing,
            stored.first_submitted_at,
            stored.submitted_at,
            stored.revisions,
            stored.draft,
            review.verdict,
            review.comment,
            review.created_at,
            tutor.c.code,
            tutor.c.display_name,
        )
        .join(review, and_(review.check_in_id == stored.id, review.revision_number == stored.revisions), isouter=True)
        .join(tutor, tutor.c.id == review.tutor_id, isouter=True)
        .where(stored.enrollment_id == bindparam("enrollment"))
    )


@cache
def _stored_of_day_statement() -> Select[*tuple[Any, ...]]:
    task = camps.cohort_task_source()
    of_day = select(task.c.id).where(task.c.cohort_day_id == bindparam("day"))
    return _stored_statement().where(tables.CheckIn.cohort_task_id.in_(of_day))


def _said(columns: Sequence[Any]) -> Said | None:
    verdict, comment, at, code, name = columns
    return Said(verdict, comment, at, Author(code, name)) if verdict else None


def task_card(task: AnyTask, stored: Stored | None, now: datetime) -> TaskCard:
    """Put a task and what a student did with it together."""
    return TaskCard(
        code=task.code,
        day_number=task.day_number,
        kind=str(task.kind),
        title=task.title,
        minutes=task.minutes,
        required=task.required,
        cutoff_at=task.cutoff_at,
        state=_shown_state(task, stored, now),
        late=bool(stored and stored.timing == "late"),
        in_grace=bool(stored and in_grace(stored.first_submitted_at, task.cutoff_at, stored.timing)),
        submitted_at=stored.submitted_at if stored else None,
        revisions=stored.revisions if stored else 0,
        draft_count=int(stored.draft.get("count", 0)) if stored else 0,
        said=stored.said if stored else None,
    )


def _shown_state(task: AnyTask, stored: Stored | None, now: datetime) -> str:
    if stored and stored.state != CheckInState.DRAFT:
        return stored.state
    if now < task.unlocks_at:
        return "locked"
    if now >= task.cutoff_at:
        return "missed"
    return "draft" if stored and stored.draft.get("count") else "open"
