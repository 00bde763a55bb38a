"""The visitor's code: a signed cookie that survives until sign-up and after."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "encamp_visitor"
KEPT = timedelta(days=30)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="visitor")


def visitor_code() -> str | None:
    """Read the visitor's code from the cookie; None when there is none or somebody tampered with it."""
    signed = request.cookies.get(COOKIE)
    if not signed:
        return None
    try:
        code = _signer().loads(signed)
    except BadSignature:
        return None
    return code if isinstance(code, str) else None


def set_visitor(response: Response, code: str) -> None:
    """Give the visitor a code; set by the server, unreadable for scripts, not sent along from other sites' posts."""
    response.set_cookie(
        COOKIE,
        _signer().dumps(code),
        max_age=int(KEPT.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
