"""Setting cohorts up, changing them before they start, and moving them through their states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Required, TypedDict, Unpack

from sqlalchemy import func, select

from lms.kernel.db import lock
from lms.kernel.text import Language, Text, as_language
from lms.kernel.work import Actor, Read, Work
from lms.learning.camps import models, queries
from lms.learning.camps.errors import (
    AlreadyStarted,
    EnrollmentWindowReversed,
    NothingToTeach,
    PercentOutOfRange,
    SeatsOutOfRange,
)
from lms.learning.camps.events import CohortMoved, CohortOpened
from lms.learning.camps.folder.draft import Story
from lms.learning.camps.rules import (
    CertificateStyle,
    CohortState,
    Window,
    check_move,
    day_windows,
    has_started,
)
from lms.learning.camps.service.materialise import copy_curriculum
from lms.learning.camps.service.publishing import locked_camp
from lms.learning.camps.service.tutors import assign_tutor

MOST_SEATS = 100_000
_NAME = Text("第 {n} 期", "Cohort {n}")


class CohortPlan(TypedDict, total=False):
    """How a cohort is to run; what is left out comes from the camp's story or a plain default."""

    starts_on: Required[date]
    seats: Required[int]
    time_zone: str
    cutoff: time | None
    tutors: Sequence[int]
    completion_percent: int | None
    certificate_style: str
    name: str
    language: Language
    enrolls_from: datetime | None
    enrolls_until: datetime | None


class CohortChanges(TypedDict, total=False):
    """What may be changed; dates, zone and cutoff only before the start."""

    name: str
    starts_on: date
    time_zone: str
    cutoff: time
    completion_percent: int
    certificate_style: str
    enrolls_from: datetime | None
    enrolls_until: datetime | None


_DATED = ("starts_on", "time_zone", "cutoff")


def open_cohort(work: Work, who: Actor, camp_slug: str, **plan: Unpack[CohortPlan]) -> queries.Cohort:
    """Set up a cohort (state draft) on the camp's current revision, with its own days and tasks.

    Refuses: CampNotFound, NothingToTeach, UnknownZone, SeatsOutOfRange, PercentOutOfRange,
    EnrollmentWindowReversed. Tells: CohortOpened.
    """
    camp = locked_camp(work, camp_slug)
    revision = work.session.get(models.CampRevision, camp.current_revision_id) if camp.current_revision_id else None
    if revision is None:
        raise NothingToTeach
    cohort = _new_cohort(work, camp, Story.from_json(revision.story), plan)
    cohort.revision_id = revision.id
    windows = _windows(work, cohort)
    cohort.ends_on = _last_day(windows)
    work.add(cohort)
    copy_curriculum(work, cohort, windows)
    for person_id in plan.get("tutors", ()):
        assign_tutor(work, who, cohort.id, person_id)
    work.audit("cohort.opened", subject=f"cohort:{cohort.code}", after={"camp": camp_slug, "seats": cohort.seats})
    work.tell(CohortOpened(happened_at=work.now, cohort_id=cohort.id, seats=cohort.seats))
    return queries.get_cohort_by_id(work, cohort.id)


def _new_cohort(work: Work, camp: models.Camp, story: Story, plan: CohortPlan) -> models.Cohort:
    latest = work.session.scalar(select(func.max(models.Cohort.number)).where(models.Cohort.camp_id == camp.id)) or 0
    language = plan.get("language") or as_language(camp.language)
    cutoff = plan.get("cutoff")
    cohort = models.Cohort(
        code=work.new_code(8),
        camp_id=camp.id,
        number=latest + 1,
        name=plan.get("name", "").strip() or _NAME.in_(language, n=latest + 1),
        state=CohortState.DRAFT,
        language=language,
        time_zone=plan.get("time_zone", "Asia/Shanghai"),
        cutoff=story.cutoff if cutoff is None else cutoff,
        starts_on=plan["starts_on"],
        seats=_seats(plan["seats"]),
        completion_percent=plan.get("completion_percent") or story.completion_percent,
        certificate_style=plan.get("certificate_style", CertificateStyle.CLASSIC),
        enrolls_from=plan.get("enrolls_from"),
        enrolls_until=plan.get("enrolls_until"),
        created_at=work.now,
    )
    _check(cohort)
    return cohort


def _seats(seats: int) -> int:
    if not 1 <= seats <= MOST_SEATS:
        raise SeatsOutOfRange(field="seats", most=MOST_SEATS)
    return seats


def _check(cohort: models.Cohort) -> None:
    if not 1 <= cohort.completion_percent <= 100:
        raise PercentOutOfRange(field="completion_percent")
    if cohort.enrolls_from and cohort.enrolls_until and cohort.enrolls_until <= cohort.enrolls_from:
        raise EnrollmentWindowReversed(field="enrolls_until")


def _unlocks(read: Read, revision_id: int) -> Mapping[int, time]:
    story = read.session.scalar(select(models.CampRevision.story).where(models.CampRevision.id == revision_id))
    usual = Story.from_json(story or Story().to_json()).unlock
    day = models.CampDay
    rows = read.session.execute(select(day.number, day.unlock_time).where(day.revision_id == revision_id))
    return {number: at or usual for number, at in rows}


def _windows(read: Read, cohort: models.Cohort) -> list[Window]:
    unlocks = _unlocks(read, cohort.revision_id)
    if not any(number > 0 for number in unlocks):
        raise NothingToTeach
    return day_windows(cohort.starts_on, unlocks, cohort.time_zone, unlocks, cohort.cutoff)


def _last_day(windows: Sequence[Window]) -> date:
    return max(window.day for window in windows if window.number > 0)


def change_cohort(work: Work, who: Actor, cohort_id: int, **changes: Unpack[CohortChanges]) -> queries.Cohort:
    """Change a cohort; new dates, zone or cutoff give its days new windows.

    Refuses: CohortNotFound, AlreadyStarted (dates of a cohort that has begun), UnknownZone,
    PercentOutOfRange, EnrollmentWindowReversed.
    """
    cohort = lock(work, models.Cohort, cohort_id)
    before = {name: getattr(cohort, name) for name in changes}
    after = {name: value for name, value in changes.items() if value != before[name]}
    if not after:
        return queries.get_cohort_by_id(work, cohort_id)
    dated = any(name in after for name in _DATED)
    if dated and has_started(queries.list_days(work, cohort_id), work.now):
        raise AlreadyStarted(field="starts_on")
    with work.session.no_autoflush:  # the last day follows the first a moment later
        for name, value in after.items():
            setattr(cohort, name, value)
        _check(cohort)
        if dated:
            _redate(work, cohort)
    work.audit(
        "cohort.changed",
        subject=f"cohort:{cohort.code}",
        before={name: str(before[name]) for name in after},
        after={name: str(value) for name, value in after.items()},
    )
    work.session.flush()
    return queries.get_cohort_by_id(work, cohort_id)


def _redate(work: Work, cohort: models.Cohort) -> None:
    windows = {window.number: window for window in _windows(work, cohort)}
    for row in work.session.scalars(select(models.CohortDay).where(models.CohortDay.cohort_id == cohort.id)):
        window = windows[row.number]
        row.day, row.unlocks_at, row.cutoff_at = window.day, window.unlocks_at, window.cutoff_at
    cohort.ends_on = cohort.starts_on + timedelta(days=max(windows) - 1)


def move_cohort(work: Work, who: Actor, cohort_id: int, to: str, why: str = "") -> queries.Cohort:
    """Move a cohort into another state and note who and why; a state it is in already changes nothing.

    Refuses: CohortNotFound, MoveRefused, ReasonMissing. Tells: CohortMoved.
    """
    cohort = lock(work, models.Cohort, cohort_id)
    current, target = CohortState(cohort.state), CohortState(to)
    if current != target:
        check_move(current, target, why)
        cohort.state = target
        work.add(
            models.CohortChange(
                cohort_id=cohort.id,
                from_state=current,
                to_state=target,
                who=who.person_id,
                why=why.strip(),
                at=work.now,
            )
        )
        work.audit(
            "cohort.moved",
            subject=f"cohort:{cohort.code}",
            before={"state": current.value},
            after={"state": target.value},
        )
        work.tell(CohortMoved(happened_at=work.now, cohort_id=cohort.id, to=target.value))
    return queries.get_cohort_by_id(work, cohort_id)


def set_seats(work: Work, who: Actor, cohort_id: int, seats: int) -> None:
    """Note the number of seats of a cohort; who sits on them is the business of enrollments.

    Refuses: CohortNotFound, SeatsOutOfRange.
    """
    cohort = lock(work, models.Cohort, cohort_id)
    if cohort.seats != _seats(seats):
        work.audit(
            "cohort.seats_changed",
            subject=f"cohort:{cohort.code}",
            before={"seats": cohort.seats},
            after={"seats": seats},
        )
        cohort.seats = seats
