"""The pages of the wallet and of finance, for those they are for and for strangers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import update

from lms.affiliates.commissions import service as commissions
from lms.affiliates.partners import service as partners
from lms.affiliates.payouts import queries
from lms.affiliates.payouts import service as payouts
from lms.kernel.money import Money
from lms.kernel.work import SYSTEM, Read, Work
from lms.people.accounts.models import Person as PersonRow
from lms.people.messages.queries import list_notices
from tests.affiliates.payouts.gateways import MemoryGateway
from tests.conftest import counting
from tests.factories.accounts import PASSWORD
from tests.factories.payouts import CARD, ask, claw_back, earn, make_earner, make_finance

Open = Callable[[], AbstractContextManager[Work]]
PLAIN = CARD.replace(" ", "")


def client_key(page: str) -> str:
    found = re.search(r'name="client_key"[^>]* value="([^"]+)"', page)
    assert found, "the form has its key"
    return found[1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_new_partners_wallet_says_what_it_is_for(
    client: FlaskClient, work: Open, sign_in: Any, language: str
) -> None:
    with work() as w:
        person, _ = make_earner(w, 0, kind=None)
    sign_in(client, person)
    client.set_cookie("language", language)
    page = client.get("/partner/wallet").text
    assert "¥0.00" in page and "¥100.00" in page and "还没有收入" in page


def test_asking_shows_the_payout_and_twice_is_once(
    client: FlaskClient, work: Open, sign_in: Any, read: Callable[[], Read]
) -> None:
    with work() as w:
        person, partner = make_earner(w, 60_000)
        earn(w, partner.id, 1_200, released=False)
    sign_in(client, person)
    page = client.get("/partner/wallet").text
    assert "¥600.00" in page and "招商银行 6783" in page and PLAIN not in page and 'value="600.00"' in page
    form = {"client_key": client_key(page), "currency": "CNY", "amount": "￥500"}
    assert client.get("/partner/wallet/payouts").headers["Location"] == "/partner/wallet"
    for _ in range(2):
        sent = client.post("/partner/wallet/payouts", data=form)
        assert sent.status_code == 303
    (payout,) = queries.list_my_payouts(read(), partner.id)
    assert sent.headers["Location"] == f"/partner/payouts/{payout.code}"
    shown = client.get(f"/partner/payouts/{payout.code}").text
    assert "等待审批" in shown and "申请提现" in shown
    assert client.post(f"/partner/payouts/{payout.code}/cancel").status_code == 303
    over = client.get(f"/partner/payouts/{payout.code}").text
    assert "已取消" in over and "没有打款" in over
    wallet = client.get("/partner/wallet").text
    assert "提现未打款，退回" in wallet and "+¥500.00" in wallet and "−¥500.00" in wallet
    assert "已留出" not in wallet and wallet.count("已取消") == 2


def test_what_is_too_late_to_cancel_leads_back_to_the_payout(client: FlaskClient, work: Open, sign_in: Any) -> None:
    with work() as w:
        person, _ = make_earner(w)
        code, finance = ask(w, person).code, make_finance(w)
        payouts.approve(w, finance, code)
        payouts.make_batch(w, finance, [code])
    sign_in(client, person)
    late = client.post(f"/partner/payouts/{code}/cancel")
    assert late.status_code == 409 and f'href="/partner/payouts/{code}"' in late.text


@pytest.mark.parametrize("amount", ["", "abc", "-5", "1e9", "99.99", "600.01", "9" * 19, "1.234", "١٢٣"])
def test_bad_amounts_come_back_with_words(client: FlaskClient, work: Open, sign_in: Any, amount: str) -> None:
    with work() as w:
        person, _ = make_earner(w, 60_000)
    sign_in(client, person)
    answer = client.post("/partner/wallet/payouts", data={"client_key": "k", "currency": "CNY", "amount": amount})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text


def test_bad_forms_are_refused(client: FlaskClient, work: Open, sign_in: Any) -> None:
    with work() as w:
        person, _ = make_earner(w, 60_000)
    sign_in(client, person)
    assert client.post("/partner/wallet/payouts", data={}).status_code == 422
    odd = client.post("/partner/wallet/payouts", data={"client_key": "k", "currency": "XXX", "amount": "100"})
    assert odd.status_code == 422


def test_who_owes_or_is_checked_is_told_instead_of_asked(client: FlaskClient, work: Open, sign_in: Any) -> None:
    with work() as w:
        person, partner = make_earner(w, 10_000)
        claw_back(w, partner.id, 15_000)
    sign_in(client, person)
    page = client.get("/partner/wallet").text
    assert "欠 ¥50.00" in page and 'name="amount"' not in page
    with work() as w:
        partners.lock_money(w, SYSTEM, partner.id, "核查")
    assert "钱包正在核查" in client.get("/partner/wallet").text


def test_what_finance_took_is_owed_and_explained(client: FlaskClient, work: Open, sign_in: Any) -> None:
    with work() as w:
        person, partner = make_earner(w, 10_000)
        earn(w, partner.id, 1_200, released=False)
        commissions.adjust(w, make_finance(w), partner.id, Money(-15_000, "CNY"), "多付更正", "k1")
    sign_in(client, person)
    page = client.get("/partner/wallet").text
    assert "欠 ¥50.00，原因在明细里" in page and "多付更正" in page and "退款后" not in page
    assert ">扣回<" in page and "补给" not in page
    assert "计入观察期" in page and "观察期内" not in page
    with work() as w:
        (told,) = [one for one in list_notices(w, person.id) if one.topic.endswith("/adjusted")]
    assert told.link == "/partner/wallet?currency=CNY"


def test_the_wallet_pages_by_key_in_few_statements(app: Flask, client: FlaskClient, work: Open, sign_in: Any) -> None:
    with work() as w:
        person, partner = make_earner(w)
        for n in range(30):
            earn(w, partner.id, 100 + n)
            ask(w, person, 10_000) if n < 3 else None
    sign_in(client, person)
    client.get("/partner/wallet")
    with counting(app) as n:
        page = client.get("/partner/wallet")
    assert n.statements <= 18, n.said
    older = page.text.split('rel="next"')[0].rsplit('href="', 1)[1] if 'rel="next"' in page.text else ""
    assert "before=" in page.text, older
    assert client.get("/partner/wallet?before=3&currency=ZZZ").status_code == 200
    assert client.get("/partner/wallet?before=junk").status_code == 200


def test_a_bank_account_is_checked_and_kept(
    client: FlaskClient, work: Open, sign_in: Any, read: Callable[[], Read]
) -> None:
    with work() as w:
        person, partner = make_earner(w, 0, kind=None)
    sign_in(client, person)
    assert "银行账户" in client.get("/partner/wallet/destination").text
    wrong = {"holder": "林达", "bank": "招商银行", "number": "6225 8801 2345 6782"}
    answer = client.post("/partner/wallet/destination/bank", data=wrong)
    assert answer.status_code == 422 and "核对不上" in answer.text
    assert client.post("/partner/wallet/destination/bank", data={}).status_code == 422
    assert client.post("/partner/wallet/destination/bank", data={**wrong, "number": CARD}).status_code == 303
    found = queries.payable_destination(read(), partner.id)
    assert found is not None and found.hint == "招商银行 6783"
    page = client.get("/partner/wallet/destination").text
    assert "招商银行 6783" in page and PLAIN not in page and "Stripe" not in page


def test_where_money_goes_is_changed_only_by_who_gives_the_password(
    client: FlaskClient, work: Open, sign_in: Any, gateway: MemoryGateway, read: Callable[[], Read]
) -> None:
    with work() as w:
        person, partner = make_earner(w, 0, kind=None)
        known = update(PersonRow).where(PersonRow.id == person.id).values(password=hash_password(PASSWORD))
        w.session.execute(known)
    sign_in(client, person)
    with client.session_transaction() as session:
        session["fs_paa"] = time.time() - 3600
    page = client.get("/partner/wallet/destination").text
    assert "确认是你本人" in page and "户名" not in page
    onward = "/sign-in-again?next=/partner/wallet/destination"
    given = {"holder": "林达", "bank": "招商银行", "number": CARD}
    assert client.post("/partner/wallet/destination/bank", data=given).headers["Location"] == onward
    assert client.post("/partner/wallet/destination/account", data={"country": "SG"}).headers["Location"] == onward
    assert client.get("/partner/wallet/destination/onboarding").headers["Location"] == onward
    assert queries.payable_destination(read(), partner.id) is None and not gateway.accounts
    assert client.post(onward, data={"password": "not it at all"}).status_code == 422
    back = client.post(onward, data={"password": PASSWORD})
    assert (back.status_code, back.headers["Location"]) == (302, "/partner/wallet/destination")
    assert "户名" in client.get("/partner/wallet/destination").text
    assert client.post("/partner/wallet/destination/bank", data=given).status_code == 303
    assert queries.payable_destination(read(), partner.id) is not None


def test_an_account_at_the_gateway_is_opened_and_comes_back_ready(
    client: FlaskClient, work: Open, sign_in: Any, gateway: MemoryGateway, read: Callable[[], Read]
) -> None:
    with work() as w:
        person, partner = make_earner(w, 0, kind=None)
    sign_in(client, person)
    assert client.get("/partner/wallet/destination/onboarding").status_code == 409
    assert client.post("/partner/wallet/destination/account", data={"country": "CN"}).status_code == 422
    gateway.silent_before = 1
    assert client.post("/partner/wallet/destination/account", data={"country": "SG"}).status_code == 503
    for _ in range(2):
        sent = client.post("/partner/wallet/destination/account", data={"country": "SG"})
        assert sent.headers["Location"] == "/partner/wallet/destination/onboarding"
    assert len(gateway.accounts) == 1
    onward = client.get("/partner/wallet/destination/onboarding")
    assert (onward.status_code, onward.headers["Location"]) == (303, "https://connect.stripe.com/setup/acct_0001")
    assert client.get("/partner/wallet/destination/return").status_code == 303
    assert "还差几步" in client.get("/partner/wallet/destination").text
    gateway.enable("acct_0001")
    client.get("/partner/wallet/destination/return")
    found = queries.payable_destination(read(), partner.id)
    assert found is not None and found.account_id == "acct_0001"
    assert "尾号 0001" in client.get("/partner/wallet").text


def test_a_gateway_that_declines_says_what_else_there_is(
    client: FlaskClient, work: Open, sign_in: Any, gateway: MemoryGateway
) -> None:
    with work() as w:
        person, _ = make_earner(w, 0, kind=None)
    sign_in(client, person)
    gateway.refuses = "country_unsupported"
    answer = client.post("/partner/wallet/destination/account", data={"country": "SG"})
    assert answer.status_code == 409 and "银行账户" in answer.text
