"""Tuition earned day by day: one journal per cohort and delivered day (money.md §4)."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import exists, or_, select

from lms.commerce.ledger.rules import Account, credit, debit
from lms.commerce.ledger.service import post
from lms.commerce.shop import models as tables
from lms.commerce.shop.queries.seats import had_seat
from lms.commerce.shop.rules import SOLD_STATES, SeatState, earned
from lms.commerce.shop.service.records import books_of
from lms.kernel.db import insert_once
from lms.kernel.work import Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Day
from lms.learning.camps.rules import CohortState

_O = tables.ShopOrder
_DELIVERING = (CohortState.RUNNING, CohortState.WRAPPING_UP, CohortState.ENDED)


def earn_due(work: Work) -> int:
    """Earn the tuition of every day that is over in cohorts with paid orders; gives how many days."""
    cohort = camps.cohort_source()
    sold = exists().where(_O.cohort_id == cohort.c.id, _O.paid_at.is_not(None), _O.net_minor > 0)
    running = select(cohort.c.id).where(cohort.c.state.in_(_DELIVERING), sold).order_by(cohort.c.id)
    return sum(earn_tuition(work, cohort_id) for cohort_id in work.session.scalars(running).all())


def earn_tuition(work: Work, cohort_id: int) -> int:
    """Earn the days of a cohort that are over and not earned yet, in order; gives how many. Safe to repeat."""
    row = tables.TuitionDay
    known = set(work.session.scalars(select(row.cohort_day_id).where(row.cohort_id == cohort_id)))
    days = [day for day in camps.list_days(work, cohort_id) if day.number > 0]
    new = 0
    for at, day in enumerate(days):
        if day.id not in known and day.is_over(work.now):
            new += _earn(work, cohort_id, day, len(days) - at)
    return new


def _earn(work: Work, cohort_id: int, day: Day, days_left: int) -> bool:
    # Money without a seat goes back and is not earned; that of a seat that was left is, waiting again or not.
    kept = or_(_O.seat != SeatState.IN_LINE, had_seat())
    mine = (_O.cohort_id == cohort_id, _O.state.in_(SOLD_STATES), kept, _O.net_minor > 0)
    held = select(_O).where(*mine).order_by(_O.id).with_for_update().execution_options(populate_existing=True)
    orders = work.session.scalars(held).all()
    row = tables.TuitionDay
    values = {"cohort_id": cohort_id, "orders": len(orders), "earned_at": work.now}
    if not insert_once(work, row, ["cohort_day_id"], cohort_day_id=day.id, **values):
        return False
    for at, (currency, amount) in enumerate(sorted(_shares(orders, days_left).items())):
        step = "earned" if at == 0 else f"earned:{currency}"
        entries = [debit(Account.DEFERRED_TUITION, amount), credit(Account.TUITION, amount)]
        post(work, f"cohort_day:{day.id}", step, currency, entries)
    work.session.flush()
    return True


def _shares(orders: Sequence[tables.ShopOrder], days_left: int) -> dict[str, int]:
    """Earn each order's part of the day; what was refunded out of deferred is not there to earn any more."""
    sums: dict[str, int] = defaultdict(int)
    for order in orders:
        part = earned(books_of(order), days_left)
        order.earned_minor += part
        sums[order.currency] += part
    return sums
