"""What the gateway lets us know, kept once and told on."""

import structlog
from sqlalchemy import delete

from lms.commerce.gateway.comparing import Kind
from lms.commerce.gateway.errors import NothingToReplay
from lms.commerce.gateway.events import CheckoutExpired, PaymentConfirmed
from lms.commerce.gateway.models import GatewayKnown, GatewayNotice
from lms.commerce.gateway.notices import Notice, NoticeState, Unreadable, read_notice
from lms.commerce.gateway.rules import Checkout, CheckoutState
from lms.kernel.db import insert_new, insert_once, lock
from lms.kernel.outbox import Event
from lms.kernel.work import Actor, Work

log = structlog.get_logger("gateway")


def receive(work: Work, notice: Notice) -> bool:
    """Keep a notice and tell what it lets us know; tell whether it is new. The same notice is kept once.

    One that cannot be read is kept as `received`, to be replayed once it can.
    """
    state, event = _read(work, notice)
    kept = insert_new(
        work,
        GatewayNotice,
        ["event_id"],
        event_id=notice.event_id,
        kind=notice.kind,
        object_id=notice.object_id,
        payload=dict(notice.payload),
        state=state.value,
        received_at=work.now,
        handled_at=work.now if state is NoticeState.HANDLED else None,
    )
    if kept is None:
        return False
    if event is not None:
        work.tell(event)
    return True


def _read(work: Work, notice: Notice) -> tuple[NoticeState, Event | None]:
    try:
        event = read_notice(notice, work.now)
    except Unreadable as missing:
        log.error("notice.unreadable", event_id=notice.event_id, kind=notice.kind, missing=str(missing))
        return NoticeState.RECEIVED, None
    return (NoticeState.IGNORED if event is None else NoticeState.HANDLED), event


def replay(work: Work, who: Actor, notice_id: int) -> None:
    """Tell once more what a notice lets us know; harmless, since every handler bears repetition.

    NotFound when there is no such notice, NothingToReplay when it tells nothing.
    """
    row = lock(work, GatewayNotice, notice_id)
    state, event = _read(work, Notice(row.event_id, row.kind, row.object_id, row.payload))
    if event is None:
        raise NothingToReplay
    before = row.state
    row.state, row.handled_at = state.value, work.now
    work.tell(event)
    work.audit(
        "gateway_notice.replayed",
        subject=f"gateway_notice:{row.event_id}",
        before={"state": before},
        after={"state": row.state},
    )


def report_checkout(work: Work, checkout: Checkout) -> None:
    """Tell what the buyer's return or an enquiry found out, as a notice would; nothing while it is under way."""
    if checkout.state is CheckoutState.PAID and checkout.payment_id:
        work.tell(
            PaymentConfirmed(
                happened_at=work.now,
                reference=checkout.reference,
                checkout_id=checkout.id,
                payment_id=checkout.payment_id,
                amount_minor=checkout.amount_minor,
                currency=checkout.currency,
            )
        )
    elif checkout.state is CheckoutState.EXPIRED:
        work.tell(CheckoutExpired(happened_at=work.now, reference=checkout.reference, checkout_id=checkout.id))


def note_settled(work: Work, kind: str, object_id: str, reference: str, amount_minor: int, currency: str) -> bool:
    """Note that a payment (by its checkout's id) or a refund that went through is settled here; tell if it is new.

    `kind` is "payment" or "refund", `reference` our order's or refund's code. Called in the work that settles;
    reconciliation compares it with the gateway.
    """
    return insert_once(
        work,
        GatewayKnown,
        ["kind", "object_id"],
        kind=Kind(kind).value,
        object_id=object_id,
        reference=reference,
        amount_minor=amount_minor,
        currency=currency,
        noted_at=work.now,
    )


def forget_settled(work: Work, kind: str, object_id: str) -> None:
    """Take back what `note_settled` noted: a refund that went through and failed after all."""
    work.session.execute(
        delete(GatewayKnown).where(GatewayKnown.kind == Kind(kind), GatewayKnown.object_id == object_id)
    )
