"""Reads of many: the list of students, the class, seats."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import models as tables
from lms.learning.enrollments.rules import CAME_BACK, READING, SEATED, EnrollmentState, may_move_up
from lms.people.accounts.queries import person_source

_E = tables.Enrollment


@dataclass(frozen=True)
class Student:
    """A line of the list of students."""

    id: int
    code: str
    person_id: int
    person_code: str
    display_name: str
    email: str
    state: str
    joined_at: datetime
    why: str


@dataclass(frozen=True)
class Seats:
    """Seats of a cohort and who is where; of those taken some are `held` for people who are paying."""

    seats: int
    taken: int
    waiting: int
    held: int = 0

    @property
    def enrolled(self) -> int:
        """Count the people on seats."""
        return self.taken - self.held

    @property
    def left(self) -> int:
        """Count the free seats."""
        return self.seats - self.taken


def _last_reason() -> ColumnElement[str]:
    change = tables.EnrollmentChange
    return (
        select(change.why)
        .where(change.enrollment_id == _E.id, change.to_state == _E.state)
        .order_by(change.id.desc())
        .limit(1)
        .correlate(_E)
        .scalar_subquery()
    )


def list_students(
    read: Read, cohort_id: int, after: int = 0, limit: int = 50, states: Iterable[str] = EnrollmentState
) -> list[Student]:
    """List students of a cohort in order of joining, by key: those with an id above `after`."""
    person = person_source()
    rows = read.session.execute(
        select(
            _E.id,
            _E.code,
            _E.person_id,
            person.c.code,
            person.c.display_name,
            person.c.email,
            _E.state,
            _E.joined_at,
            func.coalesce(_last_reason(), ""),
        )
        .join(person, person.c.id == _E.person_id)
        .where(_E.cohort_id == cohort_id, _E.id > after, _E.state.in_(list(states)))
        .order_by(_E.id)
        .limit(limit)
    )
    return [Student(*row) for row in rows]


def list_classmates(read: Read, cohort_id: int, class_id: int | None) -> list[Student]:
    """List those who may read in one class of a cohort, by order of joining; no mail addresses."""
    person = person_source()
    query: Select[Any] = (
        select(_E.id, _E.code, _E.person_id, person.c.code, person.c.display_name, _E.state, _E.joined_at)
        .join(person, person.c.id == _E.person_id)
        .where(_E.cohort_id == cohort_id, _E.state.in_(READING))
        .order_by(_E.id)
    )
    if class_id is not None:
        query = query.where(or_(_E.class_id == class_id, _E.class_id.is_(None)))
    return [
        Student(id_, code, person_id, person_code, name, "", state, joined_at, "")
        for id_, code, person_id, person_code, name, state, joined_at in read.session.execute(query)
    ]


def count_seats(read: Read, cohort_id: int) -> Seats:
    """Count seats, those taken and held, and people in line."""
    counter = tables.CohortSeats
    waiting = select(func.count()).where(_E.cohort_id == cohort_id, _E.state == EnrollmentState.WAITLISTED)
    held = select(func.count()).where(tables.SeatHold.cohort_id == cohort_id)
    row = read.session.execute(
        select(counter.seats, counter.taken, waiting.scalar_subquery(), held.scalar_subquery()).where(
            counter.cohort_id == cohort_id
        )
    ).one_or_none()
    return Seats(*row) if row else Seats(camps.get_cohort_by_id(read, cohort_id).seats, 0, 0)


def who_moves_up(cohort: Cohort, now: datetime) -> ColumnElement[bool] | None:
    """Tell, in a statement over enrollments, who in line may take a freed seat of a cohort; None for nobody."""
    waiting = (_E.cohort_id == cohort.id) & (_E.state == EnrollmentState.WAITLISTED)
    if may_move_up(cohort.state, now, cohort.enrolls_until):
        return waiting
    if not may_move_up(cohort.state, now, cohort.enrolls_until, came_back=True):
        return None
    change = tables.EnrollmentChange
    return waiting & _E.prepaid & exists().where(change.enrollment_id == _E.id, change.why == CAME_BACK)


def next_in_line(read: Read, cohort: Cohort) -> str | None:
    """Give the name of who takes the next seat that is freed; None when nobody waits or nobody may move up."""
    waiting = who_moves_up(cohort, read.now)
    if waiting is None:
        return None
    person = person_source()
    first = select(person.c.display_name).join(_E, _E.person_id == person.c.id).where(waiting)
    return read.session.scalar(first.order_by(_E.id).limit(1))


def seats_left(read: Read, cohort_ids: Iterable[int]) -> dict[int, int]:
    """Count free seats per cohort; a cohort nobody has joined yet has all of its seats."""
    wanted = list(cohort_ids)
    cohort = camps.cohort_source()
    counter = tables.CohortSeats
    rows = read.session.execute(
        select(cohort.c.id, func.coalesce(counter.seats - counter.taken, cohort.c.seats))
        .join(counter, counter.cohort_id == cohort.c.id, isouter=True)
        .where(cohort.c.id.in_(wanted))
    )
    return dict(rows.tuples().all())


def count_states(read: Read, cohort_id: int) -> dict[str, int]:
    """Count the enrollments of a cohort by state."""
    rows = read.session.execute(select(_E.state, func.count()).where(_E.cohort_id == cohort_id).group_by(_E.state))
    return dict(rows.tuples().all())


def count_joined(read: Read, cohort_id: int) -> int:
    """Count those who hold a seat."""
    return read.session.scalar(select(func.count()).where(_E.cohort_id == cohort_id, _E.state.in_(SEATED))) or 0
