"""Reads of cohorts and of who tutors them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import Select, Subquery, bindparam, func, select
from sqlalchemy.engine import Row

from lms.kernel.text import Language, as_language
from lms.kernel.work import Read
from lms.learning.camps import models
from lms.learning.camps.errors import CohortNotFound
from lms.learning.camps.rules import TAKES_STUDENTS, CohortState
from lms.people.accounts.queries import Person, person_source


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """One run of a camp. `days_total` counts its days without day 0."""

    id: int
    code: str
    camp_id: int
    camp_slug: str
    camp_title: str
    revision_id: int
    number: int
    name: str
    state: CohortState
    language: Language
    time_zone: str
    cutoff: time
    starts_on: date
    ends_on: date
    seats: int
    days_total: int
    completion_percent: int
    certificate_style: str
    enrolls_from: datetime | None
    enrolls_until: datetime | None

    def takes_students(self, now: datetime) -> bool:
        """Tell whether people may join now: the state says so and the enrollment window is open."""
        return (
            self.state in TAKES_STUDENTS
            and (self.enrolls_from is None or self.enrolls_from <= now)
            and (self.enrolls_until is None or now < self.enrolls_until)
        )


@dataclass(frozen=True)
class Change:
    """A move of a cohort; `who` is a person's id, None for the system."""

    from_state: CohortState
    to_state: CohortState
    who: int | None
    why: str
    at: datetime


@cache
def cohort_source() -> Subquery:
    """Give cohorts as a subquery for joins: id, code, camp_id, camp_slug, camp_title, number, name, state,
    language, time_zone, cutoff, starts_on, ends_on, seats, completion_percent.
    """
    cohort, camp = models.Cohort, models.Camp
    return (
        select(
            cohort.id,
            cohort.code,
            cohort.camp_id,
            camp.slug.label("camp_slug"),
            camp.title.label("camp_title"),
            cohort.number,
            cohort.name,
            cohort.state,
            cohort.language,
            cohort.time_zone,
            cohort.cutoff,
            cohort.starts_on,
            cohort.ends_on,
            cohort.seats,
            cohort.completion_percent,
        )
        .join(camp, camp.id == cohort.camp_id)
        .subquery("cohort_source")
    )


@cache  # putting it together takes longer than running it
def _rows() -> Select[*tuple[Any, ...]]:
    cohort, camp, day = models.Cohort, models.Camp, models.CohortDay
    days = select(func.count()).where(day.cohort_id == cohort.id, day.number > 0).correlate(cohort).scalar_subquery()
    return select(
        cohort.id,
        cohort.code,
        cohort.camp_id,
        camp.slug.label("camp_slug"),
        camp.title.label("camp_title"),
        cohort.revision_id,
        cohort.number,
        cohort.name,
        cohort.state,
        cohort.language,
        cohort.time_zone,
        cohort.cutoff,
        cohort.starts_on,
        cohort.ends_on,
        cohort.seats,
        days.label("days_total"),
        cohort.completion_percent,
        cohort.certificate_style,
        cohort.enrolls_from,
        cohort.enrolls_until,
    ).join(camp, camp.id == cohort.camp_id)


@cache
def _by_code() -> Select[*tuple[Any, ...]]:
    return _rows().where(models.Cohort.code == bindparam("wanted"))


@cache
def _by_id() -> Select[*tuple[Any, ...]]:
    return _rows().where(models.Cohort.id == bindparam("wanted"))


@cache
def _by_ids() -> Select[*tuple[Any, ...]]:
    return _rows().where(models.Cohort.id.in_(bindparam("wanted", expanding=True)))


def _cohort(found: Row[*tuple[Any, ...]]) -> Cohort:
    values = found._asdict()
    values["state"], values["language"] = CohortState(values["state"]), as_language(values["language"])
    return Cohort(**values)


def _one(read: Read, statement: Select[*tuple[Any, ...]], wanted: str | int) -> Cohort:
    found = read.session.execute(statement, {"wanted": wanted}).one_or_none()
    if found is None:
        raise CohortNotFound
    return _cohort(found)


def get_cohort(read: Read, code: str) -> Cohort:
    """Get a cohort by its public code. Refuses: CohortNotFound."""
    return _one(read, _by_code(), code)


def get_cohort_by_id(read: Read, cohort_id: int) -> Cohort:
    """Get a cohort by its key. Refuses: CohortNotFound."""
    return _one(read, _by_id(), cohort_id)


def list_cohorts_of(read: Read, ids: Collection[int]) -> dict[int, Cohort]:
    """List cohorts by their keys; those that do not exist are left out."""
    found = read.session.execute(_by_ids(), {"wanted": list(ids)}) if ids else ()
    return {cohort.id: cohort for cohort in map(_cohort, found)}


def list_cohorts(
    read: Read, *, states: Iterable[str] | None = None, before: int | None = None, limit: int = 50
) -> list[Cohort]:
    """List cohorts, the newest first, of all states or some; `before` is the key to page on from."""
    statement = _rows().order_by(models.Cohort.id.desc()).limit(limit)
    if states is not None:
        statement = statement.where(models.Cohort.state.in_(list(states)))
    if before is not None:
        statement = statement.where(models.Cohort.id < before)
    return [_cohort(found) for found in read.session.execute(statement)]


def list_open_cohorts(read: Read, camp_id: int | None = None) -> list[Cohort]:
    """List cohorts that take students now, of one camp or all, the earliest start first."""
    cohort = models.Cohort
    statement = _rows().where(cohort.state.in_(TAKES_STUDENTS)).order_by(cohort.starts_on, cohort.id)
    if camp_id is not None:
        statement = statement.where(cohort.camp_id == camp_id)
    cohorts = [_cohort(found) for found in read.session.execute(statement)]
    return [one for one in cohorts if one.takes_students(read.now)]


# --- Tutors -----------------------------------------------------------------


def is_tutor(read: Read, cohort_id: int, person_id: int | None) -> bool:
    """Tell whether a person tutors a cohort."""
    return person_id is not None and read.session.get(models.CohortTutor, (cohort_id, person_id)) is not None


def list_tutored(read: Read, person_id: int) -> list[Cohort]:
    """List the cohorts a person tutors, the latest start first; canceled ones are left out."""
    statement = (
        _rows()
        .join(models.CohortTutor, models.CohortTutor.cohort_id == models.Cohort.id)
        .where(models.CohortTutor.person_id == person_id, models.Cohort.state != CohortState.CANCELED)
        .order_by(models.Cohort.starts_on.desc(), models.Cohort.id.desc())
    )
    return [_cohort(found) for found in read.session.execute(statement)]


def list_tutors(read: Read, cohort_id: int) -> list[int]:
    """List the person ids of a cohort's tutors."""
    tutor = models.CohortTutor
    return list(
        read.session.scalars(select(tutor.person_id).where(tutor.cohort_id == cohort_id).order_by(tutor.person_id))
    )


def list_changes(read: Read, cohort_id: int) -> list[Change]:
    """List the moves of a cohort, the newest first."""
    change = models.CohortChange
    rows = read.session.scalars(select(change).where(change.cohort_id == cohort_id).order_by(change.id.desc()))
    return [Change(CohortState(r.from_state), CohortState(r.to_state), r.who, r.why, r.at) for r in rows]


def list_cohorts_of_camp(read: Read, camp_id: int, states: Collection[str]) -> list[Cohort]:
    """List the cohorts of one camp in some states, in one statement and no order."""
    found = read.session.execute(
        _rows().where(models.Cohort.camp_id == camp_id, models.Cohort.state.in_(sorted(states)))
    )
    return [_cohort(one) for one in found]


def list_tutor_people(read: Read, cohort_ids: Collection[int]) -> dict[int, list[Person]]:
    """Give the tutors of cohorts as people, by cohort id, in one statement."""
    person, tutor = person_source(), models.CohortTutor
    rows = read.session.execute(
        select(tutor.cohort_id, person)
        .join(person, person.c.id == tutor.person_id)
        .where(tutor.cohort_id.in_(cohort_ids))
        .order_by(tutor.cohort_id, person.c.id)
    )
    people: dict[int, list[Person]] = {}
    for cohort_id, *columns in rows:
        people.setdefault(cohort_id, []).append(Person(*columns))
    return people
