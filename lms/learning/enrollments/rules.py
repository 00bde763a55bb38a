"""States of an enrollment and what they allow: pure decisions."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from lms.kernel.text import Text
from lms.learning.enrollments.errors import JoinClosed, JoinTooEarly, JoinTooLate, StateRefused


class EnrollmentState(StrEnum):
    """Where one person stands in one cohort."""

    WAITLISTED = "waitlisted"
    ENROLLED = "enrolled"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    NOT_COMPLETED = "not_completed"
    WITHDRAWN = "withdrawn"
    EXPELLED = "expelled"


class WithdrawCause(StrEnum):
    """Why a seat was given up, where nobody wrote a reason."""

    OWN_WISH = "own_wish"
    COHORT_CANCELED = "cohort_canceled"
    OFFER_LAPSED = "offer_lapsed"
    REFUNDED = "refunded"
    DISPUTE_LOST = "dispute_lost"


class Outcome(StrEnum):
    """What became of somebody who has paid."""

    SEATED = "seated"
    IN_LINE = "in_line"
    ALREADY = "already"
    REFUSED = "refused"


_S = EnrollmentState
MOVES: dict[EnrollmentState, frozenset[EnrollmentState]] = {
    _S.WAITLISTED: frozenset({_S.ENROLLED, _S.WITHDRAWN}),
    _S.ENROLLED: frozenset({_S.SUSPENDED, _S.COMPLETED, _S.NOT_COMPLETED, _S.WITHDRAWN, _S.EXPELLED}),
    _S.SUSPENDED: frozenset({_S.ENROLLED, _S.WITHDRAWN, _S.EXPELLED}),
    _S.COMPLETED: frozenset(),
    # A late review may still complete somebody after the run of certificates.
    _S.NOT_COMPLETED: frozenset({_S.COMPLETED}),
    _S.WITHDRAWN: frozenset(),
    _S.EXPELLED: frozenset(),
}
OFFER_HOURS = timedelta(hours=24)
"""How long a seat is held for somebody who moved up from the line of a paid cohort."""

LIVE = frozenset(_S) - {_S.WITHDRAWN, _S.EXPELLED}
SEATED = LIVE - {_S.WAITLISTED}
READING = SEATED - {_S.SUSPENDED}
WORKING = frozenset({_S.ENROLLED, _S.NOT_COMPLETED, _S.COMPLETED})

JOINABLE_COHORTS = frozenset({"enrolling", "running"})
MOVE_UP_BEFORE = frozenset({"enrolling", "closed"})
MOVE_UP_RUNNING = frozenset({"running", "paused"})
CLOSED_COHORTS = frozenset({"draft", "canceled"})
PAYING_COHORTS = JOINABLE_COHORTS | MOVE_UP_BEFORE | MOVE_UP_RUNNING
WORKABLE_COHORTS = frozenset({"enrolling", "closed", "running", "paused", "wrapping_up"})


class OpenableDay(Protocol):
    """What these rules need to know of a cohort day."""

    @property
    def number(self) -> int:
        """Give the number of the day, 0 for orientation."""
        ...

    @property
    def unlocks_at(self) -> datetime:
        """Give the moment of unlocking."""
        ...


def move(state: str, to: EnrollmentState) -> bool:
    """Say whether a change is needed. False: it is so already. Raises StateRefused for a forbidden one."""
    now = EnrollmentState(state)
    if now is to:
        return False
    if to not in MOVES[now]:
        raise StateRefused
    return True


def require_joinable(
    cohort_state: str,
    now: datetime,
    enrolls_from: datetime | None,
    enrolls_until: datetime | None,
    time_zone: str,
) -> None:
    """Refuse joining outside the states and the enrolment window: JoinClosed, JoinTooEarly, JoinTooLate.

    The window is half open: its last instant is already too late. A running cohort takes people only
    while a window says until when.
    """
    if cohort_state not in JOINABLE_COHORTS or (cohort_state == "running" and enrolls_until is None):
        raise JoinClosed
    if enrolls_from is not None and now < enrolls_from:
        raise JoinTooEarly(day=_local(enrolls_from, time_zone))
    if enrolls_until is not None and now >= enrolls_until:
        raise JoinTooLate(day=_local(enrolls_until, time_zone))


def _local(at: datetime, time_zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}"


def first_state(seat_given: bool) -> EnrollmentState:
    """Give the state a free, open admission starts in."""
    return EnrollmentState.ENROLLED if seat_given else EnrollmentState.WAITLISTED


def may_move_up(cohort_state: str, now: datetime, enrolls_until: datetime | None, *, came_back: bool = False) -> bool:
    """Say whether a freed seat still goes to somebody in the waiting list.

    Before the first day always; while it runs only as long as people may join at all, and until it wraps up to
    who `came_back` to a seat that is paid for: they wait for nothing else.
    """
    if cohort_state in MOVE_UP_RUNNING:
        return came_back or (enrolls_until is not None and now < enrolls_until)
    return cohort_state in MOVE_UP_BEFORE


def may_come_back(cohort_state: str, barred: bool) -> bool:
    """Say whether somebody who paid for a seat and left it may have one again without paying.

    As long as a seat is worth something, until the cohort wraps up: the window of joining and a running cohort
    without one are for newcomers.
    """
    return cohort_state in PAYING_COHORTS and not barred


def may_be_paid_in(cohort_state: str, barred: bool) -> bool:
    """Say whether somebody whose money came gets a seat or a place in line; else it goes back."""
    return cohort_state in PAYING_COHORTS and not barred


def may_open_day(state: str, cohort_state: str, day: OpenableDay, now: datetime) -> bool:
    """Say whether a day's content is open: day 0 with the enrollment, others by the cohort's clock."""
    if state not in READING or cohort_state in CLOSED_COHORTS:
        return False
    return day.number == 0 or day.unlocks_at <= now


def may_work(state: str, cohort_state: str) -> bool:
    """Say whether work may be handed in at all (the day decides the rest)."""
    return state in WORKING and cohort_state in WORKABLE_COHORTS


STATE_WORDS = {
    _S.WAITLISTED: Text("候补", "Waiting"),
    _S.ENROLLED: Text("在营", "In"),
    _S.SUSPENDED: Text("已暂停", "Suspended"),
    _S.COMPLETED: Text("已结营", "Completed"),
    _S.NOT_COMPLETED: Text("未结营", "Not completed"),
    _S.WITHDRAWN: Text("已退出", "Withdrawn"),
    _S.EXPELLED: Text("已移出", "Removed"),
}
CAME_BACK = "came_back"
"""Kept with the change that brings somebody back to a seat that is paid for already."""
CAUSE_WORDS: dict[str, Text] = {
    WithdrawCause.OWN_WISH: Text("本人退出", "Own wish"),
    WithdrawCause.COHORT_CANCELED: Text("这一期已取消", "The cohort was canceled"),
    WithdrawCause.OFFER_LAPSED: Text("到期未付款，座位让给了下一位", "Not paid in time; the seat went to the next"),
    WithdrawCause.REFUNDED: Text("已全额退款", "Refunded in full"),
    CAME_BACK: Text("退出后又回来，之前付过款", "Came back, had paid before"),
    WithdrawCause.DISPUTE_LOST: Text("付款被银行撤回", "The bank took the payment back"),
}
