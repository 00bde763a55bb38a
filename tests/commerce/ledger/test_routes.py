"""The books as finance reads them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.commerce.ledger.rules import Account, credit, debit
from lms.commerce.ledger.service import post
from lms.commerce.ledger.wording import step_text, thing_text
from lms.kernel.work import Work
from tests.conftest import counting
from tests.factories.partners import make_someone

Open = Callable[[], AbstractContextManager[Work]]


@pytest.fixture
def finance(client: FlaskClient, work: Open, sign_in: Any) -> FlaskClient:
    with work() as w:
        person = make_someone(w, "Fin", roles=("finance",))
    sign_in(client, person)
    return client


def book(work: Open, times: int = 1) -> None:
    with work() as w:
        for n in range(times):
            sale = [debit(Account.PSP_CLEARING, 39900), credit(Account.DEFERRED_TUITION, 39900)]
            post(w, f"order:{n}", "paid", "CNY", sale)
            post(
                w,
                f"commission:{n}",
                "accrued",
                "CNY",
                [debit(Account.COMMISSION_EXP, 7980), credit(Account.HELD, 7980, 5)],
            )


def test_empty_books_say_so(finance: FlaskClient) -> None:
    page = finance.get("/finance/trial-balance")
    assert page.status_code == 200 and "账上还没有分录" in page.text


def test_the_trial_balance_lists_every_account_and_leads_to_its_lines(finance: FlaskClient, work: Open) -> None:
    book(work)
    page = finance.get("/finance/trial-balance").text
    assert "借贷平衡" in page and "¥478.80" in page and "¥399.00" in page and "预收学费" in page
    lines = finance.get("/finance/accounts/psp_clearing?currency=CNY").text
    assert "order:0" in lines and "¥399.00" in lines
    owners = finance.get("/finance/accounts/held?currency=CNY").text
    assert "¥79.80" in owners and "owner=5" in owners
    assert "commission:0" in finance.get("/finance/accounts/held?currency=CNY&owner=5").text


def test_the_file_has_plain_numbers(finance: FlaskClient, work: Open) -> None:
    book(work)
    answer = finance.get("/finance/trial-balance?format=csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "psp_clearing,支付平台待结算,CNY,399.00,0.00,399.00" in answer.text
    assert "held,佣金（观察期内）,CNY,0.00,79.80,79.80" in answer.text


@pytest.mark.parametrize("day", ["", "yesterday", "2026-02-30", "9999-12-31", "0001-01-01", "2026-11-21\x00"])
def test_any_day_is_answered(finance: FlaskClient, work: Open, day: str) -> None:
    book(work)
    assert finance.get("/finance/trial-balance", query_string={"day": day}).status_code == 200


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/finance/accounts/nonsense", 404),
        ("/finance/accounts/held?owner=x", 200),
        ("/finance/accounts/held?owner=99999999999999999999", 404),
        ("/finance/accounts/bank?currency=%00&before=-1", 200),
        ("/finance/accounts/bank?currency=%E4%BA%BA&before=9e9", 200),
    ],
)
def test_odd_addresses_are_answered(finance: FlaskClient, url: str, status: int) -> None:
    assert finance.get(url).status_code == status


@pytest.mark.parametrize("url", ["/finance/trial-balance", "/finance/accounts/bank"])
def test_strangers_see_no_books(client: FlaskClient, work: Open, sign_in: Any, url: str) -> None:
    assert client.get(url).status_code in (302, 303)
    for role in ("student", "tutor", "partner"):
        with work() as w:
            person = make_someone(w, role, roles=tuple({"student", role}))
        sign_in(client, person)
        assert client.get(url).status_code == 403


def test_queries_do_not_grow_with_journals(app: Flask, finance: FlaskClient, work: Open) -> None:
    book(work)
    finance.get("/finance/trial-balance")
    with counting(app) as few:
        finance.get("/finance/trial-balance")
    book(work, 40)
    with counting(app) as many:
        finance.get("/finance/trial-balance")
    assert few.statements == many.statements <= 4


def test_lines_say_what_happened_to_what(finance: FlaskClient, work: Open) -> None:
    book(work)
    page = finance.get("/finance/accounts/psp_clearing").text
    assert "订单" in page and "付款" in page and ">order:0<" not in page
    steps = {"refund:4:failed": "退款没有到账", "locked:1:CNY": "冻结", "failed:2": "打款失败", "odd": "odd"}
    assert {step: step_text(step) for step in steps} == steps
    assert thing_text("payout_bank:abc") == "付款账户转账" and thing_text("odd:1") == "odd"
