"""Reads of what an agent collected: every move of the money that is in their hands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.commerce.ledger import queries as books
from lms.commerce.ledger.rules import Account
from lms.commerce.shop import models as tables
from lms.kernel.work import Read
from lms.learning.camps.queries import cohort_source
from lms.people.accounts.queries import person_source


@dataclass(frozen=True)
class Sale:
    """The order behind a move: its code, what was bought, and by whom."""

    code: str
    camp_title: str
    cohort_name: str
    buyer: str


@dataclass(frozen=True)
class Collected:
    """A move, minor units: above 0 taken in; below 0 paid back, or without a sale handed in."""

    id: int
    at: datetime
    change_minor: int
    sale: Sale | None


def list_collected(read: Read, agent_id: int, currency: str, before: int | None = None) -> list[Collected]:
    """List the moves of an agent's collected money, newest first, paged by id; two statements."""
    lines = books.list_account(read, Account.AGENT_RECEIVABLE, currency, agent_id, before)
    orders = {
        line.source: int(line.source.removeprefix("order:")) for line in lines if line.source.startswith("order:")
    }
    sales = _sales(read, set(orders.values()))
    return [
        Collected(line.journal_id, line.posted_at, line.amount_minor, sales.get(orders.get(line.source, 0)))
        for line in lines
    ]


def _sales(read: Read, ids: set[int]) -> dict[int, Sale]:
    order, cohort, person = tables.ShopOrder, cohort_source(), person_source()
    rows = read.session.execute(
        select(order.id, order.code, cohort.c.camp_title, cohort.c.name, person.c.display_name)
        .join(cohort, cohort.c.id == order.cohort_id)
        .join(person, person.c.id == order.buyer_id)
        .where(order.id.in_(ids))
    )
    return {id_: Sale(*told) for id_, *told in rows.tuples()}
