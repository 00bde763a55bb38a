"""The partner home of those who earn: what they have, what comes next, today's sales, and places by sales."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms.affiliates.commissions.models import Accrual, Commission
from lms.affiliates.commissions.rules import Terms as Plan
from lms.affiliates.commissions.service import make_plan, publish_version, release_due
from lms.commerce.shop import service as shop
from lms.commerce.shop.models import Coupon, ShopOrder
from lms.commerce.shop.rules import CouponTerms, Terms
from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM, Work
from lms.people.accounts.queries import get_person
from tests.conftest import counting
from tests.factories.camps import make_cohort
from tests.factories.sales import Market, open_market

Works = Callable[[], AbstractContextManager[Work]]
SignIn = Callable[[FlaskClient, Any], None]


@pytest.fixture
def market(work: Works, clock: FixedClock, drain: Any) -> Market:
    return open_market(work, clock, drain)


def enter(client: FlaskClient, sign_in: SignIn, market: Market, partner: Any) -> None:
    with market.work() as w:
        person = get_person(w, partner.person_id)
    sign_in(client, person)


def test_who_sold_sees_what_is_held_and_what_comes_next(
    client: FlaskClient, sign_in: SignIn, market: Market, clock: FixedClock
) -> None:
    ada, bo = market.partners(2)
    market.sell(ada)
    clock.advance(timedelta(days=4))
    market.sell(ada)
    market.sell(ada, 20_000)
    for _ in range(5):
        market.sell(bo)
    enter(client, sign_in, market, ada)
    page = client.get("/partner").text
    assert "¥0.00" in page and "¥199.60" in page
    assert "下一笔 ¥79.80，" in page and "/partner/wallet" in page and "/partner/earnings" in page
    assert "今天 2 单，预计得 ¥119.80。" in page and "累计 3 单，佣金 ¥199.60。" in page
    assert ">2</span>" in page and "+2" in page and "成交" in page
    assert "再成交 3 单，追平第 1 名" in page and "3 单" in page
    client.post("/language", data={"language": "en"})
    english = client.get("/partner").text
    assert "Today’s 2 sales should earn CN¥119.80." in english and "Next CN¥79.80 on" in english


def test_what_was_released_is_available_and_what_was_refunded_is_owed(
    client: FlaskClient, sign_in: SignIn, market: Market, clock: FixedClock
) -> None:
    (ada,) = market.partners(1)
    order = market.sell(ada)
    market.sell(ada, 10_000, "USD")
    clock.advance(timedelta(days=20))
    with market.work() as w:
        assert release_due(w, ada.id) == 2
    enter(client, sign_in, market, ada)
    page = client.get("/partner").text
    assert ">¥79.80</p>" in page and "USD 可提 US$20.00" in page and "下一笔" not in page
    assert "今天还没有成交" in page
    market.refund(order, 39_900)
    assert ">¥0.00</p>" in client.get("/partner").text


def test_who_has_not_sold_sees_what_a_sale_would_earn(
    client: FlaskClient, work: Works, sign_in: SignIn, market: Market
) -> None:
    (ada,) = market.partners(1)
    with work() as w:
        cohort = make_cohort(w, camp=market.cohort.camp_slug, starts_on=date(2026, 11, 25))
        shop.set_offer(w, SYSTEM, cohort.code, Terms(39_900, "CNY"))
        shop.set_offer(w, SYSTEM, market.cohort.code, Terms(39_900, "CNY"))
    enter(client, sign_in, market, ada)
    page = client.get("/partner").text
    assert "成交一单约得 ¥79.80" in page and "现价 ¥399 的 20%" in page
    assert "可提现" not in page and "观察期" not in page and "入营" in page


def test_sales_stand_among_what_just_happened(client: FlaskClient, sign_in: SignIn, market: Market) -> None:
    (ada,) = market.partners(1)
    market.sell(ada)
    order = market.sell(ada)
    enter(client, sign_in, market, ada)
    page = client.get("/partner").text
    assert "主链接来了 2 单" in page and "+¥159.60" in page
    market.refund(order, 39_900)
    page = client.get("/partner").text
    assert "主链接来了 1 单" in page and "+¥79.80" in page
    client.post("/language", data={"language": "en"})
    assert "1 sale through your main link" in client.get("/partner").text


def test_the_home_costs_the_same_whatever_was_sold(
    app: Flask, client: FlaskClient, sign_in: SignIn, market: Market, clock: FixedClock
) -> None:
    ada, *others = market.partners(4)
    market.sell(ada)
    enter(client, sign_in, market, ada)
    client.get("/partner")
    with counting(app) as few:
        client.get("/partner")
    for n in range(6):
        clock.advance(timedelta(hours=7))
        market.sell(ada, 20_000 + n)
        market.sell(others[n % 3])
    with counting(app) as many:
        page = client.get("/partner")
    assert page.status_code == 200
    assert many.statements == few.statements <= 15, many.said
    assert len(page.data) < 60_000


def test_the_public_page_says_what_a_sale_earns_where_a_plan_pays(
    app: Flask, client: FlaskClient, work: Works, market: Market
) -> None:
    assert "成交一单得多少" not in client.get("/partner").text
    with work() as w:
        shop.set_offer(w, SYSTEM, market.cohort.code, Terms(39_900, "CNY"))
    page = client.get("/partner").text
    assert "成交一单得多少" in page and "现价 ¥399 的 20%" in page and "¥79.80" in page
    client.post("/language", data={"language": "en"})
    assert "20% of CN¥399 now" in client.get("/partner").text
    with work() as w:
        code = make_plan(w, SYSTEM, "Camp", market.cohort.camp_id)
        publish_version(w, SYSTEM, code, Plan(percent_bps=3000))
    assert "30% of CN¥399 now" in client.get("/partner").text
    with counting(app) as few:
        client.get("/partner")
    with work() as w:
        for days in (4, 5):
            more = make_cohort(w, days=days)
            shop.set_offer(w, SYSTEM, more.code, Terms(20_000, "CNY"))
    with counting(app) as many:
        assert "¥40.00" in client.get("/partner").text
    assert many.statements == few.statements <= 6, many.said


def test_without_a_plan_the_public_page_names_no_sum(client: FlaskClient, work: Works) -> None:
    with work() as w:
        cohort = make_cohort(w)
        shop.set_offer(w, SYSTEM, cohort.code, Terms(39_900, "CNY"))
    assert "¥" not in client.get("/partner").text


def test_a_coupons_sales_are_told_by_its_name(
    client: FlaskClient, work: Works, sign_in: SignIn, market: Market
) -> None:
    (ada,) = market.partners(1)
    with work() as w:
        terms = CouponTerms(percent_bps=1000, owner_id=ada.id)
        shop.make_coupon(w, SYSTEM, "ZHOUKE13", terms)
        coupon_id = w.session.scalar(select(Coupon.id))
    order = market.sell(ada)
    with work() as w:
        w.session.execute(update(ShopOrder).where(ShopOrder.id == order).values(coupon_id=coupon_id))
        w.session.execute(update(Accrual).values(referral={"source": "coupon", "partner_id": ada.id}))
    enter(client, sign_in, market, ada)
    page = client.get("/partner").text
    assert "优惠码 ZHOUKE13 来了 1 单" in page and "主链接来了" not in page
    assert "ZHOUKE13" in client.get("/partner/earnings").text
    with work() as w:
        code = w.session.scalar(select(Commission.code))
    assert "你的优惠码 ZHOUKE13" in client.get(f"/partner/earnings/{code}").text
