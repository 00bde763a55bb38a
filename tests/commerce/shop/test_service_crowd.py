"""A hundred buyers at once for ten seats, on both engines: ten seated, nobody charged for nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from flask import Flask

from lms.commerce.gateway.rules import Checkout
from lms.commerce.ledger.queries import trial_balance
from lms.commerce.shop import queries, service
from lms.commerce.shop.errors import SoldOut
from lms.commerce.shop.rules import CouponTerms
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.work import SYSTEM, begin_work
from lms.learning.enrollments import queries as places
from lms.people.accounts.queries import Person
from tests.factories.enrollments import student_actor
from tests.factories.shop import PRICE, Stall, confirmed

BUYERS, SEATS = 100, 10
Drain = Callable[[], int]


def at_once(app: Flask, acts: list[Callable[[], object]]) -> list[object]:
    """Run everything in threads of their own, each with its own session."""

    def run(act: Callable[[], object]) -> object:
        with app.app_context():
            try:
                return act()
            except SoldOut:
                return "sold out"
            finally:
                db.session.remove()

    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(run, acts))


def test_a_hundred_buyers_for_ten_seats(app: Flask, stall: Stall, drain: Drain, clock: FixedClock) -> None:
    cohort, people = stall.open(BUYERS, seats=SEATS)

    def buy(person: Person) -> Callable[[], object]:
        def act() -> str:
            with begin_work() as w:
                order = service.start_order(w, student_actor(person), cohort.code, None, "", "zh")
            with begin_work() as w:
                start = service.begin_payment(w, student_actor(person), order.code)
            assert start.request is not None
            checkout = stall.gate.open_checkout(start.key, start.request)
            with begin_work() as w:
                service.note_checkout(w, order.code, start.attempt, checkout)
            paid = stall.gate.pay(checkout.id)
            # The notice and the buyer's return, both.
            for _ in range(2):
                with begin_work() as w:
                    service.settle(w, confirmed(paid, w.now))
            return "seated"

        return act

    ends = Counter(at_once(app, [buy(person) for person in people]))
    assert ends == {"seated": SEATS, "sold out": BUYERS - SEATS}
    drain()
    assert places.count_seats(stall.read(), cohort.id) == places.Seats(SEATS, SEATS, 0)
    assert queries.count_orders(stall.read()) == {"paid": SEATS}
    lines = {line.account.value: line.balance_minor for line in trial_balance(stall.read())}
    assert lines == {"psp_clearing": SEATS * PRICE, "deferred_tuition": SEATS * PRICE}
    assert len(stall.gate.list_paid(stall.now() - timedelta(days=1))) == SEATS


def test_two_tabs_make_one_order_and_one_use(app: Flask, stall: Stall) -> None:
    cohort, (lin,) = stall.open()
    with stall.work() as w:
        service.make_coupon(w, SYSTEM, "MAYA21", CouponTerms(percent_bps=1000, uses_most=1))

    def act() -> int:
        with begin_work() as w:
            return service.start_order(w, student_actor(lin), cohort.code, None, "MAYA21", "zh").id

    assert len(set(at_once(app, [act] * 8))) == 1
    assert queries.get_coupon(stall.read(), "MAYA21").uses == 1
    assert places.count_seats(stall.read(), cohort.id).taken == 1


def test_notice_return_and_expiry_race(app: Flask, stall: Stall, clock: FixedClock, drain: Drain) -> None:
    cohort, people = stall.open(6)
    paid: list[tuple[int, Checkout]] = []
    for person in people:
        order = stall.order(cohort, person)
        paid.append((order.id, stall.gate.pay(stall.checkout(person, order).id)))
    clock.advance(timedelta(minutes=46))

    def settle(checkout: Checkout) -> Callable[[], object]:
        def act() -> str:
            with begin_work() as w:
                return service.settle(w, confirmed(checkout, w.now)).outcome

        return act

    def expire(order_id: int, checkout: Checkout) -> Callable[[], object]:
        def act() -> str:
            with begin_work() as w:
                service.let_go(w, order_id, [checkout])
            return "asked"

        return act

    acts = [act for id_, one in paid for act in (settle(one), expire(id_, one), settle(one))]
    ends = Counter(at_once(app, acts))
    assert ends["asked"] == 6 and ends["surplus"] == 0
    drain()
    assert queries.count_orders(stall.read()) == {"paid": 6}
    assert places.count_seats(stall.read(), cohort.id).taken == 6
    lines = {line.account.value: line.balance_minor for line in trial_balance(stall.read())}
    assert lines == {"psp_clearing": 6 * PRICE, "deferred_tuition": 6 * PRICE}
