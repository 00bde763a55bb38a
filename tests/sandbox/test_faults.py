"""Calls that fail on demand, and callers without a key."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import stripe

from lms.sandbox.faults import KINDS
from tests.sandbox.conftest import Bench


def _account(bench: Bench, **options: Any) -> stripe.Account:
    return bench.client.v1.accounts.create({"type": "express"}, options)  # type: ignore[arg-type]


def _count(bench: Bench) -> int:
    return len(bench.client.v1.accounts.list().data)


def test_too_many_calls(bench: Bench) -> None:
    bench.fault("rate_limit", times=2)
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError) as refusal:
            _account(bench)
        assert refusal.value.http_status == 429
    assert _account(bench).id and _count(bench) == 1


def test_parallel_calls_use_each_turn_once(bench: Bench) -> None:
    bench.fault("rate_limit", times=5)
    ends: list[int] = []

    def try_it() -> None:
        try:
            bench.new_client().v1.balance.retrieve()
            ends.append(200)
        except stripe.RateLimitError:
            ends.append(429)

    threads = [threading.Thread(target=try_it) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (ends.count(429), ends.count(200)) == (5, 11)


def test_a_server_error_before_anything_happened_leaves_the_key_free(bench: Bench) -> None:
    bench.fault("server_error", method="POST")
    with pytest.raises(stripe.APIError) as refusal:
        _account(bench, idempotency_key="k")
    assert refusal.value.http_status == 500
    assert _account(bench, idempotency_key="k").id and _count(bench) == 1


def test_the_client_overcomes_a_server_error_by_itself(bench: Bench) -> None:
    bench.fault("server_error")
    bench.client = bench.new_client(retries=1)
    assert _account(bench).id


def test_a_saved_server_error_stays_with_its_key(bench: Bench) -> None:
    bench.fault("saved_server_error")
    bench.client = bench.new_client(retries=2)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            _account(bench, idempotency_key="k")
    assert _count(bench) == 0
    assert _account(bench, idempotency_key="k2").id


def test_a_dropped_call_never_happened(bench: Bench) -> None:
    bench.fault("dropped", method="POST", path="/v1/accounts")
    with pytest.raises(stripe.APIConnectionError):
        _account(bench)
    assert _count(bench) == 0


def test_a_client_that_will_not_wait_does_not_learn_what_happened(bench: Bench) -> None:
    bench.fault("lost_answer", seconds=3, method="POST")
    impatient = bench.new_client(timeout=0.3)
    begun = time.monotonic()
    with pytest.raises(stripe.APIConnectionError):
        impatient.v1.accounts.create({"type": "express"})
    assert time.monotonic() - begun < 2.5
    assert _count(bench) == 1


def test_a_fault_waits_for_its_own_calls(bench: Bench) -> None:
    bench.fault("rate_limit", method="POST", path="/v1/transfers*")
    assert _account(bench).id
    with pytest.raises(stripe.RateLimitError):
        bench.client.v1.transfers.create({"amount": 1, "currency": "cny", "destination": "acct_1"})


def test_faults_are_listed_and_cleared(bench: Bench) -> None:
    bench.fault("rate_limit", times=5, path="/v1/refunds")
    listed = bench.pages.get("/_sandbox/faults").json
    assert listed is not None and [(f["kind"], f["times"], f["path"]) for f in listed] == [
        ("rate_limit", 5, "/v1/refunds")
    ]
    bench.pages.delete("/_sandbox/faults")
    assert bench.pages.get("/_sandbox/faults").json == []


@pytest.mark.parametrize(
    "wrong", [{}, {"kind": "earthquake"}, {"kind": "slow", "when": 1}, {"kind": "slow", "times": "x"}]
)
def test_an_unknown_fault_is_refused(bench: Bench, wrong: dict[str, Any]) -> None:
    answer = bench.pages.post("/_sandbox/faults", json=wrong, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert "times" in answer.text


def test_a_refused_fault_names_the_kinds_there_are(bench: Bench) -> None:
    answer = bench.pages.post("/_sandbox/faults", json={"kind": "?"}, headers={"Accept": "application/json"})
    assert all(kind in answer.text for kind in KINDS)


@pytest.mark.parametrize("key", ["sk_test_wrong", "sk_live_x"])
def test_a_wrong_key_is_refused(bench: Bench, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as refusal:
        bench.new_client(key=key).v1.accounts.list()
    assert refusal.value.http_status == 401 and key not in str(refusal.value)


def test_no_key_is_refused(bench: Bench) -> None:
    answer = bench.pages.get("/v1/balance")
    assert answer.status_code == 401 and answer.json is not None
    assert answer.json["error"]["type"] == "invalid_request_error"


def test_the_sandbox_does_not_act_for_connected_accounts(bench: Bench) -> None:
    with pytest.raises(stripe.PermissionError):
        bench.client.v1.balance.retrieve(options={"stripe_account": "acct_1"})


def test_what_stripe_has_and_the_sandbox_has_not_is_said(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL") as refusal:
        bench.client.v1.customers.list()
    assert refusal.value.http_status == 404
