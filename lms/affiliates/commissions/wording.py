"""What partners read for the accounts and steps of a line's journals, and staff for what came of an order."""

from lms.affiliates.commissions.queries import Came, came_of
from lms.affiliates.commissions.rules import Outcome, live
from lms.commerce.ledger.rules import Account
from lms.kernel.money import Money, write_money
from lms.kernel.text import Text, current_language, t
from lms.kernel.work import Read

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


_NOBODY_EARNED = {
    Outcome.WAITING: Text("付款的消息还没处理完，佣金还没算。", "The payment is still being worked on."),
    Outcome.NOBODY: Text("没有人介绍：下单前 7 天没点过合伙人的链接，也没用谁的码。", "Nobody referred this order."),
    Outcome.SELF: Text(
        "买的人就是介绍的人，不计佣金。", "The buyer came through a link of their own, which earns nothing."
    ),
    Outcome.ZERO_BASE: Text("没有实付，不计佣金。", "Nothing was paid, so nothing was earned."),
    Outcome.NO_PLAN: Text("付款时没有适用的分佣方案，不计佣金。", "No plan paid for it at the time."),
    Outcome.TOO_SMALL: Text("按方案算下来不到一分，不计佣金。", "The share came to less than the smallest coin."),
}


def what_was_earned(read: Read, order_id: int) -> tuple[str, str]:
    """Say what a partner earned on an order or why nobody did, and where it is explained; empty while unknown."""
    came = came_of(read, order_id)
    if came is None:
        return "", ""
    if came.outcome != Outcome.EARNED:
        return str(_NOBODY_EARNED[Outcome(came.outcome)]), ""
    return _earned_text(came), f"/partner/earnings/{came.code}"


def what_refund_leaves(read: Read, order_id: int, kept_minor: int) -> str:
    """Say what a partner keeps of an order once only `kept_minor` of its payment is left; empty where nobody earned."""
    came = came_of(read, order_id)
    if came is None or came.outcome != Outcome.EARNED:
        return ""
    left = min(came.live_minor, live(came.amount_minor, came.net_minor, came.net_minor - kept_minor))
    now, then = (write_money(Money(n, came.currency), current_language()) for n in (came.live_minor, left))
    return t(
        "{name}的佣金从 {now} 变为 {then}。",
        "{name}’s commission goes from {now} to {then}.",
        name=came.name,
        now=now,
        then=then,
    )


def _earned_text(came: Came) -> str:
    language = current_language()
    amount, live = (write_money(Money(n, came.currency), language) for n in (came.amount_minor, came.live_minor))
    if came.live_minor < came.amount_minor:
        return t(
            "{name}得 {sum}，追回后还有 {left}。",
            "{name} earned {sum}; {left} is left.",
            name=came.name,
            sum=amount,
            left=live,
        )
    return t("{name}得 {sum}。", "{name} earned {sum}.", name=came.name, sum=amount)
