"""A market: partners who sell seats under the plan for everybody, and what comes after."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from lms.affiliates.commissions import service
from lms.affiliates.partners.queries import Partner
from lms.kernel.clock import FixedClock
from lms.kernel.work import Work
from lms.learning.camps.queries import Cohort
from tests.factories.camps import make_cohort
from tests.factories.commissions import Sale, make_sale, make_standard_plan
from tests.factories.partners import make_someone
from tests.factories.tracking import make_linked_partner

Open = Callable[[], AbstractContextManager[Work]]


@dataclass
class Market:
    """Sales, a second apart, each told on to whoever hears of it."""

    work: Open
    clock: FixedClock
    drain: Callable[[], Any]
    cohort: Cohort
    nets: dict[int, int] = field(default_factory=dict)
    _refunds: Any = field(default_factory=lambda: count(1))

    def partners(self, number: int) -> list[Partner]:
        """Make approved partners with a main link each."""
        with self.work() as w:
            return [make_linked_partner(w, f"Person {chr(65 + n)}")[0] for n in range(number)]

    def sell(self, partner: Partner, net_minor: int = 39_900, currency: str = "CNY") -> int:
        """Let somebody buy through a partner; gives the order's id."""
        self.clock.advance(timedelta(seconds=1))
        with self.work() as w:
            sale = Sale(self.cohort, make_someone(w, "学员").id, net_minor, currency)
            paid = make_sale(w, sale, partner)
            service.accrue(w, paid)
        self.nets[paid.order_id] = net_minor
        self.drain()
        return paid.order_id

    def refund(self, order_id: int, amount_minor: int) -> None:
        """Give a part of an order back."""
        with self.work() as w:
            service.claw_back(w, order_id, next(self._refunds), amount_minor)
        self.drain()

    def lose(self, order_id: int) -> None:
        """Let the buyer's bank take everything back."""
        with self.work() as w:
            service.close_dispute(w, order_id, next(self._refunds), self.nets[order_id], False)
        self.drain()


def open_market(work: Open, clock: FixedClock, drain: Callable[[], Any]) -> Market:
    """Open a market with one cohort and the standard plan: 20 percent."""
    with work() as w:
        make_standard_plan(w)
        return Market(work, clock, drain, make_cohort(w))
