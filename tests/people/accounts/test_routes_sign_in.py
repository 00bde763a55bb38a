"""Signing in and out, passwords forgotten and guessed, as a browser sees them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.app import create_app
from lms.kernel.db import db
from lms.kernel.parts import EXTENSION
from lms.web.limits import limiter
from tests.conftest import Mailbox
from tests.factories.accounts import PASSWORD, cast
from tests.people.accounts.staging import post


def test_a_person_signs_in_and_out(client: Any, work: Any) -> None:
    with work() as w:
        cast(w, "lin")
    answer = post(client, "/login", {"email": "LIN@example.com", "password": PASSWORD, "next": "/me"})
    assert answer.status_code == 302 and answer.location == "/me"
    assert client.get("/logout").status_code == 405
    assert post(client, "/logout", {}, "/me").status_code == 302
    assert client.get("/me").status_code == 303


@pytest.mark.parametrize("email", ["lin@example.com", "nobody@example.com"])
def test_a_wrong_password_and_an_unknown_address_are_told_alike(client: Any, work: Any, email: str) -> None:
    with work() as w:
        cast(w, "lin")
    answer = post(client, "/login", {"email": email, "password": "wrong-password"})
    assert answer.status_code == 422
    assert "邮箱和密码对不上" in answer.get_data(as_text=True)


def test_a_password_without_end_is_an_ordinary_mistake(client: Any, work: Any) -> None:
    with work() as w:
        cast(w, "lin")
    answer = post(client, "/login", {"email": "lin@example.com", "password": "x" * 100_000})
    assert answer.status_code == 422


def test_a_new_device_is_lit_as_the_person_likes(client: Any, new_client: Any, work: Any) -> None:
    with work() as w:
        cast(w, "lin")
    sign_in = {"email": "lin@example.com", "password": PASSWORD}
    post(client, "/login", sign_in)
    post(client, "/theme", {"theme": "dark", "next": "/me"}, "/me")
    other = new_client()
    post(other, "/login", sign_in)
    assert 'data-theme="encamp-night"' in other.get("/me").get_data(as_text=True)


def test_a_password_is_reset_by_mail(client: Any, work: Any, drain: Any, mailbox: Any) -> None:
    with work() as w:
        cast(w, "maya")
    for email in ("maya@example.com", "nobody@example.com"):
        answer = post(client, "/reset", {"email": email}, "/reset")
        assert "邮件已发往" in answer.get_data(as_text=True)
    drain()
    (mail,) = mailbox.sent
    assert mail.subject == "Reset your Encamp password"
    link = re.search(r"http://localhost(/reset/\S+)", mail.text)
    assert link
    both = {"password": "another-quiet-fire", "password_confirm": "another-quiet-fire"}
    assert post(client, link[1], both, link[1]).status_code == 302
    assert post(client, "/login", {"email": "maya@example.com", "password": PASSWORD}).status_code == 422
    answer = post(client, "/login", {"email": "maya@example.com", "password": "another-quiet-fire"})
    assert answer.status_code == 302


def test_a_link_for_another_host_is_never_mailed(client: Any, work: Any, drain: Any, mailbox: Any) -> None:
    with work() as w:
        cast(w, "lin")
    headers = {"Host": "evil.example"}
    page = client.get("/reset", headers=headers).get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    data = {"csrf_token": found[1], "email": "lin@example.com"}
    client.post("/reset", data=data, headers=headers)
    drain()
    assert all("evil.example" not in mail.text + mail.html for mail in mailbox.sent)


def test_parts_send_the_whole_page_to_sign_in(client: Any) -> None:
    answer = client.get("/change", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login"
    assert client.get("/change").location == "/login?next=/change"


def test_guessing_is_slowed_down(app: Flask, tmp_path: Path) -> None:
    tested = app.extensions[EXTENSION].settings
    settings = replace(
        tested, mode="production", instance=tmp_path, database_url=f"sqlite:///{tmp_path / 'live.sqlite3'}"
    )
    live = create_app(settings, mailer=Mailbox())
    try:
        with live.app_context():
            db.create_all()
            db.session.remove()
        guesser = live.test_client()
        data = {"email": "lin@example.com", "password": "wrong-password"}
        said = [post(guesser, "/login", data).status_code for _ in range(11)]
    finally:
        limiter.enabled = False
    assert said == [422] * 10 + [429]
