"""The fence around signing up: whoever has an account already is led on to signing in, with what they typed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import make_response, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.kernel.work import begin_read
from lms.web.htmx import see_other
from lms.web.next_page import checked_next
from lms.web.ports import ports

_TYPED = "signed_up_as"
_LONGEST = 255
_REDIRECTS = (302, 303)


def lead_on(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Let the sign-up view lead to signing in when it signed nobody in: the address may have an account.

    Only a mail tells which; the page is worded for both. What Flask-Security flashes then, that a mail to confirm
    the address is on its way, would be wrong.
    """

    @wraps(view)
    def led(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        said = list(session.get("_flashes", []))
        answer = make_response(view(*args, **kwargs))
        if request.method != "POST" or answer.status_code not in _REDIRECTS or current_user.is_authenticated:
            return answer
        session["_flashes"] = said
        session[_TYPED] = request.form.get("email", "").strip()[:_LONGEST]
        return see_other(url_for("security.login", next=checked_next("") or None))

    return led


def sign_in_words() -> dict[str, Any]:
    """Give the sign-in page what it says besides its form: what follows, and the address typed at signing up."""
    typed = session.pop(_TYPED, "") if request.method == "GET" else ""
    return {**sign_up_words(), "signed_up_as": typed}


def sign_up_words() -> dict[str, Any]:
    """Give the sign-up page the name of what somebody is about to join, empty where they come from elsewhere."""
    onward = checked_next("")
    return {"joining": ports.what_is_joined(begin_read(), onward) if onward else ""}
