"""The hosted payment page, `/c/pay/<session>`: pay, be declined, pay later, leave, or let it expire."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from lms.kernel.text import Text, as_language, speak
from lms.sandbox.call import Call
from lms.sandbox.resources import checkout
from lms.sandbox.resources.payments import Means
from lms.sandbox.sandbox import current_sandbox
from lms.sandbox.state import Thing

pages = Blueprint("checkout", __name__)

METHODS = {
    "card": Text("银行卡", "Card"),
    "alipay": Text("支付宝", "Alipay"),
    "wechat_pay": Text("微信支付", "WeChat Pay"),
}
# What the bank will say, and how that reads on the page.
OUTCOMES = {
    "approve": Text("同意付款", "approves"),
    "generic_decline": Text("拒绝付款", "declines"),
    "insufficient_funds": Text("说余额不足", "says there is not enough money"),
    "expired_card": Text("说卡已过期", "says the card has expired"),
    "later": Text("过一会儿才确认到账", "will confirm later"),
}
REASONS = {
    "generic_decline": Text(
        "银行拒绝了这笔付款。换一种方式，或稍后再试。", "The bank declined. Try another way to pay, or later."
    ),
    "insufficient_funds": Text(
        "余额不足。换一种方式再试。", "There is not enough money on it. Try another way to pay."
    ),
    "expired_card": Text("这张卡已过期。换一张再试。", "This card has expired. Try another one."),
}


@pages.get("/c/pay/<id>")
def show(id: str) -> str:
    """Show the page in whatever state the session is."""
    with current_sandbox().call(request.host_url.rstrip("/")) as call:
        session = _session(call, id)
    return _page(session)


@pages.post("/c/pay/<id>")
def pay(id: str) -> Answer | tuple[str, int]:
    """Try to pay; a second click on a paid session ends where the first one did."""
    method, outcome = request.form.get("method", ""), request.form.get("outcome", "approve")
    with current_sandbox().call(request.host_url.rstrip("/")) as call:
        session = _session(call, id)
        if session["status"] == "open":
            if method not in session["payment_method_types"] or outcome not in OUTCOMES:
                abort(422)
            declines = outcome not in ("approve", "later")
            means = Means(method, decline=outcome if declines else None, later=outcome == "later")
            session = checkout.pay(call, session, means)
    if session["status"] == "complete":
        return redirect(_success(session), 303)
    if session["status"] == "open":
        return _page(session, chosen=method, reason=REASONS[outcome]), 402
    return _page(session), 410


@pages.post("/c/pay/<id>/expire")
def expire(id: str) -> Answer:
    """Let the session's time be over."""
    sandbox = current_sandbox()
    with sandbox.call(request.host_url.rstrip("/")) as call:
        if _session(call, id)["status"] == "open":
            checkout.expire(call, id)
    return redirect(f"/c/pay/{id}", 303)


def _session(call: Call, id: str) -> Thing:
    session = call.state.find(id, "checkout.session")
    if session is None:
        abort(404)
    locale = session["locale"] or "auto"
    if locale != "auto":
        # Of Stripe's languages the sandbox speaks two.
        speak(as_language(locale[:2], default="en"))
    g.leads_to = [url for url in (session["success_url"], session["cancel_url"]) if url]
    return session


def _success(session: Thing) -> str:
    return str(session["success_url"]).replace(checkout.PLACE, session["id"])


def _page(session: Thing, chosen: str = "", reason: Text | None = None) -> str:
    methods = {name: METHODS[name] for name in session["payment_method_types"]}
    return render_template(
        "sandbox/checkout.html",
        session=session,
        items=session["_line_items"]["data"],
        methods=methods,
        outcomes=OUTCOMES,
        chosen=chosen or next(iter(methods)),
        reason=reason,
        success_url=_success(session),
    )
