"""Reading the gateway's notices: from their payload to what happened. Pure; nothing in a notice can break it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from lms.commerce.gateway.events import (
    AccountMoved,
    CheckoutExpired,
    DisputeMoved,
    PaymentConfirmed,
    PaymentFailed,
    RefundMoved,
    TransferMoved,
)
from lms.commerce.gateway.rules import DisputeState, RefundState
from lms.kernel.outbox import Event

Payload = Mapping[str, Any]
_LAST_SECOND = 253_402_300_800
Reader = Callable[[Payload, datetime], "Event | None"]


class NoticeState(StrEnum):
    """What became of a notice. `received`: kept, but it could not be read and tells nothing until it can."""

    RECEIVED = "received"
    HANDLED = "handled"
    IGNORED = "ignored"


class Unreadable(ValueError):
    """A notice of a kind we act on lacks what its kind always has."""


@dataclass(frozen=True)
class Notice:
    """A notice whose signature was right. `object_id` is what it is about."""

    event_id: str
    kind: str
    object_id: str
    payload: Payload


def notice_of(payload: Payload) -> Notice:
    """Read the envelope of a notice; ValueError when it is none."""
    event_id, kind = payload.get("id"), payload.get("type")
    if not (isinstance(event_id, str) and event_id and isinstance(kind, str) and kind):
        raise ValueError("a notice without id or type")
    return Notice(event_id[:255], kind[:100], str(_object(payload).get("id") or "")[:255], payload)


def read_notice(notice: Notice, now: datetime) -> Event | None:
    """Say what a notice lets us know; None for what is no concern of ours. Raises Unreadable."""
    read = READERS.get(notice.kind)
    return read(_object(notice.payload), now) if read is not None else None


def refund_state(status: str) -> RefundState:
    """Translate a refund's state; what the gateway may call its states tomorrow counts as on its way."""
    if status == "succeeded":
        return RefundState.SUCCEEDED
    return RefundState.FAILED if status in ("failed", "canceled") else RefundState.PENDING


def dispute_state(status: str) -> DisputeState | None:
    """Translate a dispute's state; None for a mere inquiry, which holds no money back."""
    if status in ("won", "lost"):
        return DisputeState(status)
    return None if status.startswith("warning_") or status == "prevented" else DisputeState.OPEN


def reference_of(thing: Payload) -> str:
    """Find our own reference on a thing of the gateway's; empty for one that is not ours."""
    metadata = thing.get("metadata")
    said = metadata.get("reference") if isinstance(metadata, Mapping) else None
    return str(said or thing.get("client_reference_id") or "")


def id_of(value: Any) -> str:
    """Give the id of what may be written as an id, in full, or not at all."""
    if isinstance(value, Mapping):
        value = value.get("id")
    return str(value or "")


# --- One reader a kind ------------------------------------------------------


def _object(payload: Payload) -> Payload:
    data = payload.get("data")
    thing = data.get("object") if isinstance(data, Mapping) else None
    return thing if isinstance(thing, Mapping) else {}


def _text(thing: Payload, name: str) -> str:
    value = id_of(thing.get(name))
    if not value:
        raise Unreadable(name)
    return value


def _amount(thing: Payload, name: str) -> int:
    value = thing.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unreadable(name)
    return value


def _money(thing: Payload, name: str = "amount") -> dict[str, Any]:
    return {"amount_minor": _amount(thing, name), "currency": _text(thing, "currency").upper()}


def _paid(thing: Payload, now: datetime) -> Event | None:
    """A buyer who is done has not always paid: some means bring the money later, and a later notice says so."""
    reference = reference_of(thing)
    if not reference or thing.get("payment_status") != "paid":
        return None
    return PaymentConfirmed(
        happened_at=now,
        reference=reference,
        checkout_id=_text(thing, "id"),
        payment_id=_text(thing, "payment_intent"),
        **_money(thing, "amount_total"),
    )


def _failed(thing: Payload, now: datetime) -> Event | None:
    reference = reference_of(thing)
    return PaymentFailed(happened_at=now, reference=reference, checkout_id=_text(thing, "id")) if reference else None


def _expired(thing: Payload, now: datetime) -> Event | None:
    reference = reference_of(thing)
    return CheckoutExpired(happened_at=now, reference=reference, checkout_id=_text(thing, "id")) if reference else None


def _refund(thing: Payload, now: datetime) -> Event | None:
    return RefundMoved(
        happened_at=now,
        reference=reference_of(thing),
        refund_id=_text(thing, "id"),
        payment_id=_text(thing, "payment_intent"),
        state=refund_state(str(thing.get("status"))).value,
        **_money(thing),
    )


def _dispute(thing: Payload, now: datetime) -> Event | None:
    state = dispute_state(_text(thing, "status"))
    if state is None:
        return None
    return DisputeMoved(
        happened_at=now,
        dispute_id=_text(thing, "id"),
        payment_id=_text(thing, "payment_intent"),
        state=state.value,
        **_money(thing),
    )


@dataclass(frozen=True)
class DisputeSaid:
    """What the gateway's notice says of a dispute beyond its state: why, and by when it takes our answer.

    `waits_for_us` is False once evidence was sent, and the bank decides.
    """

    reason: str
    due_by: datetime | None
    waits_for_us: bool


def dispute_said(payload: Payload) -> DisputeSaid:
    """Read a notice about a dispute; nothing in it can break this."""
    thing = _object(payload)
    details = thing.get("evidence_details")
    due = details.get("due_by") if isinstance(details, Mapping) else None
    known = isinstance(due, int) and 0 < due < _LAST_SECOND
    due_by = datetime.fromtimestamp(due, UTC) if known and due else None
    return DisputeSaid(str(thing.get("reason") or ""), due_by, thing.get("status") == "needs_response")


def _account(thing: Payload, now: datetime) -> Event | None:
    return AccountMoved(
        happened_at=now,
        account_id=_text(thing, "id"),
        details_submitted=bool(thing.get("details_submitted")),
        payouts_enabled=bool(thing.get("payouts_enabled")),
    )


def _transfer(thing: Payload, now: datetime) -> Event | None:
    reference = reference_of(thing)
    if not reference:
        return None
    return TransferMoved(
        happened_at=now,
        reference=reference,
        transfer_id=_text(thing, "id"),
        reversed_minor=_amount(thing, "amount_reversed"),
        **_money(thing),
    )


# charge.refunded says the same as the refund's own notices, without saying which refund it was.
READERS: dict[str, Reader] = {
    "checkout.session.completed": _paid,
    "checkout.session.async_payment_succeeded": _paid,
    "checkout.session.async_payment_failed": _failed,
    "checkout.session.expired": _expired,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.closed": _dispute,
    "account.updated": _account,
    "transfer.created": _transfer,
    "transfer.updated": _transfer,
    "transfer.reversed": _transfer,
}
