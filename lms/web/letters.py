"""Mails are written from templates without a request: no session, no cookies, only what is given."""

from __future__ import annotations

from typing import cast

from flask import current_app
from jinja2 import Environment, StrictUndefined

from lms.kernel.parts import current_parts
from lms.kernel.text import Language, speaking

_KEY = "encamp.letters"


def write_letter(template: str, language: Language, **values: object) -> str:
    """Fill the template of a mail in one language. `site` is our own address, without a slash at its end.

    Outside production a name that no value was given for is an error (jinja2.UndefinedError).
    """
    site = current_parts().settings.public_url
    with speaking(language):
        return _environment().get_template(template).render(lang=language, site=site, **values)


def _environment() -> Environment:
    if current_parts().settings.mode == "production":
        return current_app.jinja_env
    kept = current_app.extensions.get(_KEY)
    if kept is None:
        kept = current_app.extensions[_KEY] = current_app.jinja_env.overlay(undefined=StrictUndefined)
    return cast(Environment, kept)
