"""The moment between approval and the main link."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask.testing import FlaskClient

from lms.kernel.work import Work
from tests.factories.partners import make_partner, make_someone

Open = Callable[[], AbstractContextManager[Work]]


def test_until_the_main_link_is_made_pages_say_so_and_ask_again(
    client: FlaskClient, new_client: Any, work: Open, drain: Any, sign_in: Any
) -> None:
    with work() as w:
        person, partner = make_partner(w)
        operator = make_someone(w, "苏", roles=("operator",))
    staff = new_client()
    sign_in(staff, operator)
    sign_in(client, person)
    where = f"/console/partners/{partner.code}/links"
    waiting = client.get("/partner/links").text, staff.get(where).text
    for page in waiting:
        assert "主链接正在生成" in page and 'hx-trigger="load delay:2s"' in page
    drain()
    made = client.get("/partner/links").text, staff.get(where).text
    for page in made:
        assert f"/r/{partner.code}" in page and "delay:2s" not in page
