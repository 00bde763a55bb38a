"""Headers, request ids, kept forms and refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.work import begin_work
from lms.web.visitor import COOKIE
from tests.factories.accounts import make_person


def test_every_answer_carries_its_headers(client: FlaskClient) -> None:
    answer = client.get("/", headers={"X-Request-Id": "abc123"})
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Request-Id"] == "abc123"
    assert "HX-Request" in answer.headers["Vary"]


def test_a_foreign_request_id_is_not_believed(client: FlaskClient) -> None:
    assert client.get("/", headers={"X-Request-Id": "a b\tc" * 20}).headers["X-Request-Id"].isalnum()


def test_signed_in_pages_are_kept_by_nobody(client: FlaskClient, sign_in: Callable[[FlaskClient, Any], None]) -> None:
    with begin_work() as work:
        person = make_person(work)
    sign_in(client, person)
    assert client.get("/me").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_unknown_address_is_answered_in_words(client: FlaskClient, language: str) -> None:
    answer = client.get("/nowhere", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert ("没有这一页" if language == "zh" else "There is no such page") in answer.text


def test_a_part_that_is_refused_goes_into_the_flash_line(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.headers["HX-Retarget"] == "#flash"
    assert "<!doctype" not in answer.text.lower()


@pytest.fixture
def strict(app: Flask) -> Iterator[Flask]:
    app.config["WTF_CSRF_ENABLED"] = True
    yield app
    app.config["WTF_CSRF_ENABLED"] = False


def test_a_form_whose_session_ended_is_kept(strict: Flask, client: FlaskClient) -> None:
    answer = client.post("/language", data={"language": "en", "note": "一段写了很久的话，不能丢。<b>"})
    assert answer.status_code == 401
    assert "一段写了很久的话，不能丢。&lt;b&gt;" in answer.text
    assert 'name="note"' in answer.text


def test_passwords_are_never_shown_again(strict: Flask, client: FlaskClient) -> None:
    answer = client.post("/login", data={"email": "a@example.com", "password": "secret-words"})
    assert answer.status_code == 303
    assert "secret-words" not in answer.text


def test_a_tampered_visitor_cookie_is_ignored(client: FlaskClient) -> None:
    client.set_cookie(COOKIE, "InN0b2xlbiI.forged")
    assert client.get("/").status_code == 200
