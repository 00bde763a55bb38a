"""What partners read for the accounts and steps of a line's journals."""

from lms.commerce.ledger.rules import Account
from lms.kernel.text import Text

_ACCOUNTS = {
    Account.HELD: Text("观察期", "held"),
    Account.AVAILABLE: Text("可提现", "available"),
    Account.LOCKED: Text("冻结", "on hold"),
    Account.PARTNER_DEBT: Text("欠款", "owed"),
    Account.COMMISSION_EXP: Text("佣金费用", "commissions"),
}
_STEPS = {
    "accrued": Text("计提", "earned"),
    "released": Text("释放", "released"),
    "refund": Text("退款追回", "taken back for a refund"),
    "locked": Text("核查冻结", "on hold, disputed"),
    "won": Text("核查解冻", "off hold"),
    "lost": Text("核查追回", "taken back, dispute lost"),
}
_OTHER = Text("其他", "other")


def account_text(account: Account) -> str:
    """Name an account in the reader's language."""
    return str(_ACCOUNTS.get(account, _OTHER))


def step_text(step: str) -> str:
    """Name a step such as accrued, refund:4 or dispute:2:won in the reader's language."""
    first, *rest = step.split(":")
    return str(_STEPS.get(rest[-1] if first == "dispute" else first, _OTHER))
