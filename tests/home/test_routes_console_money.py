"""What the console says of money: today's sales, refunds that need a person, payouts to approve."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.clock import FixedClock
from lms.kernel.work import Work
from tests.conftest import counting
from tests.factories.accounts import cast
from tests.factories.payouts import ask, make_earner
from tests.factories.sales import open_market

Works = Callable[[], AbstractContextManager[Work]]
SignIn = Callable[[FlaskClient, Any], None]


def test_todays_sales_stand_beside_last_weeks(
    client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock, drain: Any
) -> None:
    with work() as w:
        su = cast(w, "su")
    market = open_market(work, clock, drain)
    (ada,) = market.partners(1)
    sign_in(client, su)
    assert "今天还没有付款的订单" in client.get("/console").text
    market.sell(ada, 40_000)
    clock.advance(timedelta(days=7, minutes=5))
    market.sell(ada, 30_000)
    market.sell(ada, 30_000)
    market.sell(ada, 9_950, "USD")
    page = client.get("/console").text
    assert "¥600" in page and "2 单" in page and "比上周同一天此时多 50.0%" in page
    assert "US$99.50" in page and "/console/orders" in page
    client.post("/language", data={"language": "en"})
    assert "50.0% more than a week ago by now" in client.get("/console").text


def test_payouts_wait_for_finance(client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock) -> None:
    with work() as w:
        su, fin = cast(w, "su"), cast(w, "fin")
        person, _ = make_earner(w)
        ask(w, person)
    clock.advance(timedelta(hours=3))
    sign_in(client, su)
    seen = client.get("/console").text
    assert "提现待审批" in seen and "最久 3 小时" in seen and "/finance/payouts?state=requested" not in seen
    sign_in(client, fin)
    assert "/finance/payouts?state=requested" in client.get("/console").text


def test_money_costs_the_console_no_more_with_more_of_it(
    app: Flask, client: FlaskClient, work: Works, sign_in: SignIn, clock: FixedClock, drain: Any
) -> None:
    with work() as w:
        sign_in(client, cast(w, "su"))
    market = open_market(work, clock, drain)
    partners = market.partners(2)
    client.get("/console")
    with counting(app) as few:
        client.get("/console")
    for n in range(6):
        market.sell(partners[n % 2], currency=("CNY", "USD", "EUR")[n % 3])
    with work() as w:
        for n in range(3):
            ask(w, make_earner(w, name=f"Earner {n}")[0])
    with counting(app) as many:
        page = client.get("/console")
    assert page.status_code == 200
    assert many.statements == few.statements <= 18, many.said
