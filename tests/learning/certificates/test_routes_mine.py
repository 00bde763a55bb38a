"""The holder's pages and files, and what strangers get."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lms.learning.certificates import service
from lms.learning.certificates.rules import RevokeReason, Wording
from lms.web.ports import ports
from tests.learning.certificates.staging import PART, Begin, Scene, SignIn, post


def test_the_holder_has_page_files_and_link(
    really_drawn: None, client: FlaskClient, scene: Scene, sign_in: SignIn
) -> None:
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
    really_drawn: None, client: FlaskClient, scene: Scene, sign_in: SignIn, work: Begin, drain: Callable[[], int]
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
