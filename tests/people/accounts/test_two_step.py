"""The second step as it is set up: a slip of the finger, and the codes for the day the phone is lost."""

from __future__ import annotations

import base64
import hmac
import re
import time
from typing import Any

from tests.factories.accounts import PASSWORD, cast
from tests.people.accounts.staging import post


def _sign_in(client: Any, work: Any) -> None:
    with work() as w:
        cast(w, "lin")
    post(client, "/login", {"email": "lin@example.com", "password": PASSWORD})


def _secret(page: str) -> str:
    found = re.search(r'id="secret"[^>]*>([^<]+)<', page)
    assert found
    return found[1]


def _finish(page: str) -> str:
    found = re.search(r'action="(/me/two-step/[^"]+)"', page)
    assert found
    return found[1]


def _code(secret: str) -> str:
    """Show what an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret.replace("-", ""))
    digest = hmac.new(key, int(time.time() // 30).to_bytes(8, "big"), "sha1").digest()
    at = digest[-1] & 15
    return f"{int.from_bytes(digest[at : at + 4], 'big') % 2**31 % 10**6:06}"


def test_a_mistyped_code_leaves_the_same_code_to_scan(client: Any, work: Any) -> None:
    _sign_in(client, work)
    page = post(client, "/me/two-step", {"setup": "authenticator"}, "/me").get_data(as_text=True)
    answer = post(client, _finish(page), {"code": "000000"}, "/me")
    again = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert _secret(again) == _secret(page) and _finish(page) in again
    assert "验证码不对" in again
    assert post(client, _finish(page), {"code": _code(_secret(page))}, "/me").status_code == 302
    assert "已开启" in client.get("/me").get_data(as_text=True)


def test_recovery_codes_are_asked_for_until_there_are_some(client: Any, work: Any) -> None:
    _sign_in(client, work)
    empty = client.get("/me/recovery-codes").get_data(as_text=True)
    assert "你还没有备用码" in empty and "看现有的备用码" not in empty
    page = post(client, "/me/two-step", {"setup": "authenticator"}, "/me").get_data(as_text=True)
    post(client, _finish(page), {"code": _code(_secret(page))}, "/me")
    assert "手机丢了，靠它登录" in client.get("/me/two-step").get_data(as_text=True)
    post(client, "/me/recovery-codes", {"generate_new_codes": "y"}, "/me")
    assert "手机丢了，靠它登录" not in client.get("/me/two-step").get_data(as_text=True)
    assert "看现有的备用码" in client.get("/me/recovery-codes").get_data(as_text=True)
