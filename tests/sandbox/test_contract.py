"""The contract, against the sandbox always and against Stripe's test mode where a key is given.

`STRIPE_CONTRACT_KEY=sk_test_… STRIPE_CONTRACT_ACCOUNT=acct_…` (an express account that may receive transfers).
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
import stripe

from tests.sandbox.conftest import Bench
from tests.sandbox.contract import CASES, Counter


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_sandbox_keeps_the_contract(bench: Bench, case: Callable[[Counter], None]) -> None:
    case(Counter(bench.client, pay_on_page=lambda session: _pay(bench, session), ready_account=bench.ready_account))


def _pay(bench: Bench, session_id: str) -> None:
    assert bench.pay(session_id).status_code == 303


@pytest.fixture(scope="session")
def stripes_counter() -> Counter:
    key, account = os.environ.get("STRIPE_CONTRACT_KEY", ""), os.environ.get("STRIPE_CONTRACT_ACCOUNT", "")
    if not key:
        pytest.skip("Stripe itself was not asked: set STRIPE_CONTRACT_KEY to a test key (sk_test_…)")
    assert key.startswith("sk_test_"), "only a test key may be used here"
    client = stripe.StripeClient(key, max_network_retries=2, http_client=stripe.RequestsClient(timeout=20))
    return Counter(client, ready_account=(lambda: account) if account else None)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_stripe_keeps_the_contract(stripes_counter: Counter, case: Callable[[Counter], None]) -> None:
    case(stripes_counter)
