"""Lines of the books lead to what they are about, for those who may open it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.affiliates.commissions.models import Commission
from lms.commerce.ledger.rules import Account, credit, debit
from lms.commerce.ledger.service import post
from lms.commerce.shop.models import ShopOrder
from lms.home.queries.sources import where_sources_lead
from lms.kernel.clock import FixedClock
from lms.kernel.work import Actor, Work, begin_read
from tests.conftest import counting
from tests.factories.partners import actor_of, make_someone
from tests.factories.payouts import ask, make_earner
from tests.factories.sales import open_market

Works = Callable[[], AbstractContextManager[Work]]


def test_sources_lead_to_pages_that_the_reader_may_open(
    app: Flask, client: FlaskClient, work: Works, clock: FixedClock, drain: Any, sign_in: Any
) -> None:
    market = open_market(work, clock, drain)
    (ada,) = market.partners(1)
    order_id = market.sell(ada)
    with work() as w:
        payout = ask(w, make_earner(w)[0])
        finance, operator = (make_someone(w, name, roles=(name,)) for name in ("finance", "operator"))
        post(w, f"order:{order_id}", "paid", "CNY", [debit(Account.BANK, 5), credit(Account.DEFERRED_TUITION, 5)])
        post(w, f"partner:{ada.id}", "adjusted:x", "CNY", [debit(Account.BONUS_EXP, 5), credit(Account.BANK, 5)])
        actors = [actor_of(w, person) for person in (finance, operator)]
    read = begin_read()
    line = read.session.scalars(select(Commission)).one()
    order = read.session.get_one(ShopOrder, order_id)
    sources = [f"order:{order_id}", f"commission:{line.id}", f"payout:{payout.id}", f"partner:{ada.id}"]
    with counting(app) as count:
        found = where_sources_lead(read, actors[0], [*sources, "gateway:x", "order:", "order:99999999"])
    assert count.statements <= 4
    assert list(found) == sources
    assert found[sources[2]] == f"/finance/payouts/{payout.code}"
    assert list(where_sources_lead(read, actors[1], sources)) == sources[:2]
    for person, places in ((finance, list(found.values())), (operator, list(found.values())[:2])):
        sign_in(client, person)
        for place in places:
            assert client.get(place).status_code == 200, place
    sign_in(client, finance)
    page = client.get("/finance/accounts/bank").text
    assert f'href="/console/orders/{order.code}"' in page and f'href="/finance/partners/{ada.code}"' in page


@pytest.mark.parametrize("source", ["order:" + "9" * 30, "order:٣", "order:-1", "", "gateway:1", "partner:x"])
def test_odd_sources_lead_nowhere(app: Flask, source: str) -> None:
    finance = Actor(1, frozenset({"finance"}), "test")
    with app.app_context():
        assert where_sources_lead(begin_read(), finance, [source]) == {}
