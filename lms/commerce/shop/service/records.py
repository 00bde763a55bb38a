"""One order's rows: held, read afresh, ended."""

from sqlalchemy import select, update

from lms.commerce.shop import models as tables
from lms.commerce.shop.rules import Books, OrderState, PaymentState, SeatState
from lms.kernel.errors import NotFound
from lms.kernel.work import Work
from lms.learning.enrollments import service as enrollments

_O = tables.ShopOrder


def find_locked(work: Work, code: str) -> tables.ShopOrder | None:
    """Find an order by its code and hold it: whatever changes an order's money holds its row first."""
    mine = select(_O).where(_O.code == code).with_for_update().execution_options(populate_existing=True)
    return work.session.scalars(mine).one_or_none()


def get_locked(work: Work, code: str) -> tables.ShopOrder:
    """Get an order by its code and hold it; NotFound."""
    found = find_locked(work, code)
    if found is None:
        raise NotFound
    return found


def payments_of(work: Work, order_id: int) -> list[tables.Payment]:
    """Read the attempts of a held order afresh, first one first."""
    row = tables.Payment
    mine = select(row).where(row.order_id == order_id).order_by(row.attempt)
    return list(work.session.scalars(mine.execution_options(populate_existing=True)))


def paid_payment(work: Work, order_id: int) -> tables.Payment | None:
    """Find the payment that settled an order; a free one has none."""
    return next((one for one in payments_of(work, order_id) if one.state == PaymentState.PAID), None)


def books_of(order: tables.ShopOrder) -> Books:
    """Say what has become of an order's net."""
    return Books(
        order.net_minor,
        order.refunded_minor,
        order.earned_minor,
        order.deferred_refunded_minor,
        order.disputed_minor,
    )


def close_order(work: Work, order: tables.ShopOrder, to: OrderState, *, keep_seat: bool = False) -> None:
    """End a held open order unpaid: its coupon is free for somebody else, and its seat goes on unless kept."""
    order.state, order.ended_at, order.seat = to, work.now, SeatState.NONE
    work.session.flush()
    use_coupon_again(work, order, -1)
    if not keep_seat:
        enrollments.release_seat(work, order.cohort_id, order.buyer_id)


def hold_coupon(work: Work, order: tables.ShopOrder) -> None:
    """Hold an order's coupon before its seat: everywhere in the order order, coupon, seats."""
    if order.coupon_id is not None:
        row = tables.Coupon
        work.session.execute(select(row.id).where(row.id == order.coupon_id).with_for_update())


def use_coupon_again(work: Work, order: tables.ShopOrder, by: int) -> None:
    """Count a use of an order's coupon more or less, whatever its limit: the order has its discount already."""
    if order.coupon_id is None:
        return
    row = tables.Coupon
    work.session.execute(
        update(row)
        .where(row.id == order.coupon_id)
        .values(uses=row.uses + by)
        .execution_options(synchronize_session=False)
    )
