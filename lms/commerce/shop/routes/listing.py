"""What a list of orders is asked for by its address, and the list as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app

from lms.commerce.shop import queries
from lms.commerce.shop.queries import OrderLine, Wanted
from lms.commerce.shop.rules import METHOD_WORDS, STANDING_WORDS, OrderMethod
from lms.kernel.money import Money, as_decimal
from lms.kernel.text import Language, current_language, t
from lms.kernel.work import begin_read
from lms.web.dates import now, viewer_zone
from lms.web.forms import clean_text
from lms.web.ports import ports

_SORTS = {"": ("created", False), "oldest": ("created", True), "most": ("amount", False), "least": ("amount", True)}
_ID_DIGITS = 18
_AT_ONCE = 500
_YEARS = (2000, 2200)


def wanted_orders(asked: Mapping[str, str]) -> Wanted:
    """Read which orders an address asks for; what cannot be read is left out. Days are the reader's, both included."""
    camp, state = asked.get("camp", ""), asked.get("state", "")
    is_id = camp.isascii() and camp.isdecimal() and len(camp) <= _ID_DIGITS
    by, upward = _SORTS.get(asked.get("sort", ""), _SORTS[""])
    return Wanted(
        q=str(clean_text(asked.get("q", "")))[:100],
        standing=state if state in STANDING_WORDS else "",
        camp_id=int(camp) if is_id else None,
        since=_start_of(asked.get("from", "")),
        until=_start_of(asked.get("to", ""), timedelta(days=1)),
        by=by,
        upward=upward,
    )


def _start_of(typed: str, later: timedelta = timedelta(0)) -> datetime | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    # Days at the ends of the calendar have no moment in every zone.
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        return None
    return datetime.combine(day + later, time(), viewer_zone())


def order_file(wanted: Wanted) -> Response:
    """Send the orders of a wish as CSV, written while they are read."""
    heads = [
        *(t("订单", "Order"), t("买家", "Buyer"), t("邮箱", "Mail address"), t("训练营", "Camp"), t("期", "Cohort")),
        *(t("状态", "State"), t("方式", "Method"), t("货币", "Currency"), t("价格", "Price"), t("优惠", "Discount")),
        *(t("应付", "To pay"), t("已退", "Went back"), t("优惠码", "Code"), t("合伙人", "Partner")),
        *(t("下单", "Ordered"), t("付款", "Paid at")),
    ]
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    body = _pieces(app, wanted, _rows([heads]), current_language(), viewer_zone())
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="orders-{now():%Y-%m-%d}.csv"'
    return response


def _pieces(app: Flask, wanted: Wanted, head: str, language: Language, zone: ZoneInfo) -> Iterator[str]:
    """Write the file piece by piece. Each is read in a context of its own, which no slow reader keeps open."""
    yield "\ufeff" + head  # Excel reads UTF-8 by this mark only.
    before: int | None = None
    while True:
        with app.app_context():
            read = begin_read()
            lines = queries.list_orders(read, wanted, before, _AT_ONCE)
            partners = ports.partner_names(
                read, sorted({one.partner_id for one in lines if one.partner_id is not None})
            )
        if not lines:
            return
        yield _rows([_cells(one, partners, language, zone) for one in lines])
        before = lines[-1].id


def _rows(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _cells(one: OrderLine, partners: dict[int, str], language: Language, zone: ZoneInfo) -> list[str]:
    sums = (one.list_minor, one.discount_minor, one.net_minor, one.back_minor)
    return [
        one.code,
        *(_safe(text) for text in (one.buyer, one.email, one.camp, one.cohort)),
        STANDING_WORDS[one.standing].in_(language),
        METHOD_WORDS[OrderMethod(one.method)].in_(language) if one.paid_at else "",
        one.currency,
        *(as_decimal(Money(minor, one.currency)) for minor in sums),
        one.coupon or "",
        _safe(partners.get(one.partner_id or 0, "")),
        *(_written(at, zone) for at in (one.created_at, one.paid_at)),
    ]


def _written(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""


def _safe(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
