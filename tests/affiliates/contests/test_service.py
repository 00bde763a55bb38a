"""The board against a recount, its ties, its pages and the own row."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.affiliates.contests import queries, service
from lms.affiliates.contests.models import BoardEntry
from lms.affiliates.contests.queries import View
from lms.affiliates.contests.rules import Period, last_of, read_position, start_of
from lms.affiliates.tracking.models import ReferredJoin
from lms.affiliates.tracking.rules import program_day
from lms.affiliates.tracking.service import count_join, undo_join
from lms.kernel.clock import FixedClock
from lms.kernel.work import Actor, Read, Work
from lms.learning.enrollments import service as enrollments
from tests.conftest import counting
from tests.factories.camps import make_cohort
from tests.factories.partners import make_someone
from tests.factories.tracking import click, make_linked_partner

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


def bring(work: Work, cohort_code: str, link: Any) -> tuple[int, dict[str, Any]]:
    """Let somebody join through a link."""
    person = make_someone(work, "学员")
    referral = {"partner_id": link.partner_id, "link_id": link.id, "touch_code": "t", "at": "", "assists": []}
    joined = enrollments.join(work, Actor(person.id, frozenset({"student"})), cohort_code, None)
    count_join(work, joined.id, referral, work.now)
    return joined.id, referral


def make_standings(work: Open, clock: FixedClock, numbers: list[int]) -> list[Any]:
    """Make partners who brought so many people each, one after the other."""
    with work() as w:
        cohort = make_cohort(w)
        links = [make_linked_partner(w, f"Person {chr(65 + n)}")[1] for n in range(len(numbers))]
    for link, number in zip(links, numbers, strict=True):
        for _ in range(number):
            clock.advance(timedelta(seconds=1))
            with work() as w:
                bring(w, cohort.code, link)
    return links


def board(read: Look, me: int, **view: Any) -> queries.Board:
    look = read()
    return queries.board(look, Period.WEEK, start_of(Period.WEEK, program_day(look.now)), me, View(**view))


def test_the_board_has_ties_and_the_own_row(work: Open, read: Look, clock: FixedClock, drain: Any) -> None:
    links = make_standings(work, clock, [1, 3, 2, 2, 0])
    drain()
    shown = board(read, links[3].partner_id)
    assert [(row.rank, row.score, row.display_name) for row in shown.rows] == [
        (1, 3, "Person B"),
        (2, 2, "Person C"),
        (2, 2, "Person D"),
        (4, 1, "Person A"),
    ]
    assert [row.is_me for row in shown.rows] == [False, False, True, False]
    assert (shown.total, shown.own.rank, shown.own.score) == (4, 2, 2)
    assert (shown.own.to_next, shown.own.next_rank, shown.own.climbed) == (1, 1, None)
    nobody = board(read, links[4].partner_id).own
    assert (nobody.rank, nobody.score, nobody.to_next, nobody.next_rank) == (None, 0, 1, 4)
    top = board(read, links[1].partner_id).own
    assert (top.rank, top.to_next, top.next_rank) == (1, None, None)


def test_the_board_is_paged_by_key_with_the_right_ranks(
    app: Flask, work: Open, read: Look, clock: FixedClock, drain: Any
) -> None:
    links = make_standings(work, clock, [2, 1, 2, 1, 3, 1, 1])
    drain()
    whole = board(read, links[0].partner_id).rows
    found: list[queries.BoardRow] = []
    after = None
    for _ in range(9):
        with counting(app) as count:
            page = board(read, links[0].partner_id, after=after, limit=2)
        assert count.statements <= 3
        found += page.rows
        if not page.older:
            break
        after = read_position(page.older)
    assert found == whole
    assert [row.rank for row in found] == [1, 2, 2, 4, 4, 4, 4]


def test_entries_equal_a_full_recount(work: Open, read: Look, clock: FixedClock, drain: Any) -> None:
    dice = random.Random(3)
    with work() as w:
        cohort = make_cohort(w, starts_on=date(2027, 3, 1))
        links = [make_linked_partner(w, f"Person {chr(65 + n)}")[1] for n in range(3)]
    brought: list[tuple[int, dict[str, Any]]] = []
    for _ in range(14):
        clock.advance(timedelta(hours=dice.randint(5, 40)))
        with work() as w:
            link = dice.choice(links)
            click(w, link, w.now, f"v{dice.randint(1, 5)}")
            brought.append(bring(w, cohort.code, link))
            if dice.random() < 0.35:
                undo_join(w, *dice.choice(brought), w.now)
        if dice.random() < 0.5:
            drain()
    drain()
    look = read()
    joins = look.session.scalars(select(ReferredJoin).where(ReferredJoin.undone_at.is_(None))).all()
    entries = look.session.scalars(select(BoardEntry)).all()
    assert entries
    for entry in entries:
        period = Period(entry.period)
        days = (entry.starts_on, last_of(period, entry.starts_on))
        fitting = [
            join.at
            for join in joins
            if join.partner_id == entry.partner_id and days[0] <= program_day(join.at) <= days[1]
        ]
        assert entry.joined == len(fitting)
        if fitting:
            assert entry.reached_at == max(fitting)
    by_month = [entry.joined for entry in entries if entry.period == "month"]
    assert sum(by_month) == len(joins)


def test_a_week_ends_on_sunday_night_in_shanghai(work: Open, read: Look, clock: FixedClock, drain: Any) -> None:
    links = make_standings(work, clock, [1])
    clock.advance(timedelta(days=1, hours=5, minutes=20))
    drain()
    # Monday, 00:08 in Shanghai; still Sunday in London.
    shown = board(read, links[0].partner_id)
    assert (shown.rows, shown.own.rank) == ([], None)


def test_climbing_compares_with_the_period_before(work: Open, read: Look, clock: FixedClock, drain: Any) -> None:
    links = make_standings(work, clock, [2, 1])
    clock.advance(timedelta(days=7))
    with work() as w:
        cohort = make_cohort(w)
        bring(w, cohort.code, links[1])
    drain()
    assert board(read, links[1].partner_id).own.climbed == 1
    assert board(read, links[0].partner_id).own.climbed is None


def test_a_hidden_name_is_hidden_from_the_others_only(work: Open, read: Look, clock: FixedClock, drain: Any) -> None:
    links = make_standings(work, clock, [2, 1])
    drain()
    look = read()
    people = {link.partner_id: person for link in links for person in [_person_of(look, link.partner_id)]}
    with work() as w:
        service.set_hidden(w, Actor(people[links[0].partner_id], frozenset()), name=True, amounts=False)
    others = board(read, links[1].partner_id)
    assert [row.display_name for row in others.rows] == ["P**", "Person B"]
    own = board(read, links[0].partner_id)
    assert own.name_hidden and own.rows[0].display_name == "Person A"
    with work() as w:
        service.set_hidden(w, Actor(people[links[0].partner_id], frozenset()), name=False, amounts=False)
    assert board(read, links[1].partner_id).rows[0].display_name == "Person A"


def _person_of(read: Read, partner_id: int) -> int:
    from lms.affiliates.partners.queries import find_partner_by_id

    found = find_partner_by_id(read, partner_id)
    assert found is not None
    return found.person_id


def test_where_a_partner_stands_now(app: Flask, work: Open, read: Look, clock: FixedClock, drain: Any) -> None:
    links = make_standings(work, clock, [4, 2, 2, 1, 0])
    drain()
    with counting(app) as count:
        day, week, month = queries.ranks_now(read(), links[2].partner_id)
    assert count.statements == 1
    assert [rank.period for rank in (day, week, month)] == list(Period)
    assert day == replace(week, period=Period.DAY)
    assert (week.rank, week.score, week.total, week.to_next, week.next_rank) == (2, 2, 4, 2, 1)
    assert (month.rank, month.total) == (2, 4)
    top = queries.ranks_now(read(), links[0].partner_id)[1]
    assert (top.rank, top.to_next, top.next_rank) == (1, None, None)
    nobody = queries.ranks_now(read(), links[4].partner_id)[1]
    assert (nobody.rank, nobody.score, nobody.to_next, nobody.next_rank) == (None, 0, 1, 4)
    stranger = queries.ranks_now(read(), 10**6)[1]
    assert stranger.rank is None
