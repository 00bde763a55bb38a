"""What the audit trail's rows speak of: things and values in words, amounts as money."""

from collections.abc import Mapping
from typing import Any

from lms.kernel.money import Money, write_money
from lms.kernel.text import Text, current_language

_THINGS = {
    "camp": Text("训练营", "Camp"),
    "certificate": Text("证书", "Certificate"),
    "check_in": Text("打卡", "Check-in"),
    "cohort": Text("期", "Cohort"),
    "coupon": Text("优惠码", "Code"),
    "digest": Text("答疑汇总", "Digest"),
    "enrollment": Text("学籍", "Enrollment"),
    "entry": Text("知识条目", "Knowledge entry"),
    "gateway": Text("支付平台", "Gateway"),
    "gateway_notice": Text("支付通知", "Payment notice"),
    "order": Text("订单", "Order"),
    "partner": Text("合伙人", "Partner"),
    "payout": Text("提现", "Payout"),
    "payout_bank": Text("付款账户", "Payout account"),
    "payout_batch": Text("银行文件", "Bank file"),
    "person": Text("人员", "Person"),
    "plan": Text("奖励方案", "Plan"),
    "question": Text("提问", "Question"),
    "synonym": Text("同义词", "Synonym"),
}
# Things named by the gateway or by a form's key: a name that tells people nothing stays in the title.
_NAMELESS = ("gateway_notice", "payout_bank")
_VALUES = {
    "amount_minor": Text("金额", "Amount"),
    "gross_minor": Text("申请金额", "Asked for"),
    "net_minor": Text("打款金额", "Sent"),
    "total_minor": Text("合计", "In all"),
    "price_minor": Text("价格", "Price"),
    "early_minor": Text("早鸟价", "Early price"),
    "currency": Text("货币", "Currency"),
    "day": Text("日期", "Day"),
    "failed": Text("失败", "Failed"),
    "hint": Text("账户", "Account"),
    "name": Text("名称", "Name"),
    "payouts": Text("提现", "Payouts"),
    "reason": Text("原因", "Reason"),
    "reference": Text("银行流水号", "Reference"),
    "roles": Text("角色", "Roles"),
    "seats": Text("名额", "Seats"),
    "settled": Text("到账", "Paid out"),
    "state": Text("状态", "State"),
    "title": Text("标题", "Title"),
    "why": Text("原因", "Reason"),
}


def subject_words(subject: str) -> str:
    """Name what an act was done to, as people call it; what is no such thing keeps its own name."""
    kind, colon, name = subject.partition(":")
    words = _THINGS.get(kind)
    if words is None or not (colon or kind == "gateway"):
        return subject
    return str(words) if kind in _NAMELESS or not name else f"{words} {name}"


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Pair the values of an act by name: what each was and what it became; empty where there was none."""
    names = [*before, *(name for name in after if name not in before)]
    return [(str(_VALUES.get(name, name)), _said(before, name, after), _said(after, name, before)) for name in names]


def _said(values: Mapping[str, Any], name: str, others: Mapping[str, Any]) -> str:
    value = values.get(name)
    if value is None:
        return ""
    currency = values.get("currency") or others.get("currency")
    if name.endswith("_minor") and isinstance(value, int) and isinstance(currency, str):
        return write_money(Money(value, currency), current_language())
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(value)
