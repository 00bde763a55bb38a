"""The accounts in words for people."""

from lms.commerce.ledger.rules import Account, Side
from lms.kernel.text import Text

ACCOUNTS: dict[Account, Text] = {
    Account.PSP_CLEARING: Text("支付平台待结算", "Held by the payment gateway"),
    Account.BANK: Text("银行存款", "Bank"),
    Account.PAYOUT_BANK: Text("付款账户", "Payout bank account"),
    Account.AGENT_RECEIVABLE: Text("代收人应交", "Due from collecting agents"),
    Account.PARTNER_DEBT: Text("合伙人欠款", "Owed by partners"),
    Account.DISPUTE_RECEIVABLE: Text("争议款待定", "Held in disputes"),
    Account.DEFERRED_TUITION: Text("预收学费", "Tuition paid in advance"),
    Account.HELD: Text("佣金（观察期内）", "Commissions held"),
    Account.AVAILABLE: Text("佣金（可提现）", "Commissions available"),
    Account.LOCKED: Text("佣金（冻结）", "Commissions locked"),
    Account.RESERVED: Text("提现申请中", "Payouts requested"),
    Account.IN_TRANSIT: Text("提现在途", "Payouts on their way"),
    Account.TAX_PAYABLE: Text("代扣税款", "Tax withheld"),
    Account.TUITION: Text("学费收入", "Tuition earned"),
    Account.REFUNDS: Text("退款", "Refunds of earned tuition"),
    Account.COMMISSION_EXP: Text("佣金支出", "Commissions"),
    Account.UPLIFT_EXP: Text("月度加成支出", "Monthly uplifts"),
    Account.TEAM_EXP: Text("团队奖励支出", "Team bonuses"),
    Account.BONUS_EXP: Text("奖金与调整", "Bonuses and adjustments"),
    Account.FORFEIT_INCOME: Text("罚没收入", "Forfeited commissions"),
    Account.PSP_FEE: Text("支付平台手续费", "Gateway fees"),
    Account.PAYOUT_FEE: Text("提现手续费", "Payout fees"),
    Account.DISPUTE_LOSS: Text("争议损失", "Lost disputes"),
    Account.BAD_DEBT: Text("坏账", "Written-off debts"),
    Account.FX_DIFF: Text("汇兑差额", "Exchange differences"),
}

SIDES: dict[Side, Text] = {
    Side.ASSET: Text("资产", "Assets"),
    Side.LIABILITY: Text("负债", "Liabilities"),
    Side.INCOME: Text("收入", "Income"),
    Side.EXPENSE: Text("支出", "Expenses"),
}

TRIAL_HEADS = (
    Text("账户代码", "account"),
    Text("账户", "name"),
    Text("货币", "currency"),
    Text("借方", "debit"),
    Text("贷方", "credit"),
    Text("余额", "balance"),
)

_THINGS = {
    "order": Text("订单", "Order"),
    "commission": Text("佣金", "Commission"),
    "payout": Text("提现", "Payout"),
    "partner": Text("合伙人", "Partner"),
    "agent": Text("代收人", "Collecting agent"),
    "cohort_day": Text("授课日", "Delivered day"),
    "gateway_entry": Text("支付平台变动", "Gateway movement"),
    "payout_bank": Text("付款账户转账", "Payout account transfer"),
}
_STEPS = {
    "paid": Text("付款", "paid"),
    "surplus": Text("多付", "paid twice"),
    "refund": Text("退款", "refunded"),
    "refund:failed": Text("退款没有到账", "refund failed"),
    "refund:by_hand": Text("手工退款", "refunded by hand"),
    "refund:closed": Text("退款了结", "refund closed"),
    "dispute:opened": Text("争议扣款", "dispute opened"),
    "dispute:locked": Text("争议冻结", "locked, disputed"),
    "dispute:won": Text("争议胜诉", "dispute won"),
    "dispute:lost": Text("争议败诉", "dispute lost"),
    "earned": Text("学费确认为收入", "tuition earned"),
    "handed_in": Text("交回代收款", "handed in"),
    "booked": Text("入账", "booked"),
    "accrued": Text("计提", "earned"),
    "released": Text("释放", "released"),
    "locked": Text("冻结", "locked"),
    "unlocked": Text("解冻", "unlocked"),
    "adjusted": Text("手工调整", "adjusted by hand"),
    "requested": Text("申请", "asked for"),
    "canceled": Text("取消", "canceled"),
    "submitted": Text("打款", "sent"),
    "settled": Text("到账", "paid out"),
    "failed": Text("打款失败", "failed"),
    "returned": Text("退回", "came back"),
    "retried": Text("重新打款", "sent again"),
    "moved": Text("入账", "booked"),
}


def thing_text(source: str) -> str:
    """Name the kind of thing a journal is about; one that is not known keeps its own name."""
    kind = source.partition(":")[0]
    return str(_THINGS.get(kind, kind))


def step_text(step: str) -> str:
    """Name what happened, such as paid, refund:4:failed or locked:1:CNY; a step not known keeps its own name."""
    first, *rest = step.split(":")
    longer = f"{first}:{rest[-1]}" if rest else first
    return str(_STEPS.get(longer) or _STEPS.get(first) or step)
