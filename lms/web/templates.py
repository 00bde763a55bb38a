"""Templates as the app runs them: globals without layers, faces drawn once."""

from __future__ import annotations

from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask.templating import Environment
from markupsafe import Markup

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
    """Give templates `face(text, classes, label)`: a drawn face that stays the same for one text."""

    @lru_cache(maxsize=4096)
    def face(text: str, classes: str = "size-10", label: str = "") -> Markup:
        drawn = app.jinja_env.get_template("ui/face.html").render(n=seed_of(text), cls=classes, label=label)
        return Markup(drawn.strip())

    app.jinja_env.globals["face"] = face
