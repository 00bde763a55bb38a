"""Inbox, settings, unsubscribing and the demo's mails, as a browser sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.kernel.mail import Mail
from lms.kernel.parts import EXTENSION
from lms.people.messages import queries
from lms.people.messages.mailer import FolderMailer
from lms.people.messages.rules import TopicGroup
from tests.factories.accounts import cast
from tests.factories.messages import make_notice


def token(client: Any, url: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(url).get_data(as_text=True))
    assert found
    return found[1]


def post(client: Any, url: str, page: str, **data: Any) -> Any:
    return client.post(url, data={"csrf_token": token(client, page), **data})


@pytest.fixture
def lin(work: Any, client: Any, sign_in: Any) -> Any:
    with work() as w:
        person = cast(w, "lin")
    sign_in(client, person)
    return person


@pytest.mark.parametrize("url", ["/inbox", "/me/messages"])
def test_strangers_are_asked_to_sign_in(client: Any, url: str) -> None:
    assert client.get(url).status_code == 303
    assert client.get(url, headers={"HX-Request": "true"}).status_code == 401


def test_an_empty_inbox_says_what_it_is_for(client: Any, lin: Any) -> None:
    assert "还没有通知" in client.get("/inbox").get_data(as_text=True)


def test_a_notice_is_opened_and_then_read(client: Any, lin: Any, work: Any, read: Any) -> None:
    with work() as w:
        make_notice(w, lin, link="/me")
    page = client.get("/inbox").get_data(as_text=True)
    assert "林晓，晨写营开营了" in page and "未读" in page
    (notice,) = queries.list_notices(read(), lin.id)
    answer = post(client, f"/inbox/{notice.code}", "/inbox")
    assert answer.status_code == 303 and answer.location == "/me"
    assert queries.count_unread(read(), lin.id) == 0


def test_anothers_notice_is_not_found(client: Any, lin: Any, work: Any, read: Any) -> None:
    with work() as w:
        maya = cast(w, "maya")
        make_notice(w, maya)
    (notice,) = queries.list_notices(read(), maya.id)
    assert post(client, f"/inbox/{notice.code}", "/inbox").status_code == 404
    assert client.get(f"/inbox?before={notice.code}").status_code == 404
    assert queries.count_unread(read(), maya.id) == 1


def test_many_notices_are_paged_and_marked_together(client: Any, lin: Any, work: Any, read: Any) -> None:
    with work() as w:
        for n in range(31):
            make_notice(w, lin, key=str(n))
    page = client.get("/inbox").get_data(as_text=True)
    older = re.search(r'href="(/inbox\?before=\w+)"', page)
    assert older
    second = client.get(older[1], headers={"HX-Request": "true"}).get_data(as_text=True)
    assert second.lstrip().startswith('<div id="inbox"') and second.count("/inbox/") == 1
    newest = queries.list_notices(read(), lin.id, limit=1)[0].code
    post(client, "/inbox/read", "/inbox", up_to=newest)
    assert queries.count_unread(read(), lin.id) == 0


def test_mails_are_chosen_by_group(client: Any, lin: Any, read: Any) -> None:
    answer = post(client, "/me/messages", "/me/messages", group=["lessons", "camps"])
    assert answer.status_code == 303
    choices = queries.mail_choices(read(), lin.id)
    assert {group for group, on in choices.items() if on} == {TopicGroup.LESSONS, TopicGroup.CAMPS}
    page = client.get("/me/messages").get_data(as_text=True)
    assert page.count(" checked") == 2


def test_quiet_hours_are_set_with_both_ends(client: Any, lin: Any) -> None:
    url = "/me/messages/quiet-hours"
    assert 'value="23:00"' in client.get("/me/messages").get_data(as_text=True)
    assert post(client, url, "/me/messages", starts="21:30", ends="08:00").status_code == 303
    assert 'value="21:30"' in client.get("/me/messages").get_data(as_text=True)
    for wrong in ({"starts": "21:30", "ends": ""}, {"starts": "08:00", "ends": "08:00"}):
        answer = post(client, url, "/me/messages", **wrong)
        assert answer.status_code == 422 and "免打扰要有开始和结束" in answer.get_data(as_text=True)
    assert post(client, url, "/me/messages", starts="", ends="").status_code == 303


def test_one_click_unsubscribes_without_a_session(client: Any, work: Any, drain: Any, mailbox: Any, read: Any) -> None:
    with work() as w:
        lin = cast(w, "lin")
        make_notice(w, lin)
    drain()
    url = mailbox.sent[0].headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost")
    assert "不再收" in client.get(url).get_data(as_text=True)
    assert queries.mail_choices(read(), lin.id)[TopicGroup.OTHER] is True
    answer = client.post(url, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 303
    assert queries.mail_choices(read(), lin.id)[TopicGroup.OTHER] is False
    assert "还是要收" in client.get(url).get_data(as_text=True)
    client.post(url, data={"again": "1"})
    assert queries.mail_choices(read(), lin.id)[TopicGroup.OTHER] is True


def test_a_link_that_was_tampered_with_changes_nothing(client: Any) -> None:
    assert client.get("/unsubscribe/WyJ4Il0.nonsense").status_code == 404
    assert client.post("/unsubscribe/WyJ4Il0.nonsense").status_code == 404


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Iterator[FolderMailer]:
    parts = app.extensions[EXTENSION]
    kept = parts.settings
    parts.settings = replace(kept, mode="demo")
    parts.mailer = FolderMailer(tmp_path, "hello@example.com")
    yield parts.mailer
    parts.settings = kept


def test_the_demos_mails_are_shown_shut_off(client: Any, folder: FolderMailer) -> None:
    assert "还没有邮件" in client.get("/demo/mail").get_data(as_text=True)
    folder.send(Mail(to="lin@example.com", subject="<i>你好</i>", text="见 http://x.example", html="<p>你好</p>"))
    (kept,) = folder.list_mails()
    assert "&lt;i&gt;你好" in client.get("/demo/mail").get_data(as_text=True)
    page = client.get(f"/demo/mail/{kept.name}").get_data(as_text=True)
    assert f'src="/demo/mail/{kept.name}/html"' in page and " sandbox " in page
    html = client.get(f"/demo/mail/{kept.name}/html")
    policy = html.headers["Content-Security-Policy"]
    assert (
        "sandbox" in policy and "default-src 'none'" in policy and html.get_data(as_text=True).strip() == "<p>你好</p>"
    )
    assert client.get("/demo/mail/nothing").status_code == 404


def test_outside_the_demo_there_is_no_mail_folder(client: Any) -> None:
    for url in ("/demo/mail", "/demo/mail/x", "/demo/mail/x/html"):
        assert client.get(url).status_code == 404
