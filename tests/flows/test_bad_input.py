"""Nothing that can be typed, sent or kept in a cookie breaks a page, and no markup comes back raw."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from lms.kernel.db import db
from lms.kernel.work import Work
from lms.learning.checkins.models import CheckInFile
from tests.factories.accounts import make_person
from tests.factories.camps import make_cohort
from tests.factories.checkins import task_of
from tests.factories.enrollments import make_enrollment
from tests.flows.bad_input import ASKED, BAD, LONG, MARKUP, RAW, Place, is_open
from tests.flows.bad_input_money import codes_of, inside_fields_of, outside_fields_of
from tests.flows.killing import EVERY_STEP, Kept

Begin = Callable[[], AbstractContextManager[Work]]
Enter = Callable[[FlaskClient, Any], None]
FORM = "application/x-www-form-urlencoded"
# Rightly says 503 as long as no worker runs.
QUIET = {"home.readyz"}
FINE = {200, 204, 302, 303, 400, 401, 403, 404, 405, 409, 410, 413, 414, 415, 422, 429}


def on_sqlite(app: Flask) -> bool:
    with app.app_context():
        return db.engine.dialect.name == "sqlite"


def kinds(app: Flask, *words: str) -> dict[str, str]:
    """Give what to try: on SQLite these (in the long profile everything), on PostgreSQL what its types refuse."""
    if EVERY_STEP:
        return BAD
    return {kind: BAD[kind] for kind in (words if on_sqlite(app) else ("nul", "digits"))}


def problem(answer: Any, what: str) -> list[str]:
    """Say what is wrong with an answer, if anything."""
    found = [] if answer.status_code in FINE else [f"{what}: {answer.status_code}"]
    if answer.mimetype == "text/html" and RAW.search(answer.get_data(as_text=True)):
        found.append(f"{what}: markup came back raw")
    return found


def routes(app: Flask, method: str) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.endpoint != "static" and "demo" not in rule.rule:
            yield rule.endpoint, rule.rule


SIDES = {"outside": outside_fields_of, "console": inside_fields_of}
by_side = pytest.mark.parametrize("side", SIDES)


def forms(app: Flask, side: str) -> list[tuple[str, str]]:
    outside = side == "outside"
    return [(endpoint, rule) for endpoint, rule in routes(app, "POST") if is_open(app, endpoint) is outside]


def filled(fields: dict[str, Any]) -> dict[str, Any]:
    """Make a file of what is given as bytes; a file can be sent once only."""
    return {name: (BytesIO(value), "a.zip") if isinstance(value, bytes) else value for name, value in fields.items()}


@pytest.mark.sqlite_only  # asks the app what it has, not the database
@by_side
def test_every_form_is_in_the_sweep(app: Flask, place: Place, side: str) -> None:
    assert {endpoint for endpoint, _ in forms(app, side)} == set(SIDES[side](place))


@by_side
def test_no_form_breaks_by_what_is_typed(
    app: Flask, place: Place, enter: Callable[[], FlaskClient], commits: list[object], tmp_path: Path, side: str
) -> None:
    kept, found, tried = Kept(app, tmp_path / "kept"), [], kinds(app, "mixed", "long", "digits")
    for endpoint, rule in forms(app, side):
        fields = SIDES[side](place)[endpoint]
        address = place.address(rule, **codes_of(place).get(endpoint, {}))
        client = enter()
        for name in fields:
            for kind, bad in tried.items():
                answer = client.post(address, data=filled({**fields, name: bad}))
                found += problem(answer, f"{address} {name}={kind}")
        if on_sqlite(app):
            found += problem(client.post(address, data=filled(fields)), f"{address} as meant")
        if commits:
            kept.put_back()
            commits.clear()
    assert not found, "\n".join(found)


@pytest.mark.sqlite_only  # a body is read before any database is asked; what it says is in the sweep above
@by_side
def test_no_form_breaks_by_how_it_is_sent(
    app: Flask, place: Place, enter: Callable[[], FlaskClient], tmp_path: Path, side: str
) -> None:
    kept, found = Kept(app, tmp_path / "kept"), []
    for endpoint, rule in forms(app, side):
        names, client = list(SIDES[side](place)[endpoint]) or ["text"], enter()
        address = place.address(rule, **codes_of(place).get(endpoint, {}))
        sent: list[dict[str, Any]] = [
            {"data": "&".join(f"{name}=%ff%fe%00" for name in names).encode(), "content_type": FORM},
            {"json": dict.fromkeys(names, "a\x00b")},
            {"data": "{", "content_type": "application/json"},
            {"json": {name: [1, {"a": None}] for name in names}},
            {"data": b"--x\r\nContent-Disposition: form-data", "content_type": "multipart/form-data; boundary=x"},
            {"data": "text", "content_type": "text/plain"},
            {"data": {name: (BytesIO(b"\x00\xff"), "a.txt") for name in names}},
            {"data": b"", "headers": {"HX-Request": "true"}},
        ]
        for number, how in enumerate(sent):
            found += problem(client.post(address, **how), f"{address} sent the way {number}")
        kept.put_back()
    assert not found, "\n".join(found)


def test_the_console_acts_on_nothing_that_is_not_there(
    app: Flask, place: Place, enter: Callable[[], FlaskClient]
) -> None:
    found, client = [], enter()
    for endpoint, rule in forms(app, "console"):
        for name in re.findall(r"<(?:int:)?([a-z_]+)>", rule):
            address = place.address(rule, **{name: "99999999"})
            answer = client.post(address, data=filled(inside_fields_of(place)[endpoint]))
            found += problem(answer, address)
            found += [] if 400 <= answer.status_code < 500 else [f"{address}: {answer.status_code}"]
    assert not found, "\n".join(found)


def test_no_address_breaks_by_its_codes_or_questions(
    app: Flask, place: Place, enter: Callable[[], FlaskClient]
) -> None:
    found = []
    tried = {kind: bad[:2000] for kind, bad in kinds(app, "mixed", "digits").items()}
    for endpoint, rule in routes(app, "GET"):
        if endpoint in QUIET or endpoint.startswith("promo.poster"):
            continue
        client = enter()  # anew: some addresses sign people out
        for kind, bad in tried.items():
            answer = client.get(place.address(rule), query_string=dict.fromkeys(ASKED, bad))
            found += problem(answer, f"{rule} asked with {kind}")
            if "<" not in rule:
                continue
            names = place.codes.keys() | {"code"}
            code = "9" * 30 if "<int:" in rule else bad
            answer = client.get(place.address(rule, **dict.fromkeys(names, code)))
            found += problem(answer, f"{rule} with code {kind}")
    assert not found, "\n".join(found)


def test_pages_show_what_was_typed_as_text(app: Flask, place: Place, enter: Callable[[], FlaskClient]) -> None:
    """The stored texts are full of markup: no page, whoever opens it, holds it raw."""
    found, shown = [], 0
    for endpoint, rule in routes(app, "GET"):
        if endpoint in QUIET:
            continue
        answer = enter().get(place.address(rule))
        found += problem(answer, rule)
        shown += "&lt;script&gt;alert" in answer.get_data(as_text=True) if answer.mimetype == "text/html" else 0
    assert not found, "\n".join(found)
    assert shown >= 6, "the markup is there, escaped"


@pytest.mark.sqlite_only  # cookies are read without a database
def test_a_tampered_cookie_is_no_cookie(place: Place, new_client: Callable[[], FlaskClient]) -> None:
    for cookie in ("session", "encamp_visitor", "encamp_remember", "language", "theme"):
        for value in ("x", "eyJhIjoxfQ.AAAA.BBBB", "%00%ff", '"><script>alert(1)</script>', "9" * 3000):
            come_with(new_client(), place, cookie, value)


def come_with(client: FlaskClient, place: Place, cookie: str, value: str) -> None:
    """Look around as a stranger whose cookie somebody has written by hand."""
    for address, status in (("/", 200), ("/today", 303), (f"/r/{place.codes['r:code']}", 302), ("/verify", 200)):
        client.set_cookie(cookie, value)
        answer = client.get(address, headers={"User-Agent": "Mozilla/5.0 (iPhone) Mobile"})
        assert not problem(answer, address)
        assert answer.status_code == status, f"{cookie}={value[:20]}: {address} answered {answer.status_code}"
    client.set_cookie(cookie, value)
    answer = client.post(f"/c/{place.codes['slug']}/join", data={"cohort": place.codes["open_cohort"]})
    assert answer.status_code == 303 and "/register" in answer.location


@pytest.mark.sqlite_only  # cookies are read without a database
def test_a_session_that_somebody_changed_is_nobodys(
    place: Place, new_client: Callable[[], FlaskClient], enter: Callable[[], FlaskClient]
) -> None:
    own = enter().get_cookie("session")
    assert own is not None
    client = new_client()
    head, _, rest = own.value.partition(".")
    client.set_cookie("session", f"{head[:-2]}AA.{rest}")
    assert client.get("/me").status_code == 303


def test_the_right_no_for_each_wrong(place: Place, enter: Callable[[], FlaskClient]) -> None:
    client, codes = enter(), place.codes
    learn = f"/learn/{codes['learn:code']}"
    assert client.post(f"{learn}/questions", data={"text": LONG}).status_code == 422
    assert client.post(f"{learn}/questions", data={"text": " \x00\u202e "}).status_code == 422
    assert client.post("/me/profile", data={"display_name": LONG, "language": "zh"}).status_code == 422
    assert client.post("/learn/ZZZZZZZZ/questions", data={"text": "有吗"}).status_code == 404
    assert client.post(f"{learn}/tasks/ZZZZZZZZ", data={"text": "有吗"}).status_code == 404
    assert client.post(f"/c/{codes['slug']}/join", data={"cohort": "ZZZZZZZZ"}).status_code == 404
    assert client.get(f"/verify/{MARKUP.replace('/', '')}").status_code == 404
    assert client.get("/r/nobody").status_code == 404
    assert client.get("/unsubscribe/tampered").status_code == 404
    assert client.post("/me/profile", data=b"x" * (65 * 1024 * 1024), content_type=FORM).status_code == 413


def test_a_file_too_large_or_of_a_wrong_kind_is_refused_and_the_text_stays(
    work: Begin, place: Place, new_client: Callable[[], FlaskClient], sign_in: Enter
) -> None:
    with work() as w:
        lin = make_person(w)
        cohort = make_cohort(w, camp=place.codes["slug"])
        make_enrollment(w, cohort, lin)
        task = task_of(w, cohort, 1)
    client = new_client()
    sign_in(client, lin)
    address = f"/learn/{cohort.code}/tasks/{task.code}"
    for data, name, status in (
        (b"%PDF-1.7" + b"0" * (10 * 1024 * 1024), "big.pdf", 422),
        (b"MZ\x90\x00", "game.exe", 422),
        (b"\x89PNG\r\n\x1a\nbroken", "photo.png", 422),
    ):
        answer = send_file(client, address, data, name)
        assert not problem(answer, name)
        assert answer.status_code == status, name
        assert "写好的三句话都在。" in answer.get_data(as_text=True)
    drawing = b"<svg onload=alert(1)></svg>"
    assert send_file(client, address, drawing, "<img src=x onerror=alert(1)>.svg").status_code == 303
    with work() as w:
        code = w.session.scalars(select(CheckInFile.code).order_by(CheckInFile.id.desc()).limit(1)).one()
    assert not problem(client.get(address), "the name of a file")
    kept = client.get(f"/files/check-ins/{code}")
    assert kept.status_code == 200
    assert kept.mimetype == "application/octet-stream", "a drawing is kept as the text it is and never run"
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert kept.headers["X-Content-Type-Options"] == "nosniff"


def send_file(client: FlaskClient, address: str, data: bytes, name: str) -> Any:
    """Hand a file in with a text."""
    form = {"text": "写好的三句话都在。", "link": "https://example.com/a", "files": FileStorage(BytesIO(data), name)}
    boundary, body = encode_multipart(form)
    return client.post(address, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def test_rare_names_and_scripts_are_kept_as_they_are(place: Place, enter: Callable[[], FlaskClient]) -> None:
    client = enter()
    for name in ("𠮷田", "阿不都热合曼·吾守尔", "Nguyễn Thị", "أحمد", "👩‍🚀 Mia", "O’Neil-Śmith"):
        form = {"display_name": name, "language": "zh", "time_zone": "Asia/Shanghai"}
        assert client.post("/me/profile", data=form).status_code == 303, name
        assert f'value="{name}"' in client.get("/me").get_data(as_text=True)
