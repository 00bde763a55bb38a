"""The address for notices, and finance's pages about them."""

from __future__ import annotations

import dataclasses
import io
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.commerce.gateway import queries, service
from lms.commerce.gateway.notices import NoticeState, notice_of
from lms.commerce.gateway.service.reconciling import Answers, reconcile
from lms.kernel.audit import AuditEntry
from lms.kernel.outbox import OutboxRow
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.work import SYSTEM, Read, Work, begin_read
from lms.people.accounts.service import create_person
from tests.commerce.gateway.telling import SECRET, body_of, notice, refund, session, signed
from tests.conftest import STORY_NOW
from tests.fake_gateway import FakeGateway

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]
Enter = Callable[[FlaskClient, Any], None]

PAID = notice("checkout.session.completed", session(), "evt_1")


@pytest.fixture
def listening(app: Flask) -> Iterator[None]:
    """Give the app a secret for notices."""
    parts: Parts = app.extensions[EXTENSION]
    before = parts.settings
    parts.settings = dataclasses.replace(before, stripe_webhook_secrets=(SECRET, "whsec_connect"))
    yield
    parts.settings = before


def send(client: FlaskClient, body: bytes, header: str | None = None) -> TestResponse:
    sign = signed(body) if header is None else header
    return client.post(
        "/webhooks/stripe", data=body, headers={"Stripe-Signature": sign}, content_type="application/json"
    )


@pytest.mark.usefixtures("listening")
def test_a_signed_notice_is_kept_before_the_answer(client: FlaskClient, read: Look) -> None:
    body = body_of(PAID)
    for _ in range(3):
        answer = send(client, body)
        assert (answer.status_code, answer.data) == (200, b"")
    assert [line.event_id for line in queries.list_notices(read())] == ["evt_1"]


@pytest.mark.usefixtures("listening")
def test_connected_accounts_have_a_secret_of_their_own(client: FlaskClient, read: Look) -> None:
    body = body_of(PAID)
    assert send(client, body, signed(body, "whsec_connect")).status_code == 200
    assert len(queries.list_notices(read())) == 1


@pytest.mark.usefixtures("listening")
def test_an_unknown_type_and_an_unknown_order_are_taken(client: FlaskClient, read: Look) -> None:
    assert send(client, body_of(notice("a.kind.of.tomorrow", session(), "evt_2"))).status_code == 200
    assert send(client, body_of(notice("refund.created", refund(metadata={}), "evt_3"))).status_code == 200
    states = [line.state for line in queries.list_notices(read())]
    assert states == [NoticeState.HANDLED, NoticeState.IGNORED]


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize(
    "header",
    ["", "t=1,v1=00", signed(body_of(PAID), "whsec_other"), signed(body_of(PAID), at=time.time() - 400)],
    ids=["none", "ill", "foreign", "old"],
)
def test_a_wrong_or_old_signature_changes_nothing(client: FlaskClient, read: Look, header: str) -> None:
    assert send(client, body_of(PAID), header).status_code == 400
    assert queries.list_notices(read()) == []
    assert read().session.scalars(select(OutboxRow)).all() == []


@pytest.mark.usefixtures("listening")
def test_a_huge_body_is_not_read(client: FlaskClient, read: Look) -> None:
    body = body_of({**PAID, "padding": "x" * 256 * 1024})
    assert send(client, body).status_code == 413
    endless = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    assert client.post("/webhooks/stripe", input_stream=io.BytesIO(body), environ_overrides=endless).status_code == 413
    assert queries.list_notices(read()) == []


def test_without_a_secret_there_is_no_such_address(client: FlaskClient, read: Look) -> None:
    assert send(client, body_of(PAID)).status_code == 404
    assert queries.list_notices(read()) == []


@pytest.mark.usefixtures("listening")
def test_no_token_of_ours_is_asked_for(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        assert send(client, body_of(PAID)).status_code == 200
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def test_forms_may_end_at_the_gateways_own_pages_only(app: Flask, client: FlaskClient) -> None:
    parts: Parts = app.extensions[EXTENSION]
    assert "form-action 'self';" in client.get("/login").headers["Content-Security-Policy"]
    before = parts.settings
    parts.settings = dataclasses.replace(before, stripe_secret_key="sk_test_1")
    try:
        policy = client.get("/login").headers["Content-Security-Policy"]
    finally:
        parts.settings = before
    assert "form-action 'self' https://checkout.stripe.com https://connect.stripe.com;" in policy


# --- Finance ----------------------------------------------------------------


def person(work: Open, *roles: str) -> Any:
    with work() as w:
        return create_person(
            w, SYSTEM, email=f"{roles[0]}@example.com", password=None, display_name="Fen", roles=roles, confirmed=True
        )


@pytest.fixture
def cashier(client: FlaskClient, work: Open, sign_in: Enter) -> Any:
    found = person(work, "finance")
    sign_in(client, found)
    return found


@pytest.fixture
def kept(work: Open, read: Look) -> list[int]:
    """Keep a handled, an ignored and an unreadable notice; gives their ids, newest first."""
    with work() as w:
        for kind, thing in (("refund.created", refund()), ("charge.refunded", {}), ("refund.failed", {"id": "re_9"})):
            service.receive(w, notice_of(notice(kind, thing)))
    return [line.id for line in queries.list_notices(read())]


@pytest.mark.usefixtures("cashier")
def test_notices_are_listed_and_filtered(client: FlaskClient, kept: list[int]) -> None:
    page = client.get("/finance/notices")
    assert page.status_code == 200
    assert "refund.created" in page.text and "charge.refunded" in page.text and "没读懂" in page.text
    page = client.get("/finance/notices?state=ignored")
    assert "charge.refunded" in page.text and "refund.created" not in page.text
    assert client.get("/finance/notices?state=ill&before=ill").status_code == 200


@pytest.mark.usefixtures("cashier")
def test_notices_are_paged(client: FlaskClient, work: Open) -> None:
    with work() as w:
        for n in range(queries.PAGE + 1):
            service.receive(w, notice_of(notice("refund.created", refund(id=f"re_{n}"), f"evt_{n}")))
    page = client.get("/finance/notices")
    assert "· re_1<" in page.text and "· re_0<" not in page.text and "更早的" in page.text
    older = page.text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert "· re_0<" in client.get(older).text


@pytest.mark.usefixtures("cashier")
def test_a_notice_is_shown_and_replayed(client: FlaskClient, kept: list[int], read: Look) -> None:
    handled = kept[2]
    page = client.get(f"/finance/notices/{handled}")
    assert "REFUND01" in page.text and "重放" in page.text
    answer = client.post(f"/finance/notices/{handled}/replay")
    assert (answer.status_code, answer.location) == (303, f"/finance/notices/{handled}")
    acts = read().session.scalars(select(AuditEntry.act)).all()
    assert "gateway_notice.replayed" in acts
    assert client.post(f"/finance/notices/{kept[1]}/replay").status_code == 409
    assert client.post(f"/finance/notices/{kept[0]}/replay").status_code == 409
    assert client.get("/finance/notices/99999").status_code == 404


def test_operators_read_but_do_not_act(client: FlaskClient, work: Open, sign_in: Enter, kept: list[int]) -> None:
    sign_in(client, person(work, "operator"))
    page = client.get(f"/finance/notices/{kept[2]}")
    assert page.status_code == 200 and f"/finance/notices/{kept[2]}/replay" not in page.text
    assert client.post(f"/finance/notices/{kept[2]}/replay").status_code == 403
    assert client.get("/finance/reconciliation").status_code == 200
    assert client.post("/finance/reconciliation/run").status_code == 403


@pytest.mark.parametrize("role", ["student", "tutor", "partner"])
def test_others_stay_outside(role: str, client: FlaskClient, work: Open, sign_in: Enter, kept: list[int]) -> None:
    sign_in(client, person(work, role))
    for address in ("/finance/notices", f"/finance/notices/{kept[0]}", "/finance/reconciliation"):
        assert client.get(address).status_code == 403
    assert client.post(f"/finance/notices/{kept[0]}/replay").status_code == 403


@pytest.mark.usefixtures("cashier")
def test_without_a_gateway_the_pages_say_so(client: FlaskClient) -> None:
    for address in ("/finance/notices", "/finance/reconciliation"):
        assert "STRIPE_SECRET_KEY" in client.get(address).text
    assert client.post("/finance/reconciliation/run").status_code == 503


@pytest.mark.usefixtures("cashier")
def test_differences_are_shown_with_what_to_do(client: FlaskClient, gateway: FakeGateway, work: Open) -> None:
    gateway.move("charge", "ch_1", 39900, "CNY", 1187)
    gateway.move("advance", "adv_1", -700, "CNY")
    with work() as w:
        service.note_settled(w, "payment", "cs_lost", "ORDER009", 39900, "CNY")
        service.note_settled(w, "refund", "re_lost", "REFUND09", 100, "CNY")
    with work() as w:
        asked = queries.keys_to_compare(w, STORY_NOW - timedelta(days=1))
        reconcile(w, Answers(STORY_NOW - timedelta(days=1), [], [], [], gateway.entries, asked))
    page = client.get("/finance/reconciliation")
    for words in ("ORDER009", "REFUND09", "¥399.00", "要处理", "advance", "差额", "本站已入账", "截至上次对账"):
        assert words in page.text, words


@pytest.mark.usefixtures("cashier", "gateway")
def test_a_comparison_may_be_asked_for(client: FlaskClient, read: Look, drain: Callable[[], int]) -> None:
    assert "还没有对过账" in client.get("/finance/reconciliation").text
    for _ in range(2):
        assert client.post("/finance/reconciliation/run").status_code == 303
    rows = read().session.scalars(select(OutboxRow).where(OutboxRow.name == service.RECONCILE_ERRAND)).all()
    assert len(rows) == 1


@pytest.mark.both_engines
@pytest.mark.usefixtures("cashier")
def test_a_notice_of_our_own_payment_says_that_another_covered_it(client: FlaskClient, work: Open) -> None:
    ours, strange = ({"id": f"pi_{name}", "metadata": {"reference": name}} for name in ("ORDER001", "ORDER777"))
    odd = {"id": "pi_odd", "metadata": "odd"}
    with work() as w:
        service.note_settled(w, "payment", "cs_1", "ORDER001", 39900, "CNY")
        for n, thing in enumerate((ours, strange, odd)):
            service.receive(w, notice_of(notice("payment_intent.succeeded", thing, f"evt_own_{n}")))
    page = client.get("/finance/notices").text
    assert page.count("已由另一条通知处理") == 1 and "扣款成功" in page and "其他消息" not in page
    shown = [client.get(f"/finance/notices/{line.id}").text for line in reversed(queries.list_notices(begin_read()))]
    assert "属于 ORDER001" in shown[0] and "没有可以重放的内容" in shown[1] and "没有可以重放的内容" in shown[2]
