"""The front door of `/v1`: key, faults, idempotency, then one function of one resource."""

from __future__ import annotations

import hashlib
import json
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, request

from lms.sandbox.call import API_VERSION, expanded, shown
from lms.sandbox.errors import ApiError
from lms.sandbox.faults import Fault, take_for_call
from lms.sandbox.params import Tree, read_form
from lms.sandbox.resources import (
    accounts,
    balance,
    checkout,
    disputes,
    events,
    intents,
    payments,
    refunds,
    transfers,
)
from lms.sandbox.sandbox import Sandbox, current_sandbox

Handler = Callable[..., Any]
Answer = tuple[int, str]

# An idempotency key is forgotten after a day, as Stripe may.
KEY_SECONDS = 86_400

ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/v1/checkout/sessions", checkout.create),
    ("GET", "/v1/checkout/sessions", checkout.list_sessions),
    ("GET", "/v1/checkout/sessions/<id>", checkout.retrieve),
    ("GET", "/v1/checkout/sessions/<id>/line_items", checkout.list_line_items),
    ("POST", "/v1/checkout/sessions/<id>/expire", checkout.expire),
    ("POST", "/v1/payment_intents", intents.create),
    ("GET", "/v1/payment_intents", intents.list_intents),
    ("GET", "/v1/payment_intents/<id>", intents.retrieve),
    ("POST", "/v1/payment_intents/<id>/confirm", intents.confirm),
    ("POST", "/v1/payment_intents/<id>/cancel", intents.cancel),
    ("GET", "/v1/charges", payments.list_charges),
    ("GET", "/v1/charges/<id>", payments.retrieve_charge),
    ("POST", "/v1/refunds", refunds.create),
    ("GET", "/v1/refunds", refunds.list_refunds),
    ("GET", "/v1/refunds/<id>", refunds.retrieve),
    ("GET", "/v1/disputes", disputes.list_disputes),
    ("GET", "/v1/disputes/<id>", disputes.retrieve),
    ("POST", "/v1/disputes/<id>/close", disputes.close),
    ("POST", "/v1/accounts", accounts.create),
    ("GET", "/v1/accounts", accounts.list_accounts),
    ("GET", "/v1/accounts/<id>", accounts.retrieve),
    ("POST", "/v1/account_links", accounts.create_link),
    ("POST", "/v1/transfers", transfers.create),
    ("GET", "/v1/transfers", transfers.list_transfers),
    ("GET", "/v1/transfers/<id>", transfers.retrieve),
    ("POST", "/v1/transfers/<id>/reversals", transfers.reverse),
    ("GET", "/v1/transfers/<id>/reversals", transfers.list_reversals),
    ("GET", "/v1/transfers/<id>/reversals/<reversal_id>", transfers.retrieve_reversal),
    ("GET", "/v1/balance", balance.retrieve),
    ("GET", "/v1/balance_transactions", balance.list_transactions),
    ("GET", "/v1/balance_transactions/<id>", balance.retrieve_transaction),
    ("GET", "/v1/payouts", balance.list_payouts),
    ("GET", "/v1/payouts/<id>", balance.retrieve_payout),
    ("GET", "/v1/events", events.list_events),
    ("GET", "/v1/events/<id>", events.retrieve),
)


def init_api(app: Flask) -> None:
    """Put every address of the API on the app."""
    for method, rule, handler in ROUTES:
        endpoint = f"v1-{handler.__module__.rpartition('.')[2]}-{handler.__name__}"
        app.add_url_rule(rule, endpoint, _view(handler), methods=[method])
    app.add_url_rule("/v1/<path:rest>", "unknown", _unknown, methods=["GET", "POST", "DELETE"])


def _view(handler: Handler) -> Callable[..., Response]:
    def view(**ids: str) -> Response:
        return _answer(current_sandbox(), handler, ids)

    return view


def _unknown(rest: str) -> Response:
    words = f"Unrecognized request URL ({request.method}: /v1/{rest})."
    return _dressed(404, json.dumps(ApiError(words, status=404).body()), {})


def _answer(sandbox: Sandbox, handler: Handler, ids: dict[str, str]) -> Response:
    headers = {"Request-Id": f"req_{secrets.token_hex(7)}"}
    fault = None
    try:
        _authenticate(sandbox)
        fault = take_for_call(sandbox.state, request.method, request.path)
        if fault and fault.kind == "dropped":
            return _hang_up()
        status, body = _once(sandbox, handler, ids, fault, headers)
    except ApiError as error:
        status, body = error.status, json.dumps(error.body())
    if fault and fault.kind == "lost_answer":
        time.sleep(fault.seconds)
        return _hang_up()
    return _dressed(status, body, headers)


def _dressed(status: int, body: str, headers: dict[str, str]) -> Response:
    return Response(body, status, {"Stripe-Version": API_VERSION, **headers}, mimetype="application/json")


def _authenticate(sandbox: Sandbox) -> None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        raise ApiError(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer"
            " auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    if not secrets.compare_digest(key.encode(), sandbox.api_key.encode()):
        raise ApiError(f"Invalid API Key provided: {key[:8]}{'*' * 8}{key[-4:]}", status=401)
    if "Stripe-Account" in request.headers:
        raise ApiError(
            "The sandbox acts for the platform only, not for connected accounts.", status=403, code="account_invalid"
        )


def _hang_up() -> Response:
    """Close the connection without an answer, where the server shows its socket."""
    found = request.environ.get("werkzeug.socket")
    if isinstance(found, socket.socket):
        try:
            found.shutdown(socket.SHUT_RDWR)
        except OSError:
            # The caller was faster.
            return Response(status=500)
    return Response(status=500)


def _fail(fault: Fault | None) -> None:
    if fault and fault.kind == "rate_limit":
        raise ApiError("Request rate limit exceeded.", status=429, code="rate_limit")
    if fault and fault.kind == "server_error":
        raise ApiError("An unknown error occurred", status=500, type="api_error")


def _once(
    sandbox: Sandbox, handler: Handler, ids: dict[str, str], fault: Fault | None, headers: dict[str, str]
) -> Answer:
    """Run a call, or give the answer that its key has had before."""
    key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
    if key is None:
        _fail(fault)
        return _run(sandbox, handler, ids, fault, headers)
    if len(key) > 255:
        raise ApiError("Idempotency keys are at most 255 characters long.", type="idempotency_error")
    headers["Idempotency-Key"] = key
    with _in_use(sandbox, key):
        _fail(fault)
        before = _recall(sandbox, key)
        if before is not None:
            headers["Idempotent-Replayed"] = "true"
            if before[0] >= 500:
                headers["Stripe-Should-Retry"] = "false"
            return before
        return _run(sandbox, handler, ids, fault, headers)


@contextmanager
def _in_use(sandbox: Sandbox, key: str) -> Iterator[None]:
    with sandbox.guard:
        if key in sandbox.in_use:
            raise ApiError(
                f"There is currently another in-progress request using this Stripe API key and idempotency key: {key}",
                status=409,
                type="idempotency_error",
                code="idempotency_key_in_use",
            )
        sandbox.in_use.add(key)
    try:
        yield
    finally:
        with sandbox.guard:
            sandbox.in_use.discard(key)


def _fingerprint() -> str:
    said = json.dumps([request.method, request.path, sorted(request.form.items(multi=True))])
    return hashlib.sha256(said.encode()).hexdigest()


def _recall(sandbox: Sandbox, key: str) -> Answer | None:
    since = sandbox.now() - KEY_SECONDS
    rows = sandbox.state.run("select * from answer where key = ? and created > ?", (key, since))
    if not rows:
        return None
    if rows[0]["fingerprint"] != _fingerprint():
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try"
            f" using a key other than '{key}' if you meant to execute a different request.",
            type="idempotency_error",
        )
    return int(rows[0]["status"]), str(rows[0]["body"])


def _run(
    sandbox: Sandbox, handler: Handler, ids: dict[str, str], fault: Fault | None, headers: dict[str, str]
) -> Answer:
    if fault and fault.kind == "slow":
        time.sleep(fault.seconds)
    pairs = request.args if request.method == "GET" else request.form
    tree = read_form(pairs.items(multi=True))
    key, base_url = headers.get("Idempotency-Key"), request.host_url.rstrip("/")
    with sandbox.call(base_url, tree, headers["Request-Id"], key) as call:
        if fault and fault.kind == "saved_server_error":
            answer = _written(ApiError("An unknown error occurred", status=500, type="api_error"))
            headers["Stripe-Should-Retry"] = "false"
        else:
            answer = _executed(lambda: _result(call, handler, ids))
        if key is not None:
            sandbox.state.run(
                "insert or replace into answer (key, fingerprint, status, body, created) values (?, ?, ?, ?, ?)",
                (key, _fingerprint(), *answer, call.now),
            )
    return answer


def _result(call: Any, handler: Handler, ids: dict[str, str]) -> Tree:
    paths = call.params.texts("expand")
    thing: Tree = handler(call, **ids)
    call.params.refuse_unread()
    return expanded(call, thing, paths)


def _executed(run: Callable[[], Tree]) -> Answer:
    """Let a refusal pass that undoes the call; one that is kept is an answer like any other."""
    try:
        return 200, json.dumps(shown(run()), indent=2)
    except ApiError as error:
        if not error.kept:
            raise
        return _written(error)


def _written(error: ApiError) -> Answer:
    return error.status, json.dumps(shown(error.body()), indent=2)
