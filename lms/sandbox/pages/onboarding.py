"""The onboarding page of a connected account, `/setup/e/<account>/<token>`."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request
from werkzeug.wrappers import Response as Answer

from lms.sandbox.call import Call
from lms.sandbox.resources import accounts
from lms.sandbox.sandbox import current_sandbox
from lms.sandbox.state import Thing

pages = Blueprint("onboarding", __name__)


@pages.get("/setup/e/<id>/<token>")
def show(id: str, token: str) -> Answer | str:
    """Show the form; a link that is too old or used leads back to ask for a new one."""
    with current_sandbox().call(request.host_url.rstrip("/")) as call:
        account = _account(call, id)
        link = account["_link"]
        if not _is_good(call, link, token):
            return redirect(link["refresh_url"], 303)
    return render_template("sandbox/onboarding.html", account=account)


@pages.post("/setup/e/<id>/<token>")
def submit(id: str, token: str) -> Answer | tuple[str, int]:
    """Take what was handed in, or leave it for later; both lead back to the platform."""
    number = "".join(letter for letter in request.form.get("bank_account", "") if letter.isdigit())
    with current_sandbox().call(request.host_url.rstrip("/")) as call:
        account = _account(call, id)
        link = account["_link"]
        if not _is_good(call, link, token):
            return redirect(link["refresh_url"], 303)
        if request.form.get("action") != "later":
            if len(number) < 4:
                return render_template("sandbox/onboarding.html", account=account, is_short=True), 422
            account["_link"] = {**link, "token": ""}
            accounts.submit(call, account, number[-4:])
    return redirect(link["return_url"], 303)


def _account(call: Call, id: str) -> Thing:
    account = call.state.find(id, "account")
    if account is None or "_link" not in account:
        abort(404)
    g.leads_to = [account["_link"]["return_url"], account["_link"]["refresh_url"]]
    return account


def _is_good(call: Call, link: Thing, token: str) -> bool:
    return bool(link["token"]) and link["token"] == token and link["expires_at"] > call.now
