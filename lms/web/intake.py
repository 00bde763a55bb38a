"""What comes in is made readable before anybody reads it."""

from __future__ import annotations

from flask import abort, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

_NUL = "\x00"


def drop_nul() -> None:
    """Take U+0000 out of queries and forms; an address with it is nowhere (404).

    No keyboard types it, and PostgreSQL takes it in no text.
    """
    if _NUL in request.path:
        abort(404)
    if _has_nul(request.args):
        request.args = _without_nul(request.args)
    if request.method == "POST" and _has_nul(request.form):
        request.form = _without_nul(request.form)


def _has_nul(given: MultiDict[str, str]) -> bool:
    return any(_NUL in value for _, value in given.items(multi=True))


def _without_nul(given: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict((name, value.replace(_NUL, "")) for name, value in given.items(multi=True))
