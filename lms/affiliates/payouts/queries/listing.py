"""Finance's list of payouts: by state and month, by date or amount."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, select

from lms.affiliates.commissions.rules import month_span
from lms.affiliates.partners.queries import Partner, partner_source
from lms.affiliates.payouts.models import Payout as PayoutRow
from lms.affiliates.payouts.queries.destinations import Destination, destinations_by_id
from lms.affiliates.payouts.queries.payouts import Payout, list_ordered
from lms.affiliates.payouts.rules import is_overdue
from lms.kernel.work import Read

PAGE = 50


class Order(StrEnum):
    """What a list begins with."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    SMALLEST = "smallest"


@dataclass(frozen=True)
class Wanted:
    """Which payouts a list shows: of a state or all, asked for in a month such as 2026-11 or at any time."""

    state: str = ""
    month: str = ""
    order: Order = Order.NEWEST


@dataclass(frozen=True)
class FinancePayout:
    """A line of finance's list."""

    payout: Payout
    partner: Partner
    destination: Destination
    is_overdue: bool = False


def list_payouts(
    read: Read, wanted: Wanted, before: int | None = None, limit: int = PAGE, codes: Sequence[str] = ()
) -> list[FinancePayout]:
    """List payouts, paged by the id of the last one seen; `codes` keeps only those. ValueError for no month."""
    conditions: list[ColumnElement[bool]] = [PayoutRow.state == wanted.state] if wanted.state else []
    if wanted.month:
        since, until = month_span(wanted.month)
        conditions += [PayoutRow.requested_at >= since, PayoutRow.requested_at < until]
    if codes:
        conditions.append(PayoutRow.code.in_(codes))
    if before is not None:
        conditions.append(_after(wanted.order, before))
    payouts = list_ordered(read, conditions, _order_by(wanted.order), limit)
    partners = partners_by_id(read, [one.partner_id for one in payouts])
    destinations = destinations_by_id(read, [one.destination_id for one in payouts]) if payouts else {}
    return [_line(read, one, partners[one.partner_id], destinations[one.destination_id]) for one in payouts]


def partners_by_id(read: Read, ids: Sequence[int]) -> dict[int, Partner]:
    """Give partners by id."""
    if not ids:
        return {}
    names = ("id", "code", "person_id", "name", "state", "group_id", "locked_at")
    source = partner_source()
    statement = select(*(source.c[name] for name in names)).where(source.c.id.in_(set(ids)))
    return {row[0]: Partner(*row) for row in read.session.execute(statement)}


def _line(read: Read, one: Payout, partner: Partner, destination: Destination) -> FinancePayout:
    late = is_overdue(one.state, destination.kind, one.submitted_at, read.now)
    return FinancePayout(one, partner, destination, late)


def _order_by(order: Order) -> Sequence[ColumnElement[Any]]:
    columns = [PayoutRow.gross_minor, PayoutRow.id] if order in (Order.LARGEST, Order.SMALLEST) else [PayoutRow.id]
    falling = order in (Order.NEWEST, Order.LARGEST)
    return [column.desc() if falling else column.asc() for column in columns]


def _after(order: Order, id_: int) -> ColumnElement[bool]:
    """Say what comes behind one row in the order of the list."""
    falling = order in (Order.NEWEST, Order.LARGEST)
    behind = PayoutRow.id < id_ if falling else PayoutRow.id > id_
    if order in (Order.NEWEST, Order.OLDEST):
        return behind
    amount = select(PayoutRow.gross_minor).where(PayoutRow.id == id_).scalar_subquery()
    further = PayoutRow.gross_minor < amount if falling else PayoutRow.gross_minor > amount
    return further | ((PayoutRow.gross_minor == amount) & behind)
