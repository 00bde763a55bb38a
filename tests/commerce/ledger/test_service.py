"""Posting, sealing and checking the books, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from lms.commerce.ledger import queries
from lms.commerce.ledger.errors import BalanceTooLow, PostedDifferently
from lms.commerce.ledger.models import Journal, Posting, Seal
from lms.commerce.ledger.rules import Account, Entry, credit, debit
from lms.commerce.ledger.sealing import seal
from lms.commerce.ledger.service import post
from lms.commerce.ledger.verifying import Verdict, take_stock, verify
from lms.kernel.work import Work, begin_read
from tests.conftest import counting

Open = Callable[[], AbstractContextManager[Work]]

ADA = 7


def sale(amount: int) -> list[Entry]:
    return [debit(Account.PSP_CLEARING, amount), credit(Account.DEFERRED_TUITION, amount)]


def earned(amount: int, partner: int = ADA) -> list[Entry]:
    return [debit(Account.COMMISSION_EXP, amount), credit(Account.HELD, amount, partner)]


def released(amount: int, partner: int = ADA) -> list[Entry]:
    return [debit(Account.HELD, amount, partner), credit(Account.AVAILABLE, amount, partner)]


def check(work: Open) -> Verdict:
    with work() as w:
        stock = take_stock(w)
    return verify(begin_read(), stock)


def test_a_step_is_posted_once(app: Flask, work: Open) -> None:
    with work() as w:
        assert post(w, "order:1", "paid", "CNY", sale(39900))
        assert not post(w, "order:1", "paid", "CNY", sale(39900))
    with work() as w:
        assert not post(w, "order:1", "paid", "CNY", sale(39900))
        with pytest.raises(PostedDifferently):
            post(w, "order:1", "paid", "CNY", sale(39800))
        with pytest.raises(PostedDifferently):
            post(w, "order:1", "paid", "USD", sale(39900))
    lines = queries.trial_balance(begin_read())
    assert [(line.account, line.balance_minor) for line in lines] == [
        (Account.PSP_CLEARING, 39900),
        (Account.DEFERRED_TUITION, 39900),
    ]


def test_what_comes_to_nothing_leaves_nothing(app: Flask, work: Open) -> None:
    with work() as w:
        assert not post(w, "order:1", "paid", "CNY", [])
        assert not post(w, "order:2", "paid", "CNY", [debit(Account.BANK, 0), credit(Account.TUITION, 0)])
    assert begin_read().session.scalars(select(Journal)).all() == []


def test_a_wallet_follows_its_postings_by_currency(app: Flask, work: Open) -> None:
    with work() as w:
        post(w, "commission:1", "accrued", "CNY", earned(10000))
        post(w, "commission:2", "accrued", "USD", earned(500))
        post(w, "commission:1", "released", "CNY", released(8000))
    read = begin_read()
    assert queries.wallet(read, ADA, "CNY") == queries.Wallet(held=2000, available=8000)
    assert queries.wallet(read, ADA, "USD") == queries.Wallet(held=500)
    assert queries.wallet(read, 99, "CNY") == queries.Wallet()
    assert queries.wallet_currencies(read, ADA) == ["CNY", "USD"]


@pytest.mark.parametrize("amount", [10001, 1_000_000])
def test_nobody_goes_below_zero(app: Flask, work: Open, amount: int) -> None:
    with work() as w:
        post(w, "commission:1", "accrued", "CNY", earned(10000))
    with pytest.raises(BalanceTooLow), work() as w:
        post(w, "commission:1", "released", "CNY", released(amount))
    with pytest.raises(BalanceTooLow), work() as w:
        post(w, "commission:9", "released", "CNY", released(1, partner=8))
    assert queries.wallet(begin_read(), ADA, "CNY") == queries.Wallet(held=10000)


def test_the_database_refuses_to_change_the_past(app: Flask, work: Open) -> None:
    with work() as w:
        post(w, "order:1", "paid", "CNY", sale(1))
        seal(w)
    with work() as w:
        seal(w)
    for change in (
        update(Posting).values(amount_minor=2),
        delete(Posting),
        update(Journal).values(step="other"),
        delete(Journal),
        update(Seal).values(digest=""),
        delete(Seal),
    ):
        with pytest.raises(DBAPIError, match="append-only"), work() as w:
            w.session.execute(change.execution_options(synchronize_session=False))


def test_a_thing_shows_its_journals_and_an_account_its_lines(app: Flask, work: Open) -> None:
    with work() as w:
        for n in range(5):
            post(w, f"commission:{n}", "accrued", "CNY", earned(100 + n))
    read = begin_read()
    first = queries.list_lines(read, ["commission:0"])
    assert [(line.account, line.amount_minor) for line in first] == [
        (Account.COMMISSION_EXP, 100),
        (Account.HELD, -100),
    ]
    page = queries.list_account(read, Account.HELD, "CNY", ADA, limit=3)
    assert [line.amount_minor for line in page] == [-104, -103, -102]
    rest = queries.list_account(read, Account.HELD, "CNY", ADA, before=page[-1].journal_id)
    assert [line.amount_minor for line in rest] == [-101, -100]


def test_the_trial_balance_ends_where_it_is_told(app: Flask, work: Open) -> None:
    with work() as w:
        post(w, "order:1", "paid", "CNY", sale(1))
        moment = w.now
    assert queries.trial_balance(begin_read(), moment) == []
    assert len(queries.trial_balance(begin_read(), moment + timedelta(seconds=1))) == 2


def sealed_books(work: Open) -> None:
    for n in range(4):
        with work() as w:
            post(w, f"order:{n}", "paid", "CNY", sale(100 + n))
            post(w, f"commission:{n}", "accrued", "CNY", earned(10 + n))
            seal(w)


def test_good_books_verify_and_seals_lag_by_one_run(app: Flask, work: Open) -> None:
    assert check(work).is_good
    sealed_books(work)
    verdict = check(work)
    assert verdict.is_good and (verdict.journals, verdict.seals) == (8, 3), verdict
    last = queries.last_seal(begin_read())
    assert last is not None and last.totals["psp_clearing CNY"] == 100 + 101 + 102


def tamper(work: Open, *statements: str) -> None:
    """Change the past as somebody with the database in hands could: triggers off first."""
    with work() as w:
        sqlite = w.session.get_bind().dialect.name == "sqlite"
        for table in ("journal", "posting", "seal"):
            if sqlite:
                w.session.execute(text(f"DROP TRIGGER {table}_no_update"))
                w.session.execute(text(f"DROP TRIGGER {table}_no_delete"))
            else:
                w.session.execute(text(f"DROP TRIGGER {table}_append_only ON {table}"))
        for statement in statements:
            w.session.execute(text(statement))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE posting SET amount_minor = 5000 WHERE amount_minor = 101", "does not balance"),
        ("UPDATE posting SET amount_minor = amount_minor * 2 WHERE journal_id = 3", "seal of the run"),
        ("UPDATE journal SET source = 'order:77' WHERE source = 'order:1'", "seal of the run"),
        ("UPDATE balance SET amount_minor = amount_minor + 1", "stored balance"),
        ("UPDATE posting SET owner_id = 8 WHERE account = 'held' AND amount_minor = -13", "stored balance"),
        ("DELETE FROM posting WHERE journal_id = 8", "no lines"),
    ],
)
def test_a_changed_past_is_found_and_named(app: Flask, work: Open, change: str, named: str) -> None:
    sealed_books(work)
    tamper(work, change)
    verdict = check(work)
    assert not verdict.is_good and named in verdict.fault, verdict


def test_missing_journals_are_found(app: Flask, work: Open) -> None:
    sealed_books(work)
    tamper(work, "DELETE FROM posting WHERE journal_id = 6", "DELETE FROM journal WHERE id = 6")
    assert "6" in check(work).fault


def test_money_available_beside_a_debt_is_found(app: Flask, work: Open) -> None:
    with work() as w:
        post(w, "commission:1", "accrued", "CNY", earned(10))
        post(w, "commission:1", "released", "CNY", released(10))
        post(w, "x:1", "x", "CNY", [debit(Account.PARTNER_DEBT, 5, ADA), credit(Account.COMMISSION_EXP, 5)])
    assert "available and a debt" in check(work).fault


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["earn", "release"]), st.integers(1, 500)), max_size=20)
)
def test_any_run_of_postings_keeps_the_books(app: Flask, work: Open, steps: list[tuple[int, str, int]]) -> None:
    with work() as w:
        number = len(w.session.scalars(select(Journal.id)).all())
        for n, (partner, what, amount) in enumerate(steps):
            entries = earned(amount, partner) if what == "earn" else released(amount, partner)
            if what == "release" and queries.wallet(w, partner, "CNY").held < amount:
                with pytest.raises(BalanceTooLow), w.session.begin_nested():
                    post(w, f"step:{number}:{n}", what, "CNY", entries)
            else:
                assert post(w, f"step:{number}:{n}", what, "CNY", entries)
        seal(w)
    assert check(work).is_good


def test_posting_takes_few_statements(app: Flask, work: Open) -> None:
    with work() as w:
        with counting(app) as count:
            post(w, "order:1", "paid", "CNY", sale(100))
        assert count.statements <= 2, count.said
        post(w, "commission:1", "accrued", "CNY", earned(50))
        with counting(app) as count:
            post(w, "commission:1", "released", "CNY", released(50))
        assert count.statements <= 5, count.said
