"""Reading what the gateway told, what moved its balance and where it differs from us."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, tuple_

from lms.commerce.gateway.comparing import Difference, Kind, Settled, sightings_needed
from lms.commerce.gateway.models import Discrepancy, GatewayEntry, GatewayKnown, GatewayNotice, Reconciliation
from lms.commerce.gateway.notices import DisputeSaid, NoticeState, dispute_said
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.rules import Account
from lms.kernel.errors import NotFound
from lms.kernel.parts import current_parts
from lms.kernel.work import Read

PAGE = 50
LOOK_BACK = timedelta(days=1)
_CHUNK = 500
# The code we gave the gateway along with what we asked of it.
_NAMED = GatewayNotice.payload[("data", "object", "metadata", "reference")].as_string()


@dataclass(frozen=True)
class NoticeLine:
    """A notice as lists show it."""

    id: int
    event_id: str
    kind: str
    object_id: str
    state: NoticeState
    received_at: datetime
    handled_at: datetime | None
    # Our order's or refund's code where it is one of ours and settled here; so another notice has covered it.
    covered: str = ""


@dataclass(frozen=True)
class Clearing:
    """What one currency's psp_clearing says and what the gateway's entries sum up to, minor units."""

    currency: str
    books_minor: int
    gateway_minor: int

    @property
    def difference_minor(self) -> int:
        """Give what the books have more than the gateway; 0 when all is booked on both sides."""
        return self.books_minor - self.gateway_minor


@dataclass(frozen=True)
class Run:
    """One comparison with the gateway and its counts."""

    at: datetime
    since: datetime
    counts: dict[str, int]
    clearing: list[Clearing]


@dataclass(frozen=True)
class OpenDiscrepancy:
    """A difference that is not settled. Amounts are None on the side that does not have it."""

    id: int
    kind: Difference
    object_kind: Kind
    object_id: str
    reference: str
    here_minor: int | None
    there_minor: int | None
    currency: str
    found_at: datetime
    needs_people: bool
    """False while what was told again may still settle by itself."""


@dataclass(frozen=True)
class StrayEntry:
    """A movement of the gateway's balance that the books have no place for."""

    entry_id: str
    kind: str
    amount_minor: int
    fee_minor: int
    currency: str
    at: datetime


def takes_payments() -> bool:
    """Tell whether a gateway is set up; without one paid camps cannot be sold."""
    return current_parts().gateway is not None


def list_notices(
    read: Read, state: NoticeState | None = None, before: int | None = None, limit: int = PAGE
) -> list[NoticeLine]:
    """List notices, newest first, paged by the id of the last one seen; one more than `limit` when there are more."""
    statement = select(
        GatewayNotice.id,
        GatewayNotice.event_id,
        GatewayNotice.kind,
        GatewayNotice.object_id,
        GatewayNotice.state,
        GatewayNotice.received_at,
        GatewayNotice.handled_at,
        _NAMED,
    )
    if state is not None:
        statement = statement.where(GatewayNotice.state == state)
    if before is not None:
        statement = statement.where(GatewayNotice.id < before)
    rows = read.session.execute(statement.order_by(GatewayNotice.id.desc()).limit(limit + 1)).all()
    ours = _settled_references(read, [row[-1] for row in rows if row[-1]])
    return [
        NoticeLine(i, event, kind, thing, NoticeState(s), got, done, ours.get(named, ""))
        for i, event, kind, thing, s, got, done, named in rows
    ]


def get_notice(read: Read, notice_id: int) -> tuple[NoticeLine, dict[str, Any]]:
    """Give a notice and its payload; NotFound when there is none."""
    row = read.session.get(GatewayNotice, notice_id)
    if row is None:
        raise NotFound
    named = read.session.scalar(select(_NAMED).where(GatewayNotice.id == notice_id)) or ""
    line = NoticeLine(
        row.id, row.event_id, row.kind, row.object_id, NoticeState(row.state), row.received_at, row.handled_at,
        _settled_references(read, [named]).get(named, ""),
    )  # fmt: skip
    return line, row.payload


def _settled_references(read: Read, references: list[str]) -> dict[str, str]:
    """Give those of some references that are settled here, by themselves."""
    found = read.session.scalars(select(GatewayKnown.reference).where(GatewayKnown.reference.in_(set(references))))
    return {one: one for one in found}


def find_dispute(read: Read, dispute_id: str) -> DisputeSaid | None:
    """Give what the newest notice about a dispute says; None when it was never told by one."""
    newest = select(GatewayNotice.payload).where(GatewayNotice.object_id == dispute_id)
    payload = read.session.scalar(newest.order_by(GatewayNotice.id.desc()).limit(1))
    return dispute_said(payload) if payload is not None else None


def list_runs(read: Read, limit: int = 10) -> list[Run]:
    """List the last comparisons, newest first."""
    rows = read.session.scalars(select(Reconciliation).order_by(Reconciliation.id.desc()).limit(limit))
    return [
        Run(
            row.at,
            row.since,
            {name: n for name, n in row.counts.items() if name != "clearing"},
            [Clearing(*line) for line in row.counts.get("clearing", [])],
        )
        for row in rows
    ]


def list_discrepancies(read: Read, limit: int = 200) -> list[OpenDiscrepancy]:
    """List what is not settled, oldest first."""
    statement = select(Discrepancy).where(Discrepancy.resolved_at.is_(None)).order_by(Discrepancy.id).limit(limit)
    return [_open(row) for row in read.session.scalars(statement)]


def count_discrepancies(read: Read) -> int:
    """Count the open differences that concern people, for the finance home."""
    return sum(one.needs_people for one in list_discrepancies(read))


def list_stray_entries(read: Read, limit: int = PAGE) -> list[StrayEntry]:
    """List entries the books have no place for, newest first: what explains a difference."""
    statement = (
        select(GatewayEntry).where(GatewayEntry.matched.is_(False)).order_by(GatewayEntry.id.desc()).limit(limit)
    )
    return [
        StrayEntry(row.entry_id, row.kind, row.amount_minor, row.fee_minor, row.currency, row.at)
        for row in read.session.scalars(statement)
    ]


def look_back(read: Read) -> datetime:
    """Say since when the next comparison looks: a day before the last one, or before whatever we first knew."""
    last = read.session.scalar(select(func.max(Reconciliation.at)))
    if last is None:
        known = read.session.scalar(select(func.min(GatewayKnown.noted_at)))
        heard = read.session.scalar(select(func.min(GatewayNotice.received_at)))
        last = min(at for at in (known, heard, read.now) if at is not None)
    return last - LOOK_BACK


def keys_to_compare(read: Read, since: datetime) -> list[tuple[Kind, str]]:
    """Name what must be looked at on both sides: settled here since then, or part of an open difference."""
    here = select(GatewayKnown.kind, GatewayKnown.object_id).where(GatewayKnown.noted_at >= since)
    differing = select(Discrepancy.object_kind, Discrepancy.object_id).where(Discrepancy.resolved_at.is_(None))
    return [(Kind(kind), object_id) for kind, object_id in read.session.execute(here.union(differing))]


def settled_here(read: Read, keys: Iterable[tuple[Kind, str]]) -> list[Settled]:
    """Give those of the named things that are settled here."""
    wanted = sorted(set(keys))
    found: list[Settled] = []
    columns = (GatewayKnown.object_id, GatewayKnown.reference, GatewayKnown.amount_minor, GatewayKnown.currency)
    for start in range(0, len(wanted), _CHUNK):
        part = [(kind.value, object_id) for kind, object_id in wanted[start : start + _CHUNK]]
        statement = select(GatewayKnown.kind, *columns).where(
            tuple_(GatewayKnown.kind, GatewayKnown.object_id).in_(part)
        )
        rows = read.session.execute(statement)
        found += [Settled(Kind(kind), one, code, amount, currency) for kind, one, code, amount, currency in rows]
    return found


def compare_clearing(read: Read) -> list[Clearing]:
    """Compare psp_clearing with the sum of all entries, by currency."""
    books = {
        line.currency: line.balance_minor for line in ledger.trial_balance(read) if line.account is Account.PSP_CLEARING
    }
    net = func.sum(GatewayEntry.amount_minor - GatewayEntry.fee_minor)
    sums = select(GatewayEntry.currency, net).group_by(GatewayEntry.currency)
    there = {currency: int(total) for currency, total in read.session.execute(sums)}
    return [Clearing(code, books.get(code, 0), there.get(code, 0)) for code in sorted({*books, *there})]


def _open(row: Discrepancy) -> OpenDiscrepancy:
    kind = Difference(row.kind)
    return OpenDiscrepancy(
        id=row.id,
        kind=kind,
        object_kind=Kind(row.object_kind),
        object_id=row.object_id,
        reference=row.reference,
        here_minor=row.details.get("here_minor"),
        there_minor=row.details.get("there_minor"),
        currency=row.details.get("currency", ""),
        found_at=row.found_at,
        needs_people=row.sightings >= sightings_needed(kind),
    )
