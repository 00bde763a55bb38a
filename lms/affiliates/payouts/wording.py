"""What payouts and their sends are called: one name each, on pages and in files."""

from lms.affiliates.payouts.rules import AttemptState, PayoutState
from lms.kernel.text import Text

STATES = {
    PayoutState.REQUESTED: Text("等待审批", "Waiting for approval"),
    PayoutState.APPROVED: Text("已通过，待打款", "Approved"),
    PayoutState.SUBMITTED: Text("打款中", "On its way"),
    PayoutState.AWAITING_RECIPIENT: Text("等待确认收款", "Waiting for you to accept"),
    PayoutState.SETTLED: Text("已到账", "Paid out"),
    PayoutState.REJECTED: Text("未通过", "Rejected"),
    PayoutState.CANCELED: Text("已取消", "Canceled"),
    PayoutState.FAILED_RETRYABLE: Text("打款失败，可重试", "Failed, can be sent again"),
    PayoutState.FAILED_TERMINAL: Text("打款失败", "Failed"),
    PayoutState.EXPIRED: Text("超时未确认", "Expired"),
    PayoutState.RETURNED: Text("已退回", "Came back"),
}

ATTEMPTS = {
    AttemptState.SENDING: STATES[PayoutState.SUBMITTED],
    AttemptState.UNKNOWN: Text("结果未知", "Outcome unknown"),
    AttemptState.SENT: STATES[PayoutState.SETTLED],
    AttemptState.FAILED: STATES[PayoutState.FAILED_TERMINAL],
    AttemptState.RETURNED: STATES[PayoutState.RETURNED],
}

FILTERS = {
    PayoutState.REQUESTED: Text("待审批 {n}", "To approve {n}"),
    PayoutState.APPROVED: Text("待打款 {n}", "To send {n}"),
    PayoutState.SUBMITTED: Text("打款中 {n}", "On its way {n}"),
    PayoutState.AWAITING_RECIPIENT: Text("等确认 {n}", "To be accepted {n}"),
    PayoutState.SETTLED: Text("已到账 {n}", "Paid out {n}"),
    PayoutState.FAILED_RETRYABLE: Text("可重打 {n}", "To retry {n}"),
    PayoutState.EXPIRED: Text("超时 {n}", "Expired {n}"),
    PayoutState.FAILED_TERMINAL: Text("失败 {n}", "Failed {n}"),
    PayoutState.RETURNED: Text("退回 {n}", "Came back {n}"),
    PayoutState.REJECTED: Text("未通过 {n}", "Rejected {n}"),
    PayoutState.CANCELED: Text("已取消 {n}", "Canceled {n}"),
}

COLUMNS = (
    Text("编号", "Code"),
    Text("合伙人", "Partner"),
    Text("币种", "Currency"),
    Text("申请金额", "Amount"),
    Text("预扣税", "Tax"),
    Text("手续费", "Fee"),
    Text("打款金额", "Net"),
    Text("收款账户", "Paid to"),
    Text("状态", "State"),
    Text("申请时间", "Asked"),
    Text("审批时间", "Decided"),
    Text("打款时间", "Sent"),
    Text("结束时间", "Ended"),
)
