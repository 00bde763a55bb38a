"""Checking the books from the first journal on: what `flask ledger verify` does."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from lms.commerce.ledger.models import Balance, Seal
from lms.commerce.ledger.rules import NEVER_BELOW_ZERO, OWNED, Account, natural
from lms.commerce.ledger.sealing import Line, Sealed, add_up, halt_writers, next_digest, read_journals
from lms.kernel.work import Read, Work


@dataclass(frozen=True)
class Verdict:
    """What a check found: `fault` is empty when all is well, else names the first journal that does not fit."""

    journals: int
    seals: int
    fault: str = ""

    @property
    def is_good(self) -> bool:
        """Say whether the books hold."""
        return not self.fault


class _Fault(Exception):
    """The first thing that does not fit."""


@dataclass(frozen=True)
class Stock:
    """The stored balances at one moment, and the newest journal of that moment."""

    to_journal_id: int
    balances: dict[tuple[Account, int, str], int]


def take_stock(work: Work) -> Stock:
    """Note the stored balances while nobody writes; a work of its own, over at once."""
    to = halt_writers(work)
    rows = work.session.execute(select(Balance.account, Balance.owner_id, Balance.currency, Balance.amount_minor))
    return Stock(to, {(Account(account), owner, currency): amount for account, owner, currency, amount in rows})


def verify(read: Read, stock: Stock) -> Verdict:
    """Recompute every journal's sum, every balance at every step, every seal and the stored balances.

    Checks invariants 1 to 4 of money.md §5 and the chain of seals; reads in batches, whatever the length,
    and does not mind what is posted meanwhile.
    """
    running: dict[tuple[Account, int, str], int] = defaultdict(int)
    seals = _Seals(read.session.scalars(select(Seal).where(Seal.to_journal_id <= stock.to_journal_id)).all())
    count = 0
    try:
        for journal in read_journals(read, 0, stock.to_journal_id):
            count += 1
            _require_balanced(journal)
            for line in journal.lines:
                _apply(running, journal, line)
            _require_one_sided(running, journal)
            seals.take(journal)
        seals.end()
        _require_stored(stock, running)
    except _Fault as fault:
        return Verdict(count, seals.checked, str(fault))
    return Verdict(count, seals.checked)


def _name(journal: Sealed) -> str:
    return f"journal {journal.id} ({journal.source}, {journal.step})"


def _require_balanced(journal: Sealed) -> None:
    sums: dict[str, int] = defaultdict(int)
    for line in journal.lines:
        sums[line.currency] += line.amount_minor
    for currency, amount in sums.items():
        if amount:
            raise _Fault(f"{_name(journal)} does not balance: {amount} {currency} too much on the debit side")
    if not journal.lines:
        raise _Fault(f"{_name(journal)} has no lines")


def _apply(running: dict[tuple[Account, int, str], int], journal: Sealed, line: Line) -> None:
    account = Account(line.account)
    key = (account, line.owner_id, line.currency)
    running[key] += line.amount_minor
    if account in NEVER_BELOW_ZERO and natural(account, running[key]) < 0:
        raise _Fault(f"{_name(journal)} takes {account} of {line.owner_id} below zero: {line.currency}")


def _require_one_sided(running: dict[tuple[Account, int, str], int], journal: Sealed) -> None:
    for owner, currency in {(line.owner_id, line.currency) for line in journal.lines if line.owner_id}:
        if running[Account.AVAILABLE, owner, currency] and running[Account.PARTNER_DEBT, owner, currency]:
            raise _Fault(f"{_name(journal)} leaves partner {owner} with money available and a debt: {currency}")


def _require_stored(stock: Stock, running: dict[tuple[Account, int, str], int]) -> None:
    stored = stock.balances
    replayed = {key: natural(key[0], amount) for key, amount in running.items() if key[0] in OWNED}
    for account, owner, currency in sorted(stored.keys() | replayed.keys()):
        is_stored, is_sum = stored.get((account, owner, currency), 0), replayed.get((account, owner, currency), 0)
        if is_stored != is_sum:
            raise _Fault(
                f"the stored balance {account} of {owner} is {is_stored} {currency}, its postings come to {is_sum}"
            )


class _Seals:
    """Walks the seals along with the journals."""

    def __init__(self, seals: Iterable[Seal]) -> None:
        self._ahead = iter(sorted(seals, key=lambda seal: seal.id))
        self._next = next(self._ahead, None)
        self._batch: list[Sealed] = []
        self._digest = ""
        self._totals: dict[str, int] = {}
        self._to = 0
        self.checked = 0

    def take(self, journal: Sealed) -> None:
        """Take the next journal; at the end of a sealed run compare."""
        if self._next is None:
            return
        if journal.id > self._next.to_journal_id:
            raise _Fault(f"journal {self._next.to_journal_id}, the last of a sealed run, is missing")
        self._batch.append(journal)
        if journal.id == self._next.to_journal_id:
            self._compare(self._next)

    def _compare(self, seal: Seal) -> None:
        self._digest = next_digest(self._digest, self._batch)
        self._totals = add_up(self._totals, self._batch)
        first = _name(self._batch[0])
        if seal.after_journal_id != self._to or seal.digest != self._digest:
            raise _Fault(f"the seal of the run from {first} to journal {seal.to_journal_id} does not fit")
        if seal.totals != self._totals:
            raise _Fault(f"the totals under the seal up to journal {seal.to_journal_id} do not fit")
        self._to, self._batch = seal.to_journal_id, []
        self.checked += 1
        self._next = next(self._ahead, None)

    def end(self) -> None:
        """After the last journal no seal may be left."""
        if self._next is not None:
            raise _Fault(f"journals up to {self._next.to_journal_id} were sealed and are missing")
