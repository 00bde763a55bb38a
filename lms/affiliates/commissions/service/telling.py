"""Telling partners what happened to their money, and upper rooms what to count anew."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from babel.dates import get_month_names
from sqlalchemy import select

from lms.affiliates.commissions.events import CommissionMoved
from lms.affiliates.commissions.models import Accrual, AccrualChange, Commission, CommissionReversal
from lms.affiliates.commissions.queries import InForce, get_version, people_of
from lms.affiliates.commissions.rules import program_day
from lms.affiliates.partners.queries import Partner
from lms.affiliates.tracking import queries as tracking
from lms.commerce.shop.queries import order_coupon_source
from lms.kernel.money import Money
from lms.kernel.text import Text
from lms.kernel.work import Work
from lms.learning.camps import queries as camps
from lms.people.accounts import queries as accounts
from lms.people.messages import service as messages
from lms.people.messages.service import Message

_DAY = Text("{month} 月 {day} 日", "{day} {name}")
_DAY_AND_YEAR = Text("{year} 年 {month} 月 {day} 日", "{day} {name} {year}")


def moved(work: Work, line: Commission, amount_minor: int) -> None:
    """Tell that what a partner earned on the day of a payment changed."""
    work.tell(
        CommissionMoved(
            happened_at=work.now,
            partner_id=line.partner_id,
            day=program_day(line.paid_at),
            currency=line.currency,
            amount_minor=amount_minor,
        )
    )


def earned(work: Work, partner: Partner, order: Accrual, line: Commission) -> None:
    """Tell in-app who gave what, through which link, and when it can be had."""
    _post(work, partner, "earned", line, {**_sale(work, order), **_money(line, line.amount_minor), **_when(work, line)})


def disputed(work: Work, partner: Partner, order: Accrual, line: Commission) -> None:
    """Tell in-app that a buyer's bank looks at a payment."""
    _post(work, partner, "disputed", line, {**_sale(work, order), **_money(line, line.live_minor)})


def dispute_won(work: Work, partner: Partner, order: Accrual, line: Commission) -> None:
    """Tell in-app that a dispute ended well."""
    _post(work, partner, "dispute_won", line, {**_sale(work, order), **_money(line, line.live_minor)})


def released(work: Work, partner: Partner, lines: Sequence[Commission], repaid_minor: int) -> None:
    """Tell, by mail too, what has become available and how much of it went to a debt."""
    total = sum(line.live_minor for line in lines)
    values = {**_money(lines[0], total), "lines": len(lines), "repaid_minor": repaid_minor}
    key = f"commission-released:{lines[0].id}"
    topic = "affiliates/commissions/released"
    messages.send(work, partner.person_id, topic, key=key, link="/partner/earnings?state=released", values=values)


def taken_back(work: Work, partner: Partner, line: Commission, reversal: CommissionReversal, owed_minor: int) -> None:
    """Tell, by mail too, what was taken back and why, and how much of it is owed now."""
    order = work.session.get_one(Accrual, line.accrual_id)
    values = {
        **_sale(work, order),
        **_money(line, reversal.amount_minor),
        "left_minor": line.live_minor,
        "cause": reversal.cause,
        "owed_minor": owed_minor,
    }
    key = f"commission-taken-back:{line.id}:{reversal.id}"
    topic = "affiliates/commissions/taken_back"
    messages.send(work, partner.person_id, topic, key=key, link=_page(line), values=values)


def adjusted(work: Work, partner: Partner, amount: Money, reason: str, key: str) -> None:
    """Tell, by mail too, what finance gave or took and why."""
    values = {"amount_minor": amount.minor, "currency": amount.currency, "reason": reason}
    topic = "affiliates/commissions/adjusted"
    key = f"commission-adjusted:{partner.id}:{key}"
    # The wallet shows the reason at the line, in the currency that was moved.
    link = f"/partner/wallet?currency={amount.currency}"
    messages.send(work, partner.person_id, topic, key=key, link=link, values=values)


def refund_refused(work: Work, order: Accrual, change: AccrualChange) -> None:
    """Tell finance of a refund greater than what was paid."""
    values = {
        "order": order.order_code,
        "amount_minor": change.amount_minor,
        "net_minor": order.net_minor or 0,
        "currency": order.currency,
    }
    message = Message(
        topic="affiliates/commissions/refund_refused",
        key=f"refund-refused:{change.id}",
        link=f"/console/orders/{order.order_code}",
        values=values,
    )
    messages.post(work, accounts.list_holders(work, "finance"), message)


def tell_partners(work: Work, version_id: int) -> int:
    """Tell the approved partners a version may pay; counts who was told. The same version tells once.

    Nobody hears of a version that is not offered.
    """
    found = get_version(work, version_id)
    people = people_of(work, found.plan) if found.version.is_offered else []
    message = Message(
        topic="affiliates/commissions/plan_published",
        key=f"plan-published:{version_id}",
        link="/partner/plan",
        values=_plan(work, found),
    )
    return messages.post(work, people, message)


def _plan(work: Work, found: InForce) -> dict[str, Any]:
    begins = program_day(found.version.effective_from)
    return {
        "plan": found.plan.name,
        "number": found.version.number,
        "percent": found.version.percent_text,
        "later": found.version.effective_from > work.now,
        **_day(begins, program_day(work.now)),
    }


def _post(work: Work, partner: Partner, topic: str, line: Commission, values: dict[str, Any]) -> None:
    message = Message(
        topic=f"affiliates/commissions/{topic}",
        key=f"commission-{topic}:{line.id}",
        link=_page(line),
        values=values,
        mail=False,
    )
    messages.post(work, [partner.person_id], message)


def _page(line: Commission) -> str:
    return f"/partner/earnings/{line.code}"


def _sale(work: Work, order: Accrual) -> dict[str, Any]:
    cohort = camps.get_cohort_by_id(work, order.cohort_id or 0)
    place = tracking.link_label(work, order.link_id)
    return {"camp": cohort.camp_title, "cohort": cohort.name, "place": place, "coupon": _own_coupon(work, order)}


def _own_coupon(work: Work, order: Accrual) -> str:
    """Name the coupon that made an order its owner's; empty where a link did."""
    if (order.referral or {}).get("source") != "coupon":
        return ""
    used = order_coupon_source()
    return work.session.scalar(select(used.c.code).where(used.c.order_id == order.order_id)) or ""


def _money(line: Commission, amount_minor: int) -> dict[str, Any]:
    return {"amount_minor": amount_minor, "currency": line.currency}


def _when(work: Work, line: Commission) -> dict[str, Any]:
    return {"estimate": line.estimate, **_day(program_day(line.available_at), program_day(work.now))}


def _day(day: date, today: date) -> dict[str, str]:
    text = _DAY if day.year == today.year else _DAY_AND_YEAR
    values = {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "name": get_month_names("wide", locale="en")[day.month],
    }
    return {"day_zh": text.in_("zh", **values), "day_en": text.in_("en", **values)}
