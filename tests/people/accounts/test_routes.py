"""Signing up, in and out, the profile and the console's people, as a browser sees them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.app import create_app
from lms.kernel.db import db
from lms.kernel.parts import EXTENSION
from lms.people.accounts import queries
from lms.people.accounts.models import AccountMail, Person
from lms.web.limits import limiter
from tests.conftest import Mailbox
from tests.factories.accounts import PASSWORD, cast

SIGN_UP = {
    "display_name": "林晓",
    "email": "lin@example.com",
    "password": "一句很好记的密码",
    "time_zone": "Asia/Tokyo",
    "terms": "y",
}


def token(client: Any, url: str = "/login") -> str:
    page = client.get(url).get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return found[1]


def post(client: Any, url: str, data: dict[str, str], page: str = "/login", **more: Any) -> Any:
    return client.post(url, data={"csrf_token": token(client, page), **data}, **more)


def person_of(email: str) -> Person | None:
    db.session.rollback()
    return db.session.scalars(select(Person).where(Person.email == email)).unique().one_or_none()


# --- Signing up --------------------------------------------------------------


def test_a_visitor_signs_up_and_lands_where_they_came_from(client: Any, drain: Any, mailbox: Any) -> None:
    answer = post(client, "/register", {**SIGN_UP, "next": "/c/writing"}, "/register?next=/c/writing")
    assert answer.status_code == 302
    assert answer.location == "/c/writing"
    person = person_of("lin@example.com")
    assert person is not None
    assert (person.display_name, person.time_zone, person.language) == ("林晓", "Asia/Tokyo", "zh")
    assert person.terms_accepted_at is not None and person.confirmed_at is None
    assert [role.name for role in person.roles] == ["student"]
    assert client.get("/me").status_code == 200
    drain()
    (mail,) = mailbox.to("lin@example.com")
    assert mail.subject == "欢迎来到启营，请确认邮箱"
    assert "http://localhost/confirm/" in mail.text


def test_a_confirmation_link_works_once_and_its_mail_is_blanked(client: Any, drain: Any, mailbox: Any) -> None:
    post(client, "/register", SIGN_UP, "/register")
    drain()
    link = re.search(r"http://localhost(/confirm/\S+)", mailbox.sent[0].text)
    assert link
    row = db.session.scalars(select(AccountMail)).one()
    assert (row.text, row.html) == ("", "") and row.sent_at is not None
    assert client.get(link[1]).status_code == 302
    person = person_of("lin@example.com")
    assert person is not None and person.confirmed_at is not None
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example/x", "/\\evil.example"])
def test_nobody_is_led_away_from_the_site(client: Any, where: str) -> None:
    answer = post(client, "/register", {**SIGN_UP, "next": where}, "/register")
    if answer.status_code == 422:
        assert "只能回到本站的页面" in answer.get_data(as_text=True)
    else:
        assert answer.location.startswith("/%5C")
    assert "evil" not in post(client, "/language", {"language": "en", "next": where}, "/terms").location


def test_an_address_that_is_taken_is_not_given_away(client: Any, work: Any, drain: Any, mailbox: Any) -> None:
    with work() as w:
        cast(w, "lin")
    answer = post(client, "/register", SIGN_UP, "/register")
    assert answer.status_code == 302
    drain()
    (mail,) = mailbox.to("lin@example.com")
    assert mail.subject == "你在启营已有账号"
    assert client.get("/me").status_code == 303


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"password": "short"}, "密码至少 8 个字符"),
        ({"display_name": "  "}, "称呼请写"),
        ({"email": "nonsense"}, "这不像一个邮箱地址"),
        ({"terms": ""}, "请先同意用户协议"),
    ],
)
def test_a_form_with_mistakes_comes_back(client: Any, over: dict[str, str], said: str) -> None:
    answer = post(client, "/register", {**SIGN_UP, **over}, "/register")
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert said in page
    assert "Asia/Tokyo" in page
    assert person_of("lin@example.com") is None


def test_a_device_zone_outside_the_list_is_kept(client: Any) -> None:
    page = post(client, "/register", {**SIGN_UP, "time_zone": "Europe/Paris", "terms": ""}, "/register")
    assert '<option selected value="Europe/Paris">' in page.get_data(as_text=True)
    post(client, "/register", {**SIGN_UP, "time_zone": "nonsense"}, "/register")
    person = person_of("lin@example.com")
    assert person is not None and person.time_zone == "Asia/Shanghai"


def test_markup_in_a_name_is_text(client: Any) -> None:
    post(client, "/register", {**SIGN_UP, "display_name": "<b>林</b>"}, "/register")
    page = client.get("/me").get_data(as_text=True)
    assert "&lt;b&gt;林&lt;/b&gt;" in page and "<b>林</b>" not in page


def test_somebody_who_reads_english_signs_up_in_english(client: Any, drain: Any, mailbox: Any) -> None:
    post(client, "/language", {"language": "en", "next": "/register"})
    page = client.get("/register").get_data(as_text=True)
    assert "Make an account" in page and 'lang="en"' in page
    post(client, "/register", SIGN_UP, "/register")
    person = person_of("lin@example.com")
    assert person is not None and person.language == "en"
    drain()
    assert mailbox.sent[0].subject.startswith("Welcome to Encamp")


# --- Signing in and out ------------------------------------------------------


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


# --- Profile and switches ----------------------------------------------------


def test_a_profile_is_changed_and_speaks_the_new_language(client: Any, work: Any, sign_in: Any) -> None:
    with work() as w:
        lin = cast(w, "lin")
    sign_in(client, lin)
    data = {"display_name": "Lin", "language": "en", "time_zone": "Europe/Paris"}
    answer = post(client, "/me/profile", data, "/me")
    assert answer.status_code == 303
    page = client.get("/me").get_data(as_text=True)
    assert 'lang="en"' in page and "Lin" in page and "Europe/Paris" in page


def test_a_profile_with_mistakes_comes_back_as_part_too(client: Any, work: Any, sign_in: Any) -> None:
    with work() as w:
        sign_in(client, cast(w, "lin"))
    data = {"display_name": "", "language": "zh", "time_zone": "Asia/Shanghai"}
    assert post(client, "/me/profile", data, "/me").status_code == 422
    answer = post(client, "/me/profile", data, "/me", headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer.get_data(as_text=True).lstrip().startswith('<section id="profile"')
    bad_zone = {**data, "display_name": "林", "time_zone": "Mars/Olympus"}
    assert post(client, "/me/profile", bad_zone, "/me").status_code == 422


def test_language_and_light_are_kept_for_visitors_and_people(client: Any, work: Any, sign_in: Any) -> None:
    answer = post(client, "/theme", {"theme": "dark", "next": "/terms"})
    assert answer.location == "/terms"
    assert 'data-theme="encamp-night"' in client.get("/terms").get_data(as_text=True)
    assert post(client, "/language", {"language": "en", "next": "https://evil.example"}).location == "/"
    with work() as w:
        lin = cast(w, "lin")
    sign_in(client, lin)
    post(client, "/language", {"language": "en", "next": "/me"}, "/me")
    post(client, "/theme", {"theme": "light", "next": "/me"}, "/me")
    person = person_of("lin@example.com")
    assert person is not None and (person.language, person.theme) == ("en", "light")


# --- Console -----------------------------------------------------------------


def test_an_operator_finds_people_and_changes_roles(client: Any, work: Any, sign_in: Any, read: Any) -> None:
    with work() as w:
        su, lin = cast(w, "su"), cast(w, "lin")
    sign_in(client, su)
    page = client.get("/console/people?q=林").get_data(as_text=True)
    assert "林晓" in page and lin.code in page and "苏" not in page.split('id="people"')[1]
    assert "没有找到" in client.get("/console/people?q=zzz&role=tutor").get_data(as_text=True)
    url = f"/console/people/{lin.code}"
    assert client.get(url).status_code == 200
    assert post(client, f"{url}/grant", {"role": "tutor"}, url).location == url
    assert queries.roles_of(read(), lin.id) == {"student", "tutor"}
    post(client, f"{url}/revoke", {"role": "tutor"}, url)
    assert queries.roles_of(read(), lin.id) == {"student"}
    own = f"/console/people/{su.code}"
    assert post(client, f"{own}/revoke", {"role": "operator"}, own).status_code == 409
    assert post(client, f"{url}/grant", {"role": "king"}, url).status_code == 422
    refused = post(client, f"{url}/grant", {"role": "partner"}, url)
    assert refused.status_code == 409 and "「合伙人」页" in refused.get_data(as_text=True)
    page = client.get(url).get_data(as_text=True)
    assert 'value="tutor"' in page and 'value="partner"' not in page and 'value="student"' not in page
    assert client.get("/console/people/NOBODY00").status_code == 404


def test_the_console_is_closed_to_strangers(client: Any, work: Any, sign_in: Any) -> None:
    with work() as w:
        lin = cast(w, "lin")
        chen = cast(w, "chen")
    assert client.get("/console/people").status_code == 303
    for person in (lin, chen):
        sign_in(client, person)
        assert client.get("/console/people").status_code == 403
        assert post(client, f"/console/people/{lin.code}/grant", {"role": "operator"}, "/me").status_code == 403
