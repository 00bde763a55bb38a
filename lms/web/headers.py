"""Headers that every answer carries, whoever writes it."""

from __future__ import annotations

from uuid import uuid4

from werkzeug.datastructures import Headers
from werkzeug.wrappers import Request

from lms.kernel.settings import Settings

_CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action {form_action}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "frame-src 'self'",
        "manifest-src 'self'",
    )
)


def content_policy(settings: Settings) -> str:
    """Write the content policy; a form of ours may end at the payment gateway's own pages."""
    return _CSP.format(form_action=" ".join(("'self'", *settings.checkout_origins)))


def request_id_of(request: Request) -> str:
    """Take the id a proxy gave the request, or make one."""
    given = request.headers.get("X-Request-Id", "")
    return given if given.isalnum() and len(given) <= 40 else uuid4().hex[:16]


def harden(headers: Headers, settings: Settings, request_id: str, *, secure: bool) -> None:
    """Tell the browser what it must not do with an answer; a policy of the answer's own stays."""
    headers.setdefault("Content-Security-Policy", content_policy(settings))
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers["X-Request-Id"] = request_id
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
