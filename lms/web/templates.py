"""Templates as the app runs them: globals without layers; faces, addresses and the form token made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote

from flask import Flask, g, has_request_context, request
from flask.templating import Environment
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

_PLAIN = {str, int}
_READY = {Markup}
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ%ILOU"


class Templates(Environment):
    """Give every template the app's own globals.

    Jinja lays an empty layer over them for each template and compares the layers at every import, which costs
    a page with many parts a quarter of its time. No template of ours is loaded with globals of its own.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Give the globals for one template."""
        return super().make_globals(d) if d else self.globals


def seed_of(text: str) -> int:
    """Make a small whole number out of any text, the same every time."""
    seed = 7
    for letter in quote(text).upper():
        seed = (seed * 33 + _LETTERS.find(letter) + 2) % 999_983
    return seed


def init_templates(app: Flask) -> None:
    """Give templates `url_for`, `csrf_token`, and `face(text, classes, label)`, which stays the same for one text."""

    @lru_cache(maxsize=4096)
    def face(text: str, classes: str = "size-10", label: str = "") -> Markup:
        drawn = app.jinja_env.get_template("ui/face.html").render(n=seed_of(text), cls=classes, label=label)
        return Markup(drawn.strip())

    app.jinja_env.globals.update(face=face, url_for=_addresses(app), csrf_token=form_token)
    app.jinja_env.filters["strung"] = strung


def strung(keys: Iterable[str], pieces: Mapping[str, str]) -> Markup:
    """String pieces of markup together by their keys; for long rows of few signs, which a loop escapes one by one."""
    if not _READY.issuperset(map(type, pieces.values())):
        pieces = {key: escape(piece) for key, piece in pieces.items()}
    return Markup("".join(map(pieces.__getitem__, keys)))


def form_token() -> str:
    """Give the token of this request's forms; Flask-WTF would read its settings again for each of them."""
    return cast(str, g.get("csrf_token") or generate_csrf())


def _addresses(app: Flask) -> Callable[..., str]:
    """Make a `url_for` that remembers: rules do not change while we run, and a page names the same places again."""

    @lru_cache(maxsize=8192)
    def remembered(_root: str, endpoint: str, values: tuple[tuple[str, str | int], ...]) -> str:
        return app.url_for(endpoint, **cast(dict[str, Any], dict(values)))

    def url_for(endpoint: str, **values: Any) -> str:
        # Relative endpoints, `_external` and lists depend on more than what is given here.
        is_plain = endpoint[0] != "." and _PLAIN.issuperset(map(type, values.values()))
        if is_plain and has_request_context():
            return remembered(request.root_path, endpoint, tuple(values.items()))
        return app.url_for(endpoint, **values)

    return url_for
