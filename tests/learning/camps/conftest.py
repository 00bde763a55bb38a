"""People who look at camps."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.kernel.work import SYSTEM, Work
from lms.people.accounts import service as accounts


def make_person(work: Work, name: str, *roles: str) -> Any:
    return accounts.create_person(
        work,
        SYSTEM,
        email=f"{name.lower()}@example.com",
        password="a long enough phrase 17",
        display_name=name,
        roles=("student", *roles),
        confirmed=True,
    )


@pytest.fixture
def people(work: Callable[[], AbstractContextManager[Work]]) -> dict[str, Any]:
    with work() as w:
        return {
            "operator": make_person(w, "Sam", "operator"),
            "tutor": make_person(w, "Cole", "tutor"),
            "other tutor": make_person(w, "Tess", "tutor"),
            "student": make_person(w, "Maya"),
        }


@pytest.fixture
def as_(new_client: Callable[[], FlaskClient], sign_in: Any, people: dict[str, Any]) -> Callable[[str], FlaskClient]:
    """`as_("operator")` gives a browser in which that person is signed in."""

    def enter(who: str) -> FlaskClient:
        client = new_client()
        sign_in(client, people[who])
        return client

    return enter
