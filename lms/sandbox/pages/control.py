"""The control page, `/_sandbox`: what Stripe, banks and buyers would do is done here. Not part of Stripe's API.

Each button is a POST that answers 303 to the page, or the thing as JSON to a caller who accepts `application/json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from lms.sandbox import faults
from lms.sandbox.call import Call, shown
from lms.sandbox.errors import ApiError
from lms.sandbox.resources import accounts, balance, checkout, disputes, refunds
from lms.sandbox.sandbox import current_sandbox
from lms.sandbox.state import Thing

pages = Blueprint("control", __name__, url_prefix="/_sandbox")

SHOWN = 20
Deed = Callable[[Call, str], Thing]

DEEDS: dict[tuple[str, str], Deed] = {
    ("sessions", "succeed"): lambda call, of: checkout.come_in(call, of, is_paid=True),
    ("sessions", "fail"): lambda call, of: checkout.come_in(call, of, is_paid=False),
    ("sessions", "expire"): checkout.expire,
    ("charges", "dispute"): disputes.open_dispute,
    ("disputes", "win"): lambda call, of: disputes.settle(call, of, "won"),
    ("disputes", "lose"): lambda call, of: disputes.settle(call, of, "lost"),
    ("refunds", "succeed"): refunds.succeed,
    ("refunds", "fail"): refunds.fail,
    ("accounts", "enable"): lambda call, of: accounts.submit(call, call.get("account", of), "6789"),
    ("accounts", "restrict"): accounts.restrict,
    ("accounts", "payout"): lambda call, of: balance.pay_out_account(call, of, *_money()),
    ("payouts", "fail"): balance.fail_payout,
}


def _money() -> tuple[int, str]:
    try:
        amount = int(_sent().get("amount") or 0)
    except ValueError:
        amount = 0
    currency = str(_sent().get("currency", "")).lower()
    if amount < 1 or len(currency) != 3:
        raise ApiError("Give amount (minor units, at least 1) and currency (three letters).")
    return amount, currency


def _sent() -> dict[str, Any]:
    if request.is_json:
        found = request.get_json(silent=True)
        return found if isinstance(found, dict) else {}
    return {name: value for name, value in request.form.items() if value}


def _done(thing: Any) -> Answer:
    if request.accept_mimetypes.best == "application/json":
        return Response(json.dumps(shown(thing)), mimetype="application/json")
    language = request.args.get("lang")
    return redirect(f"/_sandbox?lang={language}" if language in ("zh", "en") else "/_sandbox", 303)


@pages.get("")
def show() -> str:
    """Show what there is, newest first."""
    sandbox = current_sandbox()
    newest = f"order by seq desc limit {SHOWN}"
    with sandbox.call(request.host_url.rstrip("/")) as call:
        kinds = ("checkout.session", "charge", "refund", "dispute", "account", "transfer", "payout")
        things = {kind.rpartition(".")[2]: call.state.among(kind, tail=newest) for kind in kinds}
        deliveries = sandbox.courier.log(SHOWN)
        for row in deliveries:
            row["topic"] = call.get("event", row["event"])["type"]
        available, pending = balance.sums(call, "available"), balance.sums(call, "pending")
        money = [(name, available.get(name, 0), pending.get(name, 0)) for name in sorted({*available, *pending})]
    return render_template(
        "sandbox/control.html",
        **things,
        deliveries=deliveries,
        balance=money,
        faults=faults.waiting(sandbox.state),
        fault_kinds=faults.KINDS,
        now=sandbox.now(),
    )


@pages.post("/<noun>/<id>/<verb>")
def act(noun: str, id: str, verb: str) -> Answer:
    """Do one of the deeds to one thing."""
    deed = DEEDS.get((noun, verb))
    if deed is None:
        abort(404)
    with current_sandbox().call(request.host_url.rstrip("/")) as call:
        thing = deed(call, id)
    return _done(thing)


@pages.post("/events/<id>/replay")
def replay(id: str) -> Answer:
    """Send one notice again."""
    sandbox = current_sandbox()
    with sandbox.call(request.host_url.rstrip("/")) as call:
        event = call.get("event", id)
        sandbox.courier.replay(id)
    return _done(event)


@pages.post("/<any(payouts, fees, topups):noun>")
def move(noun: str) -> Answer:
    """Move money of the platform: pay out all that is available, take a fee, or top up."""
    with current_sandbox().call(request.host_url.rstrip("/")) as call:
        if noun == "payouts":
            return _done(balance.pay_out(call, str(_sent().get("currency", "")).lower()))
        thing = (balance.charge_fee if noun == "fees" else balance.top_up)(call, *_money())
    return _done(thing)


@pages.get("/faults")
def list_faults() -> Answer:
    """List what is still to go wrong."""
    found = [asdict(fault) for fault in faults.waiting(current_sandbox().state)]
    return Response(json.dumps(found), mimetype="application/json")


@pages.post("/faults")
def order_fault() -> Answer:
    """Have something go wrong: kind, and if wanted method, path, topic, seconds, times."""
    fault = faults.order(current_sandbox().state, _sent())
    return _done(asdict(fault))


@pages.delete("/faults")
@pages.post("/faults/clear")
def clear_faults() -> Answer:
    """Let everything go well again."""
    faults.clear(current_sandbox().state)
    return _done([])
