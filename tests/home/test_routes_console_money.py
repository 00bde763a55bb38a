"""What the console says of money: today's sales, refunds that need a person, payouts to approve."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from lms.home.queries.console_sales import sales_trend
from lms.kernel.clock import FixedClock
from lms.kernel.work import Read, Work
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
    assert "近 14 天共 ¥1,000，再前 14 天 ¥0。" in page
    client.post("/language", data={"language": "en"})
    assert "50.0% more than a week ago by now" in client.get("/console").text
    clock.advance(timedelta(days=7))
    quiet = client.get("/console").text
    assert "No order has been paid today" in quiet and "US$" not in quiet and "% less" not in quiet


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
    assert many.statements == few.statements <= 20, many.said


def test_the_trend_equals_the_orders_day_by_day(
    work: Works, clock: FixedClock, drain: Any, read: Callable[[], Read]
) -> None:
    market = open_market(work, clock, drain)
    (ada,) = market.partners(1)
    assert sales_trend(read()) is None
    clock.at = datetime(2026, 11, 1, 15, 59, 50, tzinfo=UTC)
    market.sell(ada, 10_000)
    clock.at = datetime(2026, 11, 1, 16, 0, tzinfo=UTC)
    market.sell(ada, 20_000)
    market.sell(ada, 5_000, "USD")
    clock.at = datetime(2026, 11, 14, 20, 0, tzinfo=UTC)
    market.sell(ada, 30_000)
    found = sales_trend(read())
    assert found is not None and found.currency == "CNY"
    assert [found.now[0].day, found.now[-1].day] == [date(2026, 11, 2), date(2026, 11, 15)]
    assert [found.now[0].net_minor, found.now[-1].net_minor] == [20_000, 30_000]
    assert [one.net_minor for one in found.before] == [0] * 13 + [10_000]
    assert (found.now_minor, found.before_minor) == (50_000, 10_000)
