"""What a kit says of money: the price, what a sale earns, the early price on a poster, the own codes."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from lms.affiliates.promo import queries
from lms.affiliates.promo.rules import Design
from lms.commerce.shop import service as shop
from lms.commerce.shop.rules import CouponTerms, Terms
from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM, Read, Work
from lms.people.accounts.queries import get_person
from tests.conftest import counting
from tests.factories.camps import camp_folder, make_camp, make_cohort
from tests.factories.commissions import make_standard_plan
from tests.factories.tracking import make_linked_partner

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


@pytest.fixture
def partner(client: FlaskClient, work: Open, sign_in: Any) -> Any:
    with work() as w:
        found, _ = make_linked_partner(w)
        person = get_person(w, found.person_id)
    sign_in(client, person)
    return found


@pytest.fixture
def cohort(work: Open, clock: FixedClock) -> Any:
    """Open a cohort that costs ¥399, ¥299 until the evening four days later."""
    files = camp_folder("clear-words")
    priced = {**files, "camp.toml": files["camp.toml"].replace(b"{camp}", b"{camp} {price} ")}
    with work() as w:
        camp = make_camp(w, files=priced)
        made = make_cohort(w, camp=camp.slug, starts_on=date(2026, 12, 12), seats=60)
        until = w.now + timedelta(days=4)
        shop.set_offer(w, SYSTEM, made.code, Terms(39_900, "CNY", early_price_minor=29_900, early_until=until))
        make_standard_plan(w)
    return made


def test_a_kit_says_what_a_sale_earns(app: Flask, client: FlaskClient, partner: Any, cohort: Any) -> None:
    with counting(app) as count:
        page = client.get("/partner/kit")
    assert page.status_code == 200 and count.statements <= 17
    assert "每单约 ¥59.80" in page.text and "实付的 20%，现价 ¥299" in page.text
    assert "¥299 ，12 月 12 日" in page.text
    client.post("/language", data={"language": "en"})
    english = client.get("/partner/kit").text
    assert "About CN¥59.80 a sale" in english and "20% of what is paid, now CN¥299" in english


def test_the_full_price_follows_the_early_one(
    client: FlaskClient, partner: Any, cohort: Any, clock: FixedClock, read: Look
) -> None:
    offer = f'id="poster-{Design.OFFER}"'
    address = f"/partner/kit/{cohort.camp_slug}/posters/offer"
    assert offer in client.get("/partner/kit").text
    clock.advance(timedelta(days=4))
    page = client.get("/partner/kit").text
    assert offer not in page and "每单约 ¥79.80" in page
    assert "早鸟价已经结束" in client.get(address).text
    assert client.get(f"{address}.png").status_code == 422


def test_a_free_camp_has_no_word_of_money(client: FlaskClient, work: Open, partner: Any) -> None:
    with work() as w:
        make_standard_plan(w)
        make_cohort(w, starts_on=date(2026, 12, 1), seats=60)
    page = client.get("/partner/kit").text
    assert "每单" not in page and "¥" not in page and 'id="poster-offer"' not in page


def test_what_earns_comes_before_what_is_free(
    client: FlaskClient, work: Open, partner: Any, cohort: Any, read: Look
) -> None:
    with work() as w:
        free = make_cohort(w, starts_on=date(2026, 12, 1), seats=60)
    assert f"/r/adalin/{cohort.camp_slug}" in client.get("/partner/kit").text
    assert f"/r/adalin/{cohort.camp_slug}" in client.get("/partner/kit/qr").text
    post = queries.post_of_today(read(), partner)
    assert post is not None and post.camp_slug == cohort.camp_slug != free.camp_slug


def test_a_price_without_a_plan_promises_nothing(client: FlaskClient, work: Open, partner: Any) -> None:
    with work() as w:
        made = make_cohort(w, starts_on=date(2026, 12, 1), seats=60)
        shop.set_offer(w, SYSTEM, made.code, Terms(39_900, "CNY"))
    assert "每单" not in client.get("/partner/kit").text


def test_the_own_codes_that_can_be_used_here_are_copied(
    client: FlaskClient, work: Open, partner: Any, cohort: Any, clock: FixedClock
) -> None:
    with work() as w:
        other, _ = make_linked_partner(w, "Bo Chen")
        soon = w.now + timedelta(days=2)
        for code, terms in {
            "ADA10": CouponTerms(percent_bps=1000, owner_id=partner.id, valid_until=soon, uses_most=5),
            "ADA50": CouponTerms(amount_minor=5_000, currency="CNY", owner_id=partner.id),
            "ADAUSD": CouponTerms(amount_minor=500, currency="USD", owner_id=partner.id),
            "BO10": CouponTerms(percent_bps=1000, owner_id=other.id),
            "ALL10": CouponTerms(percent_bps=1000),
        }.items():
            shop.make_coupon(w, SYSTEM, code, terms)
    page = client.get("/partner/kit").text
    assert 'data-copy="ADA10"' in page and 'data-copy="ADA50"' in page
    assert "减 10%" in page and "还能用 5 次" in page and "减 ¥50" in page
    assert not any(code in page for code in ("ADAUSD", "BO10", "ALL10"))
    with work() as w:
        shop.archive_coupon(w, SYSTEM, "ADA50")
    clock.advance(timedelta(days=2))
    assert "我的优惠码" not in client.get("/partner/kit").text


def test_the_offer_is_drawn_as_a_square(client: FlaskClient, partner: Any, cohort: Any, read: Look) -> None:
    page = client.get(f"/partner/kit/{cohort.camp_slug}/posters/offer")
    assert page.status_code == 200
    drawn = client.get(f"/partner/kit/{cohort.camp_slug}/posters/offer.png")
    assert drawn.status_code == 200, drawn.text
    assert Image.open(io.BytesIO(drawn.data)).size == (1080, 1080)
    found = queries.get_offer(read(), cohort.camp_slug).early
    assert found is not None and (found.now_minor, found.was_minor) == (29_900, 39_900)
