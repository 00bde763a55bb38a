"""What becomes of an order's money: refunds, tuition, states. Amounts are whole minor units."""

from dataclasses import dataclass
from datetime import datetime

from lms.commerce.shop.rules.states import PAID_STATES, OrderState, RefundState, SeatState
from lms.kernel.money import half_up


@dataclass(frozen=True)
class Books:
    """What has become of an order's net so far: refunded in all, earned as tuition, taken out of deferred
    again, lost to disputes.
    """

    net_minor: int
    refunded_minor: int
    earned_minor: int
    deferred_refunded_minor: int
    lost_minor: int = 0

    @property
    def deferred_minor(self) -> int:
        """Give what is still deferred; never below zero."""
        return self.net_minor - self.earned_minor - self.deferred_refunded_minor

    @property
    def left_minor(self) -> int:
        """Give what was paid and is not gone again, by refund or lost dispute."""
        return max(0, self.net_minor - self.refunded_minor - self.lost_minor)


@dataclass(frozen=True)
class Split:
    """Where a refund is booked: out of deferred tuition as far as there is some, the rest as refunds."""

    deferred_minor: int
    refunds_minor: int


def refund_split(amount_minor: int, books: Books) -> Split:
    """Split money that goes back between deferred tuition and refunds (money.md §4)."""
    deferred = min(amount_minor, books.deferred_minor)
    return Split(deferred, amount_minor - deferred)


def earned(books: Books, days_left: int) -> int:
    """Give the tuition that one delivered day earns: an equal part of what is deferred; the last day takes all.

    `days_left` counts this day and those after it.
    """
    if days_left < 1:
        raise ValueError("there is no day to earn")
    return half_up(books.deferred_minor, 1, days_left)


def state_after(books: Books) -> OrderState:
    """Give the state of a paid order by what has been refunded."""
    if books.refunded_minor + books.lost_minor == 0:
        return OrderState.PAID
    return OrderState.REFUNDED if books.left_minor == 0 else OrderState.PARTLY_REFUNDED


def may_refund_alone(
    state: str, seat: str, refund_until: datetime | None, now: datetime, *, had_seat: bool = False
) -> bool:
    """Say whether a buyer gets everything back in one tap: in time, or while no seat has come for the money.

    `had_seat`: the seat was given once and left; waiting for it again opens no new time for refunds.
    """
    if state not in PAID_STATES:
        return False
    return in_time(refund_until, now) or (seat == SeatState.IN_LINE and not had_seat)


def in_time(refund_until: datetime | None, now: datetime) -> bool:
    """Say whether a buyer may still take the money of a seat back; the deadline itself is too late."""
    return refund_until is not None and now < refund_until


_RANK = {
    RefundState.REQUESTED: 0,
    RefundState.SUBMITTED: 1,
    RefundState.SUCCEEDED: 2,
    # A refund that went through may still bounce; one that bounced never goes through.
    RefundState.FAILED: 3,
}


def later(now: str, told: RefundState) -> bool:
    """Say whether what is told of a refund is news: notices come in any order."""
    return _RANK[told] > _RANK[RefundState(now)]
