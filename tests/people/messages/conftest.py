"""A topic of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

from tests.factories.messages import TOPIC

_FOLDER = "people/messages/mail/trial"
_TEMPLATES = {
    f"{_FOLDER}/subject.txt": (
        "{{ t('{name}，{camp}开营了', '{name}, {camp} begins', name=person.display_name, camp=camp) }}\n"
    ),
    f"{_FOLDER}/body.txt": "{% extends 'people/messages/mail/layout.txt' %}{% block content %}{{ camp }}{% endblock %}",
    f"{_FOLDER}/body.html": (
        "{% extends 'people/messages/mail/layout.html' %}{% block content %}<h1>{{ camp }}</h1>{% endblock %}"
    ),
}


@pytest.fixture(autouse=True)
def trial_topic(app: Flask) -> Iterator[str]:
    """Add the templates of the trial topic for the length of a test."""
    kept, env = app.jinja_env.loader, app.jinja_env
    assert kept is not None
    env.loader = ChoiceLoader([DictLoader(_TEMPLATES), kept])
    app.extensions.pop("encamp.letters", None)
    yield TOPIC
    env.loader = kept
    app.extensions.pop("encamp.letters", None)
