"""What a cohort may do, and which stretch of time each of its days is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from lms.kernel.text import Text
from lms.learning.camps.errors import MoveRefused, ReasonMissing, UnknownZone

ALWAYS_OPEN = datetime(2000, 1, 1, tzinfo=UTC)
"""The unlock moment of day 0, which opens with the enrollment: earlier than any."""

DEFAULT_CUTOFF = time(0, 0)
DEFAULT_UNLOCK = time(6, 0)


class CampState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class TaskKind(StrEnum):
    READ = "read"
    WATCH = "watch"
    CHECK_IN = "check_in"


class Ask(StrEnum):
    """What a check-in asks for."""

    TEXT = "text"
    LINK = "link"
    FILE = "file"
    NUMBER = "number"
    PICTURE = "picture"


class ImportState(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"


class CertificateStyle(StrEnum):
    CLASSIC = "classic"
    MODERN = "modern"


class CohortState(StrEnum):
    DRAFT = "draft"
    ENROLLING = "enrolling"
    CLOSED = "closed"
    RUNNING = "running"
    PAUSED = "paused"
    WRAPPING_UP = "wrapping_up"
    ENDED = "ended"
    ARCHIVED = "archived"
    CANCELED = "canceled"


COHORT_MOVES: Mapping[CohortState, tuple[CohortState, ...]] = {
    CohortState.DRAFT: (CohortState.ENROLLING, CohortState.CANCELED),
    CohortState.ENROLLING: (CohortState.CLOSED, CohortState.CANCELED),
    CohortState.CLOSED: (CohortState.RUNNING, CohortState.CANCELED),
    CohortState.RUNNING: (CohortState.PAUSED, CohortState.WRAPPING_UP, CohortState.CANCELED),
    CohortState.PAUSED: (CohortState.RUNNING, CohortState.WRAPPING_UP, CohortState.CANCELED),
    CohortState.WRAPPING_UP: (CohortState.ENDED,),
    CohortState.ENDED: (CohortState.ARCHIVED,),
    CohortState.ARCHIVED: (),
    CohortState.CANCELED: (),
}
"""The allowed moves (learning.md §3 States)."""

NEEDS_REASON = frozenset({CohortState.PAUSED, CohortState.CANCELED})
BEFORE_START = frozenset({CohortState.DRAFT, CohortState.ENROLLING, CohortState.CLOSED})
TAKES_STUDENTS = frozenset({CohortState.ENROLLING})
OVER = frozenset({CohortState.ENDED, CohortState.ARCHIVED})


def check_move(current: CohortState, to: CohortState, why: str) -> None:
    """Refuse a move that the table does not have, and a pause or cancellation without a reason.

    Refuses: MoveRefused, ReasonMissing.
    """
    if to not in COHORT_MOVES[current]:
        raise MoveRefused
    if to in NEEDS_REASON and not why.strip():
        raise ReasonMissing(field="why")


# --- Days -------------------------------------------------------------------
# What a cohort in each state is called, everywhere, with the colour of its tag.
STATES: Mapping[CohortState, tuple[str, Text]] = {
    CohortState.DRAFT: ("plain", Text("草稿", "Draft")),
    CohortState.ENROLLING: ("ember", Text("招生中", "Enrolling")),
    CohortState.CLOSED: ("sky", Text("已截止报名", "Enrollment closed")),
    CohortState.RUNNING: ("ok", Text("进行中", "Running")),
    CohortState.PAUSED: ("amber", Text("暂停", "Paused")),
    CohortState.WRAPPING_UP: ("sky", Text("收尾中", "Wrapping up")),
    CohortState.ENDED: ("plain", Text("已结营", "Ended")),
    CohortState.ARCHIVED: ("plain", Text("已归档", "Archived")),
    CohortState.CANCELED: ("rose", Text("已取消", "Canceled")),
}


@dataclass(frozen=True)
class Window:
    """One camp day: its local date and the instants (aware, UTC) at which it unlocks and is due."""

    number: int
    day: date
    unlocks_at: datetime
    cutoff_at: datetime


def zone_of(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name. Refuses: UnknownZone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown; malformed; a folder of the zone database
        raise UnknownZone(field="time_zone") from error


def instant(day: date, at: time, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """Find when the wall clock of a zone shows `at` on `day` (aware, UTC).

    An hour that comes twice gives its first showing, or with `last` its second; a time that is skipped
    gives the moment at which the clock jumps over it.
    """
    wall = datetime.combine(day, at)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first <= second:
        return second if last else first
    return _jump_between(second, first, zone)


def _jump_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def cutoff_of(day: date, cutoff: time, zone: ZoneInfo) -> datetime:
    """Find when a day is due: before noon means the following calendar day, from noon on the day itself."""
    due_on = day + timedelta(days=1) if cutoff < time(12) else day
    return instant(due_on, cutoff, zone, last=True)


def day_windows(
    starts_on: date,
    numbers: Iterable[int],
    time_zone: str,
    unlock: time | Mapping[int, time],
    cutoff: time,
) -> list[Window]:
    """Give each camp day its window, in order of the numbers; day 1 lies on `starts_on`.

    Day D spans cutoff(D−1)…cutoff(D) and never unlocks outside it. A number left out is a rest day.
    Day 0 lies on the eve, is always open and due with day 1. `unlock` is one wall time or one per number
    (06:00 where it has none). Refuses: UnknownZone.
    """
    zone = zone_of(time_zone)
    windows = []
    for number in sorted(set(numbers)):
        day = starts_on + timedelta(days=number - 1)
        if number == 0:
            windows.append(Window(0, day, ALWAYS_OPEN, cutoff_of(starts_on, cutoff, zone)))
            continue
        at = unlock if isinstance(unlock, time) else unlock.get(number, DEFAULT_UNLOCK)
        opens, due = cutoff_of(day - timedelta(days=1), cutoff, zone), cutoff_of(day, cutoff, zone)
        unlocks_at = instant(day, at, zone)
        if unlocks_at >= due:  # a 23:00 unlock with a 22:00 cutoff belongs to the evening before
            unlocks_at = instant(day - timedelta(days=1), at, zone)
        windows.append(Window(number, day, max(unlocks_at, opens), due))
    return windows


class Spanned(Protocol):
    """Anything with the times of a camp day."""

    @property
    def number(self) -> int: ...
    @property
    def unlocks_at(self) -> datetime: ...
    @property
    def cutoff_at(self) -> datetime: ...


AnyDay = TypeVar("AnyDay", bound=Spanned)


def current_day(days: Sequence[AnyDay], now: datetime) -> AnyDay | None:
    """Find the day that `now` belongs to; None before the first, on a rest day and after the last.

    A day begins with the cutoff of the day before it, also while it is still locked; the first day, and
    the first after a rest day, begin when they unlock. Until day 1 unlocks it is day 0, where there is one.
    """
    before: AnyDay | None = None
    for day in sorted(days, key=lambda one: one.number):
        follows = before is not None and before.number > 0 and before.number == day.number - 1
        begins = before.cutoff_at if before is not None and follows else day.unlocks_at
        if day.number > 0 and begins <= now < day.cutoff_at:
            return day
        before = day
    waiting = [day for day in days if day.number == 0]
    firsts = [day.unlocks_at for day in days if day.number > 0]
    return waiting[0] if waiting and (not firsts or now < min(firsts)) else None


def has_started(days: Iterable[Spanned], now: datetime) -> bool:
    """Tell whether the first day after day 0 has unlocked."""
    return any(day.number > 0 and day.unlocks_at <= now for day in days)
