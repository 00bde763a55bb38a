"""How many paid orders settle in a second: order, seat and journal in one commit, the commission in the next."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import event, func, insert, select
from sqlalchemy.exc import OperationalError

from lms.affiliates.commissions import service as commissions
from lms.affiliates.commissions.models import Commission
from lms.commerce.gateway.events import PaymentConfirmed
from lms.commerce.shop import service as shop
from lms.commerce.shop.events import OrderPaid
from lms.commerce.shop.models import Payment, ShopOrder
from lms.commerce.shop.rules import Terms
from lms.kernel.db import db
from lms.kernel.work import SYSTEM, Work, begin_work
from lms.kernel.worker import drain
from lms.learning.camps import service as camps
from lms.learning.enrollments.models import CohortSeats, SeatHold
from tests.bench.load import cpu_seconds
from tests.factories.commissions import make_standard_plan
from tests.factories.partners import make_partner, make_someone

CLIENTS = 8
COHORTS = 8
PARTNERS = 40
PRICE = 39_900


@dataclass(frozen=True)
class Order:
    """An open order with its checkout paid at the gateway, and what is told of it once it is settled."""

    confirmed: PaymentConfirmed
    paid: OrderPaid


@dataclass(frozen=True)
class Settling:
    """What a run gave; statements of one settlement in the order's work and in the commission's."""

    per_second: float
    cpu_ms: float
    statements: tuple[int, int]


def open_orders(app: Flask, camp: str, number: int) -> list[Order]:
    """Make buyers who are about to have paid, spread over cohorts and partners."""
    with app.app_context(), begin_work() as work:
        make_standard_plan(work)
        partners = [make_partner(work, f"Seller {n}")[1].id for n in range(PARTNERS)]
        cohorts = [_cohort(work, camp, number) for _ in range(COHORTS)]
    drain(app)
    with app.app_context(), begin_work() as work:
        made = [_order(work, cohorts[n % COHORTS], partners[n % PARTNERS], n) for n in range(number)]
        counters = work.session.scalars(select(CohortSeats).where(CohortSeats.cohort_id.in_([c for c, _ in cohorts])))
        for counter in counters:
            counter.taken = sum(one.paid.cohort_id == counter.cohort_id for one in made)
    return made


def _cohort(work: Work, camp: str, seats: int) -> tuple[int, int]:
    plan = camps.open_cohort(work, SYSTEM, camp, starts_on=work.now.date() + timedelta(days=20), seats=seats)
    camps.move_cohort(work, SYSTEM, plan.id, "enrolling", "bench")
    shop.set_offer(work, SYSTEM, plan.code, Terms(PRICE, "CNY"))
    return plan.id, plan.camp_id


def _order(work: Work, place: tuple[int, int], partner_id: int, n: int) -> Order:
    buyer = make_someone(work)
    later = work.now + timedelta(hours=1)
    referral = {"partner_id": partner_id, "link_id": None, "at": work.now.isoformat(), "assists": []}
    money = {"net_minor": PRICE, "currency": "CNY"}
    row = work.add(
        ShopOrder(
            code=work.new_code(10), cohort_id=place[0], camp_id=place[1], buyer_id=buyer.id, state="open",
            method="online", list_minor=PRICE, discount_minor=0, referral=referral, language="zh", seat="held",
            hold_until=later, created_at=work.now, **money,
        )
    )  # fmt: skip
    attempt = {"attempt": 1, "state": "open", "amount_minor": PRICE, "currency": "CNY", "checkout_id": f"cs_{n}"}
    work.session.execute(insert(Payment), [{"order_id": row.id, "created_at": work.now, **attempt}])
    hold = {"cohort_id": place[0], "person_id": buyer.id, "until": later, "ordered": True}
    work.session.execute(insert(SeatHold), [hold])
    known = {"happened_at": work.now, "currency": "CNY"}
    confirmed = PaymentConfirmed(
        reference=row.code, checkout_id=f"cs_{n}", payment_id=f"pi_{n}", amount_minor=PRICE, **known
    )
    paid = OrderPaid(
        order_id=row.id, order_code=row.code, camp_id=place[1], cohort_id=place[0], buyer_id=buyer.id,
        net_minor=PRICE, paid_at=work.now, refund_until=None, referral=referral, **known,
    )  # fmt: skip
    return Order(confirmed, paid)


def settle_one(order: Order) -> None:
    """Settle an order as the worker and the buyer's return do, and then its commission as the worker does."""
    _as_the_worker(lambda work: shop.settle(work, order.confirmed))
    _as_the_worker(lambda work: commissions.accrue(work, order.paid))


def _as_the_worker(act: Callable[[Work], object]) -> None:
    """Do it again when the database was too busy, as the worker does."""
    for _ in range(20):
        try:
            with begin_work() as work:
                act(work)
        except OperationalError:
            continue
        return
    raise RuntimeError("the database was too busy twenty times")


def count_statements(app: Flask, order: Order) -> tuple[int, int]:
    """Count the statements of settling one order, in each of the two works."""
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    def counted(act: Callable[[Work], object]) -> int:
        said.clear()
        with begin_work() as work:
            act(work)
        return len([one for one in said if not one.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))])

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        first = counted(lambda work: shop.settle(work, order.confirmed))
        second = counted(lambda work: commissions.accrue(work, order.paid))
        event.remove(db.engine, "before_cursor_execute", note)
        db.session.remove()
    return first, second


def _client(app: Flask, orders: list[Order], start: Barrier) -> None:
    with app.app_context():
        db.engine.dispose(close=False)
        settle_one(orders[0])
        start.wait()
        for order in orders[1:]:
            settle_one(order)
        start.wait()
        # The parent reads how much work this process was before it is gone.
        start.wait()


def measure_settling(app: Flask, camp: str, number: int, pids: tuple[int, ...]) -> Settling:
    """Settle orders by clients in processes of their own; the first one of each is not counted."""
    orders = open_orders(app, camp, number + CLIENTS + 2)
    count_statements(app, orders[0])
    statements = count_statements(app, orders[1])
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    context: Any = multiprocessing.get_context("fork")
    start = context.Barrier(CLIENTS + 1, timeout=300)
    clients = [context.Process(target=_client, args=(app, orders[2 + n :: CLIENTS], start)) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    start.wait()
    all_pids = (*pids, *(client.pid for client in clients))
    before, began = cpu_seconds(*all_pids), time.perf_counter()
    start.wait()
    took, used = time.perf_counter() - began, cpu_seconds(*all_pids) - before
    start.wait()
    for client in clients:
        client.join()
    _require_settled(app, len(orders))
    return Settling(number / took, used * 1000 / number, statements)


def _require_settled(app: Flask, number: int) -> None:
    with app.app_context():
        settled = db.session.scalar(select(func.count()).select_from(ShopOrder).where(ShopOrder.state == "paid"))
        earned = db.session.scalar(select(func.count()).select_from(Commission))
        db.session.remove()
    if (settled, earned) != (number, number):
        raise RuntimeError(f"{settled} settled and {earned} commissions of {number} orders")
