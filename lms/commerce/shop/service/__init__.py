"""What may be done in the shop."""

from lms.commerce.shop.service.buying import (
    PaymentStart,
    begin_payment,
    cancel_order,
    note_checkout,
    note_refused,
    start_order,
)
from lms.commerce.shop.service.closing import dismiss_refund
from lms.commerce.shop.service.collecting import hand_in
from lms.commerce.shop.service.disputing import move_dispute
from lms.commerce.shop.service.ending import (
    ask_expired,
    let_go,
    note_left,
    note_seated,
    refund_cohort,
    refund_line,
)
from lms.commerce.shop.service.offers import archive_coupon, make_coupon, set_offer
from lms.commerce.shop.service.parking import unpark
from lms.commerce.shop.service.refunding import confirm_refund, move_refund
from lms.commerce.shop.service.requesting import Seen, ask_refund, retry_refund
from lms.commerce.shop.service.returning import take_seat_again
from lms.commerce.shop.service.settling import (
    Settled,
    SettleOutcome,
    hear_checkout,
    note_expired,
    note_failed,
    settle,
    settle_offline,
    take_answer,
)
from lms.commerce.shop.service.tuition import earn_due, earn_tuition

__all__ = [
    "PaymentStart",
    "Seen",
    "SettleOutcome",
    "Settled",
    "archive_coupon",
    "ask_expired",
    "ask_refund",
    "begin_payment",
    "cancel_order",
    "confirm_refund",
    "dismiss_refund",
    "earn_due",
    "earn_tuition",
    "hand_in",
    "hear_checkout",
    "let_go",
    "make_coupon",
    "move_dispute",
    "move_refund",
    "note_checkout",
    "note_expired",
    "note_failed",
    "note_left",
    "note_refused",
    "note_seated",
    "refund_cohort",
    "refund_line",
    "retry_refund",
    "set_offer",
    "settle",
    "settle_offline",
    "start_order",
    "take_answer",
    "take_seat_again",
    "unpark",
]
