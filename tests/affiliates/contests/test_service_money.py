"""The boards of sales and commission: against a full recount, with ties, and with hidden numbers."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.affiliates.commissions.models import Commission
from lms.affiliates.contests import queries, service
from lms.affiliates.contests.models import BoardMoney
from lms.affiliates.contests.queries import View
from lms.affiliates.contests.rules import Measure, Period, read_position, start_of
from lms.affiliates.tracking.rules import program_day
from lms.kernel.clock import FixedClock
from lms.kernel.work import Actor, Read, Work
from tests.conftest import counting
from tests.factories.sales import Market, open_market

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


@pytest.fixture
def market(work: Open, clock: FixedClock, drain: Any) -> Market:
    return open_market(work, clock, drain)


def board(read: Look, me: int, measure: Measure = Measure.EARNED, **view: Any) -> queries.Board:
    look = read()
    start = start_of(Period.WEEK, program_day(look.now))
    return queries.board(look, Period.WEEK, start, me, View(measure=measure, **view))


def test_boards_of_money_have_ties_and_who_was_first_stands_first(market: Market, read: Look) -> None:
    a, b, c, d = market.partners(4)
    for partner, net in ((a, 20_000), (b, 10_000), (c, 30_000), (b, 20_000), (d, 10_000)):
        market.sell(partner, net)
    earned = board(read, b.id)
    assert [(row.rank, row.score, row.partner_id) for row in earned.rows] == [
        (1, 6_000, c.id),
        (1, 6_000, b.id),
        (3, 4_000, a.id),
        (4, 2_000, d.id),
    ]
    assert (earned.currency, earned.currencies, earned.has_money, earned.top) == ("CNY", ["CNY"], True, 6_000)
    assert (earned.own.rank, earned.own.score, earned.own.to_next, earned.own.next_rank) == (1, 6_000, None, None)
    sold = board(read, d.id, Measure.SALES)
    assert [(row.rank, row.score) for row in sold.rows] == [(1, 2), (2, 1), (2, 1), (2, 1)]
    assert [row.partner_id for row in sold.rows] == [b.id, a.id, c.id, d.id]
    assert (sold.own.to_next, sold.own.next_rank) == (1, 1)
    assert (board(read, d.id).own.to_next, board(read, d.id).own.next_rank) == (2_000, 3)


def test_money_stands_by_currency(market: Market, read: Look) -> None:
    a, b = market.partners(2)
    market.sell(a, 10_000)
    market.sell(b, 10_000)
    market.sell(b, 70_000, "USD")
    assert board(read, a.id).currencies == ["CNY", "USD"]
    assert [row.score for row in board(read, a.id).rows] == [2_000, 2_000]
    dollars = board(read, a.id, currency="USD")
    assert [(row.score, row.partner_id) for row in dollars.rows] == [(14_000, b.id)]
    assert dollars.own.rank is None
    assert board(read, a.id, currency="XXX").currency == "CNY"


def test_entries_equal_a_full_recount_at_any_time(market: Market, read: Look, clock: FixedClock) -> None:
    dice = random.Random(7)
    partners = market.partners(3)
    sold: list[tuple[int, int]] = []
    for _ in range(24):
        clock.advance(timedelta(hours=dice.randint(3, 60)))
        if sold and dice.random() < 0.45:
            order, left = sold.pop(dice.randrange(len(sold)))
            part = dice.choice([left, left // 3])
            market.refund(order, part)
            if part < left:
                sold.append((order, left - part))
        elif sold and dice.random() < 0.3:
            order, _ = sold.pop()
            market.lose(order)
        else:
            net = dice.randint(3, 90_000)
            sold.append((market.sell(dice.choice(partners), net, dice.choice(["CNY", "CNY", "USD"])), net))
        _require_equal(read())


def _require_equal(read: Read) -> None:
    lines = [line for line in read.session.scalars(select(Commission)) if line.live_minor]
    shown = {
        (Period(row.period), row.starts_on, row.partner_id, row.currency): (row.sales, row.earned_minor, row.reached_at)
        for row in read.session.scalars(select(BoardMoney))
        if row.sales
    }
    wanted: dict[Any, Any] = {}
    for line in sorted(lines, key=lambda one: one.paid_at):
        for period in Period:
            key = (period, start_of(period, program_day(line.paid_at)), line.partner_id, line.currency)
            sales, earned, _ = wanted.get(key, (0, 0, None))
            wanted[key] = (sales + 1, earned + line.live_minor, line.paid_at)
    assert shown == wanted


def test_a_sale_counts_on_the_day_it_was_paid_though_it_is_refunded_later(
    market: Market, read: Look, clock: FixedClock
) -> None:
    (a,) = market.partners(1)
    order = market.sell(a, 50_000)
    first = program_day(read().now)
    clock.advance(timedelta(days=8))
    market.refund(order, 25_000)
    look = read()
    board_then = queries.board(look, Period.DAY, first, a.id, View(measure=Measure.EARNED))
    assert [row.score for row in board_then.rows] == [5_000]
    assert board(read, a.id).rows == []
    market.refund(order, 25_000)
    assert queries.board(read(), Period.DAY, first, a.id, View(measure=Measure.SALES)).rows == []


def test_the_boards_of_money_take_three_statements_at_any_size(app: Flask, market: Market, read: Look) -> None:
    partners = market.partners(5)
    for place, partner in enumerate(partners):
        market.sell(partner, 10_000 * (place // 2 + 1))
    whole = board(read, partners[0].id).rows
    found: list[queries.BoardRow] = []
    after: int | None = None
    for _ in range(9):
        with counting(app) as counted:
            page = board(read, partners[0].id, after=after, limit=2)
        assert counted.statements <= 3
        found += page.rows
        if not page.older:
            break
        after = read_position(page.older)
    assert found == whole
    assert [row.rank for row in found] == [1, 2, 2, 4, 4]
    assert board(read, partners[0].id, after=10**9, limit=2).rows == whole[:2]
    with counting(app) as counted:
        queries.ranks_now(read(), partners[0].id, Measure.SALES, "CNY")
    assert counted.statements == 1


def test_a_partner_hides_numbers_from_others_and_nothing_betrays_them(market: Market, read: Look, work: Open) -> None:
    a, b, c = market.partners(3)
    for partner, net in ((a, 30_000), (b, 20_000), (c, 10_000)):
        market.sell(partner, net)
    with work() as w:
        service.set_hidden(w, Actor(a.person_id, frozenset()), name=False, amounts=True)
    seen = board(read, b.id)
    assert [row.score for row in seen.rows] == [None, 4_000, 2_000]
    assert (seen.top, seen.own.to_next, seen.own.next_rank) == (4_000, None, 1)
    assert queries.ranks_now(read(), b.id, Measure.EARNED, "CNY")[1].to_next is None
    assert board(read, c.id).own.to_next == 2_000
    own = board(read, a.id)
    assert own.amounts_hidden and [row.score for row in own.rows] == [6_000, 4_000, 2_000]
    assert [row.score for row in board(read, 0).rows] == [6_000, 4_000, 2_000]
    assert board(read, b.id, Measure.SALES).rows[0].score in (None, 1)
    market.sell(c, 20_000)
    market.sell(b, 10_000)
    assert board(read, c.id).own.to_next is None


def test_an_operator_hides_all_numbers(market: Market, read: Look, work: Open) -> None:
    a, b = market.partners(2)
    market.sell(a, 30_000)
    market.sell(b, 20_000)
    for _ in range(2):
        with work() as w:
            service.hide_all_amounts(w, True)
    assert queries.amounts_hidden(read())
    seen = board(read, b.id)
    assert [row.score for row in seen.rows] == [None, 4_000]
    assert (seen.own.rank, seen.own.score, seen.own.to_next, seen.all_hidden) == (2, 4_000, None, True)
    assert queries.ranks_now(read(), b.id, Measure.SALES, "CNY")[0].to_next is None
    with work() as w:
        service.hide_all_amounts(w, False)
    assert [row.score for row in board(read, b.id).rows] == [6_000, 4_000]
