"""The hourly comparison with the gateway: asked outside any transaction, recorded in one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from lms.commerce.gateway import queries
from lms.commerce.gateway.comparing import Kind
from lms.commerce.gateway.rules import Checkout, GatewayRefund, GatewayRefused
from lms.commerce.gateway.service import RECONCILE_ERRAND, ask_reconciliation, gateway_of, reconcile
from lms.commerce.gateway.service.reconciling import Answers
from lms.kernel.outbox import ErrandKind, Payload, Schedule
from lms.kernel.parts import Parts
from lms.kernel.work import Read, Work

LONGEST_RETURN = timedelta(days=30)
"""How long after a transfer its coming back is still looked for, should the notice be lost."""
_MOST_SINGLE = 100  # calls one by one in a run; what is left comes next time

T = TypeVar("T", Checkout, GatewayRefund)


def _prepare(read: Read, payload: Payload) -> Payload:
    since = queries.look_back(read)
    return {"since": since, "keys": queries.keys_to_compare(read, since)}


def _perform(parts: Parts, key: str, prepared: Payload) -> Payload:
    gateway, since, keys = gateway_of(parts), prepared["since"], prepared["keys"]
    paid, refunds = gateway.list_paid(since), gateway.list_refunds(since)
    listed = {*((Kind.PAYMENT, one.id) for one in paid), *((Kind.REFUND, one.id) for one in refunds)}
    # Older than the lists, or not there at all: asked for one by one.
    single = [one for one in keys if one not in listed][:_MOST_SINGLE]
    paid += _ask_each(gateway.get_checkout, single, Kind.PAYMENT)
    refunds += _ask_each(gateway.get_refund, single, Kind.REFUND)
    asked = [one for one in keys if one in listed or one in single]
    returned = [one for one in gateway.list_transfers(since - LONGEST_RETURN) if one.reversed_minor]
    return {"answers": Answers(since, paid, refunds, returned, gateway.list_balance(since), asked)}


def _ask_each(ask: Callable[[str], T], keys: Iterable[tuple[Kind, str]], kind: Kind) -> list[T]:
    found: list[T] = []
    for _, object_id in (one for one in keys if one[0] is kind):
        try:
            found.append(ask(object_id))
        except GatewayRefused:
            continue  # the gateway knows no such thing, which the comparison will show
    return found


def _record(work: Work, payload: Payload, result: Payload) -> None:
    reconcile(work, result["answers"])


def _ask_hourly(work: Work) -> None:
    if queries.takes_payments():
        ask_reconciliation(work)


RECONCILING = ErrandKind(name=RECONCILE_ERRAND, prepare=_prepare, perform=_perform, record=_record)
RECONCILE = Schedule(name="gateway.reconcile", every=timedelta(hours=1), run=_ask_hourly)
