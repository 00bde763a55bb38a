"""Small words of the tests of accounts."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from lms.kernel.db import db
from lms.people.accounts.models import Person


def token(client: Any, url: str = "/login") -> str:
    page = client.get(url).get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    return found[1]


def post(client: Any, url: str, data: dict[str, str], page: str = "/login", **more: Any) -> Any:
    return client.post(url, data={"csrf_token": token(client, page), **data}, **more)


def person_of(email: str) -> Person | None:
    db.session.rollback()
    return db.session.scalars(select(Person).where(Person.email == email)).unique().one_or_none()
