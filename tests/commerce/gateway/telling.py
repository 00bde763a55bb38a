"""Notices as Stripe writes them, and its signature."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from itertools import count
from typing import Any

SECRET = "whsec_test"
_numbers = count(1)


def notice(kind: str, thing: dict[str, Any], event_id: str = "") -> dict[str, Any]:
    return {
        "id": event_id or f"evt_{next(_numbers)}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1790000000,
        "livemode": False,
        "type": kind,
        "data": {"object": thing},
    }


def session(**over: Any) -> dict[str, Any]:
    return {
        "id": "cs_1",
        "object": "checkout.session",
        "amount_total": 39900,
        "currency": "cny",
        "client_reference_id": "ORDER001",
        "metadata": {"reference": "ORDER001", "attempt": "1"},
        "payment_intent": "pi_1",
        "payment_status": "paid",
        "status": "complete",
        **over,
    }


def refund(**over: Any) -> dict[str, Any]:
    return {
        "id": "re_1",
        "object": "refund",
        "amount": 10000,
        "currency": "cny",
        "payment_intent": "pi_1",
        "status": "succeeded",
        "metadata": {"reference": "REFUND01"},
        **over,
    }


def dispute(**over: Any) -> dict[str, Any]:
    fields = {"amount": 39900, "currency": "cny", "payment_intent": "pi_1", "status": "needs_response"}
    return {"id": "dp_1", "object": "dispute", **fields, **over}


def transfer(**over: Any) -> dict[str, Any]:
    fields = {"amount": 5000, "amount_reversed": 0, "currency": "cny", "destination": "acct_1"}
    return {"id": "tr_1", "object": "transfer", **fields, "metadata": {"reference": "PAYOUT01:1"}, **over}


def account(**over: Any) -> dict[str, Any]:
    return {"id": "acct_1", "object": "account", "details_submitted": True, "payouts_enabled": False, **over}


def body_of(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, indent=2).encode()


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> str:
    stamp = int(time.time() if at is None else at)
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={mac}"
