"""What states and differences are called, and what to do about them."""

from lms.commerce.gateway.comparing import Difference, Kind
from lms.commerce.gateway.notices import NoticeState
from lms.kernel.text import Text

NOTICE_STATES = {
    NoticeState.HANDLED: Text("已处理", "Handled"),
    NoticeState.IGNORED: Text("与本站无关", "No concern"),
    NoticeState.RECEIVED: Text("没读懂", "Unreadable"),
}

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
