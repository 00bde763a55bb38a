"""Prices, discounts, states and how money is split: pure decisions. Amounts are whole minor units."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lms.commerce.shop.errors import (
    CouponElsewhere,
    CouponInvalid,
    CouponOver,
    CurrencyUnknown,
    DiscountInvalid,
    EarlyInvalid,
    PriceInvalid,
    WindowInvalid,
)
from lms.kernel.money import BPS, Money, half_up, share_out, write_money
from lms.kernel.text import Text, current_language

CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "JPY", "SGD")
MOST_PRICE_MINOR = 99_999_999
"""What the gateway takes in one payment: eight digits."""

HOLD = timedelta(minutes=45)
"""How long a seat is held while somebody pays; longer than SESSION, so that a payment always finds it."""
SESSION = timedelta(minutes=31)
"""How long a checkout at the gateway lives; it takes none shorter than 30 minutes."""
CONFIRMING = timedelta(minutes=30)
"""How long to wait before asking again about money that is on its way."""
ASK_AGAIN = timedelta(minutes=2)
"""How long to wait before asking again when the gateway did not answer."""
MOST_ATTEMPTS = 8
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,23}")


class OrderState(StrEnum):
    """Where an order stands. Expired and canceled ones become paid when the money comes all the same."""

    OPEN = "open"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELED = "canceled"


class OrderMethod(StrEnum):
    """How an order is or was paid."""

    ONLINE = "online"
    OFFLINE = "offline"
    FREE = "free"


class SeatState(StrEnum):
    """What an order has of a seat."""

    HELD = "held"
    GIVEN = "given"
    IN_LINE = "in_line"
    NONE = "none"


class PaymentState(StrEnum):
    """Where one attempt to pay stands. Surplus: paid, but not needed, and given back."""

    OPEN = "open"
    CONFIRMING = "confirming"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    SURPLUS = "surplus"


class RefundCause(StrEnum):
    """Why money goes back."""

    ASKED = "asked"
    NO_SEAT = "no_seat"
    SURPLUS = "surplus"
    CANCELED = "canceled"
    ELSEWHERE = "elsewhere"


class RefundState(StrEnum):
    """Where a refund stands. A failed one may be sent by hand out of the bank."""

    REQUESTED = "requested"
    SUBMITTED = "submitted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class DisputeState(StrEnum):
    """What the buyer's bank has said."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class RefundSource(StrEnum):
    """Where a refund by hand comes from."""

    BANK = "bank"
    AGENT = "agent"


PAID_STATES = frozenset({OrderState.PAID, OrderState.PARTLY_REFUNDED})
SOLD_STATES = PAID_STATES | {OrderState.REFUNDED}
UNPAID_STATES = frozenset(OrderState) - SOLD_STATES
LIVE_PAYMENTS = frozenset({PaymentState.OPEN, PaymentState.CONFIRMING})
PENDING_REFUNDS = frozenset({RefundState.REQUESTED, RefundState.SUBMITTED})

STATE_WORDS = {
    OrderState.OPEN: Text("待付款", "To be paid"),
    OrderState.PAID: Text("已付款", "Paid"),
    OrderState.PARTLY_REFUNDED: Text("部分退款", "Partly refunded"),
    OrderState.REFUNDED: Text("已退款", "Refunded"),
    OrderState.EXPIRED: Text("已过期", "Expired"),
    OrderState.CANCELED: Text("已取消", "Canceled"),
}
METHOD_WORDS = {
    OrderMethod.ONLINE: Text("在线支付", "Online"),
    OrderMethod.OFFLINE: Text("线下付款", "Offline"),
    OrderMethod.FREE: Text("免费", "Free"),
}
CAUSE_WORDS = {
    RefundCause.ASKED: Text("申请退款", "Asked for"),
    RefundCause.NO_SEAT: Text("没有座位", "No seat"),
    RefundCause.SURPLUS: Text("多付的款", "Paid twice"),
    RefundCause.CANCELED: Text("这一期取消", "Cohort canceled"),
    RefundCause.ELSEWHERE: Text("在支付平台退款", "Refunded at the gateway"),
}
REFUND_WORDS = {
    RefundState.REQUESTED: Text("待处理", "Requested"),
    RefundState.SUBMITTED: Text("退款中", "On its way"),
    RefundState.SUCCEEDED: Text("已到账", "Refunded"),
    RefundState.FAILED: Text("失败", "Failed"),
}


# --- Prices -----------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """What a seat of a cohort costs: the price, perhaps a lower one until a moment, and how long it is refunded."""

    price_minor: int
    currency: str
    early_price_minor: int | None = None
    early_until: datetime | None = None
    refund_until: datetime | None = None


def require_terms(terms: Terms) -> Terms:
    """Refuse terms that make no sense: CurrencyUnknown, PriceInvalid, EarlyInvalid."""
    if terms.currency not in CURRENCIES:
        raise CurrencyUnknown(field="currency")
    if not 0 < terms.price_minor <= MOST_PRICE_MINOR:
        raise PriceInvalid(field="price", most=_written(MOST_PRICE_MINOR, terms.currency))
    if (terms.early_price_minor is None) != (terms.early_until is None):
        raise EarlyInvalid(field="early_price")
    if terms.early_price_minor is not None and not 0 < terms.early_price_minor < terms.price_minor:
        raise EarlyInvalid(field="early_price")
    return terms


def price_now(terms: Terms, now: datetime) -> int:
    """Give the price of this moment: the early one up to and without `early_until`."""
    if terms.early_price_minor is not None and terms.early_until is not None and now < terms.early_until:
        return terms.early_price_minor
    return terms.price_minor


def _written(minor: int, currency: str) -> str:
    return write_money(Money(minor, currency), current_language())


# --- Coupons ----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CouponTerms:
    """What a coupon takes off, where and when: a share or an amount, for a camp, a cohort or everything."""

    percent_bps: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    camp_id: int | None = None
    cohort_id: int | None = None
    owner_id: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    uses_most: int | None = None


def clean_code(typed: str) -> str:
    """Give a coupon's code as it is kept: upper case, no spaces. Refuses CouponInvalid."""
    code = "".join(typed.split()).upper()
    if not _CODE.fullmatch(code):
        raise CouponInvalid(field="coupon")
    return code


def require_coupon_terms(terms: CouponTerms) -> CouponTerms:
    """Refuse a coupon that makes no sense: DiscountInvalid, CurrencyUnknown, WindowInvalid."""
    if (terms.percent_bps is None) == (terms.amount_minor is None):
        raise DiscountInvalid(field="percent")
    if terms.percent_bps is not None and not 0 < terms.percent_bps <= BPS:
        raise DiscountInvalid(field="percent")
    if terms.amount_minor is not None:
        if not 0 < terms.amount_minor <= MOST_PRICE_MINOR:
            raise DiscountInvalid(field="amount")
        if terms.currency not in CURRENCIES:
            raise CurrencyUnknown(field="currency")
    if terms.valid_from and terms.valid_until and terms.valid_until <= terms.valid_from:
        raise WindowInvalid(field="valid_until")
    if terms.uses_most is not None and terms.uses_most < 1:
        raise DiscountInvalid(field="uses_most")
    return terms


def require_usable(terms: CouponTerms, now: datetime, camp_id: int, cohort_id: int, currency: str) -> None:
    """Refuse a coupon outside its window (CouponOver; its last instant is too late) or scope (CouponElsewhere)."""
    if (terms.valid_from and now < terms.valid_from) or (terms.valid_until and now >= terms.valid_until):
        raise CouponOver(field="coupon")
    fits = terms.camp_id in (None, camp_id) and terms.cohort_id in (None, cohort_id)
    if not fits or (terms.amount_minor is not None and terms.currency != currency):
        raise CouponElsewhere(field="coupon")


def discount(price_minor: int, terms: CouponTerms) -> int:
    """Give what a coupon takes off a price, never more than the price."""
    if terms.percent_bps is not None:
        return half_up(price_minor, terms.percent_bps)
    return min(price_minor, terms.amount_minor or 0)


def spread(discount_minor: int, lines: Sequence[int]) -> list[int]:
    """Spread a discount over the lines of an order by largest remainder (money.md §1, P7)."""
    return share_out(discount_minor, lines)


# --- Money of an order ------------------------------------------------------


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


def may_refund_alone(state: str, seat: str, refund_until: datetime | None, now: datetime) -> bool:
    """Say whether a buyer gets everything back in one tap: in time, or while there is no seat for the money."""
    if state not in PAID_STATES:
        return False
    return seat == SeatState.IN_LINE or (refund_until is not None and now < refund_until)


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
