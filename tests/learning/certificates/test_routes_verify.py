"""The public check, as anybody's browser sees it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from lms.app import create_app
from lms.kernel.db import db
from lms.kernel.parts import EXTENSION
from lms.learning.camps import service as camps
from lms.learning.certificates import service
from lms.learning.certificates.rules import RevokeReason, Wording
from lms.web.limits import limiter
from tests.conftest import Mailbox, counting
from tests.learning.certificates.staging import Begin, Scene


def test_anybody_sees_a_valid_certificate_and_no_more(client: FlaskClient, scene: Scene) -> None:
    page = client.get(f"/verify/{scene.code}")
    html = page.get_data(as_text=True)
    assert page.status_code == 200
    for said in ("林晓", "短写作营", "证书有效", scene.certificate.serial, "签发第 1 版", "4 / 4", "徐若岚"):
        assert said in html
    assert "@" not in re.sub(r"<(?:script|style|link|meta)[^>]*>", "", html)
    assert ".pdf" not in html and "card.png" not in html
    assert 'property="og:title" content="林晓的结营证书"' in html
    assert 'property="og:image" content="http' in html
    assert 'name="robots" content="noindex"' in html


def test_a_number_may_be_typed_carelessly(client: FlaskClient, scene: Scene) -> None:
    typed = scene.certificate.serial.lower().replace("-", " ")
    for url in (f"/verify?code={typed}", f"/verify/{typed}", f"/verify/{scene.certificate.serial}"):
        answer = client.get(url)
        assert answer.status_code == 303
        assert answer.location == f"/verify/{scene.code}"


def test_an_unknown_number_keeps_what_was_typed(client: FlaskClient, scene: Scene) -> None:
    for url in ("/verify?code=EC-7Q4K-0000-4QTR", "/verify/EC-7Q4K-0000-4QTR"):
        answer = client.get(url)
        assert answer.status_code == 404
        assert 'value="EC-7Q4K-0000-4QTR"' in answer.get_data(as_text=True)
    assert client.get("/verify").status_code == 200


def test_what_is_typed_is_only_text(client: FlaskClient, app: Flask) -> None:
    answer = client.get("/verify", query_string={"code": '"><script>alert(1)</script>' + "x" * 500})
    assert answer.status_code == 404
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert client.get("/verify?code=%00%F0%9F%A6%A9").status_code == 404


def test_revoked_reinstated_and_corrected_stand_in_the_history(client: FlaskClient, scene: Scene, work: Begin) -> None:
    url = f"/verify/{scene.code}"
    with work() as w:
        service.revoke(w, scene.operator, scene.code, RevokeReason.NOT_OWN_WORK, "内部说明")
    html = client.get(url).get_data(as_text=True)
    assert "证书已撤销" in html and "作业并非本人完成" in html
    assert "证书有效" not in html and "内部说明" not in html
    with work() as w:
        service.reinstate(w, scene.operator, scene.code)
        service.reissue(w, scene.operator, scene.code, Wording("林晓彤", "zh", "modern"))
    html = client.get(url).get_data(as_text=True)
    for said in ("证书有效", "林晓彤", "撤销：作业并非本人完成", "恢复有效", "更正姓名用字，第 2 版", "第 2 版"):
        assert said in html


def test_it_speaks_english_to_whom_it_should(client: FlaskClient, scene: Scene) -> None:
    client.set_cookie("language", "en")
    html = client.get(f"/verify/{scene.code}").get_data(as_text=True)
    for said in ("Valid", "Certificate check", "Revision 1 issued", "Cohort 1"):
        assert said in html


def test_the_camp_is_offered_only_while_it_is_public(client: FlaskClient, scene: Scene, work: Begin) -> None:
    assert "/c/short-writing" in client.get(f"/verify/{scene.code}").get_data(as_text=True)
    with work() as w:
        camps.archive_camp(w, scene.operator, "short-writing")
    page = client.get(f"/verify/{scene.code}")
    assert page.status_code == 200
    assert "/c/short-writing" not in page.get_data(as_text=True)


def test_looking_takes_few_statements(client: FlaskClient, scene: Scene, app: Flask) -> None:
    client.get(f"/verify/{scene.code}")
    with counting(app) as n:
        client.get(f"/verify/{scene.code}")
    assert n.statements <= 4


def test_guessing_numbers_is_slowed_down(app: Flask, tmp_path: Path) -> None:
    settings = replace(
        app.extensions[EXTENSION].settings,
        mode="production",
        instance=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'live.sqlite3'}",
    )
    live = create_app(settings, mailer=Mailbox())
    try:
        with live.app_context():
            db.create_all()
            db.session.remove()
        guesser = live.test_client()
        said = [guesser.get(f"/verify/{n:012}").status_code for n in range(61)]
    finally:
        limiter.enabled = False
    assert said == [404] * 60 + [429]
