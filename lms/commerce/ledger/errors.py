"""What the ledger says no to. A person meets these only when a rule above has a mistake."""

from lms.kernel.errors import Conflict, Invalid
from lms.kernel.text import Text


class BalanceTooLow(Conflict):
    text = Text(
        "账上余额不足，这笔没有入账。请刷新后再试。", "The balance does not cover this; nothing was booked. Reload."
    )


class PostedDifferently(Conflict):
    text = Text("这件事已经用不同的金额入过账，没有重复入账。", "This was booked before with other amounts.")


class FundingInvalid(Invalid):
    """A transfer moves something, and no more than a bank would."""

    text = Text("填一个大于 0 的金额，最多 99,999,999.99。", "Enter an amount above 0, at most 99,999,999.99.")
