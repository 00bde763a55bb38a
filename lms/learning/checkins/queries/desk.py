"""The tutor's queue and one hand-in on the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_

from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Read
from lms.learning.camps import queries as camps
from lms.learning.checkins import models as tables
from lms.learning.checkins.queries.cards import Author
from lms.learning.checkins.queries.hand_ins import Version, list_files, list_versions
from lms.learning.checkins.rules import CheckInState, in_grace
from lms.learning.enrollments import queries as enrollments
from lms.people.accounts.queries import list_people, person_source


@dataclass(frozen=True)
class QueueLine:
    """One hand-in that waits for its review."""

    code: str
    person: Author
    title: str
    day_number: int
    cohort_id: int
    submitted_at: datetime
    revision: int
    late: bool
    claimed_by: int | None
    claimed_until: datetime | None


@dataclass(frozen=True)
class Queue:
    """A page of the queue, oldest first; `after` is the key of the next page."""

    lines: list[QueueLine]
    after: str | None


@dataclass(frozen=True)
class Waiting:
    """What waits for a review: how many, and since when the oldest."""

    count: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class DeskView:
    """One hand-in with everything a tutor needs: versions side by side, who holds the lease, what is next."""

    code: str
    state: str
    revision: int
    cohort: camps.Cohort
    person: Author
    title: str
    day_number: int
    cutoff_at: datetime
    instructions_html: str
    number_label: str
    min_length: int
    submitted_at: datetime | None
    late: bool
    in_grace: bool
    versions: list[Version]
    holder: Author | None
    held_until: datetime | None
    is_mine: bool


def scope(read: Read, who: Actor) -> list[int] | None:
    """List the cohorts whose work somebody may review; None for all (operators)."""
    if who.has("operator"):
        return None
    if who.person_id is None:
        return []
    return [cohort.id for cohort in camps.list_tutored(read, who.person_id)]


def _waiting(cohorts: Sequence[int] | None) -> Select[Any]:
    row, task, person = tables.CheckIn, camps.cohort_task_source(), person_source()
    query: Select[Any] = (
        select(
            row.code,
            person.c.code,
            person.c.display_name,
            task.c.title,
            task.c.day_number,
            row.cohort_id,
            row.submitted_at,
            row.revisions,
            row.timing,
            row.claimed_by,
            row.claimed_until,
        )
        .join(task, task.c.id == row.cohort_task_id)
        .join(person, person.c.id == row.person_id)
        .where(row.state == CheckInState.SUBMITTED)
    )
    return query if cohorts is None else query.where(row.cohort_id.in_(cohorts))


def _line(found: Any) -> QueueLine:
    code, who, name, title, number, cohort_id, at, revision, timed, by, until = found
    return QueueLine(code, Author(who, name), title, number, cohort_id, at, revision, timed == "late", by, until)


def _place_of(code: str) -> Any:
    row = tables.CheckIn
    return select(row.submitted_at, row.id).where(row.code == code)


def queue(read: Read, who: Actor, after: str | None = None, limit: int = 30) -> Queue:
    """List what waits for a review in all cohorts of a tutor, oldest first, by key."""
    row = tables.CheckIn
    query = _waiting(scope(read, who)).order_by(row.submitted_at, row.id).limit(limit + 1)
    if after and (place := read.session.execute(_place_of(after)).one_or_none()):
        query = query.where(tuple_(row.submitted_at, row.id) > tuple_(*place))
    lines = [_line(found) for found in read.session.execute(query)]
    return Queue(lines[:limit], lines[limit - 1].code if len(lines) > limit else None)


def count_queue(read: Read, who: Actor) -> Waiting:
    """Count what waits for a tutor's review, and say since when the oldest does."""
    return _count(read, scope(read, who))


def count_waiting(read: Read) -> Waiting:
    """Count what waits for a review in all cohorts: one statement."""
    return _count(read, None)


def _count(read: Read, cohorts: Sequence[int] | None) -> Waiting:
    row = tables.CheckIn
    query = select(func.count(), func.min(row.submitted_at)).where(row.state == CheckInState.SUBMITTED)
    if cohorts is not None:
        query = query.where(row.cohort_id.in_(cohorts))
    return Waiting(*read.session.execute(query).one())


def next_in_queue(read: Read, who: Actor, code: str, *, back: bool = False) -> str | None:
    """Find the hand-in that waits next after (or before) another one, skipping those others hold now."""
    row = tables.CheckIn
    place = read.session.execute(_place_of(code)).one_or_none()
    query = select(row.code).where(
        row.state == CheckInState.SUBMITTED,
        row.code != code,
        row.claimed_by.is_(None) | (row.claimed_by == who.person_id) | (row.claimed_until <= read.now),
    )
    cohorts = scope(read, who)
    if cohorts is not None:
        query = query.where(row.cohort_id.in_(cohorts))
    here, key = tuple_(row.submitted_at, row.id), (row.submitted_at, row.id)
    if place is not None and place[0] is not None:
        query = query.where(here < tuple_(*place) if back else here > tuple_(*place))
    ordered = query.order_by(*(one.desc() for one in key)) if back else query.order_by(*key)
    return read.session.scalar(ordered.limit(1))


def get_hand_in(read: Read, who: Actor, code: str) -> DeskView:
    """Get one hand-in for staff of its cohort; NotFound for everybody else and for what was never handed in."""
    row, task, person = tables.CheckIn, camps.cohort_task_source(), person_source()
    found = read.session.execute(
        select(row, task.c.code, person.c.code, person.c.display_name)
        .join(task, task.c.id == row.cohort_task_id)
        .join(person, person.c.id == row.person_id)
        .where(row.code == code, row.revisions > 0)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or not enrollments.is_cohort_staff(read, who, found[0].cohort_id):
        raise NotFound
    stored, task_code, person_code, name = found
    about = camps.get_task(read, task_code)
    held = stored.claimed_until is not None and stored.claimed_until > read.now
    return DeskView(
        code=stored.code,
        state=stored.state,
        revision=stored.revisions,
        cohort=camps.get_cohort_by_id(read, stored.cohort_id),
        person=Author(person_code, name),
        title=about.title,
        day_number=about.day_number,
        cutoff_at=about.cutoff_at,
        instructions_html=about.instructions_html,
        number_label=about.number_label,
        min_length=about.min_length,
        submitted_at=stored.submitted_at,
        late=stored.timing == "late",
        in_grace=in_grace(stored.first_submitted_at, about.cutoff_at, stored.timing),
        versions=list_versions(read, stored.id, list_files(read, stored.id)),
        holder=_holder(read, stored.claimed_by) if held else None,
        held_until=stored.claimed_until if held else None,
        is_mine=held and stored.claimed_by == who.person_id,
    )


def _holder(read: Read, person_id: int | None) -> Author | None:
    found = list_people(read, [person_id]).get(person_id) if person_id else None
    return Author(found.code, found.display_name) if found else None
