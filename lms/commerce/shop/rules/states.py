"""States of orders, payments, refunds and disputes, their words, and how long things are held."""

from datetime import timedelta
from enum import StrEnum

from lms.kernel.text import Language, Text

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


class Standing(StrEnum):
    """What an order's state is called instead when the buyer's bank has a say in it."""

    DISPUTED = "disputed"
    LOST = "lost"


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
STANDING_WORDS: dict[str, Text] = {
    **{state.value: words for state, words in STATE_WORDS.items()},
    Standing.DISPUTED: Text("有争议", "Disputed"),
    Standing.LOST: Text("银行已收回", "Charged back"),
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
    RefundState.SUCCEEDED: Text("已退款", "Refunded"),
    RefundState.FAILED: Text("失败", "Failed"),
}
CLOSED_REFUND = Text("不再退", "Closed")
DISPUTE_LOST = "dispute_lost"
"""Why a refund is closed when the bank has given the money back already."""
FAILURE_WORDS = {
    "charge_disputed": Text(
        "买家的银行正在处理这笔付款的争议，支付平台在此期间不退款。",
        "The buyer’s bank is looking at this payment; the gateway refunds nothing meanwhile.",
    ),
    DISPUTE_LOST: Text(
        "银行已经把钱退给买家，没有什么要再退的。",
        "The bank has given the buyer the money back; there is nothing left to refund.",
    ),
    "charge_already_refunded": Text("支付平台那边已经全部退过了。", "The gateway has refunded all of it already."),
    "amount_too_large": Text(
        "支付平台那边剩下的钱不够退这么多。", "Less than that is left of the payment at the gateway."
    ),
    "insufficient_funds": Text(
        "支付平台账户里的余额不够，充值后再提交一次。",
        "The balance at the gateway is too low. Top it up and send again.",
    ),
    "resource_missing": Text("支付平台没有这笔付款。", "The gateway does not know this payment."),
    "failed": Text("买家的银行没有收下这笔退款。", "The buyer’s bank did not take the refund."),
    "over": Text("退款超过了实付，没有入账。", "More than was paid; nothing was booked."),
}


def failure_text(code: str, language: Language) -> str:
    """Say why a refund failed; a code of the gateway's that is not known here is quoted."""
    other = Text("支付平台没有接受（{code}）。", "The gateway did not accept it ({code}).")
    return FAILURE_WORDS.get(code, other).in_(language, code=code)
