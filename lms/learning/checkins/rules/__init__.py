"""Decisions of the check-ins room: pure functions over values."""

from lms.learning.checkins.rules.hand_in import (
    GRACE,
    Asked,
    HandInValues,
    count_length,
    in_grace,
    mark_of,
    problems,
    require_hand_in,
    require_open,
    timing,
)
from lms.learning.checkins.rules.marks import (
    DayFold,
    DayPlan,
    HandIn,
    Progress,
    day_marks,
    hand_in_of,
    missed_in_a_row,
    progress,
    streak,
)
from lms.learning.checkins.rules.words import MARK_WORDS, CheckInState, DayMark, Standing, Timing, Verdict

__all__ = [
    "GRACE",
    "MARK_WORDS",
    "Asked",
    "CheckInState",
    "DayFold",
    "DayMark",
    "DayPlan",
    "HandIn",
    "HandInValues",
    "Progress",
    "Standing",
    "Timing",
    "Verdict",
    "count_length",
    "day_marks",
    "hand_in_of",
    "in_grace",
    "mark_of",
    "missed_in_a_row",
    "problems",
    "progress",
    "require_hand_in",
    "require_open",
    "streak",
    "timing",
]
