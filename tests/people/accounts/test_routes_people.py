"""The console's people and their roles; strangers and refusals."""

from __future__ import annotations

from typing import Any

from lms.people.accounts import queries
from tests.factories.accounts import cast
from tests.people.accounts.staging import post


def test_an_operator_finds_people_and_changes_roles(client: Any, work: Any, sign_in: Any, read: Any) -> None:
    with work() as w:
        su, lin = cast(w, "su"), cast(w, "lin")
    sign_in(client, su)
    page = client.get("/console/people?q=林").get_data(as_text=True)
    assert "林晓" in page and lin.code in page and "苏" not in page.split('id="people"')[1]
    assert "没有找到" in client.get("/console/people?q=zzz&role=tutor").get_data(as_text=True)
    url = f"/console/people/{lin.code}"
    assert client.get(url).status_code == 200
    assert post(client, f"{url}/grant", {"role": "tutor"}, url).location == url
    assert queries.roles_of(read(), lin.id) == {"student", "tutor"}
    post(client, f"{url}/revoke", {"role": "tutor"}, url)
    assert queries.roles_of(read(), lin.id) == {"student"}
    own = f"/console/people/{su.code}"
    before = queries.roles_of(read(), su.id)
    for act, role in (("revoke", "operator"), ("grant", "finance")):
        refused = post(client, f"{own}/{act}", {"role": role}, url)
        assert refused.status_code == 403 and "自己的角色不能自己改" in refused.get_data(as_text=True)
    assert queries.roles_of(read(), su.id) == before
    page = client.get(own).get_data(as_text=True)
    assert "角色要由另一位运营来改" in page and f"{own}/grant" not in page and f"{own}/revoke" not in page
    assert post(client, f"{url}/grant", {"role": "king"}, url).status_code == 422
    refused = post(client, f"{url}/grant", {"role": "partner"}, url)
    assert refused.status_code == 409 and "「合伙人」页" in refused.get_data(as_text=True)
    page = client.get(url).get_data(as_text=True)
    assert 'value="tutor"' in page and 'value="partner"' not in page and 'value="student"' not in page
    assert client.get("/console/people/NOBODY00").status_code == 404


def test_the_console_is_closed_to_strangers(client: Any, work: Any, sign_in: Any) -> None:
    with work() as w:
        lin = cast(w, "lin")
        chen = cast(w, "chen")
    assert client.get("/console/people").status_code == 303
    for person in (lin, chen):
        sign_in(client, person)
        assert client.get("/console/people").status_code == 403
        assert post(client, f"/console/people/{lin.code}/grant", {"role": "operator"}, "/me").status_code == 403
