"""Whoever holds a certificate is invited to become a partner; who is one finds the own link."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from lms.affiliates.partners import service as partners
from lms.affiliates.partners.queries import find_partner
from lms.affiliates.partners.wording import VERSION
from lms.commerce.shop import service as shop
from lms.commerce.shop.rules import Terms
from lms.kernel.work import SYSTEM
from lms.learning.certificates import service
from lms.learning.certificates.rules import RevokeReason
from tests.conftest import counting
from tests.factories.accounts import as_actor
from tests.factories.camps import make_cohort
from tests.factories.commissions import make_standard_plan
from tests.learning.certificates.staging import Begin, Look, Scene, SignIn

HEAD = 'id="invitation"'


def test_a_holder_becomes_a_partner_with_one_tap(
    client: FlaskClient, scene: Scene, sign_in: SignIn, read: Look, drain: Any
) -> None:
    sign_in(client, scene.people["lin"])
    page = client.get("/certificates").text
    assert HEAD in page and "谁来了当场看得见" in page and "%" not in _part(page)
    fields = dict(re.findall(r'<input type="hidden" name="(version|digest)" value="([^"]+)"', _part(page)))
    assert client.post("/partner/join", data=fields).status_code == 303
    found = find_partner(read(), scene.people["lin"].id)
    assert found is not None and found.is_approved
    assert HEAD not in client.get("/certificates").text
    drain()
    after = client.get(f"/certificates/{scene.code}").text
    assert f"/r/{found.code}/{scene.certificate.snapshot.camp_slug}" in _part(after) and "/partner/join" not in after


def test_it_says_what_a_partner_earns(
    app: Flask, client: FlaskClient, scene: Scene, sign_in: SignIn, work: Begin
) -> None:
    with work() as w:
        make_standard_plan(w)
    sign_in(client, scene.people["lin"])
    assert "你得实付的 20%。" in _part(client.get("/certificates").text)
    with work() as w:
        cohort = make_cohort(w, camp=scene.certificate.snapshot.camp_slug)
        shop.set_offer(w, SYSTEM, cohort.code, Terms(39_900, "CNY"))
    with counting(app) as count:
        page = client.get(f"/certificates/{scene.code}").text
    assert "现在约 ¥79.80" in _part(page) and count.statements <= 12, count.said
    client.post("/language", data={"language": "en"})
    assert "20% of what they pay, about CN¥79.80 now" in _part(client.get("/certificates").text)


def test_who_is_not_invited(client: FlaskClient, scene: Scene, sign_in: SignIn, work: Begin) -> None:
    sign_in(client, scene.people["maya"])
    assert HEAD not in client.get("/certificates").text
    with work() as w:
        joined = partners.become_partner(w, as_actor(w, scene.people["lin"]), VERSION)
        partners.suspend(w, scene.operator, joined.code, "核查中")
    sign_in(client, scene.people["lin"])
    assert HEAD not in client.get("/certificates").text


def test_a_revoked_certificate_invites_nobody(client: FlaskClient, scene: Scene, sign_in: SignIn, work: Begin) -> None:
    with work() as w:
        service.revoke(w, scene.operator, scene.code, RevokeReason.ISSUED_IN_ERROR)
    sign_in(client, scene.people["lin"])
    assert HEAD not in client.get("/certificates").text
    assert HEAD not in client.get(f"/certificates/{scene.code}").text


def _part(page: str) -> str:
    return page.split(HEAD, 1)[1].split("</section>", 1)[0]
