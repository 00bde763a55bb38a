"""Which moves a cohort may make, and which stretch of time each of its days is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lms.learning.camps.errors import MoveRefused, ReasonMissing, UnknownZone
from lms.learning.camps.rules import (
    ALWAYS_OPEN,
    COHORT_MOVES,
    CohortState,
    Window,
    check_move,
    current_day,
    cutoff_of,
    day_windows,
    has_started,
    instant,
)

S = CohortState
ALLOWED = [
    (S.DRAFT, S.ENROLLING),
    (S.ENROLLING, S.CLOSED),
    (S.CLOSED, S.RUNNING),
    (S.RUNNING, S.PAUSED),
    (S.PAUSED, S.RUNNING),
    (S.RUNNING, S.WRAPPING_UP),
    (S.PAUSED, S.WRAPPING_UP),
    (S.WRAPPING_UP, S.ENDED),
    (S.ENDED, S.ARCHIVED),
    *[(s, S.CANCELED) for s in (S.DRAFT, S.ENROLLING, S.CLOSED, S.RUNNING, S.PAUSED)],
]


@pytest.mark.parametrize("current", list(S))
@pytest.mark.parametrize("to", list(S))
def test_a_cohort_moves_only_along_the_table(current: CohortState, to: CohortState) -> None:
    if (current, to) in ALLOWED:
        check_move(current, to, "because")
    else:
        with pytest.raises(MoveRefused):
            check_move(current, to, "because")


def test_every_state_is_in_the_table() -> None:
    assert set(COHORT_MOVES) == set(S)


@pytest.mark.parametrize(("current", "to"), [(S.RUNNING, S.PAUSED), (S.ENROLLING, S.CANCELED)])
def test_a_pause_and_a_cancellation_need_a_reason(current: CohortState, to: CohortState) -> None:
    with pytest.raises(ReasonMissing):
        check_move(current, to, "  ")


# --- Windows ----------------------------------------------------------------

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("cutoff", "unlock", "unlocks", "due"),
    [
        ("22:00", "06:00", "2026-11-21T06:00", "2026-11-21T22:00"),
        ("00:00", "06:00", "2026-11-21T06:00", "2026-11-22T00:00"),
        ("02:00", "06:00", "2026-11-21T06:00", "2026-11-22T02:00"),
        ("11:59", "12:30", "2026-11-21T12:30", "2026-11-22T11:59"),
        ("12:00", "06:00", "2026-11-21T06:00", "2026-11-21T12:00"),
        ("22:00", "23:00", "2026-11-20T23:00", "2026-11-21T22:00"),
        ("22:00", "22:00", "2026-11-20T22:00", "2026-11-21T22:00"),
        ("02:00", "00:30", "2026-11-21T02:00", "2026-11-22T02:00"),
        ("00:00", "00:00", "2026-11-21T00:00", "2026-11-22T00:00"),
    ],
)
def test_a_day_unlocks_and_is_due_by_its_local_clock(cutoff: str, unlock: str, unlocks: str, due: str) -> None:
    found = day_windows(
        date(2026, 11, 21), [1], "Asia/Shanghai", time.fromisoformat(unlock), time.fromisoformat(cutoff)
    )
    assert found == [Window(1, date(2026, 11, 21), local(unlocks), local(due))]


def test_day_0_is_always_open_and_due_with_day_1() -> None:
    zero, one = day_windows(date(2026, 11, 21), [0, 1], "Asia/Shanghai", time(6), time(22))
    assert (zero.unlocks_at, zero.cutoff_at, zero.day) == (ALWAYS_OPEN, one.cutoff_at, date(2026, 11, 20))


def test_a_missing_number_is_a_rest_day() -> None:
    windows = day_windows(date(2026, 11, 21), [3, 1], "Asia/Shanghai", time(6), time(22))
    assert [(w.number, w.day.day) for w in windows] == [(1, 21), (3, 23)]


def test_single_days_may_unlock_at_their_own_time() -> None:
    windows = day_windows(date(2026, 11, 21), [1, 2], "Asia/Shanghai", {1: time(7), 2: time(8)}, time(22))
    assert [w.unlocks_at.astimezone(SHANGHAI).hour for w in windows] == [7, 8]


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd", "Asia", "北京"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        day_windows(date(2026, 11, 21), [1], name, time(6), time(22))


@pytest.mark.parametrize(
    ("day", "at", "first", "last"),
    [
        # New York repeats 01:30 on 2026-11-01 and skips 02:30 on 2026-03-08.
        ("2026-11-01", "01:30", "2026-11-01T05:30", "2026-11-01T06:30"),
        ("2026-03-08", "02:30", "2026-03-08T07:00", "2026-03-08T07:00"),
        ("2026-07-01", "02:30", "2026-07-01T06:30", "2026-07-01T06:30"),
    ],
)
def test_skipped_and_repeated_hours(day: str, at: str, first: str, last: str) -> None:
    zone = ZoneInfo("America/New_York")
    asked = date.fromisoformat(day), time.fromisoformat(at), zone
    assert instant(*asked) == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert instant(*asked, last=True) == datetime.fromisoformat(last).replace(tzinfo=UTC)


def test_days_across_a_clock_change_have_23_and_25_hours() -> None:
    zone = ZoneInfo("Europe/Berlin")

    def hours(day: date) -> float:
        return (cutoff_of(day, time(0), zone) - cutoff_of(day - timedelta(days=1), time(0), zone)) / timedelta(hours=1)

    assert [hours(date(2026, 3, 29)), hours(date(2026, 10, 25)), hours(date(2026, 6, 1))] == [23, 25, 24]


# --- Against a slow recomputation -------------------------------------------

ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "America/Havana",  # changes at midnight
    "Australia/Lord_Howe",  # by half an hour
    "Asia/Kathmandu",  # +05:45
    "Africa/Cairo",
    "Pacific/Apia",  # left out 2011-12-30 altogether
    "America/St_Johns",
]
STEP = timedelta(minutes=5)
wall_times = st.builds(time, st.integers(0, 23), st.integers(0, 11).map(lambda n: n * 5))


def _minutes(day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Walk through three days in steps of five minutes: the instant and what the wall clock shows."""
    moment = datetime.combine(day - timedelta(days=1), time(0), tzinfo=UTC) - timedelta(hours=14)
    for _ in range(int(timedelta(days=4) / STEP)):
        yield moment, moment.astimezone(zone).replace(tzinfo=None)
        moment += STEP


def slow_instants(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The obvious way: look at a wall clock all the time and note when it shows the wanted time or jumps over it.

    Gives the first and the last such moment.
    """
    wanted = datetime.combine(day, at)
    watched = list(_minutes(day, zone))
    shown = [moment for moment, wall in watched if wall == wanted]
    if not shown:
        shown = [next(moment for moment, wall in watched if wall > wanted)]
    return shown[0], shown[-1]


@settings(max_examples=100, deadline=None)
@example("America/New_York", date(2026, 11, 1), time(1, 30))
@example("America/New_York", date(2026, 3, 8), time(2, 30))
@example("America/Havana", date(2026, 3, 8), time(0, 0))
@example("America/Havana", date(2026, 11, 1), time(0, 30))
@example("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45))
@example("Pacific/Apia", date(2011, 12, 30), time(6, 0))
@given(st.sampled_from(ZONES), st.dates(date(2005, 1, 1), date(2035, 12, 31)), wall_times)
def test_an_instant_is_what_a_patient_watcher_of_the_wall_clock_finds(name: str, day: date, at: time) -> None:
    zone = ZoneInfo(name)
    assert (instant(day, at, zone), instant(day, at, zone, last=True)) == slow_instants(day, at, zone)


@settings(max_examples=60, deadline=None)
@example("America/New_York", date(2026, 10, 28), time(6), time(1, 30), 10)
@example("Europe/Berlin", date(2026, 3, 25), time(2, 30), time(2, 30), 10)
@example("Pacific/Apia", date(2011, 12, 27), time(6), time(0), 6)
@given(
    st.sampled_from(ZONES), st.dates(date(2005, 1, 1), date(2035, 12, 31)), wall_times, wall_times, st.integers(1, 40)
)
def test_days_follow_each_other_without_gap_or_overlap(
    name: str, starts_on: date, unlock: time, cutoff: time, days: int
) -> None:
    windows = day_windows(starts_on, range(1, days + 1), name, unlock, cutoff)
    assert [w.day for w in windows] == [starts_on + timedelta(days=n) for n in range(days)]
    opens = cutoff_of(starts_on - timedelta(days=1), cutoff, ZoneInfo(name))
    for window in windows:
        assert opens <= window.unlocks_at <= window.cutoff_at
        _, closes = slow_instants(window.day + timedelta(days=cutoff.hour < 12), cutoff, ZoneInfo(name))
        assert window.cutoff_at == closes
        opens = window.cutoff_at


# --- The current day --------------------------------------------------------

DAYS = day_windows(date(2026, 11, 21), [0, 1, 2, 4], "Asia/Shanghai", time(6), time(22))


@pytest.mark.parametrize(
    ("now", "number"),
    [
        ("2026-11-01T12:00", 0),
        ("2026-11-21T05:59", 0),
        ("2026-11-21T06:00", 1),
        ("2026-11-21T21:59:59", 1),
        ("2026-11-21T22:00", 2),  # the evening belongs to the next day, though that is still locked
        ("2026-11-22T21:00", 2),
        ("2026-11-22T22:00", None),  # day 3 is a rest day
        ("2026-11-24T05:00", None),
        ("2026-11-24T06:00", 4),
        ("2026-11-24T22:00", None),
    ],
)
def test_the_current_day(now: str, number: int | None) -> None:
    found = current_day(DAYS, local(now))
    assert (found.number if found else None) == number


def test_with_a_cutoff_at_2_the_small_hours_belong_to_yesterday() -> None:
    days = day_windows(date(2026, 11, 21), [1, 2], "Asia/Shanghai", time(6), time(2))
    found = current_day(days, local("2026-11-22T01:30"))
    assert found is not None and found.number == 1


def test_a_cohort_starts_when_day_1_unlocks() -> None:
    assert not has_started(DAYS, local("2026-11-21T05:59"))
    assert has_started(DAYS, local("2026-11-21T06:00"))
