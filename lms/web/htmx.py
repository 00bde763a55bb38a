"""One URL, page or part: the only place that reads or writes htmx's headers."""

from __future__ import annotations

import json
from typing import Any, cast

from flask import Response, flash, make_response, redirect, render_template, request
from htmx_flask import Htmx
from htmx_flask.requests import HtmxAwareRequest

htmx = Htmx()


def _request() -> HtmxAwareRequest:
    return cast(HtmxAwareRequest, request)


def is_part() -> bool:
    """Tell whether a part is asked for: by htmx, and not as a boosted page or a restored history entry."""
    asked = _request().htmx
    return bool(asked) and not asked.boosted and not asked.history_restore_request


def render(
    template: str,
    /,
    *,
    part: str | None = None,
    status: int = 200,
    trigger: str | None = None,
    quiet: bool = False,
    **context: Any,
) -> Response:
    """Answer with the page, or with its part alone when htmx asks for it.

    `trigger` names an event that other parts on the page wait for. The flash line rides along with parts that
    were posted: one that a page fetches by itself would wipe out what the page has just said, so `quiet` is for
    posts nobody pressed.
    """
    if part is not None and is_part():
        html = render_template(part, **context)
        if request.method != "GET" and not quiet:
            html += render_template("ui/_flash.html", oob=True)
    else:
        html = render_template(template, **context)
    response = make_response(html, status)
    if trigger is not None:
        response.headers["HX-Trigger"] = json.dumps({trigger: True})
    return response


def see_other(url: str, said: str | None = None, *, kind: str = "ok") -> Response:
    """Send the browser on after a POST (303), or tell htmx to go there; `said` becomes the flash line."""
    if said is not None:
        flash(said, kind)
    if is_part():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = url
        return response
    return cast(Response, redirect(url, 303))


def go_sign_in(url: str) -> Response:
    """Answer a part's request by somebody signed out: 401, and the whole page goes to sign in."""
    response = make_response("", 401)
    response.headers["HX-Redirect"] = url
    return response


def refuse_part(html: str, status: int) -> Response:
    """Answer a part's request with a refusal that htmx shows in the page's flash line."""
    response = make_response(html, status)
    response.headers["HX-Retarget"] = "#flash"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def vary(response: Response) -> Response:
    """Keep caches from mixing up page and part."""
    response.headers.add("Vary", "HX-Request")
    return response
