"""Money moved to the payout account and back, on both engines, and the page where finance notes it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.commerce.ledger import queries
from lms.commerce.ledger.errors import FundingInvalid
from lms.commerce.ledger.funding import Direction, Transfer, count_same, fund, move_balances
from lms.commerce.ledger.rules import Account
from lms.kernel.audit import AuditEntry
from lms.kernel.errors import Forbidden
from lms.kernel.money import Money
from lms.kernel.work import SYSTEM, Actor, Work, begin_read
from tests.factories.partners import make_someone

Open = Callable[[], AbstractContextManager[Work]]
FINANCE = Actor(None, frozenset({"finance"}))
LOOK = {"direction": "in", "amount": "620", "currency": "CNY", "day": "2026-11-20", "reference": "FT1120"}
FORM = {**LOOK, "confirmed": "yes", "seen": "0"}


def moved(minor: int, direction: Direction = Direction.IN) -> Transfer:
    return Transfer(Money(minor, "CNY"), direction, date(2026, 11, 20), "FT1120")


def balances() -> dict[Account, int]:
    return {line.account: line.balance_minor for line in queries.trial_balance(begin_read())}


@pytest.mark.both_engines
def test_a_transfer_books_once_and_can_go_back(work: Open) -> None:
    with work() as w:
        assert fund(w, FINANCE, moved(62_000), 0)
        assert not fund(w, FINANCE, moved(62_000), 0)
        assert count_same(w, moved(62_000)) == 1 and count_same(w, moved(62_001)) == 0
        assert fund(w, FINANCE, moved(62_000), 1) and count_same(w, moved(62_000)) == 2
        assert fund(w, FINANCE, moved(2_000, Direction.BACK), 0)
        for amount in (0, -1, 10_000_000_000):
            with pytest.raises(FundingInvalid):
                fund(w, FINANCE, moved(amount), 0)
        for who in (SYSTEM, Actor(1, frozenset({"operator"}))):
            with pytest.raises(Forbidden):
                fund(w, who, moved(1), 0)
    assert balances() == {Account.PAYOUT_BANK: 122_000, Account.BANK: -122_000}
    after = move_balances(begin_read(), moved(5_000, Direction.BACK))
    assert after == {Account.BANK: (-122_000, -117_000), Account.PAYOUT_BANK: (122_000, 117_000)}


@pytest.mark.both_engines
def test_what_the_bank_says_names_a_transfer(work: Open) -> None:
    first = moved(500)
    others = [
        replace(first, day=date(2026, 11, 19)),
        replace(first, reference="FT1120%"),
        replace(first, direction=Direction.BACK),
        replace(first, amount=Money(500, "USD")),
    ]
    with work() as w:
        assert all(fund(w, FINANCE, one, 0) for one in (first, *others))
        assert [count_same(w, one) for one in (first, *others)] == [1] * 5


@pytest.fixture
def finance(client: FlaskClient, work: Open, sign_in: Any) -> FlaskClient:
    with work() as w:
        sign_in(client, make_someone(w, "财务小何", roles=("finance",)))
    return client


def test_finance_notes_a_transfer(finance: FlaskClient) -> None:
    assert "还没有记过转账" in finance.get("/finance/funding").text
    assert "/finance/funding" in finance.get("/finance/trial-balance").text
    for _ in range(2):
        assert finance.post("/finance/funding", data=FORM).status_code == 303
    assert balances()[Account.PAYOUT_BANK] == 62_000
    page = finance.get("/finance/funding").text
    assert "FT1120" in page and "¥620.00" in page and "财务小何" in page
    assert finance.post("/finance/funding", data={**FORM, "direction": "back"}).status_code == 303
    acts = list(begin_read().session.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("payout_bank"))))
    assert acts == ["payout_bank.funded", "payout_bank.drained"] and balances()[Account.PAYOUT_BANK] == 0
    file = finance.get("/finance/trial-balance?format=csv").data.decode("utf-8-sig")
    assert file.startswith("账户代码,账户,货币") and "payout_bank,付款账户,CNY" in file


def test_a_transfer_is_shown_before_it_is_booked(finance: FlaskClient) -> None:
    page = finance.post("/finance/funding", data=LOOK).text
    assert "从银行存款转 ¥620.00 到付款账户" in page and "现在 ¥0.00，之后 ¥620.00" in page
    assert "「银行存款」的账面余额会低于零" in page and "已经记过" not in page and balances() == {}
    finance.post("/finance/funding", data=FORM)
    back = finance.post("/finance/funding", data={**LOOK, "direction": "back"}).text
    assert "从付款账户转 ¥620.00 回银行存款" in back and "低于零" not in back
    again = finance.post("/finance/funding", data=LOOK).text
    assert "已经记过 1 次" in again and 'name="seen" value="1"' in again
    told = finance.post("/finance/funding", data=FORM, follow_redirects=True).text
    assert "没有重复记" in told and balances()[Account.PAYOUT_BANK] == 62_000
    assert finance.post("/finance/funding", data={**FORM, "seen": "1"}).status_code == 303
    assert balances()[Account.PAYOUT_BANK] == 124_000


@pytest.mark.parametrize(
    "over",
    [{"amount": "0"}, {"amount": "x"}, {"day": "2999-01-01"}, {"day": ""}, {"reference": ""}, {"currency": "XXX"},
     {"direction": "up"}, {"seen": "9999999999"}, {"amount": "9" * 20}, {"amount": "100000000"}],
)  # fmt: skip
def test_an_odd_transfer_comes_back_with_words(finance: FlaskClient, over: dict[str, str]) -> None:
    assert finance.post("/finance/funding", data={**FORM, **over}).status_code == 422
    assert balances() == {}


def test_others_do_not_move_money(client: FlaskClient, work: Open, sign_in: Any) -> None:
    assert client.get("/finance/funding").status_code == 303
    with work() as w:
        operator, student = make_someone(w, "苏", roles=("operator",)), make_someone(w, "林晓")
    sign_in(client, operator)
    assert "记一笔转账" not in client.get("/finance/funding").text
    assert client.post("/finance/funding", data=FORM).status_code == 403
    sign_in(client, student)
    assert client.get("/finance/funding").status_code == 403
