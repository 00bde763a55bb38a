"""The errand that sends money, and the clock that asks after what has had no answer."""

from datetime import timedelta
from typing import Any

from lms.affiliates.payouts import service
from lms.affiliates.payouts.handlers import note_transfer
from lms.affiliates.payouts.models import Payout, PayoutAttempt
from lms.affiliates.payouts.rules import UNDECIDED
from lms.commerce.gateway.rules import Gateway, GatewayRefused, GatewayUnreachable
from lms.commerce.gateway.service import gateway_of
from lms.kernel.errors import NotFound
from lms.kernel.outbox import ErrandKind, Payload, Schedule
from lms.kernel.parts import Parts
from lms.kernel.work import Read, Work, begin_work


def _prepare(read: Read, payload: Payload) -> Payload:
    """Gather the frozen send; nothing when its end is known already."""
    attempt = read.session.get(PayoutAttempt, payload["attempt_id"])
    if attempt is None:
        raise NotFound
    payout = read.session.get(Payout, attempt.payout_id)
    if payout is None or attempt.state not in UNDECIDED:
        return {}
    return {
        "attempt_id": attempt.id,
        "key": attempt.key,
        "destination": attempt.destination,
        "amount_minor": attempt.net_minor,
        "currency": payout.currency,
    }


def _perform(parts: Parts, _key: str, prepared: Payload) -> Payload:
    if not prepared:
        return {}
    try:
        return _ask_then_send(gateway_of(parts), prepared)
    except GatewayUnreachable:
        # Seen by finance while the errand comes again, with the same key.
        with begin_work() as work:
            service.note_unknown(work, prepared["attempt_id"])
        raise


def _ask_then_send(gateway: Gateway, prepared: dict[str, Any]) -> Payload:
    """Ask whether it has happened before sending it: an earlier try may have got through unheard."""
    key = prepared["key"]
    transfer = gateway.find_transfer(key)
    if transfer is None:
        try:
            transfer = gateway.transfer(
                key, prepared["destination"], prepared["amount_minor"], prepared["currency"], key
            )
        except GatewayRefused as refused:
            return {"refused": refused.code}
    return {
        "transfer_id": transfer.id,
        "amount_minor": transfer.amount_minor,
        "reversed_minor": transfer.reversed_minor,
    }


def _record(work: Work, payload: Payload, result: Payload) -> None:
    if "refused" in result:
        service.fail(work, payload["attempt_id"], result["refused"])
    elif result:
        note_transfer(
            work, payload["attempt_id"], result["transfer_id"], result["amount_minor"], result["reversed_minor"]
        )


SENDING = ErrandKind(name=service.SEND_ERRAND, prepare=_prepare, perform=_perform, record=_record)
ASK_OVERDUE = Schedule(name="payouts.ask_overdue", every=timedelta(hours=1), run=service.ask_overdue)
