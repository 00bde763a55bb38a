"""The board as a page, also with thousands on it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.affiliates.contests import queries
from lms.affiliates.contests.models import BoardEntry
from lms.affiliates.contests.rules import Period, start_of
from lms.affiliates.tracking.rules import program_day
from lms.kernel.work import Read, Work
from lms.people.accounts.queries import get_person
from tests.factories.partners import make_partner, make_someone
from tests.factories.sales import open_market

Open = Callable[[], AbstractContextManager[Work]]


@pytest.fixture
def partner(client: FlaskClient, work: Open, sign_in: Any) -> Any:
    with work() as w:
        person, partner = make_partner(w)
    sign_in(client, person)
    return partner


def put_on_board(work: Work, partner_id: int, joined: int, period: Period = Period.WEEK) -> None:
    start = start_of(period, program_day(work.now))
    work.add(
        BoardEntry(
            period=period, starts_on=start, partner_id=partner_id, joined=joined, sign_ups=0, clicks=0,
            reached_at=work.now,
        )
    )  # fmt: skip


@pytest.mark.parametrize("period", ["day", "week", "month", "nonsense", ""])
def test_an_empty_board_says_what_it_is_for(client: FlaskClient, partner: Any, period: str) -> None:
    page = client.get(f"/partner/board?period={period}")
    assert page.status_code == 200
    assert "榜上还没有人" in page.text and "你还没上榜" in page.text


def test_the_board_shows_rows_and_goes_on(client: FlaskClient, work: Open, partner: Any) -> None:
    with work() as w:
        for n in range(queries.PAGE + 5):
            put_on_board(w, make_partner(w, f"Person {n}")[1].id, 100 - n)
        put_on_board(w, partner.id, 1)
    page = client.get("/partner/board").text
    assert "你在第 56 名，共 56 人" in page and "往后看" in page
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = client.get(older)
    assert rest.status_code == 200 and ">我</span>" in rest.text.replace("\n", "")
    part = client.get("/partner/board", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="board">')
    assert client.get("/partner/board?after=junk").status_code == 200


def test_a_name_is_hidden_and_shown(client: FlaskClient, partner: Any, read: Callable[[], Read]) -> None:
    start = start_of(Period.WEEK, program_day(read().now))
    assert client.post("/partner/board/shown", data={"hidden": "y"}).status_code == 303
    assert queries.board(read(), Period.WEEK, start, partner.id).name_hidden
    assert client.post("/partner/board/shown", data={}).status_code == 303
    assert not queries.board(read(), Period.WEEK, start, partner.id).name_hidden


def test_the_board_is_for_partners(app: Flask, client: FlaskClient, work: Open, sign_in: Any) -> None:
    assert client.get("/partner/board").status_code == 303
    with work() as w:
        sign_in(client, make_someone(w))
    assert client.get("/partner/board").status_code == 403
    assert client.post("/partner/board/shown", data={"hidden": "y"}).status_code == 403


def test_the_boards_of_money(client: FlaskClient, work: Open, sign_in: Any, clock: Any, drain: Any) -> None:
    market = open_market(work, clock, drain)
    ada, bo = market.partners(2)
    with work() as w:
        person = get_person(w, ada.person_id)
    sign_in(client, person)
    assert "佣金" not in client.get("/partner/board").text.split("别人看到的我")[0]
    market.sell(ada, 20_000)
    for net in (10_000, 30_000):
        market.sell(bo, net)
    earned = client.get("/partner/board?by=earned&period=month").text
    assert "再得 ¥40.00 佣金，就追平第 1 名" in earned and "¥80.00" in earned and "本月榜" in earned
    sold = client.get("/partner/board?by=sales").text
    assert "再成交 1 单，就追平第 1 名" in sold and "按付款日算" in sold
    assert client.get("/partner/board?by=nonsense&currency=XXX").status_code == 200
    assert "按币种看" not in earned
    market.sell(bo, 10_000, "USD")
    both = client.get("/partner/board?by=earned").text
    assert "按币种看" in both and "US$20.00" in client.get("/partner/board?by=earned&currency=USD").text
    client.post("/language", data={"language": "en"})
    assert "¥40.00 more commission draws level with number 1" in client.get("/partner/board?by=earned").text


def test_hidden_numbers_are_nowhere_on_the_page(
    client: FlaskClient, work: Open, sign_in: Any, clock: Any, drain: Any
) -> None:
    market = open_market(work, clock, drain)
    ada, bo = market.partners(2)
    market.sell(ada, 12_345)
    market.sell(bo, 45_670)
    with work() as w:
        people = [get_person(w, one.person_id) for one in (ada, bo)]
    sign_in(client, people[1])
    kept = "/partner/board/shown?period=month&by=earned&currency=CNY&odd=1"
    saved = client.post(kept, data={"amounts_hidden": "y"})
    assert saved.status_code == 303 and saved.location == "/partner/board?period=month&by=earned&currency=CNY"
    assert "¥91.34" in client.get("/partner/board?by=earned").text
    sign_in(client, people[0])
    seen = client.get("/partner/board?by=earned").text
    assert "未公开" in seen and "9134" not in seen and "91.34" not in seen and "前一名没有公开数字" in seen
    assert 'max="2469"' in seen


def test_operators_see_everything_and_decide_for_all(
    client: FlaskClient, work: Open, sign_in: Any, clock: Any, drain: Any, read: Callable[[], Read]
) -> None:
    market = open_market(work, clock, drain)
    (ada,) = market.partners(1)
    market.sell(ada, 12_345)
    with work() as w:
        person = get_person(w, ada.person_id)
        operator = make_someone(w, "江予", roles=("operator",))
        market_person = make_someone(w)
    sign_in(client, operator)
    page = client.get("/console/board?by=earned").text
    assert "¥24.69" in page and "Person A" in page and "你在第" not in page
    assert client.post("/console/board", data={"amounts_hidden": "y"}).status_code == 303
    assert queries.amounts_hidden(read())
    assert "榜单只公布名次" in client.get("/console/audit").text
    assert "¥24.69" in client.get("/console/board?by=earned").text
    sign_in(client, person)
    assert "现在只公布名次" in client.get("/partner/board?by=earned").text
    assert client.get("/console/board").status_code == client.post("/console/board").status_code == 403
    sign_in(client, market_person)
    assert client.get("/console/board").status_code == 403
