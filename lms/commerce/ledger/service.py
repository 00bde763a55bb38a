"""Writing to the books."""

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from lms.commerce.ledger.errors import BalanceTooLow, PostedDifferently
from lms.commerce.ledger.models import Balance, Journal, Posting
from lms.commerce.ledger.rules import OWNED, Account, Entry, gather, natural, require_balanced
from lms.kernel.db import insert_new, insert_once
from lms.kernel.work import Work

__all__ = ["post"]


def post(work: Work, source: str, step: str, currency: str, entries: Sequence[Entry]) -> bool:
    """Post one balanced journal; tell whether it is new. The same source and step post once.

    `source` names a row for good, such as `order:17`; `step` what happened to it, such as `paid` or
    `refund:4`. Amounts in minor units; what comes to nothing leaves no journal. Whoever posts to a
    partner's accounts holds the partner's lock. Raises BalanceTooLow when somebody's account would go
    below zero, PostedDifferently when the step was posted with other amounts; ValueError is our mistake.
    """
    lines = gather(entries)
    require_balanced(lines)
    if not lines:
        return False
    journal_id = insert_new(work, Journal, ["source", "step"], source=source, step=step, posted_at=work.now)
    if journal_id is None:
        _require_same(work, source, step, currency, lines)
        return False
    work.session.execute(
        insert(Posting),
        [
            {
                "journal_id": journal_id,
                "account": line.account.value,
                "owner_id": line.owner_id,
                "currency": currency,
                "amount_minor": line.amount_minor,
            }
            for line in lines
        ],
    )
    # In one order everywhere, so that two works never wait for each other.
    for line in sorted(lines, key=lambda line: (line.owner_id, line.account)):
        if line.account in OWNED:
            _move(work, line, currency)
    return True


def _move(work: Work, line: Entry, currency: str) -> None:
    change = natural(line.account, line.amount_minor)
    key = {"account": line.account.value, "owner_id": line.owner_id, "currency": currency}
    row = (Balance.account == key["account"], Balance.owner_id == line.owner_id, Balance.currency == currency)
    moved = (
        update(Balance)
        .where(*row, Balance.amount_minor + change >= 0)
        .values(amount_minor=Balance.amount_minor + change)
        .returning(Balance.amount_minor)
        .execution_options(synchronize_session=False)
    )
    if work.session.scalar(moved) is not None:
        return
    if change > 0 and insert_once(work, Balance, ["account", "owner_id", "currency"], **key, amount_minor=change):
        return
    if change > 0 and work.session.scalar(moved) is not None:
        return
    raise BalanceTooLow


def _require_same(work: Work, source: str, step: str, currency: str, lines: Sequence[Entry]) -> None:
    posted = work.session.execute(
        select(Posting.account, Posting.amount_minor, Posting.owner_id, Posting.currency)
        .join(Journal, Journal.id == Posting.journal_id)
        .where(Journal.source == source, Journal.step == step)
    ).all()
    before = {(Entry(Account(row.account), row.amount_minor, row.owner_id), row.currency) for row in posted}
    if before != {(line, currency) for line in lines}:
        raise PostedDifferently
