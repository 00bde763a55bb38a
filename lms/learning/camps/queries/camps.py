"""Reads of camps: what the landing page, the promo kits and the console show."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from lms.kernel.text import Language, as_language
from lms.kernel.work import Read
from lms.learning.camps import models
from lms.learning.camps.errors import CampNotFound
from lms.learning.camps.folder.draft import Story
from lms.learning.camps.queries.cohorts import Cohort, list_cohorts_of_camp
from lms.learning.camps.rules import OVER, TAKES_STUDENTS, CampState


@dataclass(frozen=True, kw_only=True)
class Camp:
    """A camp as lists show it; `days_total` counts the days of the current revision without day 0."""

    id: int
    code: str
    slug: str
    title: str
    language: Language
    state: CampState
    revision_id: int | None
    revision: int
    days_total: int
    cohorts: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class DayOutline:
    """A day as the landing page shows it: no material."""

    number: int
    title: str
    goal: str
    minutes: int


@dataclass(frozen=True)
class Landing:
    """All a landing page shows: `open` cohorts take students now, earliest first; `finished` are over, latest first."""

    camp: Camp
    story: Story
    days: list[DayOutline]
    open: list[Cohort]
    finished: list[Cohort]


def _rows() -> Select[models.Camp, int | None, int, int]:
    camp, revision, day, cohort = models.Camp, models.CampRevision, models.CampDay, models.Cohort
    days = (
        select(func.count())
        .where(day.revision_id == camp.current_revision_id, day.number > 0)
        .correlate(camp)
        .scalar_subquery()
    )
    cohorts = select(func.count()).where(cohort.camp_id == camp.id).correlate(camp).scalar_subquery()
    return select(camp, revision.number, days, cohorts).outerjoin(revision, revision.id == camp.current_revision_id)


def _camp(row: models.Camp, revision: int | None, days_total: int, cohorts: int) -> Camp:
    return Camp(
        id=row.id,
        code=row.code,
        slug=row.slug,
        title=row.title,
        language=as_language(row.language),
        state=CampState(row.state),
        revision_id=row.current_revision_id,
        revision=revision or 0,
        days_total=days_total,
        cohorts=cohorts,
        created_at=row.created_at,
    )


def list_camps(read: Read, state: CampState | None = None) -> list[Camp]:
    """List camps of all states or one, the newest first."""
    statement = _rows().order_by(models.Camp.id.desc())
    if state is not None:
        statement = statement.where(models.Camp.state == state)
    return [_camp(*found) for found in read.session.execute(statement)]


def find_camp(read: Read, slug: str) -> Camp | None:
    """Find a camp by its slug."""
    found = read.session.execute(_rows().where(models.Camp.slug == slug)).one_or_none()
    return _camp(*found) if found else None


def get_camp(read: Read, slug: str) -> Camp:
    """Get a camp by its slug. Refuses: CampNotFound."""
    camp = find_camp(read, slug)
    if camp is None:
        raise CampNotFound
    return camp


def get_story(read: Read, slug: str) -> Story:
    """Get the story of a camp's current revision. Refuses: CampNotFound."""
    return _story(read, get_camp(read, slug))


def _story(read: Read, camp: Camp) -> Story:
    story = read.session.scalar(select(models.CampRevision.story).where(models.CampRevision.id == camp.revision_id))
    return Story.from_json(story) if story else Story()


def list_outline(read: Read, revision_id: int | None) -> list[DayOutline]:
    """List the days of a revision in order, without their material."""
    day = models.CampDay
    rows = read.session.execute(
        select(day.number, day.title, day.goal, day.minutes).where(day.revision_id == revision_id).order_by(day.number)
    )
    return [DayOutline(number=r.number, title=r.title, goal=r.goal, minutes=r.minutes) for r in rows]


def get_landing(read: Read, slug: str) -> Landing:
    """Get what the public page of a published camp shows, in three statements.

    Refuses: CampNotFound, also for drafts and archived camps.
    """
    statement = _rows().add_columns(models.CampRevision.story).where(models.Camp.slug == slug)
    found = read.session.execute(statement).one_or_none()
    if found is None or found[0].state != CampState.PUBLISHED:
        raise CampNotFound
    camp = _camp(*found[:4])
    cohorts = list_cohorts_of_camp(read, camp.id, TAKES_STUDENTS | OVER)
    return Landing(
        camp=camp,
        story=Story.from_json(found[4]) if found[4] else Story(),
        days=list_outline(read, camp.revision_id),
        open=sorted((c for c in cohorts if c.takes_students(read.now)), key=lambda c: (c.starts_on, c.id)),
        finished=sorted((c for c in cohorts if c.state in OVER), key=lambda c: (c.ends_on, c.id), reverse=True),
    )


def list_stories(read: Read, camp_ids: Collection[int]) -> dict[int, Story]:
    """Give the story of each camp's current revision, by camp id; camps without one are left out."""
    camp, revision = models.Camp, models.CampRevision
    rows = read.session.execute(
        select(camp.id, revision.story)
        .join(revision, revision.id == camp.current_revision_id)
        .where(camp.id.in_(camp_ids))
    )
    return {camp_id: Story.from_json(story) for camp_id, story in rows}
