"""What is told of a payment before the payment itself: kept, and told again when the payment is known."""

from sqlalchemy import delete, select

from lms.commerce.shop import models as tables
from lms.kernel.db import insert_once
from lms.kernel.outbox import Event, event_payload, read_event
from lms.kernel.work import Work

_P = tables.ParkedMove


def park(work: Work, kind: str, provider_id: str, state: str, payment_id: str, event: Event) -> None:
    """Keep something told of an unknown payment, once per state."""
    insert_once(
        work,
        _P,
        ["kind", "provider_id", "state"],
        kind=kind,
        provider_id=provider_id,
        state=state,
        payment_id=payment_id,
        event={"name": type(event).__name__, "payload": event_payload(event)},
        parked_at=work.now,
    )


def unpark(work: Work, order_id: int) -> int:
    """Tell again what was kept for the payments of an order; gives how much there was."""
    payment = tables.Payment
    known = select(payment.payment_id).where(payment.order_id == order_id, payment.payment_id.is_not(None))
    rows = work.session.scalars(select(_P).where(_P.payment_id.in_(known)).order_by(_P.id)).all()
    for row in rows:
        work.tell(read_event(row.event["name"], row.event["payload"]))
    if rows:
        gone = delete(_P).where(_P.id.in_([row.id for row in rows]))
        work.session.execute(gone.execution_options(synchronize_session=False))
    return len(rows)
