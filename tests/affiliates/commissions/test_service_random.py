"""The invariants of money.md §5 over random news of orders, in any order of arrival and told twice; two at once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.affiliates.commissions import rules, service
from lms.affiliates.commissions.models import Accrual, Adjustment, Commission, CommissionReversal
from lms.affiliates.partners import service as partners
from lms.affiliates.partners.queries import Partner, find_partner_by_id
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.verifying import take_stock, verify
from lms.commerce.shop.events import OrderPaid
from lms.kernel.db import db
from lms.kernel.money import Money
from lms.kernel.work import SYSTEM, Actor, Read, begin_read, begin_work
from tests.affiliates.commissions.conftest import Scene
from tests.factories.partners import make_partner

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
FINANCE = Actor(None, frozenset({"finance"}))


def many(engine: str) -> settings:
    """Try often; less on the slower engine, which differs in locks and types and not in the rules tried here."""
    return settings(
        max_examples=2000 if LONG else 40 if engine == "sqlite" else 10,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@dataclass(frozen=True)
class News:
    """Something told about the order with a number, or that happens to the partner."""

    what: str
    order: int = 0
    id: int = 0
    amount: int = 0


def _of_order(order: int) -> st.SearchStrategy[News]:
    ids, amounts = st.integers(1, 3), st.integers(1, 400)
    return st.one_of(
        st.just(News("paid", order)),
        st.builds(News, st.just("refund"), st.just(order), ids, amounts),
        st.builds(News, st.sampled_from(["opened", "won", "lost"]), st.just(order), st.integers(1, 2)),
    )


happenings = st.lists(
    st.one_of(
        _of_order(0),
        _of_order(1),
        st.sampled_from([News("pass"), News("lock"), News("unlock")]),
        st.builds(News, st.just("adjust"), st.just(0), st.integers(1, 9), st.integers(-300, 300).filter(bool)),
    ),
    min_size=4,
    max_size=14,
)


def _tell(scene: Scene, partner: Partner, orders: list[OrderPaid], news: News, keys: str) -> None:
    if news.what == "pass":
        scene.clock.advance(timedelta(days=20))
    with begin_work() as w:
        if news.what == "paid":
            service.accrue(w, orders[news.order])
        elif news.what == "refund":
            service.claw_back(w, orders[news.order].order_id, news.id, news.amount)
        elif news.what == "opened":
            service.open_dispute(w, orders[news.order].order_id, news.id, 1)
        elif news.what in ("won", "lost"):
            service.close_dispute(w, orders[news.order].order_id, news.id, 1, news.what == "won")
        elif news.what == "pass":
            service.release_due(w, partner.id)
        elif news.what == "adjust":
            service.adjust(
                w, FINANCE, partner.id, Money(news.amount, "CNY"), "手工更正", f"{keys}:{news.id}:{news.amount}"
            )
        else:
            turn = partners.lock_money if news.what == "lock" else partners.unlock_money
            turn(w, SYSTEM, partner.id, "核查")
            if news.id == 0:
                service.follow_lock(w, partner.id)


def _sum(read: Read, column: Any, *where: Any) -> int:
    return int(read.session.scalar(select(func.coalesce(func.sum(column), 0)).where(*where)) or 0)


def _check(partner_id: int) -> None:
    """Invariants 4, 5 and 8, and that the books say what the lines say."""
    db.session.rollback()
    read = begin_read()
    wallet = ledger.wallet(read, partner_id, "CNY")
    assert min(wallet.available, wallet.debt) == 0
    own = Commission.partner_id == partner_id
    earned = _sum(read, Commission.live_minor, own)
    given_ = _sum(read, Adjustment.amount_minor, Adjustment.partner_id == partner_id)
    has = wallet.held + wallet.available + wallet.locked + wallet.reserved + wallet.in_transit - wallet.debt
    assert earned + given_ == has
    partner = find_partner_by_id(read, partner_id)
    if partner is not None and not partner.is_locked:
        assert wallet.held == _sum(
            read, Commission.live_minor - Commission.locked_minor, own, Commission.state == "held"
        )
        assert wallet.locked == _sum(read, Commission.locked_minor, own)


def _check_lines(orders: list[OrderPaid], first: dict[int, tuple[int, int, int]]) -> None:
    """Invariants 5, 6 and 11."""
    read = begin_read()
    ids = [paid.order_id for paid in orders]
    rows = read.session.execute(
        select(Commission, Accrual.refunded_minor, Accrual.lost)
        .join(Accrual, Accrual.id == Commission.accrual_id)
        .where(Commission.order_id.in_(ids))
        .execution_options(populate_existing=True)
    )
    for line, refunded, lost in rows:
        reversed_ = _sum(read, CommissionReversal.amount_minor, CommissionReversal.commission_id == line.id)
        expected = 0 if lost else rules.live(line.amount_minor, line.base_minor, refunded)
        assert line.amount_minor - reversed_ == line.live_minor == expected
        assert line.live_minor <= line.base_minor * 5000 // 10_000
        frozen = (line.partner_id, line.plan_version_id, line.amount_minor)
        assert first.setdefault(line.id, frozen) == frozen


def _verify_books() -> None:
    with begin_work() as w:
        stock = take_stock(w)
    verdict = verify(begin_read(), stock)
    assert verdict.is_good, verdict.fault


def test_invariants_hold_whatever_happens(scene: Scene, engine: str) -> None:
    examples = iter(range(10**9))

    @many(engine)
    @given(happenings, st.tuples(st.integers(1, 999), st.integers(1, 999)))
    def play(told: list[News], nets: tuple[int, int]) -> None:
        keys = str(next(examples))
        orders = [scene.place(net_minor=net) for net in nets]
        frozen: dict[int, tuple[int, int, int]] = {}
        for news in told:
            _tell(scene, scene.ada, orders, news, keys)
            _check(scene.ada.id)
        _check_lines(orders, frozen)
        before = scene.wallet()
        for news in told:  # invariant 9: told again, nothing moves
            if news.what not in ("pass", "lock", "unlock"):
                _tell(scene, scene.ada, orders, news, keys)
        assert scene.wallet() == before
        _check_lines(orders, frozen)
        with begin_work() as w:
            partners.unlock_money(w, SYSTEM, scene.ada.id, "x")
            service.follow_lock(w, scene.ada.id)
        _check(scene.ada.id)

    play()
    _verify_books()


@st.composite
def one_orders_news(draw: st.DrawFn) -> tuple[int, list[News], list[News]]:
    """News of one order without refused refunds, each dispute decided at most once; in two orders of arrival."""
    net = draw(st.integers(1, 999))
    told = [News("paid")]
    left = net
    for number in range(1, draw(st.integers(0, 3)) + 1):
        if left:
            amount = draw(st.integers(1, left))
            told.append(News("refund", 0, number, amount))
            left -= amount
    for number in range(1, draw(st.integers(0, 2)) + 1):
        told.append(News("opened", 0, number))
        decided = draw(st.sampled_from(["won", "lost", ""]))
        if decided:
            told.append(News(decided, 0, number))
    told += draw(st.lists(st.sampled_from(told), max_size=3))
    return net, draw(st.permutations(told)), draw(st.permutations(told))


def test_any_order_of_arrival_ends_in_the_same_balances(scene: Scene, engine: str) -> None:
    """Invariant 10."""
    with scene.work() as w:
        _, bo = make_partner(w, "Bo Wen")

    @many(engine)
    @given(one_orders_news())
    def play(drawn: tuple[int, list[News], list[News]]) -> None:
        net, ones, others = drawn
        for partner, told in ((scene.ada, ones), (bo, others)):
            order = scene.place(partner, net_minor=net)
            for news in told:
                _tell(scene, partner, [order], news, "")
        scene.clock.advance(timedelta(days=20))
        with begin_work() as w:
            for partner in (scene.ada, bo):
                service.release_due(w, partner.id)
        assert scene.wallet() == scene.wallet(bo)
        _check(bo.id)

    play()
    _verify_books()


def test_works_on_one_partner_at_once_wait_for_each_other(scene: Scene, app: Flask) -> None:
    orders = [scene.place(net_minor=10000) for _ in range(8)]
    old = scene.sell(net_minor=50000)
    scene.clock.advance(timedelta(days=30))
    barrier, failures = Barrier(len(orders) + 3), []

    def run(act: Any) -> None:
        with app.app_context():
            barrier.wait()
            try:
                with begin_work() as w:
                    act(w)
            except Exception as error:
                failures.append(error)

    acts: list[Any] = [lambda w, paid=paid: service.accrue(w, paid) for paid in orders]
    acts += [lambda w: service.release_due(w, scene.ada.id)] * 2
    acts.append(lambda w: service.claw_back(w, old.order_id, 1, 25000))
    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    _check(scene.ada.id)
    wallet = scene.wallet()
    assert wallet.held + wallet.available == 8 * 2000 + 5000
    _verify_books()
