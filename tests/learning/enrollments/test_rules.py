"""States of an enrollment, the enrolment window, and which days are open."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from lms.learning.camps.rules import CohortState
from lms.learning.enrollments.errors import JoinClosed, JoinTooEarly, JoinTooLate, StateRefused
from lms.learning.enrollments.rules import (
    LIVE,
    MOVES,
    SEATED,
    EnrollmentState,
    first_state,
    may_come_back,
    may_move_up,
    may_open_day,
    may_work,
    move,
    require_joinable,
)

NOW = datetime(2026, 11, 21, 10, 48, tzinfo=UTC)
HOUR = timedelta(hours=1)
S = EnrollmentState


@dataclass(frozen=True)
class Day:
    number: int
    unlocks_at: datetime


def test_a_change_to_the_same_state_is_no_change() -> None:
    for state in S:
        assert move(state, state) is False


def test_only_the_drawn_moves_are_allowed() -> None:
    for start, end in product(S, S):
        if start is end:
            continue
        if end in MOVES[start]:
            assert move(start, end) is True
        else:
            with pytest.raises(StateRefused):
                move(start, end)


def test_who_left_stays_out_and_who_completed_stays_completed() -> None:
    assert not MOVES[S.WITHDRAWN]
    assert not MOVES[S.EXPELLED]
    assert not MOVES[S.COMPLETED]


def test_a_place_in_line_is_live_but_no_seat() -> None:
    assert S.WAITLISTED in LIVE
    assert S.WAITLISTED not in SEATED
    assert {S.WITHDRAWN, S.EXPELLED}.isdisjoint(LIVE)


@pytest.mark.parametrize("state", [s for s in CohortState if s not in (CohortState.ENROLLING, CohortState.RUNNING)])
def test_joining_is_refused_outside_enrolling_and_running(state: CohortState) -> None:
    with pytest.raises(JoinClosed):
        require_joinable(state, NOW, None, NOW + HOUR, "Asia/Shanghai")


def test_a_running_cohort_takes_people_only_within_a_stated_window() -> None:
    with pytest.raises(JoinClosed):
        require_joinable("running", NOW, None, None, "Asia/Shanghai")
    require_joinable("running", NOW, None, NOW + HOUR, "Asia/Shanghai")


def test_the_window_is_half_open() -> None:
    require_joinable("enrolling", NOW, NOW, None, "Asia/Shanghai")
    with pytest.raises(JoinTooEarly):
        require_joinable("enrolling", NOW - timedelta(seconds=1), NOW, None, "Asia/Shanghai")
    with pytest.raises(JoinTooLate):
        require_joinable("enrolling", NOW, None, NOW, "Asia/Shanghai")


def test_the_refusal_names_the_moment_in_the_cohorts_zone() -> None:
    with pytest.raises(JoinTooLate) as refused:
        require_joinable("enrolling", NOW, None, NOW, "Asia/Shanghai")
    assert "2026-11-21 18:48" in refused.value.message().en
    assert "2026-11-21 18:48" in refused.value.message().zh


def test_a_free_admission_gives_a_seat_or_a_place_in_line() -> None:
    assert first_state(True) is S.ENROLLED
    assert first_state(False) is S.WAITLISTED


def test_the_line_moves_up_before_the_start_and_within_the_window() -> None:
    assert may_move_up("enrolling", NOW, None)
    assert may_move_up("closed", NOW, NOW - HOUR)
    assert may_move_up("running", NOW, NOW + HOUR)
    assert not may_move_up("running", NOW, NOW)
    assert not may_move_up("running", NOW, None)
    assert not may_move_up("wrapping_up", NOW, NOW + HOUR)
    assert not may_move_up("canceled", NOW, None)


def test_who_came_back_moves_up_until_the_cohort_wraps_up() -> None:
    assert may_move_up("enrolling", NOW, None, came_back=True)
    assert may_move_up("running", NOW, None, came_back=True)
    assert may_move_up("paused", NOW, NOW - HOUR, came_back=True)
    assert not may_move_up("wrapping_up", NOW, NOW + HOUR, came_back=True)
    assert not may_move_up("canceled", NOW, NOW + HOUR, came_back=True)


@pytest.mark.parametrize("state", list(CohortState))
def test_a_paid_seat_may_be_taken_again_until_the_cohort_wraps_up(state: CohortState) -> None:
    open_ = state in (CohortState.ENROLLING, CohortState.CLOSED, CohortState.RUNNING, CohortState.PAUSED)
    assert may_come_back(state, barred=False) is open_
    assert not may_come_back(state, barred=True)


@pytest.mark.parametrize(
    ("state", "cohort", "number", "unlocks", "open_"),
    [
        ("enrolled", "running", 3, -HOUR, True),
        ("enrolled", "running", 3, timedelta(0), True),
        ("enrolled", "running", 3, HOUR, False),
        ("enrolled", "enrolling", 0, HOUR, True),
        ("enrolled", "closed", 1, -HOUR, True),
        ("completed", "ended", 21, -HOUR, True),
        ("not_completed", "archived", 21, -HOUR, True),
        ("waitlisted", "running", 0, -HOUR, False),
        ("suspended", "running", 3, -HOUR, False),
        ("withdrawn", "running", 3, -HOUR, False),
        ("expelled", "running", 3, -HOUR, False),
        ("enrolled", "canceled", 3, -HOUR, False),
        ("enrolled", "draft", 0, -HOUR, False),
    ],
)
def test_a_day_opens_by_the_cohorts_clock_to_those_who_may_read(
    state: str, cohort: str, number: int, unlocks: timedelta, open_: bool
) -> None:
    assert may_open_day(state, cohort, Day(number, NOW + unlocks), NOW) is open_


def test_work_is_taken_until_the_cohort_has_ended() -> None:
    assert may_work("enrolled", "wrapping_up")
    assert may_work("enrolled", "closed")
    assert not may_work("enrolled", "ended")
    assert not may_work("suspended", "running")
    assert not may_work("waitlisted", "enrolling")
