"""Reads of commission lines."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, select

from lms.affiliates.commissions.models import Accrual, Commission
from lms.affiliates.commissions.rules import LineState, month_span
from lms.affiliates.tracking.queries import link_source
from lms.commerce.shop.queries import order_coupon_source
from lms.kernel.work import Read
from lms.learning.camps.queries import cohort_source

PAGE = 50
LIST_STATES = ("held", "released", "reversed")


@dataclass(frozen=True)
class Line:
    """One line as a list shows it, amounts in minor units: what was earned, what is left, when it can be had.

    `coupon` is the partner's own that made it theirs; empty for a link, whose `place` is empty for the main one.
    """

    id: int
    code: str
    partner_id: int
    kind: str
    base_minor: int
    amount_minor: int
    live_minor: int
    locked_minor: int
    currency: str
    state: str
    paid_at: datetime
    observed_until: datetime
    available_at: datetime
    estimate: bool
    released_at: datetime | None
    order_code: str
    camp_title: str
    cohort_name: str
    language: str
    place: str
    coupon: str

    @property
    def is_released(self) -> bool:
        """Say whether the observation is over and the money was given."""
        return self.state == LineState.RELEASED

    @property
    def reversed_minor(self) -> int:
        """Give what was taken back so far."""
        return self.amount_minor - self.live_minor


_SHOWN = (
    "id code partner_id kind base_minor amount_minor live_minor locked_minor currency state paid_at observed_until "
    "available_at estimate released_at"
).split()


def lines_statement() -> Select[Any]:
    """Select lines as `Line` takes them."""
    cohort, link, used = cohort_source(), link_source(), order_coupon_source()
    columns = [getattr(Commission, name) for name in _SHOWN]
    places = (func.coalesce(link.c.label, ""), own_coupon(used))
    return (
        select(*columns, Accrual.order_code, cohort.c.camp_title, cohort.c.name, cohort.c.language, *places)
        .join(Accrual, Accrual.id == Commission.accrual_id)
        .join(cohort, cohort.c.id == Accrual.cohort_id)
        .join(link, link.c.id == Accrual.link_id, isouter=True)
        .join(used, used.c.order_id == Accrual.order_id, isouter=True)
    )


def own_coupon(used: Subquery) -> ColumnElement[str]:
    """Name the coupon that made an order the partner's; empty where a link did, whatever coupon came with it."""
    by_coupon = Accrual.referral["source"].as_string() == "coupon"
    return func.coalesce(case((by_coupon, used.c.code)), "")


def list_lines(
    read: Read, partner_id: int, state: str = "", month: str = "", before: int | None = None, limit: int = PAGE
) -> list[Line]:
    """List a partner's lines, newest first, paged by the id of the last one seen.

    `state` is one of LIST_STATES or empty, `month` is 2026-11 in the program's zone or empty (ValueError for
    another shape).
    """
    statement = lines_statement().where(Commission.partner_id == partner_id)
    if state == "reversed":
        statement = statement.where(Commission.live_minor < Commission.amount_minor)
    elif state:
        statement = statement.where(Commission.state == state, Commission.live_minor > 0)
    if month:
        since, until = month_span(month)
        statement = statement.where(Commission.paid_at >= since, Commission.paid_at < until)
    if before is not None:
        statement = statement.where(Commission.id < before)
    return [Line(*row) for row in read.session.execute(statement.order_by(Commission.id.desc()).limit(limit))]


@dataclass(frozen=True)
class LineName:
    """What a line is called elsewhere: the sale it belongs to, and the code that opens its explanation."""

    code: str
    camp_title: str
    cohort_name: str
    language: str
    order_code: str


def line_names(read: Read, ids: Collection[int]) -> dict[int, LineName]:
    """Name lines by the sales they belong to; at most one statement."""
    if not ids:
        return {}
    cohort = cohort_source()
    named = (cohort.c.camp_title, cohort.c.name, cohort.c.language, Accrual.order_code)
    rows = read.session.execute(
        select(Commission.id, Commission.code, *named)
        .join(Accrual, Accrual.id == Commission.accrual_id)
        .join(cohort, cohort.c.id == Accrual.cohort_id)
        .where(Commission.id.in_(ids))
    )
    return {id_: LineName(*rest) for id_, *rest in rows}


def list_months(read: Read, partner_id: int) -> tuple[datetime, datetime] | None:
    """Give the first and the last payment a partner earned on; None before the first."""
    span = select(func.min(Commission.paid_at), func.max(Commission.paid_at))
    first, last = read.session.execute(span.where(Commission.partner_id == partner_id)).one()
    return (first, last) if first is not None else None


def commission_source() -> Subquery:
    """Offer id, code, order_id, partner_id, kind, base_minor, amount_minor, live_minor, currency, state, paid_at."""
    names = "id code order_id partner_id kind base_minor amount_minor live_minor currency state paid_at".split()
    return select(*(getattr(Commission, name) for name in names)).subquery("commission_source")
