"""Seals: digests over runs of journals, so that a changed past shows (money.md §4).

A job seals in batches, so writers never wait for a hash. What it seals are journals up to a mark that an
earlier run set while no writer was under way: a number below the mark is either committed or never will be.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from sqlalchemy import func, select, text

from lms.commerce.ledger.models import Journal, Posting, Seal, SealMark
from lms.commerce.ledger.rules import OWNED, Account
from lms.kernel.db import is_sqlite
from lms.kernel.outbox import Schedule
from lms.kernel.work import Read, Work

BATCH = 500
"""Journals under one seal at most."""


@dataclass(frozen=True)
class Line:
    """A posting as a seal and a check see it; debit positive, minor units."""

    account: str
    owner_id: int
    currency: str
    amount_minor: int


@dataclass(frozen=True)
class Sealed:
    """A journal with its lines, in order."""

    id: int
    source: str
    step: str
    posted_at: datetime
    lines: list[Line]


def next_digest(before: str, journals: Iterable[Sealed]) -> str:
    """Give the SHA-256 over the digest before and these journals, in order."""
    digest = hashlib.sha256(before.encode())
    for journal in journals:
        at = journal.posted_at.astimezone(UTC).isoformat(timespec="microseconds")
        lines = [[line.account, line.owner_id, line.currency, line.amount_minor] for line in journal.lines]
        digest.update(json.dumps([journal.id, journal.source, journal.step, at, lines]).encode())
    return digest.hexdigest()


def read_journals(read: Read, after: int, to: int) -> Iterator[Sealed]:
    """Read journals in order, a batch at a time; `after` is left out, `to` taken in."""
    while journals := list(_batch(read, after, to)):
        yield from journals
        after = journals[-1].id


def _batch(read: Read, after: int, to: int) -> Iterator[Sealed]:
    numbers = select(Journal.id).where(Journal.id > after, Journal.id <= to).order_by(Journal.id).limit(BATCH)
    statement = (
        select(
            Journal.id, Journal.source, Journal.step, Journal.posted_at,
            Posting.account, Posting.owner_id, Posting.currency, Posting.amount_minor,
        )
        .join(Posting, Posting.journal_id == Journal.id, isouter=True)
        .where(Journal.id.in_(numbers))
        .order_by(Journal.id, Posting.id)
    )  # fmt: skip
    for (id_, source, step, at), rows in groupby(read.session.execute(statement), key=lambda row: row[:4]):
        # A journal without lines shows as one empty row.
        yield Sealed(id_, source, step, at, [Line(*row[4:]) for row in rows if row[4] is not None])


def halt_writers(work: Work) -> int:
    """Wait for writers under way, hold new ones until this work's end, and give the newest journal's number."""
    if not is_sqlite(work.session):
        work.session.execute(text("LOCK TABLE journal IN SHARE ROW EXCLUSIVE MODE"))
    return work.session.scalar(select(func.max(Journal.id))) or 0


def seal(work: Work) -> None:
    """Seal the journals up to the mark and set the next mark. Safe to repeat."""
    mark = work.session.get(SealMark, 1)
    if mark is not None:
        while _seal_batch(work, mark.journal_id):
            pass
    newest = halt_writers(work)  # last, since the commit follows at once
    if mark is None:
        work.add(SealMark(id=1, journal_id=newest))
    else:
        mark.journal_id = newest


def _seal_batch(work: Work, mark: int) -> bool:
    before = work.session.scalars(select(Seal).order_by(Seal.id.desc()).limit(1)).one_or_none()
    after = before.to_journal_id if before else 0
    journals = list(_batch(work, after, mark))
    if not journals:
        return False
    work.add(
        Seal(
            after_journal_id=after,
            to_journal_id=journals[-1].id,
            digest=next_digest(before.digest if before else "", journals),
            totals=add_up(dict(before.totals) if before else {}, journals),
            sealed_at=work.now,
        )
    )
    return True


def add_up(totals: dict[str, int], journals: Iterable[Sealed]) -> dict[str, int]:
    """Add the lines of the house's own accounts to running totals by "account currency", debits positive."""
    sums = Counter(totals)
    for journal in journals:
        for line in journal.lines:
            if Account(line.account) not in OWNED:
                sums[f"{line.account} {line.currency}"] += line.amount_minor
    return dict(sums)


SEAL = Schedule(name="ledger.seal", every=timedelta(minutes=1), run=seal)
