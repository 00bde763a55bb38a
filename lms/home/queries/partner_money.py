"""Reads of a partner's money for the partner home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, select

from lms.affiliates.commissions import queries as commissions
from lms.affiliates.commissions.queries import Coming, commission_source
from lms.affiliates.commissions.rules import day_start, program_day
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.queries import Wallet
from lms.kernel.work import Read

CURRENCY = "CNY"
MOST_COMING = 8


@dataclass(frozen=True)
class Sold:
    """Sales that stand and what is left of their commission, in one currency. `before` is yesterday by now."""

    currency: str
    today: int
    before: int
    total: int
    today_minor: int
    total_minor: int


@dataclass(frozen=True)
class Purse:
    """A partner's money in one currency; `coming` is what becomes available next, as far as anything is held."""

    currency: str
    wallet: Wallet
    coming: Coming | None
    sold: Sold


@dataclass(frozen=True)
class Money:
    """A partner's purses, the program's currency first."""

    purses: Sequence[Purse]

    @property
    def main(self) -> Purse:
        """Give the purse that is shown large."""
        return self.purses[0]

    @property
    def today(self) -> int:
        """Count today's sales of all currencies."""
        return sum(purse.sold.today for purse in self.purses)

    @property
    def before(self) -> int:
        """Count yesterday's sales up to this time of day."""
        return sum(purse.sold.before for purse in self.purses)

    @property
    def total(self) -> int:
        """Count all sales that stand."""
        return sum(purse.sold.total for purse in self.purses)


def look_at_money(read: Read, partner_id: int) -> Money | None:
    """Gather a partner's money in three statements; None in one for who never earned any."""
    wallets = ledger.wallets_of(read, partner_id)
    if not wallets:
        return None
    coming = _next_by_currency(commissions.next_release(read, partner_id, MOST_COMING))
    sold = _sold(read, partner_id)
    return Money(
        [
            Purse(currency, wallet, coming.get(currency), sold.get(currency, Sold(currency, 0, 0, 0, 0, 0)))
            for currency, wallet in sorted(wallets.items(), key=lambda one: (one[0] != CURRENCY, one[0]))
        ]
    )


def _next_by_currency(coming: Sequence[Coming]) -> dict[str, Coming]:
    found: dict[str, Coming] = {}
    for one in coming:
        found.setdefault(one.currency, one)
    return found


def _sold(read: Read, partner_id: int) -> dict[str, Sold]:
    line, today = commission_source(), program_day(read.now)
    start, before = day_start(today), day_start(today - timedelta(days=1))
    is_today = line.c.paid_at >= start
    is_before = (line.c.paid_at >= before) & (line.c.paid_at <= read.now - timedelta(days=1))
    sums = (
        func.count(case((is_today, line.c.order_id)).distinct()),
        func.count(case((is_before, line.c.order_id)).distinct()),
        func.count(line.c.order_id.distinct()),
        func.coalesce(func.sum(case((is_today, line.c.live_minor))), 0),
        func.coalesce(func.sum(line.c.live_minor), 0),
    )
    rows = read.session.execute(
        select(line.c.currency, *sums)
        .where(line.c.partner_id == partner_id, line.c.live_minor > 0)
        .group_by(line.c.currency)
    )
    return {row[0]: Sold(row[0], *(int(value) for value in row[1:])) for row in rows}
