"""Many people at the door at once, on both engines."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from lms.people.accounts.models import Person
from tests.factories.accounts import PASSWORD, cast

AT_ONCE = 12


def enter(app: Flask, url: str, data: dict[str, str]) -> int:
    """Fill in a form as one browser and give the answer's status."""
    browser = app.test_client()
    found = re.search(r'name="csrf-token" content="([^"]+)"', browser.get(url).get_data(as_text=True))
    assert found
    return browser.post(url, data={"csrf_token": found[1], **data}).status_code


def test_sign_ins_do_not_stand_in_each_others_way(app: Flask, work: Any) -> None:
    with work() as w:
        cast(w, "lin")
    data = {"email": "lin@example.com", "password": PASSWORD}
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        said = list(crowd.map(lambda _: enter(app, "/login", data), range(2 * AT_ONCE)))
    assert set(said) == {302}


def test_one_address_makes_one_account_however_often_it_is_sent(app: Flask, read: Any) -> None:
    def sign_up(n: int) -> int:
        email = f"crowd{n % 3}@example.com"
        form = {"display_name": "林晓", "password": PASSWORD, "time_zone": "Asia/Shanghai", "terms": "y"}
        return enter(app, "/register", {**form, "email": email})

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        said = list(crowd.map(sign_up, range(AT_ONCE)))
    # A twin in the same moment may be told so, one a moment later is led to signing in; nobody meets a broken page.
    assert set(said) <= {302, 303, 409} and 302 in said
    assert read().session.scalar(select(func.count()).select_from(Person)) == 3
