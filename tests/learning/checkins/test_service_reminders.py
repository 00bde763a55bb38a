"""Reminders on both engines: once, in time, to those with open work."""

from __future__ import annotations

from datetime import timedelta

from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM
from lms.learning.checkins.jobs import remind
from tests.learning.checkins.staging import SHANGHAI_10PM, Begin, Desk, Look, topics


def reminded(read: Look, desk: Desk) -> list[int]:
    return [topics(read, person).count("reminder") for person in desk.people]


def test_who_has_open_work_is_reminded_once_before_the_cutoff(
    desk: Desk, work: Begin, read: Look, clock: FixedClock
) -> None:
    desk.hand_in(work, 0)
    with work() as w:
        remind(w)
    assert reminded(read, desk) == [0, 0, 0]
    clock.at = SHANGHAI_10PM - timedelta(hours=3)
    for _ in range(2):
        with work() as w:
            remind(w)
        clock.advance(timedelta(minutes=5))
    assert reminded(read, desk) == [0, 1, 1]


def test_nobody_is_reminded_after_the_cutoff_or_in_a_pause(
    desk: Desk, work: Begin, read: Look, clock: FixedClock
) -> None:
    from lms.learning.camps.service import move_cohort

    clock.at = SHANGHAI_10PM
    with work() as w:
        remind(w)
    clock.at = SHANGHAI_10PM + timedelta(hours=22)
    with work() as w:
        move_cohort(w, SYSTEM, desk.cohort.id, "paused", "台风")
        remind(w)
    assert reminded(read, desk) == [0, 0, 0]
