"""The vocabulary of the room."""

from enum import StrEnum

from lms.kernel.text import Text


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


MARK_WORDS = {
    DayMark.DONE: Text("完成", "Done"),
    DayMark.MADE_UP: Text("补卡", "Made up"),
    DayMark.EXCUSED: Text("免做", "Excused"),
    DayMark.MISSED: Text("没交齐", "Missed"),
    DayMark.TODAY: Text("今天", "Today"),
    DayMark.OPEN: Text("已解锁", "Open"),
    DayMark.LOCKED: Text("未解锁", "Locked"),
}
