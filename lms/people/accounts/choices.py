"""Choices that a device remembers: language and light."""

from flask import Response, request

_YEAR = 365 * 24 * 3600


def keep_choice(response: Response, name: str, value: str) -> None:
    """Let this device remember a choice for a year."""
    response.set_cookie(name, value, max_age=_YEAR, samesite="Lax", secure=request.is_secure, httponly=True)
