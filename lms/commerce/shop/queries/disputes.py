"""Reads of disputes: what is open, and where an order stands when its buyer's bank has a say in it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, select

from lms.commerce.shop import models as tables
from lms.commerce.shop.rules import DisputeState, OrderState, Standing
from lms.kernel.work import Read

_O, _D = tables.ShopOrder, tables.Dispute


def has_open_dispute() -> ColumnElement[bool]:
    """Tell, in a statement over orders, whether a buyer's bank still decides about a payment of theirs."""
    return exists().where(_D.order_id == _O.id, _D.state == DisputeState.OPEN)


def standing() -> ColumnElement[str]:
    """Say, in a statement over orders, where one stands: the only place that tells lists, pages and counts."""
    is_lost = (_O.state == OrderState.REFUNDED) & (_O.disputed_minor > 0)
    return case(
        (has_open_dispute(), Standing.DISPUTED.value), (is_lost, Standing.LOST.value), else_=_O.state
    )  # fmt: skip


def standings(read: Read, order_ids: Collection[int]) -> dict[int, str]:
    """Say where orders stand, in one statement."""
    if not order_ids:
        return {}
    return dict(read.session.execute(select(_O.id, standing()).where(_O.id.in_(order_ids))).tuples().all())


def is_disputed(read: Read, payment_id: int) -> bool:
    """Tell whether the buyer's bank still decides about a payment: while it does, none of it may be refunded."""
    open_now = exists().where(_D.payment_id == payment_id, _D.state == DisputeState.OPEN)
    return bool(read.session.scalar(select(open_now)))


def lost_of(read: Read, payment_id: int) -> int:
    """Sum up what the buyer's bank took out of a payment for good."""
    lost = select(func.coalesce(func.sum(_D.amount_minor), 0))
    return int(read.session.scalar(lost.where(_D.payment_id == payment_id, _D.state == DisputeState.LOST)) or 0)


def count_open_disputes(read: Read) -> tuple[int, datetime | None]:
    """Count the disputes that wait for our answer or the bank's word, with the moment of the oldest."""
    row = read.session.execute(select(func.count(), func.min(_D.opened_at)).where(_D.state == DisputeState.OPEN)).one()
    return row[0], row[1]
