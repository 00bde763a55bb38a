"""The steps and accounts of an order's journals in words for staff."""

from lms.commerce.ledger.rules import Account
from lms.kernel.text import Text

_ACCOUNTS = {
    Account.PSP_CLEARING: Text("支付平台", "Gateway"),
    Account.BANK: Text("公司账户", "Our bank"),
    Account.AGENT_RECEIVABLE: Text("代收人手里", "Collecting agent"),
    Account.DEFERRED_TUITION: Text("预收学费", "Tuition paid in advance"),
    Account.TUITION: Text("学费收入", "Tuition earned"),
    Account.REFUNDS: Text("已确认收入的退款", "Refunds of earned tuition"),
    Account.DISPUTE_RECEIVABLE: Text("争议中的钱", "Held in a dispute"),
}

_STEPS = {
    "paid": Text("付款", "Paid"),
    "surplus": Text("多付的款", "Paid twice"),
    "refund": Text("退款", "Refund"),
    "refund:failed": Text("退款被退回", "Refund came back"),
    "refund:by_hand": Text("人工退款", "Refunded by hand"),
    "refund:closed": Text("银行已退，不再欠买家", "Owed no more, the bank gave it back"),
    "dispute:opened": Text("争议扣款", "Withheld in a dispute"),
    "dispute:won": Text("争议胜诉", "Dispute won"),
    "dispute:lost": Text("争议败诉", "Dispute lost"),
}
_OTHER = Text("其他", "Other")


def account_text(account: Account) -> str:
    """Name an account that an order's money passes through in the reader's language."""
    return str(_ACCOUNTS.get(account, _OTHER))


def step_text(step: str) -> str:
    """Name a step such as paid, refund:4 or dispute:2:won in the reader's language."""
    first, _, *rest = step.split(":") if ":" in step else (step, "")
    return str(_STEPS.get(":".join([first, *rest]), _OTHER))
