"""Reads of one person's place in one cohort, and who may see what."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, bindparam, exists, func, select

from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import models as tables
from lms.learning.enrollments import rules
from lms.learning.enrollments.errors import StillWaiting, Suspended
from lms.learning.enrollments.rules import LIVE, READING, SEATED, EnrollmentState
from lms.people.accounts.queries import Person, get_person, person_source


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
class Hold:
    """A seat held for one person. `offered_until` is set for somebody from the line who is to pay until then."""

    until: datetime
    ordered: bool
    offered_until: datetime | None

    @property
    def lasts_until(self) -> datetime:
        """Give until when it can be paid for: what an order lets go falls back to what was offered."""
        return max(self.until, self.offered_until or self.until)


@dataclass(frozen=True)
class MyCohort:
    """A cohort somebody is in, with their own enrollment."""

    cohort: Cohort
    enrollment: Enrollment


@dataclass(frozen=True)
class Change:
    """A move of an enrollment; `who` is a name, None for the system."""

    to_state: str
    why: str
    at: datetime
    who: str | None


_E = tables.Enrollment
_COLUMNS = (_E.id, _E.code, _E.cohort_id, _E.person_id, _E.class_id, _E.state, _E.joined_at)


def _one(read: Read, *where: ColumnElement[bool]) -> Enrollment | None:
    row = read.session.execute(select(*_COLUMNS).where(*where)).one_or_none()
    return Enrollment(*row) if row else None


def find_enrollment(read: Read, cohort_id: int, person_id: int) -> Enrollment | None:
    """Find the live enrollment of a person in a cohort, waiting list included."""
    row = read.session.execute(_live_statement(), {"cohort": cohort_id, "person": person_id}).one_or_none()
    return Enrollment(*row) if row else None


@cache  # putting it together takes longer than running it
def _live_statement() -> Select[*tuple[Any, ...]]:
    mine = (_E.cohort_id == bindparam("cohort"), _E.person_id == bindparam("person"))
    return select(*_COLUMNS).where(*mine, _E.state.in_(LIVE))


def had_place(read: Read, cohort_id: int, person_id: int) -> bool:
    """Say whether a person has or once had a place in a cohort, the line included."""
    mine = exists().where(_E.cohort_id == cohort_id, _E.person_id == person_id)
    return bool(read.session.scalar(select(mine)))


def may_come_back(read: Read, cohort: Cohort, person_id: int) -> bool:
    """Say whether somebody who paid for a seat of a cohort and left it may have one again now."""
    states = set(read.session.scalars(select(_E.state).where(_E.cohort_id == cohort.id, _E.person_id == person_id)))
    return not states & SEATED and rules.may_come_back(cohort.state, EnrollmentState.EXPELLED in states)


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


def may_open_day(read: Read, who: Actor, cohort_id: int, number: int) -> bool:
    """Say whether somebody may see a day's material now: staff of the cohort always, students once it is open."""
    if is_cohort_staff(read, who, cohort_id):
        return True
    found = find_enrollment(read, cohort_id, who.person_id) if who.person_id else None
    if found is None:
        return False
    cohort = camps.get_cohort_by_id(read, cohort_id)
    day = next((day for day in camps.list_days(read, cohort_id) if day.number == number), None)
    return day is not None and rules.may_open_day(found.state, cohort.state, day, read.now)


def list_my_cohorts(read: Read, person_id: int) -> list[MyCohort]:
    """List the cohorts a person is or waits in, newest enrollment first."""
    mine = [Enrollment(*row) for row in read.session.execute(_mine_statement(), {"person": person_id})]
    cohorts = camps.list_cohorts_of(read, [one.cohort_id for one in mine])
    return [MyCohort(cohorts[one.cohort_id], one) for one in mine]


@cache
def _mine_statement() -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).where(_E.person_id == bindparam("person"), _E.state.in_(LIVE)).order_by(_E.id.desc())


def last_reason(read: Read, enrollment_id: int) -> str:
    """Give what was written at the last change of an enrollment; empty when nothing was."""
    change = tables.EnrollmentChange
    return (
        read.session.scalar(
            select(change.why).where(change.enrollment_id == enrollment_id).order_by(change.id.desc()).limit(1)
        )
        or ""
    )


def class_name(read: Read, class_id: int | None) -> str:
    """Give the name of a class, empty for none."""
    if class_id is None:
        return ""
    return read.session.scalar(select(tables.CohortClass.name).where(tables.CohortClass.id == class_id)) or ""


@cache
def enrollment_source() -> Subquery:
    """Offer enrollments for joins: id, code, cohort_id, person_id, class_id, state, referral, joined_at."""
    return select(*_COLUMNS, _E.referral).subquery("enrollment_source")


@cache
def seating_source() -> Subquery:
    """Offer every moment at which somebody was given a seat, for joins: cohort_id, person_id, at."""
    change = tables.EnrollmentChange
    given = select(_E.cohort_id, _E.person_id, change.at).join(change, change.enrollment_id == _E.id)
    return given.where(change.to_state == EnrollmentState.ENROLLED).subquery("seating_source")


def waiting_position(read: Read, enrollment: Enrollment) -> int:
    """Give the place in line, from 1; 0 for somebody who does not wait."""
    if enrollment.state != EnrollmentState.WAITLISTED:
        return 0
    ahead = select(func.count()).where(
        _E.cohort_id == enrollment.cohort_id, _E.state == EnrollmentState.WAITLISTED, _E.id <= enrollment.id
    )
    return read.session.scalar(ahead) or 0


def find_hold(read: Read, cohort_id: int, person_id: int) -> Hold | None:
    """Find what is held for a person in a cohort."""
    hold = tables.SeatHold
    mine = (hold.cohort_id == cohort_id, hold.person_id == person_id)
    row = read.session.execute(select(hold.until, hold.ordered, hold.offered_until).where(*mine)).one_or_none()
    return Hold(*row) if row else None


def is_paid_entry(read: Read, cohort_id: int) -> bool:
    """Tell whether people pay before they get a seat."""
    counter = tables.CohortSeats
    return bool(read.session.scalar(select(counter.paid_entry).where(counter.cohort_id == cohort_id)))


def list_changes(read: Read, enrollment_id: int) -> list[Change]:
    """List what happened to an enrollment, newest first, with the name of who did it."""
    change, person = tables.EnrollmentChange, person_source()
    rows = read.session.execute(
        select(change.to_state, change.why, change.at, person.c.display_name)
        .join(person, person.c.id == change.who_id, isouter=True)
        .where(change.enrollment_id == enrollment_id)
        .order_by(change.id.desc())
    )
    return [Change(*row) for row in rows]


def person_of(read: Read, enrollment: Enrollment) -> Person:
    """Give the person of an enrollment."""
    return get_person(read, enrollment.person_id)
