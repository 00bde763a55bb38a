"""Where to go on: an address of our own, never another site's."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request


def is_own(address: str) -> bool:
    """Tell whether an address is a path on this site (no scheme, no host, no tricks with slashes)."""
    if not address.startswith("/") or address.startswith("//") or "\\" in address or not address.isprintable():
        return False
    split = urlsplit(address)
    return not split.scheme and not split.netloc


def checked_next(fallback: str) -> str:
    """Give the `next` of the form or the query when it is our own, else the fallback."""
    asked = request.form.get("next") or request.args.get("next") or ""
    return asked if is_own(asked) else fallback
