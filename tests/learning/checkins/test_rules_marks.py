"""Marks, streak and progress, against a slow and obvious recomputation."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.learning.camps.rules import Window, day_windows
from lms.learning.checkins.rules import (
    DayMark,
    DayPlan,
    HandIn,
    Standing,
    day_marks,
    hand_in_of,
    missed_in_a_row,
    progress,
    streak,
)

START = date(2026, 3, 1)
M = DayMark
ON_TIME = HandIn(Standing.ON_TIME, True)
LATE = HandIn(Standing.LATE, True)
RETURNED = HandIn(Standing.ON_TIME, False)
MADE_UP = HandIn(Standing.MADE_UP, True)
EXCUSED = HandIn(Standing.EXCUSED, False)


def plan(windows: list[Window], tasks: int = 1) -> list[DayPlan]:
    return [
        DayPlan(w.number, w.unlocks_at, w.cutoff_at, tuple(w.number * 10 + i for i in range(tasks))) for w in windows
    ]


def shanghai(numbers: range = range(1, 6), tasks: int = 1) -> list[DayPlan]:
    return plan(day_windows(START, numbers, "Asia/Shanghai", time(6), time(22)), tasks)


def at(day: int, clock: str) -> datetime:
    wall = datetime.combine(START + timedelta(days=day - 1), time.fromisoformat(clock))
    return wall.replace(tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


def marks(days: list[DayPlan], hand_ins: dict[int, HandIn], now: datetime, **more: datetime) -> list[DayMark]:
    return list(day_marks(days, hand_ins, now, **more).values())


def test_days_are_done_missed_todays_and_locked() -> None:
    found = marks(shanghai(), {10: ON_TIME}, at(3, "12:00"))
    assert found == [M.DONE, M.MISSED, M.TODAY, M.LOCKED, M.LOCKED]


def test_today_is_locked_until_it_unlocks_and_missed_from_its_cutoff_on() -> None:
    assert marks(shanghai(), {}, at(1, "05:59"))[0] is M.LOCKED
    assert marks(shanghai(), {}, at(1, "06:00"))[0] is M.TODAY
    assert marks(shanghai(), {}, at(1, "21:59"))[0] is M.TODAY
    assert marks(shanghai(), {}, at(1, "22:00"))[0] is M.MISSED


def test_a_day_needs_all_of_its_required_tasks() -> None:
    days = shanghai(tasks=2)
    assert marks(days, {10: ON_TIME}, at(2, "12:00"))[0] is M.MISSED
    assert marks(days, {10: ON_TIME, 11: RETURNED}, at(2, "12:00"))[0] is M.DONE


def test_late_work_does_not_mend_a_day_but_a_make_up_does() -> None:
    assert marks(shanghai(), {10: LATE}, at(2, "12:00"))[0] is M.MISSED
    assert marks(shanghai(), {10: MADE_UP}, at(2, "12:00"))[0] is M.MADE_UP
    assert marks(shanghai(), {10: EXCUSED}, at(2, "12:00"))[0] is M.EXCUSED


def test_a_day_without_required_tasks_is_a_rest() -> None:
    days = shanghai(tasks=0)
    assert marks(days, {}, at(2, "12:00"))[:2] == [M.EXCUSED, M.TODAY]


def test_days_that_closed_before_joining_are_waived() -> None:
    found = progress(shanghai(), {}, at(4, "12:00"), joined_at=at(2, "23:00"))
    assert [found.marks[n] for n in range(1, 5)] == [M.EXCUSED, M.EXCUSED, M.MISSED, M.TODAY]
    assert found.total_required == 3


def test_orientation_is_open_from_the_start_and_due_with_day_one() -> None:
    days = shanghai(range(3))
    assert marks(days, {}, at(-4, "12:00")) == [M.TODAY, M.LOCKED, M.LOCKED]
    assert marks(days, {}, at(1, "12:00")) == [M.OPEN, M.TODAY, M.LOCKED]
    assert marks(days, {}, at(1, "22:00")) == [M.MISSED, M.MISSED, M.LOCKED]


def test_a_missed_orientation_does_not_touch_the_streak() -> None:
    found = progress(shanghai(range(4)), {10: ON_TIME, 20: ON_TIME}, at(3, "12:00"))
    assert found.marks[0] is M.MISSED
    assert found.streak == 2


def test_a_returned_hand_in_keeps_its_day_but_is_not_done() -> None:
    found = progress(shanghai(), {10: RETURNED}, at(2, "12:00"))
    assert found.marks[1] is M.DONE
    assert found.streak == 1
    assert (found.done_required, found.total_required) == (0, 5)


def test_late_work_counts_as_done() -> None:
    assert progress(shanghai(), {10: LATE}, at(2, "12:00")).done_required == 1


@pytest.mark.parametrize(
    ("row", "length"),
    [
        ([], 0),
        ([M.DONE, M.DONE, M.TODAY], 2),
        ([M.DONE, M.MISSED, M.DONE, M.TODAY, M.LOCKED], 1),
        ([M.DONE, M.MADE_UP, M.DONE, M.DONE], 4),
        ([M.DONE, M.EXCUSED, M.DONE, M.OPEN], 2),
        ([M.EXCUSED, M.EXCUSED], 0),
        ([M.DONE, M.DONE, M.MISSED], 0),
        ([M.MISSED, M.LOCKED], 0),
    ],
)
def test_the_streak_counts_days_in_a_row(row: list[DayMark], length: int) -> None:
    assert streak(row) == length


def test_drafts_and_voided_work_do_not_count() -> None:
    assert hand_in_of("draft", None) is None
    assert hand_in_of("voided", "on_time") is None
    assert hand_in_of("accepted", "late") == LATE
    assert hand_in_of("returned", "on_time") == RETURNED


def test_missed_in_a_row_counts_since_the_last_full_day() -> None:
    days = shanghai()
    assert missed_in_a_row(days, {10: ON_TIME}, at(4, "12:00")) == 2
    assert missed_in_a_row(days, {10: ON_TIME, 30: LATE}, at(4, "12:00")) == 0
    assert missed_in_a_row(days, {}, at(1, "12:00")) == 0


# --- Properties over zones, clock changes and cutoffs ---------------------------

ZONES = ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]
starts = st.dates(date(2026, 1, 1), date(2027, 12, 1))
clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))
standings = st.sampled_from([None, ON_TIME, LATE, RETURNED, MADE_UP, EXCUSED])


@st.composite
def camps(draw: st.DrawFn) -> tuple[list[DayPlan], dict[int, HandIn], datetime, datetime | None]:
    numbers = draw(st.sets(st.integers(0, 12), min_size=1))
    start = draw(starts)
    windows = day_windows(start, numbers, draw(st.sampled_from(ZONES)), draw(clocks), draw(clocks))
    days = plan(windows, draw(st.integers(0, 2)))
    chosen = {task: draw(standings) for day in days for task in day.required}
    moment = datetime.combine(start, time(), UTC) + timedelta(minutes=draw(st.integers(-3000, 22000)))
    joined = datetime.combine(start, time(), UTC) + timedelta(minutes=draw(st.integers(-3000, 22000)))
    hand_ins = {task: one for task, one in chosen.items() if one is not None}
    return days, hand_ins, moment, draw(st.sampled_from([None, joined]))


def slow_mark(day: DayPlan, hand_ins: dict[int, HandIn], now: datetime, joined: datetime | None) -> DayMark | None:
    """Say the mark of a closed or finished day word by word; None where the clock decides."""
    words = [hand_ins[task].standing if task in hand_ins else None for task in day.required]
    if words and set(words) == {Standing.ON_TIME}:
        return M.DONE
    if now < day.cutoff_at:
        return M.LOCKED if now < day.unlocks_at else None
    if not words:
        return M.EXCUSED
    if joined is not None and joined >= day.cutoff_at:
        return M.EXCUSED
    if any(word is None or word is Standing.LATE for word in words):
        return M.MISSED
    return M.MADE_UP if Standing.MADE_UP in words else M.EXCUSED


def slow_streak(found: list[DayMark]) -> int:
    over = [mark for mark in found if mark in (M.DONE, M.MADE_UP, M.MISSED)]
    length = 0
    while over and over.pop() is not M.MISSED:
        length += 1
    return length


@given(camps())
@settings(max_examples=150, deadline=None)
def test_marks_and_streak_equal_the_slow_recomputation(
    camp: tuple[list[DayPlan], dict[int, HandIn], datetime, datetime | None],
) -> None:
    days, hand_ins, now, joined = camp
    found = progress(days, hand_ins, now, joined)
    for day in days:
        expected = slow_mark(day, hand_ins, now, joined)
        if expected is None:
            assert found.marks[day.number] in (M.TODAY, M.OPEN)
        else:
            assert found.marks[day.number] is expected
    assert sum(mark is M.TODAY for mark in found.marks.values()) <= 1
    assert found.streak == slow_streak([found.marks[d.number] for d in days if d.number > 0])
    assert 0 <= found.done_required <= found.total_required


@given(camps(), st.integers(1, 40_000))
@settings(max_examples=80, deadline=None)
def test_time_alone_never_lengthens_a_streak_nor_reopens_a_day(
    camp: tuple[list[DayPlan], dict[int, HandIn], datetime, datetime | None], minutes: int
) -> None:
    days, hand_ins, now, joined = camp
    before = progress(days, {t: h for t, h in hand_ins.items() if h.standing is Standing.ON_TIME}, now, joined)
    after = progress(
        days,
        {t: h for t, h in hand_ins.items() if h.standing is Standing.ON_TIME},
        now + timedelta(minutes=minutes),
        joined,
    )
    assert after.streak <= before.streak
    for number, mark in before.marks.items():
        if mark in (M.MISSED, M.EXCUSED, M.DONE):
            assert after.marks[number] is mark
