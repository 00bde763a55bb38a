"""What operators and finance do with prices, orders, coupons and collected money."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.commerce.shop import queries, service
from lms.kernel.work import Read, Work
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import queries as places
from lms.people.accounts.queries import Person
from tests.conftest import counting
from tests.factories.camps import make_cohort
from tests.factories.partners import make_partner, make_someone
from tests.factories.shop import Stall, dispute_moved

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


def offer_form(**over: str) -> dict[str, str]:
    return {"priced": "y", "price": "399", "currency": "CNY", **over}


def test_an_operator_sets_changes_and_takes_away_a_price(
    operator: FlaskClient, stall: Stall, work: Open, read: Look
) -> None:

    with work() as w:
        cohort = make_cohort(w)
    address = f"/console/cohorts/{cohort.code}/offer"
    assert operator.get(address).status_code == 200
    early = {"early_price": "299.50", "early_until": "2026-11-25T22:00", "refund_until": "2026-12-05T00:00"}
    assert operator.post(address, data=offer_form(**early)).status_code == 303
    found = queries.find_offer(read(), cohort.id)
    assert found is not None and found.terms.early_price_minor == 29950
    assert found.terms.early_until is not None and found.terms.early_until.isoformat() == "2026-11-25T14:00:00+00:00"
    shown = operator.get(address).text
    assert 'value="299.50"' in shown and 'value="399"' in shown and "2026-11-25 22:00" in shown
    assert operator.post(address, data={"currency": "CNY"}).status_code == 303
    assert queries.prices(read(), [cohort.id], read().now) == {}


def test_all_that_is_wrong_with_a_price_is_said_at_once(operator: FlaskClient, shop: tuple[Cohort, Person]) -> None:
    wrong = offer_form(early_price="500", early_until="2026-11-21T18:00", refund_until="2026-11-21T18:00")
    answer = operator.post(f"/console/cohorts/{shop[0].code}/offer", data=wrong)
    assert answer.status_code == 422
    for said in ("早鸟价要低于原价", "早鸟价截止要晚于现在", "期限要晚于现在"):
        assert said in answer.text


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"price": ""}, "填一个价格"),
        ({"price": "0"}, "价格要大于 0"),
        ({"price": "-1"}, "请填金额"),
        ({"price": "1e9"}, "请填金额"),
        ({"price": "99999999999"}, "最多"),
        ({"price": "<b>"}, "请填金额"),
        ({"currency": "XXX"}, "货币"),
        ({"early_price": "500", "early_until": "2026-11-25T22:00"}, "早鸟价要低于原价"),
        ({"early_price": "300"}, "早鸟价要低于原价"),
        ({"early_until": "soon"}, "请填日期和时间"),
        ({"early_price": "300", "early_until": "2026-11-21T18:00"}, "早鸟价截止要晚于现在"),
        ({"refund_until": "2026-11-21T18:00"}, "期限要晚于现在"),
        ({"refund_until": "2027-02-21T18:00"}, "最晚到结营后 14 天"),
        ({"currency": "JPY", "price": "3990.50"}, "如 3990（JPY 没有小数）"),
    ],
)
def test_a_price_that_makes_no_sense_is_said_in_words(
    operator: FlaskClient, shop: tuple[Cohort, Person], over: dict[str, str], said: str
) -> None:
    answer = operator.post(f"/console/cohorts/{shop[0].code}/offer", data=offer_form(**over))
    assert answer.status_code == 422 and said in answer.text


def test_orders_are_found_and_shown_with_their_books(
    operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person]
) -> None:
    order = stall.buy(*shop)
    listed = operator.get("/console/orders").text
    assert order.code in listed and "¥399.00" in listed
    assert order.code in operator.get(f"/console/orders?q={order.code.lower()}").text
    assert order.code not in operator.get("/console/orders?q=%25").text
    assert order.code not in operator.get("/console/orders?state=refunded").text
    assert operator.get("/console/orders?state=%00&before=x").status_code == 200
    one = operator.get(f"/console/orders/{order.code}").text
    assert "预收学费" in one and "还能退 ¥399.00" in one
    assert f"/console/people/{shop[1].code}" in one and "psp_clearing" not in one


def test_coupons_are_made_bound_and_retired(operator: FlaskClient, work: Open, read: Look) -> None:
    with work() as w:
        _, partner = make_partner(w)
    form = {"code": "ada-50", "kind": "amount", "amount": "50", "currency": "CNY", "camp": "", "partner": partner.code}
    assert operator.post("/console/coupons", data=form).status_code == 303
    coupon = queries.get_coupon(read(), "ADA-50")
    assert coupon.terms.owner_id == partner.id and coupon.terms.amount_minor == 5000
    assert "ADA-50" in operator.get("/console/coupons").text and partner.name in operator.get("/console/coupons").text
    share = {"code": "tenth", "kind": "percent", "percent": "12.5", "currency": "CNY", "camp": ""}
    assert operator.post("/console/coupons", data=share).status_code == 303
    assert queries.get_coupon(read(), "TENTH").terms.percent_bps == 1250
    for bad in (
        {"code": "ada-50"},
        {"code": "a"},
        {"code": "x y z", "percent": "0"},
        {"percent": "abc"},
        {"percent": "101"},
        {"kind": "none"},
        {"camp": "999999"},
        {"camp": "zzz"},
        {"partner": "nobody"},
        {"uses_most": "0"},
        {"uses_most": "many"},
        {"kind": "amount", "amount": "-5"},
    ):
        answer = operator.post("/console/coupons", data={**share, "code": "fresh", **bad})
        assert answer.status_code in (409, 422), bad
    assert "停用后不能恢复" in operator.get("/console/coupons/ADA-50/archive").text
    assert operator.post("/console/coupons/ADA-50/archive").status_code == 303
    assert "ADA-50" not in operator.get("/console/coupons").text
    assert "ADA-50" in operator.get("/console/coupons?archived=1").text


CONSOLE = ["/console/orders", "/console/orders/{order}", "/console/coupons", "/console/cohorts/{cohort}/offer"]


@pytest.mark.parametrize("path", [*CONSOLE, "/finance/collected"])
@pytest.mark.parametrize("role", ["", "student", "tutor", "partner"])
def test_strangers_see_none_of_it(
    client: FlaskClient, work: Open, sign_in: Any, stall: Stall, shop: tuple[Cohort, Person], path: str, role: str
) -> None:
    order = stall.order(*shop)
    url = path.format(order=order.code, cohort=shop[0].code)
    if role:
        with work() as w:
            sign_in(client, make_someone(w, role, roles=tuple({"student", role})))
    assert client.get(url).status_code == (403 if role else 303)


def test_lists_take_the_same_statements_with_more_orders(app: Flask, operator: FlaskClient, stall: Stall) -> None:
    cohort, people = stall.open(12, seats=12)
    stall.order(cohort, people[0])
    operator.get("/console/orders")
    with counting(app) as few:
        operator.get("/console/orders")
    for person in people[1:]:
        stall.order(cohort, person)
    with counting(app) as many:
        operator.get("/console/orders")
    assert few.statements == many.statements <= 9, many.said


def test_a_dispute_is_seen(operator: FlaskClient, stall: Stall, shop: tuple[Cohort, Person], work: Open) -> None:

    order = stall.buy(*shop)
    with work() as w:
        service.move_dispute(w, dispute_moved(stall.payment_id(order), w.now, "open"))
    assert "有争议" in operator.get("/console/orders").text
    page = operator.get(f"/console/orders/{order.code}").text
    assert "银行处理中" in page and "有争议" in page and "还能退" not in page
    for address in ("/console", "/finance"):
        home = operator.get(address).text
        assert "争议待答复" in home and "/console/orders?state=disputed" in home
    assert order.code in operator.get("/console/orders?state=disputed").text
    assert order.code not in operator.get("/console/orders?state=paid").text


def test_a_seat_that_is_being_paid_for_is_not_an_enrollment(
    operator: FlaskClient, stall: Stall, work: Open, read: Look
) -> None:
    cohort, (payer, student) = stall.open(2, seats=5)
    stall.buy(cohort, student)
    stall.order(cohort, payer)
    seats = places.count_seats(read(), cohort.id)
    assert (seats.enrolled, seats.held, seats.left) == (1, 1, 3)
    page = operator.get(f"/console/cohorts/{cohort.code}/students").text
    assert "付款中，座位留着" in page and "全部 1" in page
