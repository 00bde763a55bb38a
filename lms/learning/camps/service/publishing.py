"""A camp's name and whether the public sees it."""

from __future__ import annotations

from sqlalchemy import select

from lms.kernel.db import lock
from lms.kernel.work import Actor, Work
from lms.learning.camps import models
from lms.learning.camps.errors import CampNotFound, NothingToTeach, TitleMissing
from lms.learning.camps.rules import CampState

LONGEST_TITLE = 120


def locked_camp(work: Work, slug: str) -> models.Camp:
    """Hold a camp's row until the work ends. Refuses: CampNotFound."""
    camp_id = work.session.scalar(select(models.Camp.id).where(models.Camp.slug == slug))
    if camp_id is None:
        raise CampNotFound
    return lock(work, models.Camp, camp_id)


def publish_camp(work: Work, who: Actor, slug: str) -> None:
    """Show a camp to the public. Refuses: CampNotFound, NothingToTeach."""
    camp = locked_camp(work, slug)
    if camp.current_revision_id is None:
        raise NothingToTeach
    _move(work, camp, CampState.PUBLISHED)


def archive_camp(work: Work, who: Actor, slug: str) -> None:
    """Take a camp off the public pages; its cohorts go on. Refuses: CampNotFound."""
    _move(work, locked_camp(work, slug), CampState.ARCHIVED)


def rename_camp(work: Work, who: Actor, slug: str, title: str) -> None:
    """Give a camp another title of 1 to 120 characters. Refuses: CampNotFound, TitleMissing."""
    title = " ".join(title.split())
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise TitleMissing(field="title", most=LONGEST_TITLE)
    camp = locked_camp(work, slug)
    work.audit("camp.renamed", subject=f"camp:{slug}", before={"title": camp.title}, after={"title": title})
    camp.title = title


def _move(work: Work, camp: models.Camp, to: CampState) -> None:
    if camp.state != to:
        work.audit("camp.moved", subject=f"camp:{camp.slug}", before={"state": camp.state}, after={"state": to.value})
        camp.state = to
