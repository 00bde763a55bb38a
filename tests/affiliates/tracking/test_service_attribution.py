"""Who brought an order: the cases A1 to A6 and A8 of the rules for money, through real orders."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from lms.affiliates.partners import service as partners
from lms.affiliates.partners.queries import Partner
from lms.affiliates.tracking import service
from lms.commerce.shop import service as shop
from lms.commerce.shop.errors import CouponNotYours
from lms.commerce.shop.queries import Order, get_order
from lms.commerce.shop.rules import CouponTerms
from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM, Actor, Read, Work
from lms.people.accounts.queries import Person
from tests.factories.accounts import make_person
from tests.factories.shop import make_paid_cohort
from tests.factories.tracking import click, make_linked_partner

Open = Callable[[], AbstractContextManager[Work]]
DAY = timedelta(days=1)


def order(work: Work, buyer: Person | None = None, coupon: str = "", visitor: str = "v") -> Order:
    cohort = make_paid_cohort(work)
    person = buyer or make_person(work, password=None)
    return shop.start_order(work, Actor(person.id, frozenset({"student"})), cohort.code, visitor, coupon, "zh")


def won(found: Order) -> tuple[int | None, str]:
    assert found.referral is not None
    return found.referral["partner_id"], found.referral["source"]


def coupon_of(work: Work, partner: Partner) -> str:
    return shop.make_coupon(work, SYSTEM, "FRIENDS", CouponTerms(percent_bps=1000, owner_id=partner.id)).code


def test_a1_a_touch_counts_for_seven_days_to_the_second(work: Open, clock: FixedClock) -> None:
    with work() as w:
        a, link = make_linked_partner(w)
        click(w, link, w.now, "v")
    clock.advance(timedelta(seconds=604_800))
    with work() as w:
        assert won(order(w)) == (a.id, "touch")
    clock.advance(timedelta(seconds=1))
    with work() as w:
        assert order(w).referral is None


def test_a2_the_last_touch_wins_and_the_other_assists(work: Open, clock: FixedClock) -> None:
    with work() as w:
        (a, one), (b, two) = make_linked_partner(w, "Ada Lin"), make_linked_partner(w, "Bo Chen")
        click(w, one, w.now, "v")
    clock.advance(2 * DAY)
    with work() as w:
        click(w, two, w.now, "v")
    clock.advance(3 * DAY)
    with work() as w:
        found = order(w)
    assert won(found) == (b.id, "touch")
    assert found.referral is not None and [one["partner_id"] for one in found.referral["assists"]] == [a.id]


def test_a3_the_owner_of_a_coupon_wins_over_every_touch(work: Open, clock: FixedClock) -> None:
    with work() as w:
        (a, one), (b, _) = make_linked_partner(w, "Ada Lin"), make_linked_partner(w, "Bo Chen")
        code = coupon_of(w, b)
        click(w, one, w.now, "v")
        found = order(w, coupon=code)
    assert won(found) == (b.id, "coupon")
    assert found.referral is not None and [one["partner_id"] for one in found.referral["assists"]] == [a.id]


def test_a4_a_later_click_of_the_same_partner_renews_the_window(work: Open, clock: FixedClock) -> None:
    with work() as w:
        a, link = make_linked_partner(w)
        click(w, link, w.now, "v")
    clock.advance(6 * DAY)
    with work() as w:
        click(w, link, w.now, "v")
    clock.advance(6 * DAY)
    with work() as w:
        assert won(order(w)) == (a.id, "touch")


def test_a5_the_coupon_of_a_suspended_partner_is_refused(work: Open) -> None:
    with work() as w:
        (a, one), (b, _) = make_linked_partner(w, "Ada Lin"), make_linked_partner(w, "Bo Chen")
        code = coupon_of(w, b)
        click(w, one, w.now, "v")
        partners.suspend(w, SYSTEM, b.code, "刷单")
        buyer = make_person(w, password=None)
    with pytest.raises(CouponNotYours), work() as w:
        order(w, buyer, code)
    with work() as w:
        assert won(order(w, buyer)) == (a.id, "touch")


def test_a6_a_partners_own_link_never_wins_and_is_flagged(work: Open) -> None:
    with work() as w:
        (a, own), (b, two) = make_linked_partner(w, "Ada Lin"), make_linked_partner(w, "Bo Chen")
        click(w, own, w.now, "alone")
        click(w, two, w.now, "both")
        click(w, own, w.now + timedelta(seconds=1), "both")
        for visitor, winner in (("alone", None), ("both", b.id)):
            found = service.resolve_referral(w, visitor, a.person_id)
            assert found is not None and (found["partner_id"], found["self"]) == (winner, True)
        other = service.resolve_referral(w, "both", make_person(w, password=None).id)
        assert other is not None and other["self"] is False


def test_a_partner_takes_nothing_off_with_the_own_coupon(work: Open) -> None:
    with work() as w:
        partner, _ = make_linked_partner(w)
        coupon_of(w, partner)
        assert not service.may_use_coupon(w, partner.id, partner.person_id)
        assert service.may_use_coupon(w, partner.id, make_person(w, password=None).id)
        assert not service.may_use_coupon(w, 10**6, partner.person_id)


def test_a8_what_changes_after_the_order_changes_nothing(work: Open, read: Callable[[], Read]) -> None:
    with work() as w:
        (a, one), (_, two) = make_linked_partner(w, "Ada Lin"), make_linked_partner(w, "Bo Chen")
        click(w, one, w.now, "v")
        found = order(w)
        click(w, two, w.now, "v")
        partners.suspend(w, SYSTEM, a.code, "刷单")
    assert get_order(read(), found.code).referral == found.referral
    assert won(found) == (a.id, "touch")
