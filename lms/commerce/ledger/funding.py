"""Money moved by finance between the house's own bank accounts: into the one payouts leave from, and back."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import func, select

from lms.commerce.ledger.errors import FundingInvalid
from lms.commerce.ledger.models import Journal
from lms.commerce.ledger.queries import trial_balance
from lms.commerce.ledger.rules import Account, credit, debit
from lms.commerce.ledger.service import post
from lms.kernel.audit import AuditEntry
from lms.kernel.errors import Forbidden
from lms.kernel.money import Money
from lms.kernel.work import Actor, Read, Work

MOST_MINOR = 9_999_999_999
_ACTS = ("payout_bank.funded", "payout_bank.drained")


class Direction(StrEnum):
    """Which way the money went, seen from the payout account."""

    IN = "in"
    BACK = "back"


@dataclass(frozen=True)
class Transfer:
    """A transfer as the bank's statement shows it: how much, on which day, under which reference."""

    amount: Money
    direction: Direction
    day: date
    reference: str


@dataclass(frozen=True)
class Funded:
    """A transfer that was booked; minor units, below 0 when it went back."""

    amount_minor: int
    currency: str
    day: date
    reference: str
    at: datetime
    by: int | None


def fund(work: Work, who: Actor, transfer: Transfer, seen: int) -> bool:
    """Book a transfer between the collecting bank account and the payout account; tells whether it is new.

    The gateway's own payouts to the bank are booked from its balance, so the money comes from `bank`. What the
    bank's statement says names a transfer, so it books once; `seen` is how many of the very same (`count_same`) a
    person knew of when confirming one more. Refuses Forbidden (not finance) and what `check_transfer` refuses.
    """
    if not who.has("finance"):
        raise Forbidden
    check_transfer(transfer)
    amount = transfer.amount
    to, source = Account.PAYOUT_BANK, Account.BANK
    if transfer.direction is Direction.BACK:
        to, source = source, to
    subject = f"{_subject(transfer)}{seen}"
    if not post(work, subject, "moved", amount.currency, [debit(to, amount.minor), credit(source, amount.minor)]):
        return False
    after = {
        "amount_minor": amount.minor,
        "currency": amount.currency,
        "day": transfer.day.isoformat(),
        "reference": transfer.reference,
    }
    if transfer.direction is Direction.BACK:
        work.audit("payout_bank.drained", subject=subject, after=after)
    else:
        work.audit("payout_bank.funded", subject=subject, after=after)
    return True


def check_transfer(transfer: Transfer) -> None:
    """Refuse FundingInvalid for an amount that moves nothing or more than a bank would."""
    if not 0 < transfer.amount.minor <= MOST_MINOR:
        raise FundingInvalid(field="amount")


def count_same(read: Read, transfer: Transfer) -> int:
    """Count how often this very transfer (direction, amount, day, reference) is in the books; one statement."""
    same = Journal.source.startswith(_subject(transfer), autoescape=True)
    return read.session.scalar(select(func.count()).select_from(Journal).where(same)) or 0


def move_balances(read: Read, transfer: Transfer) -> dict[Account, tuple[int, int]]:
    """Tell what the bank and the payout account hold in the books, minor units: now, and after the transfer."""
    held = {
        line.account: line.balance_minor for line in trial_balance(read) if line.currency == transfer.amount.currency
    }
    into = transfer.amount.minor if transfer.direction is Direction.IN else -transfer.amount.minor
    changes = {Account.BANK: -into, Account.PAYOUT_BANK: into}
    return {account: (held.get(account, 0), held.get(account, 0) + change) for account, change in changes.items()}


def list_funded(read: Read, limit: int = 20) -> list[Funded]:
    """List the latest transfers, newest first; what the bank said of them is kept in the audit trail."""
    statement = select(AuditEntry).where(AuditEntry.act.in_(_ACTS)).order_by(AuditEntry.id.desc()).limit(limit)
    return [_seen(row) for row in read.session.scalars(statement)]


def _seen(row: AuditEntry) -> Funded:
    said = row.after
    minor = said["amount_minor"] if row.act == _ACTS[0] else -said["amount_minor"]
    day = date.fromisoformat(said["day"])
    return Funded(minor, said["currency"], day, said["reference"], row.at, row.person_id)


def _subject(transfer: Transfer) -> str:
    amount = transfer.amount
    said = (transfer.direction, str(amount.minor), amount.currency, transfer.day.isoformat(), transfer.reference)
    return f"payout_bank:{sha256('|'.join(said).encode()).hexdigest()[:40]}:"
