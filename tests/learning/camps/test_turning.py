"""Cohorts start and wrap up by the clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM, Read, Work
from lms.learning.camps import service
from lms.learning.camps.queries import get_cohort
from lms.learning.camps.rules import CohortState
from lms.learning.camps.turning import turn
from tests.factories.camps import make_cohort, walk_to

Works = Callable[[], AbstractContextManager[Work]]
FIRST = datetime(2026, 12, 1, 6, tzinfo=ZoneInfo("Asia/Shanghai"))
LAST = datetime(2026, 12, 3, 22, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize("state", [CohortState.ENROLLING, CohortState.CLOSED])
def test_a_cohort_starts_when_its_first_day_unlocks_and_wraps_up_after_the_last(
    work: Works, clock: FixedClock, read: Callable[[], Read], state: CohortState
) -> None:
    with work() as w:
        code = walk_to(w, make_cohort(w, starts_on=date(2026, 12, 1)), state).code
    seen = []
    for moment in (FIRST - timedelta(seconds=1), FIRST, LAST - timedelta(seconds=1), LAST, LAST + timedelta(days=9)):
        clock.at = moment
        with work() as w:
            turn(w)
        seen.append(get_cohort(read(), code).state)
    running, over = CohortState.RUNNING, CohortState.WRAPPING_UP
    assert seen == [state, running, running, over, over]


def test_a_window_beyond_the_first_day_keeps_a_cohort_open(work: Works, clock: FixedClock) -> None:
    until = FIRST + timedelta(days=1)
    with work() as w:
        cohort = make_cohort(w, starts_on=date(2026, 12, 1), enrolls_until=until)
    for moment, state in ((FIRST, CohortState.ENROLLING), (until, CohortState.RUNNING)):
        clock.at = moment
        with work() as w:
            turn(w)
            assert get_cohort(w, cohort.code).state == state


@pytest.mark.parametrize("state", [CohortState.PAUSED, CohortState.CANCELED])
def test_what_people_have_stopped_stays_stopped(work: Works, clock: FixedClock, state: CohortState) -> None:
    with work() as w:
        cohort = make_cohort(w, starts_on=date(2026, 12, 1))
        walk_to(w, cohort, CohortState.RUNNING)
        service.move_cohort(w, SYSTEM, cohort.id, state, "snow")
    clock.at = LAST + timedelta(days=1)
    with work() as w:
        turn(w)
        assert get_cohort(w, cohort.code).state == state
