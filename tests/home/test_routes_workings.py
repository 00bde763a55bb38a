"""Background work and the audit trail: who may look, what is shown, and trying again."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.kernel.audit import AuditEntry
from lms.kernel.outbox import OutboxRow, RowKind, RowState
from lms.kernel.work import Read, Work
from tests.conftest import counting
from tests.factories.accounts import cast

Works = Callable[[], AbstractContextManager[Work]]
SignIn = Callable[[FlaskClient, Any], None]
PAGES = ("/console/outbox", "/console/audit", "/console")


def make_dead(work: Work, error: str = "Traceback\nConnectionError: no answer", at: int = 0) -> int:
    """Write a row that has failed for good."""
    row = OutboxRow(
        kind=RowKind.ERRAND,
        name="mail",
        key=f"mail:{at}",
        payload={},
        state=RowState.DEAD,
        run_at=work.now,
        attempts=8,
        error=error,
        created_at=work.now,
    )
    return work.add(row).id


@pytest.mark.parametrize("url", PAGES)
def test_strangers_do_not_see_the_workings(client: FlaskClient, work: Works, sign_in: SignIn, url: str) -> None:
    assert "/login" in client.get(url).headers["Location"]
    for key in ("lin", "chen", "ada"):
        with work() as w:
            person = cast(w, key)
        sign_in(client, person)
        assert client.get(url).status_code == 403


def test_finance_sees_the_console_but_not_the_machinery(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        fin = cast(w, "fin")
    sign_in(client, fin)
    assert client.get("/console").status_code == 200
    assert client.get("/console/outbox").status_code == 403
    assert client.get("/console/audit").status_code == 403


def test_a_dead_row_shows_why_it_failed_and_can_be_tried_again(
    client: FlaskClient, work: Works, sign_in: SignIn, read: Callable[[], Read]
) -> None:
    with work() as w:
        su = cast(w, "su")
        row_id = make_dead(w)
    sign_in(client, su)
    page = client.get("/console/outbox").text
    assert "ConnectionError: no answer" in page
    assert "试了 8 次" in page
    answer = client.post(f"/console/outbox/{row_id}/retry")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/outbox")
    row = read().session.scalars(select(OutboxRow).where(OutboxRow.id == row_id)).one()
    assert (row.state, row.attempts) == ("waiting", 0)
    acts = read().session.scalars(select(AuditEntry.act)).all()
    assert "home.retry_row" in acts


def test_only_dead_rows_can_be_tried_again_and_only_by_operators(
    client: FlaskClient, work: Works, sign_in: SignIn
) -> None:
    with work() as w:
        chen, su, row_id = cast(w, "chen"), cast(w, "su"), make_dead(w)
    sign_in(client, chen)
    assert client.post(f"/console/outbox/{row_id}/retry").status_code == 403
    sign_in(client, su)
    assert client.post(f"/console/outbox/{row_id + 1}/retry").status_code == 404


def test_dead_rows_come_in_pages_and_cost_the_same_few_statements(
    app: Flask, client: FlaskClient, work: Works, sign_in: SignIn
) -> None:
    with work() as w:
        su = cast(w, "su")
        ids = [make_dead(w, at=at) for at in range(60)]
    sign_in(client, su)
    with counting(app) as count:
        page = client.get("/console/outbox").text
    assert count.statements <= 5, count.said
    assert page.count('/retry"') == 50
    assert f"before={ids[10]}" in page
    assert client.get(f"/console/outbox?before={ids[10]}").text.count('/retry"') == 10


def test_an_empty_outbox_says_so(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        su = cast(w, "su")
    sign_in(client, su)
    assert "没有失败的任务" in client.get("/console/outbox").text


def test_the_audit_trail_is_filtered_by_act_and_person(client: FlaskClient, work: Works, sign_in: SignIn) -> None:
    with work() as w:
        su, chen = cast(w, "su"), cast(w, "chen")
        for person, act in ((su, "camps.publish"), (chen, "checkins.accept"), (su, "camps.archive")):
            w.session.add(
                AuditEntry(at=w.now, person_id=person.id, via="web", act=act, subject="x:1", after={"state": "done"})
            )
    sign_in(client, su)
    page = client.get("/console/audit").text
    assert "发布训练营" in page and "camps.publish" in page
    assert "checkins.accept" in page
    for typed in ("发布训练", "published a"):
        page = client.get("/console/audit", query_string={"act": typed}).text
        assert "camps.publish" in page and "camps.archive" not in page
    page = client.get("/console/audit?act=camps.").text
    assert "camps.archive" in page
    assert "checkins.accept" not in page
    page = client.get("/console/audit?person=chen@example.com").text
    assert "checkins.accept" in page
    assert "camps.publish" not in page
    assert "没有符合的记录" in client.get("/console/audit?act=nothing").text


def test_the_audit_trail_is_paged_by_key_at_a_constant_cost(
    app: Flask, client: FlaskClient, work: Works, sign_in: SignIn
) -> None:
    with work() as w:
        su = cast(w, "su")
        for at in range(70):
            w.session.add(
                AuditEntry(at=w.now - timedelta(hours=at), person_id=su.id, via="web", act=f"a.{at}", subject="s")
            )
    sign_in(client, su)
    with counting(app) as count:
        page = client.get("/console/audit")
    assert count.statements <= 4, count.said
    assert page.text.count("<dt") == 0
    assert "before=" in page.text
    assert len(page.data) < 90_000
