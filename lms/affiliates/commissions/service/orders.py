"""The row that keeps what is known of an order, whichever news of it comes first."""

from collections.abc import Iterator

from sqlalchemy import bindparam, select

from lms.affiliates.commissions.models import Accrual, AccrualChange, Commission
from lms.affiliates.commissions.rules import Cause, ChangeState, Outcome
from lms.affiliates.commissions.service.purses import HeldPurse, hold_purse
from lms.kernel.db import insert_once
from lms.kernel.work import Work

_HELD = (
    select(Accrual)
    .where(Accrual.order_id == bindparam("order"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def hold_order(work: Work, order_id: int) -> Accrual:
    """Find or make the row of an order and hold it; it is held before any partner."""
    insert_once(work, Accrual, ["order_id"], order_id=order_id, outcome=Outcome.WAITING)
    return work.session.scalars(_HELD, {"order": order_id}).one()


def note_change(work: Work, order: Accrual, cause: Cause, cause_id: int, amount_minor: int, state: ChangeState) -> bool:
    """Write a refund or a dispute down; False when it is known."""
    values = {"accrual_id": order.id, "cause": cause.value, "cause_id": cause_id}
    unique = ["accrual_id", "cause", "cause_id"]
    return insert_once(work, AccrualChange, unique, **values, amount_minor=amount_minor, state=state)


def list_changes(work: Work, order: Accrual) -> list[AccrualChange]:
    """List what is known of an order's refunds and disputes, in the order it became known."""
    statement = select(AccrualChange).where(AccrualChange.accrual_id == order.id).order_by(AccrualChange.id)
    return list(work.session.scalars(statement.execution_options(populate_existing=True)))


def open_disputes(changes: list[AccrualChange]) -> list[AccrualChange]:
    """Pick the disputes that are not decided."""
    return [change for change in changes if change.state == ChangeState.OPEN]


def held_lines(work: Work, order: Accrual) -> Iterator[tuple[HeldPurse, Commission]]:
    """Go through an order's lines, each under the lock of its partner, partners in one order everywhere."""
    partner_ids = work.session.scalars(
        select(Commission.partner_id)
        .where(Commission.order_id == order.order_id)
        .distinct()
        .order_by(Commission.partner_id)
    ).all()
    for partner_id in partner_ids:
        held = hold_purse(work, partner_id, order.currency)
        lines = select(Commission).where(Commission.order_id == order.order_id, Commission.partner_id == partner_id)
        # Read behind the lock: a release may have moved them while it was waited for.
        fresh = lines.order_by(Commission.id).execution_options(populate_existing=True)
        for line in work.session.scalars(fresh).all():
            yield held, line
