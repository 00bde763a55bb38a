"""A partner's wallet as lines in words: one for every journal that touched it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from lms.commerce.ledger.queries import Line
from lms.commerce.ledger.rules import Account


class LineKind(StrEnum):
    """What happened to the wallet."""

    ACCRUED = "accrued"
    RELEASED = "released"
    CLAWED_BACK = "clawed_back"
    LOST = "lost"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    ADJUSTED = "adjusted"
    REQUESTED = "requested"
    RETRIED = "retried"
    CANCELED = "canceled"
    FAILED = "failed"
    RETURNED = "returned"
    OTHER = "other"


SHOWN = (Account.HELD, Account.AVAILABLE, Account.LOCKED, Account.PARTNER_DEBT)
"""The accounts whose lines make up the wallet's; what is set aside and sent is told by its payout."""

_PAYOUT_STEPS = {kind.value: kind for kind in (LineKind.REQUESTED, LineKind.RETRIED, LineKind.CANCELED)} | {
    "failed": LineKind.FAILED,
    "returned": LineKind.RETURNED,
}
_OTHER_STEPS = {kind.value: kind for kind in (LineKind.ACCRUED, LineKind.RELEASED, LineKind.LOCKED, LineKind.LOST)} | {
    "unlocked": LineKind.UNLOCKED,
    "adjusted": LineKind.ADJUSTED,
    "refund": LineKind.CLAWED_BACK,
    "won": LineKind.UNLOCKED,
    "re_rank": LineKind.CLAWED_BACK,
}


@dataclass(frozen=True)
class WalletLine:
    """One line. `change_minor` is what the wallet gained or lost, `moved_minor` what only changed its place."""

    journal_id: int
    kind: LineKind
    source: str
    at: datetime
    change_minor: int
    moved_minor: int
    adjustment: str = ""
    """By which form finance gave or took; empty for everything else."""


@dataclass
class _Sums:
    source: str
    step: str
    at: datetime
    by_account: dict[Account, int] = field(default_factory=lambda: defaultdict(int))


def source_id(source: str, kind: str) -> int | None:
    """Read the id from a journal's source such as `payout:17`; None for a source of another kind."""
    name, _, rest = source.partition(":")
    return int(rest) if name == kind and rest.isascii() and rest.isdecimal() else None


def read_lines(lines: Iterable[Line], most: int) -> Sequence[WalletLine]:
    """Put the lines of several accounts together by journal, newest first, at most so many."""
    sums: dict[int, _Sums] = {}
    for line in lines:
        one = sums.setdefault(line.journal_id, _Sums(line.source, line.step, line.posted_at))
        # A debit takes from what we owe and adds to what is owed to us, so both read as a loss here.
        one.by_account[line.account] -= line.amount_minor
    newest = sorted(sums, reverse=True)[:most]
    return [_line(journal, sums[journal]) for journal in newest]


def _line(journal_id: int, sums: _Sums) -> WalletLine:
    change = sum(sums.by_account.values())
    moved = sum(amount for amount in sums.by_account.values() if amount > 0)
    kind = _kind(sums.source, sums.step)
    form = sums.step.removeprefix("adjusted:") if kind is LineKind.ADJUSTED else ""
    return WalletLine(journal_id, kind, sums.source, sums.at, change, moved, form)


def _kind(source: str, step: str) -> LineKind:
    words = step.split(":")
    known = _PAYOUT_STEPS if source.startswith("payout:") else _OTHER_STEPS
    # The last word that means something: `dispute:4:won`, `failed:2`, `released`.
    return next((known[word] for word in reversed(words) if word in known), LineKind.OTHER)
