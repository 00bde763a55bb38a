"""Day marks, streak and progress: folds over a student's days, recomputable from rows at any moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lms.learning.camps.rules import current_day
from lms.learning.checkins.rules.words import CheckInState, DayMark, Standing

_COUNTS_FOR_DAY = frozenset({CheckInState.SUBMITTED, CheckInState.ACCEPTED, CheckInState.RETURNED})
_COUNTS_AS_DONE = frozenset({CheckInState.SUBMITTED, CheckInState.ACCEPTED})


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A camp day as the folds need it: its instants and the ids of its required tasks."""

    number: int
    unlocks_at: datetime
    cutoff_at: datetime
    required: tuple[int, ...]


class HandIn(NamedTuple):
    """How a hand-in counts: for its day, and (`done`) for completion; a returned one waits for a new version."""

    standing: Standing
    done: bool


@dataclass(frozen=True)
class Progress:
    """A student's way through a camp: mark by day number, streak, required tasks done and asked."""

    marks: Mapping[int, DayMark]
    streak: int
    done_required: int
    total_required: int


def hand_in_of(state: str, timing: str | None) -> HandIn | None:
    """Say how a stored check-in counts; None for drafts and voided ones."""
    if state not in _COUNTS_FOR_DAY or timing is None:
        return None
    return HandIn(Standing(timing), state in _COUNTS_AS_DONE)


def day_marks(
    days: Sequence[DayPlan],
    hand_ins: Mapping[int, HandIn],
    now: datetime,
    joined_at: datetime | None = None,
) -> dict[int, DayMark]:
    """Mark every day, by number. `hand_ins` by task id.

    A day is done when everything required came on time, whatever the clock says; until its cutoff an
    unfinished one is today's, open or locked; afterwards made up, excused or missed. Days that closed
    before somebody joined, and days that ask for nothing, are excused.
    """
    current = current_day(days, now)
    number = current.number if current else None
    return {day.number: _mark(day, hand_ins, now, day.number == number, joined_at) for day in days}


def _mark(
    day: DayPlan, hand_ins: Mapping[int, HandIn], now: datetime, current: bool, joined_at: datetime | None
) -> DayMark:
    found = [hand_ins.get(task) for task in day.required]
    if found and all(one is not None and one.standing is Standing.ON_TIME for one in found):
        return DayMark.DONE
    if now < day.cutoff_at:
        if now < day.unlocks_at:
            return DayMark.LOCKED
        return DayMark.TODAY if current else DayMark.OPEN
    if not found or is_waived(day, joined_at):
        return DayMark.EXCUSED
    standings = {one.standing if one else None for one in found}
    if None in standings or Standing.LATE in standings:
        return DayMark.MISSED
    return DayMark.MADE_UP if Standing.MADE_UP in standings else DayMark.EXCUSED


def is_waived(day: DayPlan, joined_at: datetime | None) -> bool:
    """Say whether a day closed before the student came; it then counts neither for nor against them."""
    return joined_at is not None and day.cutoff_at <= joined_at


def streak(marks: Iterable[DayMark]) -> int:
    """Count the days in a row, in order of the days (day 0 left out by the caller).

    Done and made up days count; excused days and days that are not over yet neither count nor break it;
    a missed day breaks it.
    """
    length = 0
    for mark in marks:
        if mark in (DayMark.DONE, DayMark.MADE_UP):
            length += 1
        elif mark is DayMark.MISSED:
            length = 0
    return length


def missed_in_a_row(days: Sequence[DayPlan], hand_ins: Mapping[int, HandIn], now: datetime) -> int:
    """Count the closed days without a full hand-in, late ones included, since the last full one."""
    missed = 0
    for day in days:
        if day.cutoff_at <= now and day.required:
            missed = 0 if all(task in hand_ins for task in day.required) else missed + 1
    return missed


def progress(
    days: Sequence[DayPlan],
    hand_ins: Mapping[int, HandIn],
    now: datetime,
    joined_at: datetime | None = None,
) -> Progress:
    """Fold days and hand-ins into marks, streak and completion. Waived days are not asked for."""
    marks = day_marks(days, hand_ins, now, joined_at)
    asked = [task for day in days if not is_waived(day, joined_at) for task in day.required]
    counted = [task for task in asked if not _excused(hand_ins.get(task))]
    return Progress(
        marks=marks,
        streak=streak(marks[day.number] for day in days if day.number > 0),
        done_required=sum(1 for task in counted if (one := hand_ins.get(task)) and one.done),
        total_required=len(counted),
    )


def _excused(one: HandIn | None) -> bool:
    return one is not None and one.standing is Standing.EXCUSED
