"""The public check, the holder's pages and the console, as a browser sees them; and what strangers get."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.app import create_app
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.parts import EXTENSION
from lms.kernel.work import Actor, Read, Work
from lms.learning.camps import service as camps
from lms.learning.camps.queries import Cohort
from lms.learning.certificates import queries, service
from lms.learning.certificates.queries import CertificateFacts
from lms.learning.certificates.rules import RevokeReason, Wording
from lms.people.accounts.queries import Person
from lms.web.limits import limiter
from lms.web.ports import ports
from tests.conftest import STORY_NOW, Mailbox, counting
from tests.factories.accounts import as_actor, cast
from tests.factories.certificates import BEFORE_START, hand_in, issue_all, make_class

Begin = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]
SignIn = Callable[[FlaskClient, Any], None]
PART = {"HX-Request": "true"}


@dataclass
class Scene:
    """林晓 holds a certificate, Maya does not; the cast stands around."""

    cohort: Cohort
    certificate: CertificateFacts
    people: dict[str, Person]
    operator: Actor

    @property
    def code(self) -> str:
        return self.certificate.code


@pytest.fixture
def scene(work: Begin, clock: FixedClock, drain: Callable[[], int]) -> Scene:
    clock.at = BEFORE_START
    with work() as w:
        people = {key: cast(w, key) for key in ("lin", "maya", "chen", "cole", "su", "stranger")}
        cohort, _ = make_class(w, {people["lin"]: 4, people["maya"]: 1}, tutors=[people["chen"].id])
        operator = as_actor(w, people["su"])
    clock.at = STORY_NOW
    with work() as w:
        (certificate,) = issue_all(w, cohort)
    drain()
    return Scene(cohort, certificate, people, operator)


def post(client: FlaskClient, url: str, data: dict[str, str] | None = None, **more: Any) -> Any:
    page = client.get("/verify").get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return client.post(url, data={"csrf_token": found[1], **(data or {})}, **more)


# --- The public check -----------------------------------------------------------


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


# --- The holder -----------------------------------------------------------------


def test_the_holder_has_page_files_and_link(client: FlaskClient, scene: Scene, sign_in: SignIn) -> None:
    sign_in(client, scene.people["lin"])
    html = client.get("/certificates").get_data(as_text=True)
    for said in (
        "林晓，你走完了。",
        "下载证书 PDF",
        "复制验证链接",
        "长按图片",
        f"http://localhost/verify/{scene.code}",
    ):
        assert said in html
    own = client.get(f"/certificates/{scene.code}.pdf")
    other = client.get(f"/certificates/{scene.code}.pdf?language=en")
    card = client.get(f"/certificates/{scene.code}/card.png")
    assert own.data.startswith(b"%PDF-") and other.data.startswith(b"%PDF-")
    assert own.data != other.data
    assert own.mimetype == "application/pdf" and "private" in own.headers["Cache-Control"]
    assert card.data.startswith(b"\x89PNG") and card.mimetype == "image/png"
    assert "attachment" in client.get(f"/certificates/{scene.code}.pdf?download=1").headers["Content-Disposition"]


def test_the_part_looks_again_only_while_files_are_on_their_way(
    client: FlaskClient, scene: Scene, sign_in: SignIn, work: Begin, drain: Callable[[], int]
) -> None:
    sign_in(client, scene.people["lin"])
    url = f"/certificates/{scene.code}"
    assert client.get(url).status_code == 200
    assert "every 2s" not in client.get(url, headers=PART).get_data(as_text=True)
    with work() as w:
        service.reissue(w, scene.operator, scene.code, Wording("林晓彤", "zh", "classic"))
    part = client.get(url, headers=PART).get_data(as_text=True)
    assert "every 2s" in part and "<html" not in part
    assert client.get(f"/certificates/{scene.code}.pdf").status_code == 404
    drain()
    assert "every 2s" not in client.get(url, headers=PART).get_data(as_text=True)


def test_who_has_none_sees_what_it_takes(client: FlaskClient, scene: Scene, sign_in: SignIn) -> None:
    sign_in(client, scene.people["maya"])
    client.set_cookie("language", "en")
    assert "2 more required tasks" in client.get("/certificates").get_data(as_text=True)
    sign_in(client, scene.people["stranger"])
    assert "走完一期" in client.get("/certificates").get_data(as_text=True)


@pytest.mark.parametrize(
    ("who", "pdf", "card", "page"),
    [
        (None, 303, 303, 303),
        ("maya", 404, 404, 404),
        ("stranger", 404, 404, 404),
        ("cole", 404, 404, 404),  # a tutor of other cohorts
        ("chen", 200, 404, 404),  # a tutor of this one
        ("su", 200, 404, 404),
        ("lin", 200, 200, 200),
    ],
)
def test_files_open_for_holder_and_staff_only(
    client: FlaskClient, scene: Scene, sign_in: SignIn, who: str | None, pdf: int, card: int, page: int
) -> None:
    if who:
        sign_in(client, scene.people[who])
    assert client.get(f"/certificates/{scene.code}.pdf").status_code == pdf
    assert client.get(f"/certificates/{scene.code}/card.png").status_code == card
    assert client.get(f"/certificates/{scene.code}").status_code == page


def test_a_revoked_certificate_hands_out_no_files(
    client: FlaskClient, scene: Scene, sign_in: SignIn, work: Begin
) -> None:
    with work() as w:
        service.revoke(w, scene.operator, scene.code, RevokeReason.HOLDER_WISH)
    sign_in(client, scene.people["lin"])
    assert client.get(f"/certificates/{scene.code}.pdf").status_code == 410
    assert client.get(f"/certificates/{scene.code}/card.png").status_code == 410
    assert "这张证书已撤销" in client.get("/certificates").get_data(as_text=True)
    sign_in(client, scene.people["su"])
    assert client.get(f"/certificates/{scene.code}.pdf").status_code == 200


def test_the_card_is_renewed_with_the_holders_new_link(
    client: FlaskClient,
    scene: Scene,
    sign_in: SignIn,
    drain: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in(client, scene.people["lin"])
    assert "换上我的链接" not in client.get("/certificates").get_data(as_text=True)
    monkeypatch.setattr(ports, "share_url", lambda *_: "http://localhost/r/LIN1")
    assert "换上我的链接" in client.get("/certificates").get_data(as_text=True)
    answer = post(client, f"/certificates/{scene.code}/card")
    assert (answer.status_code, answer.location) == (303, "/certificates")
    drain()
    assert "换上我的链接" not in client.get("/certificates").get_data(as_text=True)
    sign_in(client, scene.people["maya"])
    assert post(client, f"/certificates/{scene.code}/card").status_code == 404


def test_a_name_no_font_has_is_written_anew_by_its_holder(
    client: FlaskClient, scene: Scene, sign_in: SignIn, work: Begin, drain: Callable[[], int]
) -> None:
    with work() as w:
        service.reissue(w, scene.operator, scene.code, Wording("小🦩", "zh", "classic"))
    drain()
    sign_in(client, scene.people["lin"])
    html = client.get("/certificates").get_data(as_text=True)
    assert "我们的字体里没有「🦩」" in html and f'action="/certificates/{scene.code}/name"' in html
    url = f"/certificates/{scene.code}/name"
    for name, said in (("小🦜", "「🦜」也没有字体能画"), ("", "这一项要填"), ("字" * 41, "最多 40 字")):
        refused = post(client, url, {"display_name": name})
        assert refused.status_code == 422 and said in refused.get_data(as_text=True)
    answer = post(client, url, {"display_name": "小红鹳"})
    assert (answer.status_code, answer.location) == (303, "/certificates")
    drain()
    html = client.get("/certificates").get_data(as_text=True)
    assert "小红鹳，你走完了。" in html and "下载证书 PDF" in html and "换一种写法" not in html
    assert post(client, url, {"display_name": "小鸟"}).status_code == 409
    sign_in(client, scene.people["maya"])
    assert post(client, url, {"display_name": "小鸟"}).status_code == 404


# --- The console ----------------------------------------------------------------


def test_the_list_filters_and_finds(client: FlaskClient, scene: Scene, sign_in: SignIn) -> None:
    sign_in(client, scene.people["su"])
    assert scene.certificate.serial in client.get("/console/certificates").get_data(as_text=True)
    found = {
        "q=林": True,
        f"q={scene.certificate.serial}": True,
        "q=nobody": False,
        "show=valid": True,
        "show=revoked": False,
        "show=held": False,
        "show=late": False,
        "show=nonsense": True,
        f"cohort={scene.cohort.code}": True,
    }
    for query, there in found.items():
        html = client.get(f"/console/certificates?{query}").get_data(as_text=True)
        assert (f"/console/certificates/{scene.code}" in html) is there, query
    assert client.get("/console/certificates?cohort=NOPE").status_code == 404


def test_revoking_needs_a_reason_and_says_so(client: FlaskClient, scene: Scene, sign_in: SignIn, read: Look) -> None:
    sign_in(client, scene.people["su"])
    url = f"/console/certificates/{scene.code}"
    refused = post(client, f"{url}/revoke", {"revoke_note": "写好的备注"})
    assert refused.status_code == 422
    html = refused.get_data(as_text=True)
    assert "选一个原因" in html and "写好的备注" in html
    answer = post(client, f"{url}/revoke", {"reason": "issued_in_error"})
    assert (answer.status_code, answer.location) == (303, url)
    assert not queries.get_certificate(read(), scene.code).is_valid
    assert post(client, f"{url}/revoke", {"reason": "issued_in_error"}).status_code == 409
    assert post(client, f"{url}/reinstate").status_code == 303
    assert queries.get_certificate(read(), scene.code).is_valid


def test_a_correction_is_made_and_refused_at_its_field(
    client: FlaskClient, scene: Scene, sign_in: SignIn, read: Look
) -> None:
    sign_in(client, scene.people["su"])
    url = f"/console/certificates/{scene.code}"
    form = {"display_name": "林晓", "language": "zh", "style": scene.certificate.style}
    same = post(client, f"{url}/reissue", form)
    assert same.status_code == 422 and "不用重新签发" in same.get_data(as_text=True)
    empty = post(client, f"{url}/reissue", {**form, "display_name": ""})
    assert empty.status_code == 422
    assert post(client, f"{url}/reissue", {**form, "language": "fr"}).status_code == 422
    assert post(client, f"{url}/reissue", {**form, "display_name": "林晓彤"}).status_code == 303
    assert queries.get_certificate(read(), scene.code).snapshot.name == "林晓彤"
    drawing = client.get(url).get_data(as_text=True)
    assert "文件正在生成" in drawing and 'hx-select="#files"' in drawing
    assert post(client, f"{url}/redraw").status_code == 303


def test_the_run_counts_and_issues(
    client: FlaskClient, scene: Scene, sign_in: SignIn, work: Begin, read: Look, drain: Callable[[], int]
) -> None:
    sign_in(client, scene.people["su"])
    url = f"/console/cohorts/{scene.cohort.code}/certificates"
    html = client.get(url).get_data(as_text=True)
    assert "还差 2 项" in html and "现在签发" not in html and "every 3s" not in html
    with work() as w:
        line = next(one for one in queries.get_run(w, scene.cohort.code).students if one.certificate is None)
        from lms.learning.enrollments.queries import get_enrollment_by_code

        hand_in(w, get_enrollment_by_code(w, line.enrollment_code), 3)
    assert "现在签发" in client.get(url).get_data(as_text=True)
    assert post(client, url).status_code == 303
    part = client.get(url, headers=PART).get_data(as_text=True)
    assert "every 3s" in part and "<html" not in part
    assert queries.count_certificates(read(), scene.cohort.id) == 2
    drain()
    assert "every 3s" not in client.get(url, headers=PART).get_data(as_text=True)


@pytest.mark.parametrize("who", ["lin", "chen", None])
def test_the_console_is_for_operators(client: FlaskClient, scene: Scene, sign_in: SignIn, who: str | None) -> None:
    if who:
        sign_in(client, scene.people[who])
    wanted = 403 if who else 303
    for url in (
        "/console/certificates",
        f"/console/certificates/{scene.code}",
        f"/console/cohorts/{scene.cohort.code}/certificates",
    ):
        assert client.get(url).status_code == wanted
    answer = post(client, f"/console/certificates/{scene.code}/revoke", {"reason": "holder_wish"})
    assert answer.status_code == (403 if who else 401)
