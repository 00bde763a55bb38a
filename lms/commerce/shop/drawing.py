"""The receipt: data for its design, drawn when it is asked for. What is refunded stands on it too."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lms.commerce.shop.queries import Order, find_coupon_of
from lms.commerce.shop.rules import METHOD_WORDS, OrderMethod, OrderState, SeatState
from lms.kernel.money import Money, write_money
from lms.kernel.parts import Parts
from lms.kernel.text import Language, Text, as_language
from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person, get_person

_DESIGN = "commerce/shop/receipt"
_HOUSE = Text("启营", "Encamp")
_MOMENT = Text("{year} 年 {month} 月 {day} 日 {clock}（{zone}）", "{year}-{month:02d}-{day:02d}, {clock} ({zone})")
_DETAIL = Text("{cohort}，{first} 至 {last}", "{cohort}, {first} to {last}")
_SUBTOTAL = Text("小计", "Subtotal")
_COUPON = Text("优惠码 {code}", "Coupon {code}")
_BACK = Text("已退回", "Refunded")
_LEFT = Text("退款后", "After refunds")
_PAID = Text("已付清，座位为你留好了。", "Paid in full. Your seat is kept.")
_IN_LINE = Text("已付清，正在排队等座位。", "Paid in full. You are in line for a seat.")
_PARTLY = Text("已退 {amount}。", "{amount} has been refunded.")
_REFUNDED = Text("已全额退款。", "Refunded in full.")
_UNTIL = Text(
    "自助全额退款的期限是 {until}，退回付款时用的方式。",
    "Full refund by yourself until {until}, to the means you paid with.",
)
_UNTIL_BY_HAND = Text(
    "自助全额退款的期限是 {until}，由我们人工退给你。",
    "Full refund by yourself until {until}, paid back by hand.",
)
_NOTE = Text("本收据证明已收到款项，不作发票使用。", "This receipt confirms a payment. It is not a tax invoice.")


def make_receipt(read: Read, parts: Parts, order: Order) -> bytes:
    """Draw a paid order's receipt as PDF, in the language the order was made in.

    Raises TypesetRefused when the buyer's name or the camp's title cannot be drawn.
    """
    language = as_language(order.language)
    data = receipt_data(read, order, language, parts.settings.public_url)
    return parts.typesetter.render(_DESIGN, data, "pdf")


def receipt_data(read: Read, order: Order, language: Language, public_url: str) -> dict[str, Any]:
    """Gather what stands on a receipt; every amount as finished text."""
    cohort, buyer = camps.get_cohort_by_id(read, order.cohort_id), get_person(read, order.buyer_id)
    paid_at = order.paid_at or order.created_at
    detail = _DETAIL.in_(
        language, cohort=cohort.name, first=cohort.starts_on.isoformat(), last=cohort.ends_on.isoformat()
    )
    item = {
        "name": cohort.camp_title,
        "detail": detail,
        "qty": "1",
        "amount": _money(order.list_minor, order, language),
    }
    data: dict[str, Any] = {
        "medium": "paper",
        "lang": language,
        "palette": "paper",
        "number": f"RC-{order.code}",
        "order": order.code,
        "buyer": buyer.display_name,
        "paid_at": _moment(paid_at, buyer, language),
        "method": METHOD_WORDS[OrderMethod(order.method)].in_(language),
        "seller": _HOUSE.in_(language),
        "items": [item],
        "totals": _totals(read, order, language),
        "total": _money(order.net_minor, order, language),
        "status": _status(order, language),
        "note": _NOTE.in_(language),
        "url": f"{public_url}/orders/{order.code}",
        "date_iso": paid_at.date().isoformat(),
    }
    if order.refund_until is not None and read.now < order.refund_until and order.state == OrderState.PAID:
        until = _UNTIL_BY_HAND if order.method == OrderMethod.OFFLINE else _UNTIL
        data["refund"] = until.in_(language, until=_local(order.refund_until, cohort, language))
    return data


def _money(minor: int, order: Order, language: Language) -> str:
    return write_money(Money(minor, order.currency), language)


def _totals(read: Read, order: Order, language: Language) -> list[dict[str, str]]:
    lines: list[tuple[str, int]] = []
    if order.discount_minor:
        lines.append((_SUBTOTAL.in_(language), order.list_minor))
        lines.append((_COUPON.in_(language, code=find_coupon_of(read, order) or ""), -order.discount_minor))
    if back := order.refunded_minor + order.disputed_minor:
        lines.append((_BACK.in_(language), -back))
        lines.append((_LEFT.in_(language), order.net_minor - back))
    return [{"label": label, "amount": _money(minor, order, language)} for label, minor in lines]


def _status(order: Order, language: Language) -> str:
    if order.state == OrderState.REFUNDED:
        return _REFUNDED.in_(language)
    if order.state == OrderState.PARTLY_REFUNDED:
        back = order.refunded_minor + order.disputed_minor
        return _PARTLY.in_(language, amount=_money(back, order, language))
    return (_IN_LINE if order.seat == SeatState.IN_LINE else _PAID).in_(language)


def _moment(at: datetime, buyer: Person, language: Language) -> str:
    return _written(at, buyer.time_zone, language)


def _local(at: datetime, cohort: Cohort, language: Language) -> str:
    return _written(at, cohort.time_zone, language)


def _written(at: datetime, time_zone: str, language: Language) -> str:
    local = at.astimezone(ZoneInfo(time_zone))
    offset = local.strftime("%z")
    values = {"year": local.year, "month": local.month, "day": local.day, "clock": f"{local:%H:%M}"}
    return _MOMENT.in_(language, zone=f"UTC{offset[:3]}:{offset[3:]}", **values)
