"""The control page, in both languages, and the state behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lms.sandbox.pages.shell import money
from tests.sandbox.conftest import Bench, Ear


def _filled(bench: Bench) -> str:
    bench.do("topups", amount=50_000, currency="cny")
    bench.session()
    late = bench.session(5000)
    bench.pay(late.id, "alipay", "later")
    charge = bench.charge_of(bench.paid())
    bench.do(f"charges/{charge.id}/dispute")
    second = bench.charge_of(bench.paid(8800))
    bench.client.v1.refunds.create({"charge": second.id, "amount": 800})
    account = bench.ready_account()
    bench.client.v1.transfers.create({"amount": 900, "currency": "cny", "destination": account})
    bench.do("payouts", currency="cny")
    bench.fault("rate_limit", path="/v1/refunds")
    return charge.id


def test_the_page_shows_everything_in_chinese_and_in_english(bench: Bench) -> None:
    charge = _filled(bench)
    page = bench.pages.get("/_sandbox?lang=zh").text
    for words in (
        charge,
        "¥199.00",
        "发起争议",
        "胜诉",
        "没到账",
        "再发一次",
        "被银行退回",
        "rate_limit × 1",
        "有争议",
    ):
        assert words in page
    page = bench.pages.get("/_sandbox?lang=en").text
    for words in ("Dispute", "Won", "It does not", "Send again", "nowhere to send it", "¥8.00 refunded"):
        assert words in page


def test_an_empty_page_says_so(bench: Bench) -> None:
    page = bench.pages.get("/_sandbox?lang=en").text
    assert "None yet." in page and "All goes well." in page and "No money yet." in page


def test_buttons_lead_back_to_the_page(bench: Bench) -> None:
    charge = bench.charge_of(bench.paid())
    answer = bench.pages.post(f"/_sandbox/charges/{charge.id}/dispute?lang=en")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/_sandbox?lang=en")


@pytest.mark.parametrize("path", ["charges/ch_none/dispute", "sessions/x/explode", "events/evt_none/replay"])
def test_a_button_for_nothing_does_nothing(bench: Bench, path: str) -> None:
    assert bench.pages.post(f"/_sandbox/{path}").status_code == 404


@pytest.mark.parametrize(
    "sent", [{}, {"amount": 0, "currency": "cny"}, {"amount": "x", "currency": "cny"}, {"amount": 5}]
)
def test_money_without_amount_or_currency_is_refused(bench: Bench, sent: dict[str, object]) -> None:
    assert bench.pages.post("/_sandbox/topups", json=sent).status_code == 400


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [(19900, "cny", "¥199.00"), (-5, "usd", "-$0.05"), (1234567, "eur", "€12,345.67"), (900, "jpy", "JPY 900")],
)
def test_money_is_written_with_its_sign(amount: int, currency: str, written: str) -> None:
    assert money(amount, currency) == written


def test_everything_survives_a_restart(bench_on: Callable[..., Bench], ear: Ear, tmp_path: Path) -> None:
    before = bench_on(None, tmp_path / "sandbox.sqlite3")
    session = before.paid()
    key = {"idempotency_key": "k"}
    charge = before.charge_of(session)
    refund = before.client.v1.refunds.create({"charge": charge.id, "amount": 100}, key)  # type: ignore[arg-type]
    before.fault("rate_limit", times=1, path="/v1/transfers")
    before.sandbox.close()

    after = bench_on(ear.url, tmp_path / "sandbox.sqlite3", before.clock.at)
    assert after.client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    again = after.client.v1.refunds.create({"charge": charge.id, "amount": 100}, key)  # type: ignore[arg-type]
    assert again.id == refund.id
    assert len(after.pages.get("/_sandbox/faults").json or []) == 1
    event = after.client.v1.events.list({"type": "refund.created"}).data[0]
    after.do(f"events/{event.id}/replay")
    after.settle()
    assert ear.types() == ["refund.created"]
