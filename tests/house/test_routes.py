"""Every route has one guard, and strangers stay outside."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.work import SYSTEM, begin_work
from lms.people.accounts import service as accounts
from lms.web.guards import Guard
from lms.web.pages import NAVIGATION

# Flask-Security guards its own views; static files are for everybody.
FENCED = ("security.", "static")


def _routes(app: Flask) -> list[tuple[str, str, str, Guard | None]]:
    rows = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(FENCED):
            continue
        guard = getattr(app.view_functions[rule.endpoint], "guard", None)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            rows.append((method, rule.rule, rule.endpoint, guard))
    return rows


def _address(rule: str) -> str:
    def fill(match: re.Match[str]) -> str:
        kind = match[1] or ""
        if kind.startswith("int"):
            return "1"
        if kind.startswith("any"):
            return kind[4:-1].split(",")[0].strip(" '\"")
        return "ZZZZZZZZ"

    return re.sub(r"<(?:([^:<>]+):)?[^<>]+>", fill, rule)


def test_every_route_has_exactly_one_guard(app: Flask) -> None:
    bare = sorted({endpoint for _m, _r, endpoint, guard in _routes(app) if guard is None})
    assert not bare, f"Put @public, @signed_in or @role(…) directly under the route decorator of: {bare}"


def test_addresses_are_kebab_case_nouns(app: Flask) -> None:
    odd = [
        rule
        for _m, rule, _e, _g in _routes(app)
        if not re.fullmatch(r"(/(<[^>]+>|[a-z0-9-]+)?(\.[a-z]+|<[^>]+>)?)+", rule)
    ]
    assert not odd, f"URLs are kebab-case nouns with typed parameters: {odd}"


def test_visitors_are_asked_to_sign_in(app: Flask, client: FlaskClient) -> None:
    let_in = []
    for method, rule, _endpoint, guard in _routes(app):
        if guard is None or guard.kind == "public":
            continue
        answer = client.open(_address(rule), method=method)
        to_login = answer.status_code == 303 and "/login" in answer.headers["Location"]
        if not (to_login or answer.status_code == 401):
            let_in.append(f"{method} {rule} answered {answer.status_code}")
    assert not let_in, let_in


ROLES = ("student", "tutor", "partner", "operator", "finance")


@pytest.mark.parametrize("held", ROLES)
def test_the_wrong_role_is_refused(
    app: Flask, client: FlaskClient, sign_in: Callable[[FlaskClient, Any], None], held: str
) -> None:
    with begin_work() as work:
        person = accounts.create_person(
            work, SYSTEM, email=f"{held}@example.com", password=None, display_name="路人", roles=(held,)
        )
    sign_in(client, person)
    let_in = []
    for method, rule, _endpoint, guard in _routes(app):
        if guard is None or guard.kind != "role" or held in guard.roles:
            continue
        answer = client.open(_address(rule), method=method)
        if answer.status_code != 403:
            let_in.append(f"{method} {rule} answered {answer.status_code} to a {held}")
    assert not let_in, let_in


def test_no_route_falls_over_an_unknown_row(
    app: Flask, client: FlaskClient, sign_in: Callable[[FlaskClient, Any], None]
) -> None:
    with begin_work() as work:
        person = accounts.create_person(
            work, SYSTEM, email="all@example.com", password=None, display_name="全能", roles=ROLES
        )
    sign_in(client, person)
    fallen = []
    for method, rule, _endpoint, _guard in _routes(app):
        if "<" not in rule:
            continue
        answer = client.open(_address(rule), method=method)
        if answer.status_code >= 500 or (answer.status_code == 200 and "/c/" not in rule):
            fallen.append(f"{method} {rule} answered {answer.status_code} for a row that is not there")
    assert not fallen, fallen


def test_the_navigation_leads_somewhere(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    lost = [p.url for places in NAVIGATION.values() for p in places if not adapter.test(p.url, "GET")]
    assert not lost, f"lms/web/pages.py NAVIGATION names addresses that no route answers: {lost}"
