"""Flows send their mails into a folder, so that a killed child's mails are seen, and draw quickly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.work import Work
from lms.people.messages.mailer import FolderMailer
from tests.fake_gateway import FakeGateway
from tests.flows.bad_input import Place, make_place
from tests.flows.bad_input_money import make_money
from tests.flows.killing import Kept
from tests.flows.playing import Flow, Phase

Begin = Callable[[], AbstractContextManager[Work]]
Enter = Callable[[FlaskClient, Any], None]


@dataclass(frozen=True)
class PlainTypesetter:
    """Draws the data themselves."""

    def render(self, template: str, data: Mapping[str, object], format: str, ppi: float = 72) -> bytes:
        return json.dumps([template, format, data], sort_keys=True).encode()

    def missing_characters(self, text: str) -> str:
        return ""


@pytest.fixture
def mails(app: Flask, tmp_path: Path) -> Path:
    """The folder that mails go into."""
    parts: Parts = app.extensions[EXTENSION]
    folder = tmp_path / "mails"
    folder.mkdir()
    parts.mailer = FolderMailer(folder, "Encamp <hello@example.com>")
    return folder


@pytest.fixture
def plain_typesetter(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are drawn at once, and in forked children, where the real typesetter's threads are missing."""
    monkeypatch.setattr(app.extensions[EXTENSION], "typesetter", PlainTypesetter())


@pytest.fixture
def make_flow(app: Flask, tmp_path: Path, mails: Path, plain_typesetter: None) -> Callable[..., Flow]:
    """`make_flow(phases, …)` plays on this app."""
    place = tmp_path / "kept"
    place.mkdir()

    def make(phases: Sequence[Phase], **more: Any) -> Flow:
        return Flow(app, place, mails, phases, **more)

    return make


@dataclass(frozen=True)
class Made:
    """The place as it was set up on an engine: setting it up takes longer than most of what is tried there."""

    place: Place
    gate: FakeGateway
    rows: Kept


@pytest.fixture(scope="session")
def _made() -> dict[str, Made]:
    return {}


@pytest.fixture
def place(
    app: Flask,
    engine: str,
    work: Begin,
    drain: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
    plain_typesetter: None,
    mails: Path,
    _made: dict[str, Made],
    tmp_path_factory: pytest.TempPathFactory,
) -> Place:
    parts: Parts = app.extensions[EXTENSION]
    monkeypatch.setattr(parts, "settings", replace(parts.settings, stripe_webhook_secrets=("whsec_test",)))
    if engine not in _made:
        gate = parts.gateway = FakeGateway(now=lambda: parts.clock.now())
        with work() as w:
            place = make_place(w)
            place.codes.update(make_money(w, place, gate))
        drain()
        rows = Kept(app, tmp_path_factory.mktemp("made") / engine)
        _made[engine] = Made(place, deepcopy(gate), rows)
    made = _made[engine]
    made.rows.put_back()
    monkeypatch.setattr(parts, "gateway", deepcopy(made.gate))
    return deepcopy(made.place)


@pytest.fixture
def enter(place: Place, new_client: Callable[[], FlaskClient], sign_in: Enter) -> Callable[[], FlaskClient]:
    def come() -> FlaskClient:
        found = new_client()
        sign_in(found, place.person)
        return found

    return come


@pytest.fixture
def commits(place: Place) -> Iterator[list[object]]:
    """What was committed since the list was last emptied."""
    made: list[object] = []
    note = made.append
    event.listen(Session, "after_commit", note)
    yield made
    event.remove(Session, "after_commit", note)
