"""Every act of the audit trail has one style of name, and words in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flask import Flask

from lms.home.acts import ACTS
from lms.kernel.work import STAFF_ROLES
from tests.house.tree import calls, parsed, python_files, rel

STYLE = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
AUDITING = ("audit", "_audit", "_audit_roles")


def _named_acts() -> Iterator[tuple[str, str]]:
    """Give the acts that services write down: the text before `subject`, and texts handed to a helper."""
    for path in python_files("lms"):
        for call in calls(parsed(path), *AUDITING):
            for argument in call.args:
                branches = (argument.body, argument.orelse) if isinstance(argument, ast.IfExp) else (argument,)
                for one in branches:
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield rel(path), one.value


def test_services_name_their_acts_in_the_past_tense_after_a_dot() -> None:
    found = list(_named_acts())
    assert len(found) > 30
    odd = [f"{path}: {act}" for path, act in found if not STYLE.fullmatch(act)]
    assert not odd, f"An act is called thing.past_tense: {odd}"


def test_every_act_has_words() -> None:
    bare = sorted({act for _path, act in _named_acts()} - set(ACTS))
    assert not bare, f"Say in lms/home/acts.py what these are called: {bare}"


def _requests_of_staff(app: Flask) -> set[str]:
    found = set()
    for rule in app.url_map.iter_rules():
        guard = getattr(app.view_functions[rule.endpoint], "guard", None)
        if guard is None or guard.kind == "public" or "POST" not in (rule.methods or set()):
            continue
        if guard.kind == "signed_in" or not STAFF_ROLES.isdisjoint(guard.roles):
            found.add(rule.endpoint)
    return found


def test_every_request_of_staff_has_words(app: Flask) -> None:
    bare = sorted(_requests_of_staff(app) - set(ACTS))
    assert not bare, f"Say in lms/home/acts.py what these are called: {bare}"


def test_no_words_stand_for_nothing(app: Flask) -> None:
    known = {act for _path, act in _named_acts()} | _requests_of_staff(app) | {"demo.season_told"}
    assert not sorted(set(ACTS) - known)
