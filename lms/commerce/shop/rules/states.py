"""States of orders, payments, refunds and disputes, their words, and how long things are held."""

from datetime import timedelta
from enum import StrEnum

from lms.kernel.text import Text

HOLD = timedelta(minutes=45)
"""How long a seat is held while somebody pays; longer than SESSION, so that a payment always finds it."""
SESSION = timedelta(minutes=31)
"""How long a checkout at the gateway lives; it takes none shorter than 30 minutes."""
CONFIRMING = timedelta(minutes=30)
"""How long to wait before asking again about money that is on its way."""
ASK_AGAIN = timedelta(minutes=2)
"""How long to wait before asking again when the gateway did not answer."""
MOST_ATTEMPTS = 8


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
