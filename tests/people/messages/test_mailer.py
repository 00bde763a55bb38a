"""What travels, and the demo's folder."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.kernel.errors import NotFound
from lms.kernel.mail import Mail
from lms.kernel.parts import EXTENSION
from lms.kernel.settings import SettingsRefused
from lms.people.messages import mailer
from lms.people.messages.mailer import AddressRefused, FolderMailer, SmtpMailer, as_message, make_mailer

MAIL = Mail(
    to="lin@example.com",
    subject="晨写营开营了",
    text="你好，林晓",
    html="<p>你好，林晓</p>",
    headers={"Message-ID": "<1@encamp>", "List-Unsubscribe": "<http://x/y>"},
)
NOW = datetime(2026, 11, 21, 10, 48, tzinfo=UTC)


def test_a_message_has_text_html_and_headers() -> None:
    message = as_message(MAIL, "启营 <hello@example.com>", NOW)
    assert message["Subject"] == "晨写营开营了" and message["Message-ID"] == "<1@encamp>"
    assert message["Date"] == "Sat, 21 Nov 2026 10:48:00 +0000"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None and text.get_content().strip() == "你好，林晓"
    assert html is not None and "<p>你好" in html.get_content()
    assert "Message-ID" in as_message(replace(MAIL, headers={}), "a@example.com", NOW)


@pytest.mark.parametrize("value", ["a\r\nBcc: x@example.com", "a\nb"])
def test_no_header_is_smuggled_in(value: str) -> None:
    with pytest.raises(ValueError, match=r"linefeed|newline|header"):
        as_message(replace(MAIL, subject=value), "a@example.com", NOW)


def test_the_folder_keeps_lists_and_gives_mails(tmp_path: Path) -> None:
    folder = FolderMailer(tmp_path / "mail", "hello@example.com")
    assert folder.list_mails() == []
    for n in range(3):
        folder.send(replace(MAIL, subject=f"第 {n} 封"))
    page = folder.list_mails(limit=2)
    assert [kept.subject for kept in page] == ["第 2 封", "第 1 封"]
    (last,) = folder.list_mails(page[-1].name)
    assert last.subject == "第 0 封"
    kept = folder.get_mail(last.name)
    assert kept.to == "lin@example.com" and kept.text.strip() == "你好，林晓" and "<p>" in kept.html
    for name in ("nothing", "../../etc/passwd", "20261121104800-000000-0123456789"):
        with pytest.raises(NotFound):
            folder.get_mail(name)


class Server:
    """Stands where smtplib's connection would."""

    def __init__(self, refused: tuple[int, bytes] | None = None) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.refused = refused

    def __call__(self, *args: Any, **kwargs: Any) -> Server:
        self.calls.append(("connect", *args, kwargs["timeout"]))
        return self

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.calls.append(("quit",))

    def starttls(self, context: ssl.SSLContext) -> None:
        self.calls.append(("starttls", context.verify_mode is ssl.CERT_REQUIRED))

    def login(self, user: str, password: str) -> None:
        self.calls.append(("login", user, password))

    def send_message(self, message: Any) -> None:
        if self.refused is not None:
            raise smtplib.SMTPRecipientsRefused({message["To"]: self.refused})
        self.calls.append(("send", message["To"]))


def settings_with(app: Flask, url: str) -> Any:
    return replace(app.extensions[EXTENSION].settings, mail_url=url)


def test_mail_travels_encrypted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server()
    monkeypatch.setattr(mailer.smtplib, "SMTP", server)
    make_mailer(settings_with(app, "smtp://user:p%40ss@mail.example.com")).send(MAIL)
    assert server.calls == [
        ("connect", "mail.example.com", 587, 10),
        ("starttls", True),
        ("login", "user", "p@ss"),
        ("send", "lin@example.com"),
        ("quit",),
    ]


def test_a_server_that_speaks_tls_from_the_start(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server()
    monkeypatch.setattr(mailer.smtplib, "SMTP_SSL", server)
    make_mailer(settings_with(app, "smtps://mail.example.com:8465")).send(MAIL)
    assert server.calls[0] == ("connect", "mail.example.com", 8465, 10)
    assert ("send", "lin@example.com") in server.calls


@pytest.mark.parametrize(
    ("answer", "raised"),
    [((550, b"no such user"), AddressRefused), ((451, b"later"), smtplib.SMTPRecipientsRefused)],
)
def test_an_address_is_given_up_only_when_the_server_says_so(
    app: Flask, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, bytes], raised: type[Exception]
) -> None:
    monkeypatch.setattr(mailer.smtplib, "SMTP", Server(answer))
    with pytest.raises(raised):
        make_mailer(settings_with(app, "smtp+plain://localhost")).send(MAIL)


def test_the_setting_names_a_mailer(app: Flask, tmp_path: Path) -> None:
    folder = make_mailer(settings_with(app, f"folder://{tmp_path}"))
    assert isinstance(folder, FolderMailer) and folder.folder == tmp_path
    found = make_mailer(settings_with(app, "smtps://mail.example.com"))
    assert isinstance(found, SmtpMailer) and found.port == 465
    for url in ("http://mail.example.com", "smtp://", "mail.example.com"):
        with pytest.raises(SettingsRefused):
            make_mailer(settings_with(app, url))
