"""A link that is remembered is answered before the app is asked: no session, no page, no database."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

import structlog
from flask import Flask
from werkzeug.wrappers import Request, Response

from lms.affiliates.tracking import rules
from lms.affiliates.tracking.lookup import Pointer, pointers_of
from lms.affiliates.tracking.rules import Click
from lms.affiliates.tracking.spool import spool_of
from lms.kernel.parts import EXTENSION, Parts
from lms.web.headers import harden, request_id_of
from lms.web.visitor import read_visitor, set_visitor

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = structlog.get_logger("tracking")

_PREFIX = "/r/"


class Shortcut:
    """The layer in front of an app. What it does not know, the app answers, and remembers for the next visit."""

    def __init__(self, app: Flask) -> None:
        """Take the app, before anything that must see every request (such as ProxyFix) is put round it."""
        self._app, self._inner = app, app.wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(_PREFIX) and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            response = self._answer(Request(environ))
            if response is not None:
                return response(environ, start_response)
        return self._inner(environ, start_response)

    def _answer(self, request: Request) -> Response | None:
        started = time.perf_counter()
        code, _, slug = request.path.removeprefix(_PREFIX).partition("/")
        pointer = pointers_of(self._app).recall(code, request.args.get("c", ""))
        if pointer is None or not pointer.leads_on or not _is_plain(request.path, slug):
            return None
        response = lead_on(self._app, request, pointer, slug)
        request_id = request_id_of(request)
        harden(response.headers, _parts(self._app).settings, request_id, secure=request.is_secure)
        took = round((time.perf_counter() - started) * 1000, 1)
        log.info("request", method=request.method, path=request.path, status=302, ms=took, request_id=request_id)
        return response


def _parts(app: Flask) -> Parts:
    return cast(Parts, app.extensions[EXTENSION])


def _is_plain(path: str, slug: str) -> bool:
    """Say whether the address is one of the redirect's two, without anything that the app would refuse."""
    return "/" not in slug and not path.endswith("/") and path.isprintable()


def lead_on(app: Flask, request: Request, pointer: Pointer, slug: str) -> Response:
    """Redirect to the camp that the address or the link names, and note the visit of a person."""
    response = Response(status=302)
    response.location = f"/c/{slug}" if slug else pointer.target
    # Every visit must reach us, and no cache may hand one visitor's cookie to another.
    response.headers["Cache-Control"] = "no-store"
    agent = request.headers.get("User-Agent", "")
    purpose = request.headers.get("Sec-Purpose") or request.headers.get("Purpose") or ""
    if not rules.is_bot(agent, request.method, purpose):
        secret = str(app.secret_key)
        visitor = read_visitor(request, secret) or secrets.token_hex(8)
        set_visitor(response, visitor, secret, secure=request.is_secure)
        _note(app, pointer.link_id, visitor, agent)
    return response


def _note(app: Flask, link_id: int, visitor: str, agent: str) -> None:
    now = _parts(app).clock.now()
    try:
        spool_of(app).append(Click(secrets.token_hex(10), now, link_id, visitor, rules.device(agent)))
    except OSError:
        # A full disk loses a count; it must not lose the visitor.
        log.exception("spool.failed")
