"""Every page of the fence is whole; two steps and passkeys."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.factories.accounts import PASSWORD, cast
from tests.people.accounts.staging import post

SIGNED_OUT = ["/login", "/register", "/reset", "/confirm", "/login/passkey", "/terms"]


SIGNED_IN = [
    "/me",
    "/change",
    "/change-email",
    "/me/two-step",
    "/me/recovery-codes",
    "/me/passkeys",
    "/sign-in-again",
]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("url", SIGNED_OUT)
def test_pages_of_visitors_are_whole(client: Any, url: str, language: str) -> None:
    client.set_cookie("language", language)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("key", ["lin", "maya"])
@pytest.mark.parametrize("url", SIGNED_IN)
def test_pages_of_people_are_whole(client: Any, work: Any, url: str, key: str) -> None:
    with work() as w:
        cast(w, key)
    post(client, "/login", {"email": f"{key}@example.com", "password": PASSWORD})
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == ("no-store" if url == "/me" else "private, no-store")


def test_two_steps_and_recovery_codes(client: Any, work: Any, drain: Any, mailbox: Any) -> None:
    with work() as w:
        cast(w, "lin")
    sign_in = {"email": "lin@example.com", "password": PASSWORD}
    post(client, "/login", sign_in)
    page = post(client, "/me/two-step", {"setup": "email"}, "/me").get_data(as_text=True)
    drain()
    code = re.search(r"\b\d{6}\b", mailbox.sent[-1].text)
    finish = re.search(r'action="(/me/two-step/[^"]+)"', page)
    assert code and finish
    assert post(client, finish[1], {"code": code[0]}, "/me").status_code == 302
    assert "已开启" in client.get("/me").get_data(as_text=True)
    codes = post(client, "/me/recovery-codes", {"generate_new_codes": "y"}, "/me").get_data(as_text=True)
    one = re.search(r'select-all">([0-9a-zA-Z-]{8,})', codes)
    assert one
    post(client, "/logout", {}, "/me")
    answer = post(client, "/login", sign_in)
    assert answer.location.startswith("/login/code")
    asked = client.get(answer.location).get_data(as_text=True)
    assert "用备用码" in asked
    answer = post(client, "/login/recovery-code", {"code": one[1]}, "/login/recovery-code")
    assert answer.status_code == 302
    assert client.get("/me").status_code == 200


def test_an_authenticator_app_is_offered_as_a_picture(client: Any, work: Any) -> None:
    with work() as w:
        cast(w, "lin")
    post(client, "/login", {"email": "lin@example.com", "password": PASSWORD})
    page = post(client, "/me/two-step", {"setup": "authenticator"}, "/me").get_data(as_text=True)
    assert 'src="data:image' in page


def test_a_passkey_is_asked_for_without_inline_script(client: Any, work: Any) -> None:
    with work() as w:
        cast(w, "lin")
    post(client, "/login", {"email": "lin@example.com", "password": PASSWORD})
    page = post(client, "/me/passkeys", {"name": "我的手机", "usage": "first"}, "/me").get_data(as_text=True)
    assert 'data-passkey="create"' in page and "challenge" in page
