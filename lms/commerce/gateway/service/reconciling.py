"""Comparing with the gateway: what is paid there must be settled here, and the other way round."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.commerce.gateway import queries
from lms.commerce.gateway.comparing import (
    Finding,
    Kind,
    Settled,
    compare,
    entries_of,
    has_place,
    paid_there,
    refunded_there,
    sightings_needed,
)
from lms.commerce.gateway.events import RefundMoved, TransferMoved
from lms.commerce.gateway.models import Discrepancy, GatewayEntry, Reconciliation
from lms.commerce.gateway.rules import BalanceEntry, Checkout, GatewayRefund, RefundState, Transfer
from lms.commerce.gateway.service.hearing import report_checkout
from lms.commerce.ledger.service import post
from lms.kernel.db import insert_new
from lms.kernel.money import Money, write_money
from lms.kernel.work import Work
from lms.people.accounts.queries import list_holders
from lms.people.messages.service import send

RECONCILE_ERRAND = "gateway.reconcile"


@dataclass(frozen=True)
class Answers:
    """What the gateway has: lists since a moment, and what was asked for one by one."""

    since: datetime
    paid: list[Checkout]
    refunds: list[GatewayRefund]
    returned: list[Transfer]
    entries: list[BalanceEntry]
    asked: list[tuple[Kind, str]]


def ask_reconciliation(work: Work) -> bool:
    """Ask for a comparison; once a minute at most. Tells whether it is a new wish."""
    return work.errand(RECONCILE_ERRAND, key=f"{RECONCILE_ERRAND}:{work.now:%Y%m%dT%H%M}", payload={})


def reconcile(work: Work, answers: Answers) -> None:
    """Tell again what is unsettled, note or resolve discrepancies, book the balance's entries, keep the counts."""
    booked = record_entries(work, answers.entries)
    there = [*paid_there(answers.paid), *refunded_there(answers.refunds)]
    here = queries.settled_here(work, [*answers.asked, *(one.key for one in there)])
    findings = compare(here, there)
    told = _tell_again(work, answers, here)
    _tell_returned(work, answers.returned)
    resolved = _resolve(work, {finding.key for finding in findings})
    for finding in findings:
        _note(work, finding)
    counts = {
        "paid": len(answers.paid),
        "refunds": len(answers.refunds),
        "entries": booked,
        "told": told,
        "open": len(findings),
        "resolved": resolved,
        "clearing": [[line.currency, line.books_minor, line.gateway_minor] for line in queries.compare_clearing(work)],
    }
    work.add(Reconciliation(at=work.now, since=answers.since, counts=counts))


def record_entries(work: Work, entries: Iterable[BalanceEntry]) -> int:
    """Keep balance entries and book their fees and the payouts to our bank, once each; count the new ones."""
    new = 0
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.id)):
        kept = insert_new(
            work,
            GatewayEntry,
            ["entry_id"],
            entry_id=entry.id,
            kind=entry.kind[:60],
            source_id=entry.source_id,
            amount_minor=entry.amount_minor,
            fee_minor=entry.fee_minor,
            currency=entry.currency,
            at=entry.at,
            matched=has_place(entry),
        )
        if kept is not None:
            post(work, f"gateway_entry:{kept}", "booked", entry.currency, entries_of(entry))
            new += 1
    return new


def _tell_again(work: Work, answers: Answers, here: Sequence[Settled]) -> int:
    """Tell what the gateway has and we have not settled; whoever hears it bears repetition."""
    known = {one.object_id for one in here}
    paid = [one for one in answers.paid if one.reference and one.id not in known]
    refunds = [one for one in answers.refunds if one.id not in known or one.state is RefundState.FAILED]
    for checkout in paid:
        report_checkout(work, checkout)
    for refund in refunds:
        work.tell(
            RefundMoved(
                happened_at=work.now,
                reference=refund.reference,
                refund_id=refund.id,
                payment_id=refund.payment_id,
                amount_minor=refund.amount_minor,
                currency=refund.currency,
                state=refund.state.value,
            )
        )
    return len(paid) + len(refunds)


def _tell_returned(work: Work, returned: Sequence[Transfer]) -> None:
    """Tell each time of transfers that came back: what is known of them already changes nothing."""
    for transfer in returned:
        work.tell(
            TransferMoved(
                happened_at=work.now,
                reference=transfer.reference,
                transfer_id=transfer.id,
                amount_minor=transfer.amount_minor,
                reversed_minor=transfer.reversed_minor,
                currency=transfer.currency,
            )
        )


def _resolve(work: Work, still: set[str]) -> int:
    rows = work.session.scalars(select(Discrepancy).where(Discrepancy.resolved_at.is_(None)).with_for_update())
    fitting = [row for row in rows if row.key not in still]
    for row in fitting:
        row.resolved_at = work.now
    work.session.flush()
    return len(fitting)


def _note(work: Work, finding: Finding) -> None:
    """Write a difference down, count that it was seen, and tell finance when it first concerns people."""
    statement = select(Discrepancy).where(Discrepancy.key == finding.key).with_for_update()
    row = work.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        row = work.add(
            Discrepancy(
                key=finding.key,
                kind=finding.difference.value,
                object_kind=finding.kind.value,
                object_id=finding.object_id,
                reference=finding.reference,
                details=_details(finding),
                sightings=0,
                found_at=work.now,
            )
        )
    elif row.resolved_at is not None:
        row.resolved_at, row.found_at, row.sightings = None, work.now, 0
    row.details = _details(finding)
    row.sightings += 1
    if row.sightings == sightings_needed(finding.difference):
        _tell_finance(work, row, finding)


def _details(finding: Finding) -> dict[str, object]:
    one = finding.here or finding.there
    return {
        "here_minor": finding.here.amount_minor if finding.here else None,
        "there_minor": finding.there.amount_minor if finding.there else None,
        "currency": one.currency if one else "",
    }


def _tell_finance(work: Work, row: Discrepancy, finding: Finding) -> None:
    to = list_holders(work, "finance")
    values = {
        "kind": finding.difference.value,
        "is_refund": finding.kind is Kind.REFUND,
        "reference": finding.reference,
        "object_id": finding.object_id,
        "here": _written(finding.here),
        "there": _written(finding.there),
    }
    key = f"discrepancy:{row.id}:{row.found_at:%Y%m%dT%H%M%S}"
    send(work, to, "commerce/gateway/discrepancy", key=key, link="/finance/reconciliation", values=values)


def _written(side: Settled | None) -> Mapping[str, str] | None:
    if side is None:
        return None
    amount = Money(side.amount_minor, side.currency)
    return {"zh": write_money(amount, "zh"), "en": write_money(amount, "en")}
