"""The vocabulary of the room."""

from enum import StrEnum


class CheckInState(StrEnum):
    """Where one hand-in stands. Not open, open and missed are computed, never stored."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    VOIDED = "voided"


class Timing(StrEnum):
    """Whether the first version came before the day's cutoff."""

    ON_TIME = "on_time"
    LATE = "late"


class Verdict(StrEnum):
    """What a tutor said to a version."""

    ACCEPT = "accept"
    RETURN = "return"


class Standing(StrEnum):
    """How one hand-in counts for its day."""

    ON_TIME = "on_time"
    LATE = "late"
    MADE_UP = "made_up"
    EXCUSED = "excused"


class DayMark(StrEnum):
    """How one camp day stands for one student."""

    DONE = "done"
    MADE_UP = "made_up"
    EXCUSED = "excused"
    MISSED = "missed"
    TODAY = "today"
    OPEN = "open"
    LOCKED = "locked"
