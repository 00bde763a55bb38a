"""Payouts as values, and what has happened to one of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from lms.affiliates.payouts.models import Payout as PayoutRow
from lms.affiliates.payouts.models import PayoutAttempt
from lms.affiliates.payouts.queries.destinations import Destination, destinations_by_id
from lms.affiliates.payouts.rules import UNDECIDED, AttemptState, PayoutState
from lms.commerce.ledger import queries as ledger
from lms.kernel.audit import AuditEntry
from lms.kernel.errors import NotFound
from lms.kernel.work import Read

PAGE = 20
_REQUESTED, _APPROVED, _RETRIED = "requested", "approved", "retried"
_ACT = "payout."


@dataclass(frozen=True)
class Payout:
    """A payout. Amounts in minor units; `reason` is why it was rejected, failed or came back."""

    id: int
    code: str
    partner_id: int
    currency: str
    gross_minor: int
    tax_minor: int
    fee_minor: int
    net_minor: int
    state: PayoutState
    destination_id: int
    requested_at: datetime
    decided_at: datetime | None
    decided_by: int | None
    submitted_at: datetime | None
    ended_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Attempt:
    """One send of a payout."""

    number: int
    key: str
    batch_id: int | None
    destination: str
    net_minor: int
    state: AttemptState
    provider_id: str
    error: str
    made_at: datetime
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether we do not know yet how it ends."""
        return self.state in UNDECIDED


@dataclass(frozen=True)
class Step:
    """Something that happened to a payout: the journal's step without its number, or `approved`.

    `by` is who in finance decided it, where somebody did.
    """

    name: str
    number: int
    at: datetime
    by: int | None = None


@dataclass(frozen=True)
class PayoutFile:
    """A payout with everything that happened to it, oldest first."""

    payout: Payout
    destination: Destination
    attempts: list[Attempt]
    steps: list[Step]

    @property
    def last_attempt(self) -> Attempt | None:
        """Give the newest send."""
        return self.attempts[-1] if self.attempts else None


_COLUMNS = (
    PayoutRow.id,
    PayoutRow.code,
    PayoutRow.partner_id,
    PayoutRow.currency,
    PayoutRow.gross_minor,
    PayoutRow.tax_minor,
    PayoutRow.fee_minor,
    PayoutRow.net_minor,
    PayoutRow.state,
    PayoutRow.destination_id,
    PayoutRow.requested_at,
    PayoutRow.decided_at,
    PayoutRow.decided_by,
    PayoutRow.submitted_at,
    PayoutRow.ended_at,
    PayoutRow.reason,
)


def codes_of(read: Read, ids: list[int]) -> dict[int, str]:
    """Give the codes of some payouts by id; an unknown one is left out. One statement."""
    rows = read.session.execute(select(PayoutRow.id, PayoutRow.code).where(PayoutRow.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def get_payout(read: Read, code: str) -> Payout:
    """Get a payout by its code; NotFound."""
    row = read.session.execute(select(*_COLUMNS).where(PayoutRow.code == code)).one_or_none()
    if row is None:
        raise NotFound
    return _seen(row)


def get_my_payout(read: Read, partner_id: int, code: str) -> PayoutFile:
    """Get one of a partner's own payouts with its story; NotFound for anybody else's."""
    found = get_payout(read, code)
    if found.partner_id != partner_id:
        raise NotFound
    return read_file(read, found)


def list_my_payouts(read: Read, partner_id: int, before: int | None = None, limit: int = PAGE) -> list[Payout]:
    """List a partner's payouts, newest first, paged by id."""
    return list_where(read, [PayoutRow.partner_id == partner_id], before, limit)


def list_where(read: Read, conditions: Iterable[ColumnElement[bool]], before: int | None, limit: int) -> list[Payout]:
    """List payouts that meet conditions on the row, newest first, paged by id."""
    paged = [*conditions, PayoutRow.id < before] if before is not None else conditions
    return list_ordered(read, paged, [PayoutRow.id.desc()], limit)


def list_ordered(
    read: Read, conditions: Iterable[ColumnElement[bool]], order: Sequence[ColumnElement[Any]], limit: int
) -> list[Payout]:
    """List payouts that meet conditions on the row, in an order."""
    statement = select(*_COLUMNS).where(*conditions).order_by(*order).limit(limit)
    return [_seen(row) for row in read.session.execute(statement)]


def read_file(read: Read, payout: Payout) -> PayoutFile:
    """Gather a payout's story: its sends and, from the books, its steps."""
    rows = read.session.scalars(
        select(PayoutAttempt).where(PayoutAttempt.payout_id == payout.id).order_by(PayoutAttempt.number)
    )
    attempts = [
        Attempt(
            row.number,
            row.key,
            row.batch_id,
            row.destination,
            row.net_minor,
            AttemptState(row.state),
            row.provider_id,
            row.error,
            row.made_at,
            row.ended_at,
        )
        for row in rows
    ]
    destination = destinations_by_id(read, [payout.destination_id])[payout.destination_id]
    return PayoutFile(payout, destination, attempts, _steps(read, payout))


def _steps(read: Read, payout: Payout) -> list[Step]:
    journals = {line.journal_id: line for line in ledger.list_lines(read, [f"payout:{payout.id}"])}
    approvals, retries = _decided(read, payout)
    steps = []
    for line in journals.values():
        name, _, number = line.step.partition(":")
        by = retries.pop(0).person_id if name == _RETRIED and retries else None
        steps.append(Step(name, int(number or 1), line.posted_at, by))
        if name == _REQUESTED:
            # The approval books nothing, so the trail of finance's acts knows it.
            steps += [Step(_APPROVED, 1, entry.at, entry.person_id) for entry in approvals]
    return steps


def _decided(read: Read, payout: Payout) -> tuple[list[AuditEntry], list[AuditEntry]]:
    """Give who approved a payout, and who had it sent again, oldest first."""
    acts = (_ACT + _APPROVED, _ACT + _RETRIED)
    subject = (AuditEntry.subject == f"payout:{payout.code}", AuditEntry.act.in_(acts))
    statement = select(AuditEntry).where(AuditEntry.at >= payout.requested_at, *subject).order_by(AuditEntry.id)
    entries = list(read.session.scalars(statement)) if payout.decided_at is not None else []
    return [one for one in entries if one.act == acts[0]], [one for one in entries if one.act == acts[1]]


def _seen(row: Row[*tuple[Any, ...]]) -> Payout:
    values = dict(row._mapping)
    return Payout(**{**values, "state": PayoutState(values["state"])})
