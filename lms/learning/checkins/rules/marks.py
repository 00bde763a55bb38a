"""Day marks, streak and progress: folds over a student's days, recomputable from rows at any moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lms.learning.camps.rules import current_day
from lms.learning.checkins.rules.words import CheckInState, DayMark, Standing

_COUNTS_FOR_DAY = frozenset({CheckInState.SUBMITTED, CheckInState.ACCEPTED, CheckInState.RETURNED})
_COUNTS_AS_DONE = frozenset({CheckInState.SUBMITTED, CheckInState.ACCEPTED})
_KEEPS_STREAK = frozenset({DayMark.DONE, DayMark.MADE_UP})


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


_COUNTED: dict[tuple[str, str | None], HandIn] = {
    (state.value, standing.value): HandIn(standing, state in _COUNTS_AS_DONE)
    for state in _COUNTS_FOR_DAY
    for standing in (Standing.ON_TIME, Standing.LATE)
}


def hand_in_of(state: str, timing: str | None) -> HandIn | None:
    """Say how a stored check-in counts; None for drafts and voided ones."""
    return _COUNTED.get((state, timing))


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
    return DayFold(days, now).marks(hand_ins, joined_at)


class DayFold:
    """The days at one moment, ready to be folded over many students."""

    def __init__(self, days: Sequence[DayPlan], now: datetime) -> None:
        current = current_day(days, now)
        self._days = days
        self._clock = {day.number: _clock_mark(day, now, day is current) for day in days}

    def marks(self, hand_ins: Mapping[int, HandIn], joined_at: datetime | None) -> dict[int, DayMark]:
        """Mark every day for one student."""
        return {day.number: self._mark(day, hand_ins, joined_at) for day in self._days}

    def progress(self, hand_ins: Mapping[int, HandIn], joined_at: datetime | None) -> Progress:
        """Fold one student's hand-ins into marks, streak and completion."""
        marks = self.marks(hand_ins, joined_at)
        done = asked = 0
        for day in self._days:
            if is_waived(day, joined_at):
                continue
            for task in day.required:
                one = hand_ins.get(task)
                if one is not None and one.standing is Standing.EXCUSED:
                    continue
                asked += 1
                done += one is not None and one.done
        return Progress(marks, streak(mark for number, mark in marks.items() if number > 0), done, asked)

    def _mark(self, day: DayPlan, hand_ins: Mapping[int, HandIn], joined_at: datetime | None) -> DayMark:
        found = {one.standing if (one := hand_ins.get(task)) else None for task in day.required}
        if found == _ALL_ON_TIME:
            return DayMark.DONE
        by_clock = self._clock[day.number]
        if by_clock is not None:
            return by_clock
        if not found or is_waived(day, joined_at):
            return DayMark.EXCUSED
        if None in found or Standing.LATE in found:
            return DayMark.MISSED
        return DayMark.MADE_UP if Standing.MADE_UP in found else DayMark.EXCUSED


_ALL_ON_TIME = {Standing.ON_TIME}


def _clock_mark(day: DayPlan, now: datetime, is_current: bool) -> DayMark | None:
    """Give the mark of an unfinished day that is not over; None once it is."""
    if now >= day.cutoff_at:
        return None
    if now < day.unlocks_at:
        return DayMark.LOCKED
    return DayMark.TODAY if is_current else DayMark.OPEN


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
        if mark in _KEEPS_STREAK:
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
    return DayFold(days, now).progress(hand_ins, joined_at)
