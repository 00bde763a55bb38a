"""Reading the books: balances, the trial balance, the journals of one thing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, select

from lms.commerce.ledger.models import Balance, Journal, Posting, Seal
from lms.commerce.ledger.rules import OWNED, WALLET, Account, Side, natural, side_of
from lms.kernel.work import Read

PAGE = 50


@dataclass(frozen=True)
class Wallet:
    """A partner's accounts in one currency, minor units, none below zero; one of available and debt is 0."""

    held: int = 0
    available: int = 0
    locked: int = 0
    reserved: int = 0
    in_transit: int = 0
    debt: int = 0


@dataclass(frozen=True)
class TrialLine:
    """One account's sums in one currency, minor units; owners of one account are summed up."""

    account: Account
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Give the balance by the account's nature."""
        return natural(self.account, self.debit_minor - self.credit_minor)

    @property
    def side(self) -> Side:
        """Tell what the account is."""
        return side_of(self.account)


@dataclass(frozen=True)
class Line:
    """A line of a journal as a page shows it; debit positive."""

    journal_id: int
    source: str
    step: str
    posted_at: datetime
    account: Account
    owner_id: int
    currency: str
    amount_minor: int


def wallet(read: Read, partner_id: int, currency: str) -> Wallet:
    """Give a partner's accounts. Under the partner's lock it is what a decision may rest on."""
    return wallets(read, [partner_id], currency).get(partner_id, Wallet())


def wallets(read: Read, partner_ids: Iterable[int], currency: str) -> dict[int, Wallet]:
    """Give the accounts of many partners in one statement; who never had money is left out."""
    rows = read.session.execute(
        select(Balance.owner_id, Balance.account, Balance.amount_minor).where(
            Balance.owner_id.in_(list(partner_ids)), Balance.currency == currency, Balance.account.in_(WALLET)
        )
    )
    found: dict[int, dict[str, int]] = {}
    for owner, account, amount in rows:
        found.setdefault(owner, {})["debt" if account == Account.PARTNER_DEBT else account] = amount
    return {owner: Wallet(**amounts) for owner, amounts in found.items()}


def wallets_of(read: Read, partner_id: int) -> dict[str, Wallet]:
    """Give all of a partner's accounts by currency, in alphabetical order, in one statement."""
    rows = read.session.execute(
        select(Balance.currency, Balance.account, Balance.amount_minor)
        .where(Balance.owner_id == partner_id, Balance.account.in_(WALLET))
        .order_by(Balance.currency)
    )
    found: dict[str, dict[str, int]] = {}
    for currency, account, amount in rows:
        found.setdefault(currency, {})["debt" if account == Account.PARTNER_DEBT else account] = amount
    return {currency: Wallet(**amounts) for currency, amounts in found.items()}


def wallet_currencies(read: Read, partner_id: int) -> list[str]:
    """List the currencies a partner has ever had money in, in alphabetical order."""
    statement = select(Balance.currency).distinct().where(Balance.owner_id == partner_id, Balance.account.in_(WALLET))
    return list(read.session.scalars(statement.order_by(Balance.currency)))


def owned(read: Read, account: Account, currency: str) -> dict[int, int]:
    """Give the balances (above 0) of all owners of one account, such as what agents have collected."""
    if account not in OWNED:
        raise ValueError(f"{account} has no owners")
    rows = read.session.execute(
        select(Balance.owner_id, Balance.amount_minor).where(
            Balance.account == account, Balance.currency == currency, Balance.amount_minor > 0
        )
    )
    return {row[0]: row[1] for row in rows}


def trial_balance(read: Read, until: datetime | None = None) -> list[TrialLine]:
    """Sum up every account by currency, up to and without `until`; debits and credits of a currency are equal."""
    debit = func.sum(case((Posting.amount_minor > 0, Posting.amount_minor), else_=0))
    credit = func.sum(case((Posting.amount_minor < 0, -Posting.amount_minor), else_=0))
    statement = select(Posting.account, Posting.currency, debit, credit).group_by(Posting.account, Posting.currency)
    if until is not None:
        statement = statement.join(Journal, Journal.id == Posting.journal_id).where(Journal.posted_at < until)
    order = list(Account)
    lines = [TrialLine(Account(a), c, int(d), int(k)) for a, c, d, k in read.session.execute(statement)]
    return sorted(lines, key=lambda line: (line.currency, order.index(line.account)))


def list_lines(read: Read, sources: Sequence[str]) -> list[Line]:
    """List the lines of all journals of some things, oldest first: what explains an amount."""
    statement = _lines().where(Journal.source.in_(sources)).order_by(Journal.id, Posting.id)
    return [_line(row) for row in read.session.execute(statement)]


def list_account(
    read: Read, account: Account, currency: str, owner_id: int = 0, before: int | None = None, limit: int = PAGE
) -> list[Line]:
    """List an account's lines, newest first, paged by the id of the journal of the last one seen."""
    statement = _lines().where(Posting.account == account, Posting.currency == currency, Posting.owner_id == owner_id)
    if before is not None:
        statement = statement.where(Posting.journal_id < before)
    return [_line(row) for row in read.session.execute(statement.order_by(Posting.id.desc()).limit(limit))]


def last_seal(read: Read) -> Seal | None:
    """Find the newest seal."""
    return read.session.scalars(select(Seal).order_by(Seal.id.desc()).limit(1)).one_or_none()


def _lines() -> Select[*tuple[Any, ...]]:
    return select(
        Posting.journal_id,
        Journal.source,
        Journal.step,
        Journal.posted_at,
        Posting.account,
        Posting.owner_id,
        Posting.currency,
        Posting.amount_minor,
    ).join(Journal, Journal.id == Posting.journal_id)


def _line(row: Row[*tuple[Any, ...]]) -> Line:
    journal_id, source, step, posted_at, account, owner_id, currency, amount = row
    return Line(journal_id, source, step, posted_at, Account(account), owner_id, currency, amount)
