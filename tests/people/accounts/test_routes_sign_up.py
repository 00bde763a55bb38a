"""Signing up, as a browser sees it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from lms.kernel.db import db
from lms.people.accounts.models import AccountMail
from tests.factories.accounts import PASSWORD, cast
from tests.factories.camps import make_cohort
from tests.people.accounts.staging import person_of, post

SIGN_UP = {
    "display_name": "林晓",
    "email": "lin@example.com",
    "password": "一句很好记的密码",
    "time_zone": "Asia/Tokyo",
    "terms": "y",
}


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
    assert answer.status_code == 303 and answer.location == "/login"
    page = client.get("/login").get_data(as_text=True)
    assert "这个邮箱可能已经注册过" in page and 'value="lin@example.com"' in page
    assert "确认邮件已发往" not in page
    assert "这个邮箱可能已经注册过" not in client.get("/login").get_data(as_text=True)
    drain()
    (mail,) = mailbox.to("lin@example.com")
    assert mail.subject == "你在启营已有账号"
    assert client.get("/me").status_code == 303


def test_who_has_an_account_signs_in_on_the_way_and_arrives(client: Any, work: Any) -> None:
    with work() as w:
        cast(w, "lin")
    onward = "/c/writing/checkout?cohort=ABC"
    answer = post(client, "/register", {**SIGN_UP, "next": onward}, "/register")
    assert answer.status_code == 303 and answer.location.startswith("/login?next=/c/writing/checkout")
    page = client.get(answer.location).get_data(as_text=True)
    assert f'name="next" value="{onward}"' in page
    answer = post(client, "/login", {"email": "lin@example.com", "password": PASSWORD, "next": onward})
    assert answer.location == onward


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example/x"])
def test_nobody_with_an_account_is_led_away_either(client: Any, work: Any, where: str) -> None:
    with work() as w:
        cast(w, "lin")
    answer = post(client, "/register", {**SIGN_UP, "next": where}, "/register")
    assert "evil" not in (answer.location or "")


def test_signing_up_or_in_on_the_way_names_what_is_joined(client: Any, work: Any) -> None:
    with work() as w:
        cohort = make_cohort(w)
    name = f"{cohort.camp_title} · {cohort.name}"
    onward = f"/c/{cohort.camp_slug}/{{}}%3Fcohort={cohort.code}"
    for door in ("checkout", "join"):
        assert name in client.get(f"/register?next={onward.format(door)}").get_data(as_text=True)
    assert name in client.get(f"/login?next={onward.format('checkout')}").get_data(as_text=True)
    for other in (f"/c/other/join%3Fcohort={cohort.code}", f"/c/{cohort.camp_slug}/join%3Fcohort=NOPE", "/today"):
        page = client.get(f"/register?next={other}").get_data(as_text=True)
        assert name not in page and "直接回到刚才那一页" in page


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
