"""Writing to the books."""

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import BigInteger, Table, bindparam, insert, select, update

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
    which = {f"its_{name}": value for name, value in key.items()} | {"change": change}
    if work.session.scalar(_moving(), which) is not None:
        return
    if change > 0 and insert_once(work, Balance, ["account", "owner_id", "currency"], **key, amount_minor=change):
        return
    if change > 0 and work.session.scalar(_moving(), which) is not None:
        return
    raise BalanceTooLow


@cache  # putting it together takes longer than running it
def _moving() -> Any:
    """Compose the move of a stored balance, which takes place only where nothing falls below zero."""
    table = cast("Table", Balance.__table__)
    changed = table.c.amount_minor + bindparam("change", type_=BigInteger())
    return (
        update(table)
        .where(*(table.c[name] == bindparam(f"its_{name}") for name in ("account", "owner_id", "currency")))
        .where(changed >= 0)
        .values(amount_minor=changed)
        .returning(table.c.amount_minor)
    )


def _require_same(work: Work, source: str, step: str, currency: str, lines: Sequence[Entry]) -> None:
    posted = work.session.execute(
        select(Posting.account, Posting.amount_minor, Posting.owner_id, Posting.currency)
        .join(Journal, Journal.id == Posting.journal_id)
        .where(Journal.source == source, Journal.step == step)
    ).all()
    before = {(Entry(Account(row.account), row.amount_minor, row.owner_id), row.currency) for row in posted}
    if before != {(line, currency) for line in lines}:
        raise PostedDifferently
