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
from tests.factories.partners import make_partner, make_someone

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
    assert client.post("/partner/board/name", data={"hidden": "y"}).status_code == 303
    assert queries.board(read(), Period.WEEK, start, partner.id).hidden
    assert client.post("/partner/board/name", data={}).status_code == 303
    assert not queries.board(read(), Period.WEEK, start, partner.id).hidden


def test_the_board_is_for_partners(app: Flask, client: FlaskClient, work: Open, sign_in: Any) -> None:
    assert client.get("/partner/board").status_code == 303
    with work() as w:
        sign_in(client, make_someone(w))
    assert client.get("/partner/board").status_code == 403
    assert client.post("/partner/board/name", data={"hidden": "y"}).status_code == 403
