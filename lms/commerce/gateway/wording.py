"""What states and differences are called, and what to do about them."""

from lms.commerce.gateway.comparing import Difference, Kind
from lms.commerce.gateway.notices import NoticeState
from lms.kernel.text import Text

NOTICE_STATES = {
    NoticeState.HANDLED: Text("已处理", "Handled"),
    NoticeState.IGNORED: Text("与本站无关", "No concern"),
    NoticeState.RECEIVED: Text("没读懂", "Unreadable"),
}

COVERED = Text("已由另一条通知处理", "Covered by another")

_NOTICE_KINDS = {
    "checkout.session.completed": Text("付款完成", "Checkout completed"),
    "checkout.session.async_payment_succeeded": Text("款项到账", "Payment came in"),
    "checkout.session.async_payment_failed": Text("款项没有到", "Payment did not come"),
    "checkout.session.expired": Text("付款页过期", "Checkout expired"),
    "refund.created": Text("退款发起", "Refund made"),
    "refund.updated": Text("退款有变化", "Refund changed"),
    "refund.failed": Text("退款失败", "Refund failed"),
    "charge.dispute.created": Text("收到拒付", "Dispute opened"),
    "charge.dispute.updated": Text("拒付有变化", "Dispute changed"),
    "charge.dispute.funds_withdrawn": Text("拒付扣款", "Disputed money withheld"),
    "charge.dispute.closed": Text("拒付有结果", "Dispute decided"),
    "payment_intent.created": Text("付款单建立", "Payment begun"),
    "payment_intent.succeeded": Text("扣款成功", "Payment succeeded"),
    "payment_intent.payment_failed": Text("扣款失败", "Payment failed"),
    "payment_intent.canceled": Text("付款单取消", "Payment canceled"),
    "charge.succeeded": Text("扣款成功", "Charge succeeded"),
    "charge.updated": Text("扣款有变化", "Charge changed"),
    "charge.refunded": Text("扣款已退", "Charge refunded"),
    "account.updated": Text("合伙人收款账户变化", "Partner account changed"),
    "transfer.created": Text("打款发出", "Transfer made"),
    "transfer.updated": Text("打款有变化", "Transfer changed"),
    "transfer.reversed": Text("打款退回", "Transfer came back"),
}
_OTHER_KIND = Text("其他消息", "Something else")


def notice_kind(kind: str) -> Text:
    """Call a kind of notice by a name for people; those we do not act on have one name."""
    return _NOTICE_KINDS.get(kind, _OTHER_KIND)


KINDS = {Kind.PAYMENT: Text("付款", "Payment"), Kind.REFUND: Text("退款", "Refund")}

DIFFERENCES = {
    Difference.UNSETTLED: Text("支付平台有，本站没有入账", "At the gateway, not settled here"),
    Difference.MISSING: Text("本站已入账，支付平台没有", "Settled here, not at the gateway"),
    Difference.DIFFERS: Text("两边金额不一致", "The amounts differ"),
}

WHAT_TO_DO = {
    Difference.UNSETTLED: Text(
        "系统每小时会自动重新入账。一直没有入账时，按编号查订单；不是本站的订单，就在支付平台退款。",
        "It is told again every hour. If it stays, look the order up by its code; if it is not ours, refund it at"
        " the gateway.",
    ),
    Difference.MISSING: Text(
        "在支付平台按编号查这一笔：失败、撤回或属于别的账户都会这样。查清后在订单里退款或更正。",
        "Look it up at the gateway: it failed, was taken back or belongs to another account. Then refund or correct"
        " the order.",
    ),
    Difference.DIFFERS: Text(
        "以支付平台的金额为准，核对订单的优惠与币种，把差额退给学员或补收。",
        "The gateway’s amount is what was paid. Check the order’s discount and currency, then refund or collect the"
        " difference.",
    ),
}
