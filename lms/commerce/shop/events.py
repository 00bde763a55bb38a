"""What happened to an order's money. The events of one order are handled one after the other."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class _OfOrder(Event):
    order_id: int

    @property
    def order_key(self) -> str | None:
        """Keep the events of one order in order."""
        return f"order:{self.order_id}"


@dataclass(frozen=True, kw_only=True)
class OrderPaid(_OfOrder):
    """An order was settled. `net_minor` is N of money.md §1: what was really paid for the line, minor units."""

    order_code: str
    camp_id: int
    cohort_id: int
    buyer_id: int
    net_minor: int
    currency: str
    paid_at: datetime
    refund_until: datetime | None
    referral: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class OrderRefunded(_OfOrder):
    """A part of what was paid went back; `refunded_minor` is the sum so far, this refund included."""

    refund_id: int
    amount_minor: int
    refunded_minor: int


@dataclass(frozen=True, kw_only=True)
class DisputeOpened(_OfOrder):
    """The buyer's bank holds the payment while it decides."""

    dispute_id: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class DisputeClosed(_OfOrder):
    """The buyer's bank decided. Lost counts as a refund of all that was left."""

    dispute_id: int
    amount_minor: int
    won: bool
