"""The visitor's code: a signed cookie that survives until sign-up and after."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Request, Response

COOKIE = "encamp_visitor"
KEPT = timedelta(days=30)


@cache
def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="visitor")


def visitor_code() -> str | None:
    """Read the code of this request's visitor; None when there is none or somebody tampered with it."""
    return read_visitor(request, str(current_app.secret_key))


def read_visitor(given: Request, secret: str) -> str | None:
    """Read the visitor's code from a request's cookie, signed with the app's secret; None as above."""
    signed = given.cookies.get(COOKIE)
    if not signed:
        return None
    try:
        code = _signer(secret).loads(signed)
    except BadSignature:
        return None
    return code if isinstance(code, str) else None


def set_visitor(response: Response, code: str, secret: str, *, secure: bool) -> None:
    """Give the visitor a code; set by the server, unreadable for scripts, not sent along from other sites' posts."""
    response.set_cookie(
        COOKIE,
        _signer(secret).dumps(code),
        max_age=int(KEPT.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=secure,
    )
