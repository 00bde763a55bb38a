"""The same key gives the same answer, whatever happened on the way."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import DAY, Bench


def _pay(bench: Bench, key: str, amount: int = 2000, **over: Any) -> stripe.PaymentIntent:
    params: dict[str, Any] = {
        "amount": amount,
        "currency": "usd",
        "confirm": True,
        "payment_method": "pm_card_bypassPending",
        **over,
    }
    return bench.client.v1.payment_intents.create(params, {"idempotency_key": key})  # type: ignore[arg-type]


def _count(bench: Bench) -> int:
    return len(bench.client.v1.payment_intents.list({"limit": 100}).data)


def test_the_same_key_pays_once(bench: Bench) -> None:
    first, second = _pay(bench, "order-1"), _pay(bench, "order-1")
    assert first.id == second.id and _count(bench) == 1
    assert first.last_response is not None and second.last_response is not None
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_other_parameters_is_refused(bench: Bench) -> None:
    _pay(bench, "order-1")
    with pytest.raises(stripe.IdempotencyError) as refusal:
        _pay(bench, "order-1", 2001)
    assert refusal.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        bench.client.v1.accounts.create({"type": "express"}, {"idempotency_key": "order-1"})
    assert _count(bench) == 1


def test_a_refusal_before_anything_happened_leaves_the_key_free(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        _pay(bench, "order-1", colour="red")
    assert _pay(bench, "order-1").status == "succeeded"


def test_a_refusal_by_the_bank_keeps_the_key(bench: Bench) -> None:
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            _pay(bench, "order-1", payment_method="pm_card_chargeDeclined")
    assert _count(bench) == 1


def test_an_empty_balance_keeps_the_key_so_the_next_attempt_needs_its_own(bench: Bench) -> None:
    account = bench.ready_account()

    def send(key: str) -> stripe.Transfer:
        return bench.client.v1.transfers.create(
            {"amount": 900, "currency": "usd", "destination": account}, {"idempotency_key": key}
        )

    with pytest.raises(stripe.InvalidRequestError):
        send("payout-7:1")
    bench.do("topups", amount=5000, currency="usd")
    with pytest.raises(stripe.InvalidRequestError):
        send("payout-7:1")
    assert send("payout-7:2").amount == 900


def test_two_at_once_with_one_key_are_a_conflict(bench: Bench) -> None:
    bench.fault("slow", path="/v1/payment_intents", seconds=0.8)
    ends: list[str] = []

    def try_it() -> None:
        try:
            ends.append(_pay(bench, "order-1").status)
        except stripe.StripeError as error:
            ends.append(f"{error.http_status} {(error.json_body or {})['error']['code']}")

    threads = [threading.Thread(target=try_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["409 idempotency_key_in_use", "succeeded"]
    assert _count(bench) == 1


def test_a_lost_answer_is_found_again_by_its_key(bench: Bench) -> None:
    bench.fault("lost_answer", method="POST", path="/v1/payment_intents")
    with pytest.raises(stripe.APIConnectionError):
        _pay(bench, "order-1")
    assert _count(bench) == 1
    assert _pay(bench, "order-1").status == "succeeded"
    assert _count(bench) == 1


def test_the_client_repeats_a_lost_call_by_itself(bench: Bench) -> None:
    bench.fault("lost_answer", path="/v1/payment_intents")
    bench.client = bench.new_client(retries=2)
    assert _pay(bench, "order-1").status == "succeeded"
    assert _count(bench) == 1


def test_a_key_is_forgotten_after_a_day(bench: Bench) -> None:
    _pay(bench, "order-1")
    bench.clock.advance(DAY)
    _pay(bench, "order-1")
    assert _count(bench) == 2


def test_forty_at_once_with_twenty_keys_pay_twenty_times(bench: Bench) -> None:
    def try_it(n: int) -> None:
        # What another thread is paying at this moment, its own client pays.
        client = bench.new_client(retries=3)
        client.v1.payment_intents.create(
            {"amount": 1000, "currency": "usd", "confirm": True, "payment_method": "pm_card_visa"},
            {"idempotency_key": f"order-{n % 20}"},
        )

    threads = [threading.Thread(target=try_it, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _count(bench) == 20
    assert bench.client.v1.balance.retrieve().pending[0].amount == 20 * (1000 - 59)
