"""What others may know about enrollments: plain frozen values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, or_, select

from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import models as tables
from lms.learning.enrollments.errors import StillWaiting, Suspended
from lms.learning.enrollments.rules import LIVE, READING, SEATED, EnrollmentState
from lms.people.accounts.queries import person_source


@dataclass(frozen=True)
class Enrollment:
    """One person in one cohort."""

    id: int
    code: str
    cohort_id: int
    person_id: int
    class_id: int | None
    state: str
    joined_at: datetime


@dataclass(frozen=True)
class MyCohort:
    """A cohort somebody is in, with their own enrollment."""

    cohort: Cohort
    enrollment: Enrollment


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
    """Seats of a cohort and who is where."""

    seats: int
    taken: int
    waiting: int

    @property
    def left(self) -> int:
        """Count the free seats."""
        return self.seats - self.taken


_E = tables.Enrollment
_COLUMNS = (_E.id, _E.code, _E.cohort_id, _E.person_id, _E.class_id, _E.state, _E.joined_at)


def _one(read: Read, *where: ColumnElement[bool]) -> Enrollment | None:
    row = read.session.execute(select(*_COLUMNS).where(*where)).one_or_none()
    return Enrollment(*row) if row else None


def find_enrollment(read: Read, cohort_id: int, person_id: int) -> Enrollment | None:
    """Find the live enrollment of a person in a cohort, waiting list included."""
    return _one(read, _E.cohort_id == cohort_id, _E.person_id == person_id, _E.state.in_(LIVE))


def get_enrollment(read: Read, enrollment_id: int) -> Enrollment:
    """Get an enrollment in any state; NotFound."""
    found = _one(read, _E.id == enrollment_id)
    if found is None:
        raise NotFound
    return found


def get_enrollment_by_code(read: Read, code: str) -> Enrollment:
    """Get an enrollment by its public code; NotFound."""
    found = _one(read, _E.code == code)
    if found is None:
        raise NotFound
    return found


def require_place(read: Read, who: Actor, cohort_code: str) -> tuple[Cohort, Enrollment]:
    """Require a live enrollment, a place in line included; NotFound for strangers."""
    cohort = camps.get_cohort(read, cohort_code)
    found = find_enrollment(read, cohort.id, who.person_id) if who.person_id else None
    if found is None:
        raise NotFound
    return cohort, found


def require_student(read: Read, who: Actor, cohort_code: str) -> tuple[Cohort, Enrollment]:
    """Require somebody who may read the cohort: NotFound for strangers, StillWaiting, Suspended."""
    cohort, found = require_place(read, who, cohort_code)
    if found.state in READING:
        return cohort, found
    raise StillWaiting if found.state == EnrollmentState.WAITLISTED else Suspended


def require_member(read: Read, who: Actor, cohort_code: str) -> tuple[Cohort, Enrollment | None]:
    """Require a student or staff of the cohort (its tutors, operators); staff come without enrollment."""
    cohort = camps.get_cohort(read, cohort_code)
    if is_cohort_staff(read, who, cohort.id):
        return cohort, None
    return require_student(read, who, cohort_code)


def is_cohort_staff(read: Read, who: Actor, cohort_id: int) -> bool:
    """Say whether somebody works on this cohort: an operator, or one of its tutors."""
    if who.person_id is None:
        return False
    if who.has("operator"):
        return True
    return who.has("tutor") and camps.is_tutor(read, cohort_id, who.person_id)


def list_my_cohorts(read: Read, person_id: int) -> list[MyCohort]:
    """List the cohorts a person is or waits in, newest enrollment first."""
    rows = read.session.execute(
        select(*_COLUMNS).where(_E.person_id == person_id, _E.state.in_(LIVE)).order_by(_E.id.desc())
    )
    mine = [Enrollment(*row) for row in rows]
    cohorts = camps.list_cohorts_of(read, [one.cohort_id for one in mine])
    return [MyCohort(cohorts[one.cohort_id], one) for one in mine]


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
        Student(id, code, person_id, person_code, name, "", state, joined_at, "")
        for id, code, person_id, person_code, name, state, joined_at in read.session.execute(query)
    ]


def class_name(read: Read, class_id: int | None) -> str:
    """Give the name of a class, empty for none."""
    if class_id is None:
        return ""
    return read.session.scalar(select(tables.CohortClass.name).where(tables.CohortClass.id == class_id)) or ""


def enrollment_source() -> Subquery:
    """Offer enrollments for joins: id, code, cohort_id, person_id, class_id, state, referral, joined_at."""
    return select(*_COLUMNS, _E.referral).subquery("enrollment_source")


def count_seats(read: Read, cohort_id: int) -> Seats:
    """Count seats, people on them and people in line."""
    waiting = select(func.count()).where(_E.cohort_id == cohort_id, _E.state == EnrollmentState.WAITLISTED)
    row = read.session.execute(
        select(tables.CohortSeats.seats, tables.CohortSeats.taken, waiting.scalar_subquery()).where(
            tables.CohortSeats.cohort_id == cohort_id
        )
    ).one_or_none()
    return Seats(*row) if row else Seats(camps.get_cohort_by_id(read, cohort_id).seats, 0, 0)


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
    return {cohort_id: left for cohort_id, left in rows}


def waiting_position(read: Read, enrollment: Enrollment) -> int:
    """Give the place in line, from 1; 0 for somebody who does not wait."""
    if enrollment.state != EnrollmentState.WAITLISTED:
        return 0
    ahead = select(func.count()).where(
        _E.cohort_id == enrollment.cohort_id, _E.state == EnrollmentState.WAITLISTED, _E.id <= enrollment.id
    )
    return read.session.scalar(ahead) or 0


def count_joined(read: Read, cohort_id: int) -> int:
    """Count those who hold a seat."""
    return read.session.scalar(select(func.count()).where(_E.cohort_id == cohort_id, _E.state.in_(SEATED))) or 0
