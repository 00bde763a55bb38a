"""Flows send their mails into a folder, so that a killed child's mails are seen, and draw quickly."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.kernel.parts import EXTENSION, Parts
from lms.people.messages.mailer import FolderMailer
from tests.flows.playing import Flow, Phase


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
