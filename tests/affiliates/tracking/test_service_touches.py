"""Clicks, touches and counts on both engines: once each, equal to a recount."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.affiliates.partners import service as partners
from lms.affiliates.tracking import models, queries, service
from lms.affiliates.tracking.queries import Counts
from lms.affiliates.tracking.rules import TouchKind, program_day
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.work import SYSTEM, Actor, Read, Work, begin_work
from lms.learning.enrollments import service as enrollments
from tests.affiliates.tracking.staging import Look, Open
from tests.factories.camps import make_cohort
from tests.factories.partners import make_someone
from tests.factories.tracking import a_click, click, make_linked_partner

HOUR = timedelta(hours=1)


def recount(read: Read) -> dict[tuple[int, Any], list[int]]:
    """Count everything again from its source rows."""
    counts: dict[tuple[int, Any], list[int]] = {}

    def add(link_id: int, at: Any, column: int) -> None:
        counts.setdefault((link_id, program_day(at)), [0, 0, 0])[column] += 1

    for row in read.session.scalars(select(models.Touch).where(models.Touch.counted)):
        add(row.link_id, row.at, 0 if row.kind == TouchKind.CLICK else 1)
    for join in read.session.scalars(select(models.ReferredJoin).where(models.ReferredJoin.undone_at.is_(None))):
        add(join.link_id, join.at, 2)
    return counts


def rolled_up(read: Read) -> dict[tuple[int, Any], list[int]]:
    rows = read.session.scalars(select(models.LinkDay))
    found = {(row.link_id, row.day): [row.clicks, row.sign_ups, row.joined] for row in rows}
    return {key: numbers for key, numbers in found.items() if any(numbers)}


def test_clicks_are_recorded_once_and_counted_once_an_hour(work: Open, read: Look) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
        clicks = [a_click(link, w.now - minutes * timedelta(minutes=1)) for minutes in (70, 30, 5, 0)]
        assert service.ingest_clicks(w, clicks[:2]) == 2
        assert service.ingest_clicks(w, clicks) == 2
        assert service.ingest_clicks(w, clicks) == 0
    look = read()
    touches = look.session.scalars(select(models.Touch).order_by(models.Touch.at)).all()
    # 70 minutes ago the approval was still to come.
    assert [(t.eligible, t.counted) for t in touches] == [(False, False)] * 3 + [(True, True)]
    assert queries.numbers(look, partner.id).today == Counts(1, 0, 0)
    assert rolled_up(look) == recount(look)


def test_one_visitor_counts_once_an_hour_and_others_too(work: Open, read: Look, clock: FixedClock) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
    for minutes, visitor in [(0, "a"), (10, "b"), (20, "a"), (61, "a"), (62, "b"), (80, "b")]:
        with work() as w:
            click(w, link, w.now + minutes * timedelta(minutes=1), visitor)
    clock.advance(timedelta(hours=2))
    look = read()
    assert queries.numbers(look, partner.id).today.clicks == 4
    assert rolled_up(look) == recount(look)


def test_ingesting_twice_at_once_counts_once(app: Flask, work: Open, read: Look) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
        clicks = [a_click(link, w.now, f"v{n % 7}") for n in range(40)]

    def ingest(_n: int) -> int:
        with app.app_context():
            try:
                with begin_work() as w:
                    return service.ingest_clicks(w, clicks)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ingest, range(4))) == [0, 0, 0, 40]
    assert queries.numbers(read(), partner.id).today.clicks == 7


def test_a_suspended_partners_clicks_neither_count_nor_win(work: Open, read: Look, clock: FixedClock) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
    clock.advance(timedelta(minutes=5))
    with work() as w:
        partners.suspend(w, SYSTEM, partner.code, "刷屏")
        click(w, link, w.now - timedelta(minutes=1), "before")
        click(w, link, w.now, "after")
        assert service.resolve_referral(w, "after", None) is None
        won = service.resolve_referral(w, "before", None)
    assert won is not None and won["partner_id"] == partner.id
    assert queries.numbers(read(), partner.id).today.clicks == 1


def test_the_last_touch_wins_and_the_others_assist(work: Open, clock: FixedClock) -> None:
    with work() as w:
        (first, one), (second, two) = make_linked_partner(w, "Ada Lin"), make_linked_partner(w, "Bo Chen")
        early = click(w, one, w.now, "v")
    clock.advance(timedelta(days=6))
    with work() as w:
        late = click(w, two, w.now, "v")
    clock.advance(timedelta(days=1))
    with work() as w:
        won = service.resolve_referral(w, "v", None)
        assert won is not None and (won["partner_id"], won["touch_code"]) == (second.id, late.code)
        assert [a["touch_code"] for a in won["assists"]] == [early.code]
    clock.advance(timedelta(seconds=1))
    with work() as w:
        won = service.resolve_referral(w, "v", None)
        assert won is not None and won["assists"] == []
    clock.advance(timedelta(days=6) - timedelta(seconds=1))
    with work() as w:
        assert service.resolve_referral(w, "v", None) is not None
    clock.advance(timedelta(seconds=1))
    with work() as w:
        assert service.resolve_referral(w, "v", None) is None
        assert first.id != second.id


def test_a_buyers_own_link_does_not_win(work: Open) -> None:
    with work() as w:
        (other, two), (partner, own) = make_linked_partner(w, "Bo Chen"), make_linked_partner(w, "Ada Lin")
        click(w, two, w.now, "v")
        click(w, own, w.now + timedelta(seconds=1), "v")
        won = service.resolve_referral(w, "v", partner.person_id)
    assert won is not None and won["partner_id"] == other.id


def test_touches_survive_sign_up_and_the_device(work: Open, read: Look) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
        click(w, link, w.now, "old-phone")
        person = make_someone(w, "林晓")
        service.bind_visitor(w, "old-phone", person.id, w.now)
        service.bind_visitor(w, "old-phone", person.id, w.now)
        won = service.resolve_referral(w, "new-laptop", person.id)
    assert won is not None and won["partner_id"] == partner.id
    look = read()
    assert queries.numbers(look, partner.id).today == Counts(1, 1, 0)
    assert rolled_up(look) == recount(look)
    assert [(h.kind, h.count) for h in queries.recent_happenings(look, partner.id)] == [("sign_up", 1)]


def test_a_partners_own_visits_are_not_counted(work: Open, read: Look) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
        service.bind_visitor(w, "mine", partner.person_id, w.now)
        click(w, link, w.now, "mine")
    assert queries.numbers(read(), partner.id).today == Counts()


def test_a_sign_up_without_a_touch_counts_nowhere(work: Open, read: Look) -> None:
    with work() as w:
        make_linked_partner(w)
        service.bind_visitor(w, "nobody", make_someone(w).id, w.now)
    assert rolled_up(read()) == {}


def join(work: Work, visitor: str) -> tuple[Any, dict[str, Any] | None]:
    cohort = make_cohort(work)
    person = make_someone(work)
    referral = service.resolve_referral(work, visitor, person.id)
    who = Actor(person.id, frozenset({"student"}))
    return enrollments.join(work, who, cohort.code, referral), referral


def test_an_enrollment_counts_once_and_is_taken_back(work: Open, read: Look, clock: FixedClock) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
        click(w, link, w.now, "v")
        enrollment, referral = join(w, "v")
        for _ in range(2):
            service.count_join(w, enrollment.id, referral, w.now)
    assert queries.numbers(read(), partner.id).today == Counts(1, 0, 1)
    clock.advance(timedelta(days=2))
    with work() as w:
        for _ in range(2):
            service.undo_join(w, enrollment.id, referral, w.now)
    look = read()
    assert queries.numbers(look, partner.id).total == Counts(1, 0, 0)
    assert rolled_up(look) == recount(look)


def test_given_up_before_it_was_heard_of_never_counts(work: Open, read: Look) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
        click(w, link, w.now, "v")
        enrollment, referral = join(w, "v")
        service.undo_join(w, enrollment.id, referral, w.now)
        service.count_join(w, enrollment.id, referral, w.now)
    assert queries.numbers(read(), partner.id).total == Counts(1, 0, 0)


def test_roll_ups_equal_a_recount_after_a_wild_week(work: Open, read: Look, clock: FixedClock) -> None:
    dice = random.Random(7)
    with work() as w:
        links = [make_linked_partner(w, f"Person {chr(65 + n)}")[1] for n in range(3)]
    waiting = []
    for _ in range(12):
        clock.advance(timedelta(hours=dice.randint(1, 20)))
        with work() as w:
            late = timedelta(minutes=dice.randint(0, 90))
            waiting += [a_click(dice.choice(links), w.now - late, f"v{dice.randint(1, 9)}") for _ in range(15)]
            dice.shuffle(waiting)
            service.ingest_clicks(w, waiting[:20] + waiting[:3])
            waiting = waiting[10:]
            service.bind_visitor(w, f"v{dice.randint(1, 9)}", make_someone(w).id, w.now)
            enrollment, referral = join(w, f"v{dice.randint(1, 9)}")
            service.count_join(w, enrollment.id, referral, w.now)
            if dice.random() < 0.4:
                service.undo_join(w, enrollment.id, referral, w.now)
    look = read()
    assert rolled_up(look) == recount(look)
    by_partner = Counter({link.partner_id: queries.numbers(look, link.partner_id).total.clicks for link in links})
    assert by_partner.total() == sum(numbers[0] for numbers in rolled_up(look).values())


def test_yesterday_is_compared_at_the_same_time(work: Open, read: Look, clock: FixedClock) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
        click(w, link, w.now, "early")
        click(w, link, w.now + 2 * HOUR, "late")
    clock.advance(timedelta(days=1))
    numbers = queries.numbers(read(), partner.id)
    assert (numbers.today.clicks, numbers.yesterday.clicks, numbers.yesterday_by_now.clicks) == (0, 2, 1)
