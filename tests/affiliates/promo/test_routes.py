"""The kit as pages and pictures."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from lms.affiliates.promo import queries
from lms.affiliates.promo.models import PromoUse
from lms.affiliates.promo.rules import Design
from lms.affiliates.tracking import service as tracking
from lms.kernel.errors import NotFound
from lms.kernel.parts import current_parts
from lms.kernel.work import Actor, Read, Work
from lms.people.accounts.queries import get_person
from tests.conftest import counting
from tests.factories.camps import camp_folder, make_camp, make_cohort
from tests.factories.partners import make_someone
from tests.factories.tracking import make_linked_partner

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


@pytest.fixture
def partner(client: FlaskClient, work: Open, sign_in: Any) -> Any:
    with work() as w:
        found, _ = make_linked_partner(w)
        person = get_person(w, found.person_id)
    sign_in(client, person)
    return found


@pytest.fixture
def cohort(work: Open) -> Any:
    with work() as w:
        return make_cohort(w, starts_on=date(2026, 12, 1), seats=60)


def test_a_kit_without_an_open_camp_says_so(client: FlaskClient, partner: Any) -> None:
    page = client.get("/partner/kit")
    assert page.status_code == 200 and "现在没有可推广的训练营" in page.text
    assert client.get("/partner/kit/qr").status_code == 200


def test_texts_carry_the_partners_own_link(app: Flask, client: FlaskClient, partner: Any, cohort: Any) -> None:
    link = f"http://localhost/r/adalin/{cohort.camp_slug}"
    with counting(app) as count:
        page = client.get("/partner/kit")
    assert page.status_code == 200 and count.statements <= 15
    assert f'data-copy="短写作营，12 月 1 日 开营：{link}"' in page.text
    assert page.text.count('id="kit-qr-aside"') == page.text.count('id="kit-qr-sheet"') == 1
    assert client.get(f"/partner/kit?camp={cohort.camp_slug}").status_code == 200
    assert client.get("/partner/kit?camp=nowhere").status_code == 404
    assert client.get("/partner/kit?link=nobody").status_code == 404


def test_a_place_has_its_own_code(client: FlaskClient, work: Open, partner: Any, cohort: Any) -> None:
    with work() as w:
        link = tracking.make_link(w, Actor(partner.person_id, frozenset()), "宿舍群", "dorm")
        other, _ = make_linked_partner(w, "Bo Chen")
        foreign = tracking.make_link(w, Actor(other.person_id, frozenset()), "宿舍群", "dorm")
    page = client.get(f"/partner/kit?link={link.code}")
    assert f"/r/{link.code}/{cohort.camp_slug}" in page.text
    part = client.get(f"/partner/kit/qr?link={link.code}&at=sheet", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="kit-qr-sheet">') and "宿舍群" in part
    assert client.get(f"/partner/kit?link={foreign.code}").status_code == 404


@pytest.mark.parametrize("design", [Design.HEADLINE, Design.COUNTDOWN, Design.OUTLINE])
def test_posters_are_drawn_once(
    client: FlaskClient, partner: Any, cohort: Any, design: Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = f"/partner/kit/{cohort.camp_slug}/posters/{design}"
    full = client.get(f"{where}.png")
    assert full.status_code == 200 and full.mimetype == "image/png"
    assert Image.open(io.BytesIO(full.data)).size == (1080, 1920)
    small = client.get(f"{where}.png?size=small")
    assert Image.open(io.BytesIO(small.data)).size == (360, 640)

    def drawn_again(*_: Any) -> bytes:
        raise AssertionError("drawn again")

    monkeypatch.setattr(current_parts().typesetter, "render", drawn_again)
    assert client.get(f"{where}.png").data == full.data
    page = client.get(where)
    assert page.status_code == 200 and "长按图片保存" in page.text
    assert 'width="1080" height="1920"' in page.text
    part = client.get(where, headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith(f'<div id="poster-{design}">')


def test_a_poster_that_cannot_be_drawn_says_why(client: FlaskClient, partner: Any, cohort: Any) -> None:
    # The camp of the factory has a host without words of their own.
    where = f"/partner/kit/{cohort.camp_slug}/posters/letter"
    part = client.get(where, headers={"HX-Request": "true"})
    assert part.status_code == 200 and "主讲人的话" in part.text and "<img" not in part.text
    assert client.get(where).status_code == 200
    assert client.get(f"{where}.png").status_code == 422
    assert client.get(f"/partner/kit/{cohort.camp_slug}/posters/results").status_code == 200


@pytest.mark.parametrize("name", ["小满🌾", "🌾"])
def test_what_no_font_has_is_left_out_of_a_name(
    client: FlaskClient, work: Open, sign_in: Any, cohort: Any, name: str
) -> None:
    with work() as w:
        partner, _ = make_linked_partner(w, name)
        person = get_person(w, partner.person_id)
    sign_in(client, person)
    where = f"/partner/kit/{cohort.camp_slug}/posters/headline"
    assert client.get(f"{where}.png").status_code == 200
    assert "长按图片保存" in client.get(where).text


def test_a_promise_too_long_for_a_poster_is_no_failure(client: FlaskClient, work: Open, partner: Any) -> None:
    files = camp_folder("long-promise")
    toml = files["camp.toml"].decode().replace("三天，写得清楚。", "写" * 60)
    with work() as w:
        camp = make_camp(w, files={**files, "camp.toml": toml.encode()})
        make_cohort(w, camp=camp.slug)
    page = client.get(f"/partner/kit/{camp.slug}/posters/headline", headers={"HX-Request": "true"})
    assert page.status_code == 200 and "一句话主张" in page.text


def test_a_camp_that_has_closed_leads_to_what_is_open(
    client: FlaskClient, work: Open, partner: Any, cohort: Any
) -> None:
    files = camp_folder("clear-words")
    with work() as w:
        closed = make_camp(w, files=files)
    page = client.get(f"/partner/kit?camp={closed.slug}")
    assert page.status_code == 200
    assert f"「{closed.title}」现在不招生" in page.text and f"/r/adalin/{cohort.camp_slug}" in page.text
    code = client.get(f"/partner/kit/qr?camp={closed.slug}")
    assert code.status_code == 200 and cohort.camp_title in code.text
    assert client.get("/partner/kit?camp=nowhere").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/partner/kit/{slug}/posters/nonsense",
        "/partner/kit/{slug}/posters/nonsense.png",
        "/partner/kit/nowhere/posters/headline",
        "/partner/kit/nowhere/posters/headline.png",
        "/partner/kit/{slug}/posters/headline.png?link=nobody",
    ],
)
def test_what_is_not_there(client: FlaskClient, partner: Any, cohort: Any, address: str) -> None:
    assert client.get(address.format(slug=cohort.camp_slug)).status_code == 404


def test_uses_are_counted_per_partner_and_day(client: FlaskClient, partner: Any, cohort: Any, read: Look) -> None:
    asset = f"{cohort.camp_slug}/moments-1"
    for _ in range(3):
        assert client.post("/partner/kit/used", data={"asset": asset, "kind": "copy"}).status_code == 204
    (use,) = read().session.scalars(select(PromoUse))
    assert (use.partner_id, use.count) == (partner.id, 3)
    assert queries.count_users(read(), [asset, "x/y"]) == {asset: 1}
    assert "1 人用过" in client.get("/partner/kit").text


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 422),
        ({"asset": "{slug}/x", "kind": "odd"}, 422),
        ({"asset": "nowhere/x", "kind": "copy"}, 404),
        ({"asset": "{slug}/../x", "kind": "copy"}, 404),
        ({"asset": "x" * 3000, "kind": "copy"}, 404),
    ],
)
def test_odd_uses_are_refused(
    client: FlaskClient, partner: Any, cohort: Any, data: dict[str, str], status: int
) -> None:
    sent = {name: value.format(slug=cohort.camp_slug) for name, value in data.items()}
    assert client.post("/partner/kit/used", data=sent).status_code == status


def test_the_post_of_today(app: Flask, client: FlaskClient, partner: Any, cohort: Any, read: Look) -> None:
    with counting(app) as count:
        post = queries.post_of_today(read(), partner)
    assert post is not None and count.statements <= 12
    assert post.url == f"http://localhost/r/adalin/{cohort.camp_slug}" and post.url in post.text
    assert post.design in (Design.COUNTDOWN, Design.HEADLINE)
    assert post.more_texts == 0
    with app.test_request_context("/partner"):
        part = render_template("affiliates/promo/_post_today.html", post=post)
        assert part.count(post.text) == 1 and 'id="post-today"' in part
        assert 'id="post-today"' in render_template("affiliates/promo/_post_today.html", post=None)


def test_what_is_offered_first_is_in_the_own_language(client: FlaskClient, work: Open, partner: Any) -> None:
    files = camp_folder("clear-words")
    english = {**files, "camp.toml": files["camp.toml"].replace(b'language = "zh"', b'language = "en"')}
    with work() as w:
        foreign = make_camp(w, files=english)
        make_cohort(w, camp=foreign.slug, starts_on=date(2026, 11, 25))
        own = make_cohort(w, starts_on=date(2026, 12, 1))
    page = client.get("/partner/kit").text
    assert page.index(f"camp={own.camp_slug}") < page.index(f"camp={foreign.slug}")
    assert f"/r/adalin/{own.camp_slug}" in client.get("/partner").text


def test_nothing_to_post_without_a_camp_or_a_link(partner: Any, read: Look) -> None:
    assert queries.post_of_today(read(), partner) is None


def test_the_handbook_opens(client: FlaskClient, partner: Any) -> None:
    assert client.get("/partner/kit/handbook").status_code == 200


@pytest.mark.parametrize(
    "address", ["/partner/kit", "/partner/kit/qr", "/partner/kit/handbook", "/partner/kit/x/posters/headline.png"]
)
def test_the_kit_is_for_partners(client: FlaskClient, work: Open, sign_in: Any, address: str) -> None:
    assert client.get(address).status_code == 303
    with work() as w:
        sign_in(client, make_someone(w))
    assert client.get(address).status_code == 403
    assert client.post("/partner/kit/used", data={"asset": "a/b", "kind": "copy"}).status_code == 403


def test_another_partners_link_is_not_drawn(work: Open, partner: Any, cohort: Any, read: Look) -> None:
    with work() as w:
        other, link = make_linked_partner(w, "Bo Chen")
    with pytest.raises(NotFound):
        queries.make_poster(read(), partner, cohort.camp_slug, Design.HEADLINE, link.code)
    assert other.id != partner.id
