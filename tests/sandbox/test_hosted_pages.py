"""The payment page and the onboarding page, clicked through."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import stripe

from tests.sandbox.conftest import Bench


def _path(url: str | None) -> str:
    return urlsplit(url or "").path


def test_the_page_names_what_is_bought_and_that_it_is_a_sandbox(bench: Bench) -> None:
    page = bench.pages.get(_path(bench.session(locale="zh").url)).text
    assert "七天训练营" in page and "¥199.00" in page and "支付宝" in page and "沙盒" in page


def test_the_page_speaks_the_sessions_language(bench: Bench) -> None:
    assert "WeChat Pay" in bench.pages.get(_path(bench.session(locale="en").url)).text
    automatic = _path(bench.session().url)
    assert "微信支付" in bench.pages.get(automatic, headers={"Accept-Language": "zh-CN,zh"}).text
    assert "WeChat Pay" in bench.pages.get(automatic, headers={"Accept-Language": "en-GB"}).text


def test_the_page_lets_forms_lead_back_to_the_shop_only(bench: Bench) -> None:
    answer = bench.pages.get(_path(bench.session().url))
    policy = answer.headers["Content-Security-Policy"]
    assert "form-action 'self' http://127.0.0.1:5000" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and answer.headers["Cache-Control"] == "no-store"


def test_paying_leads_to_the_success_address_with_the_session_in_it(bench: Bench) -> None:
    session = bench.session()
    answer = bench.pay(session.id)
    assert answer.headers["Location"] == f"http://127.0.0.1:5000/checkout/done?session={session.id}"
    assert bench.client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_second_click_pays_nothing_and_ends_in_the_same_place(bench: Bench) -> None:
    session = bench.session()
    first, second = bench.pay(session.id), bench.pay(session.id)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(bench.client.v1.charges.list().data) == 1
    assert "已付款" in bench.pages.get(f"/c/pay/{session.id}", headers={"Accept-Language": "zh"}).text


def test_a_declined_buyer_stays_and_may_try_again(bench: Bench) -> None:
    session = bench.session(locale="en")
    answer = bench.pay(session.id, outcome="insufficient_funds")
    assert answer.status_code == 402 and "not enough money" in answer.text
    open_one = bench.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    intent = open_one.payment_intent
    assert open_one.status == "open" and isinstance(intent, stripe.PaymentIntent)
    assert intent.last_payment_error is not None
    assert (intent.last_payment_error.code, intent.last_payment_error.decline_code) == (
        "card_declined",
        "insufficient_funds",
    )
    assert bench.pay(session.id, "alipay").status_code == 303
    charges = bench.client.v1.charges.list({"payment_intent": intent.id}).data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]


def test_wallets_are_written_as_payments(bench: Bench) -> None:
    session = bench.session()
    bench.pay(session.id, "wechat_pay")
    charge = bench.charge_of(bench.client.v1.checkout.sessions.retrieve(session.id))
    assert charge.id.startswith("py_") and charge.payment_method_details is not None
    assert charge.payment_method_details.type == "wechat_pay"
    moved = bench.client.v1.balance_transactions.retrieve(str(charge.balance_transaction))
    assert (moved.type, moved.reporting_category) == ("payment", "charge")


def test_leaving_leads_to_the_cancel_address(bench: Bench) -> None:
    page = bench.pages.get(_path(bench.session().url)).text
    assert 'href="http://127.0.0.1:5000/checkout/left"' in page


def test_a_buyer_may_let_it_expire(bench: Bench) -> None:
    session = bench.session(locale="zh")
    assert bench.pages.post(f"/c/pay/{session.id}/expire").status_code == 303
    assert "已过期" in bench.pages.get(f"/c/pay/{session.id}").text
    assert bench.client.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_a_late_payment_completes_unpaid_and_is_paid_when_the_money_comes(bench: Bench) -> None:
    session = bench.session()
    assert bench.pay(session.id, "alipay", "later").status_code == 303
    found = bench.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (found.status, found.payment_status) == ("complete", "unpaid")
    assert isinstance(found.payment_intent, stripe.PaymentIntent) and found.payment_intent.status == "processing"
    bench.do(f"sessions/{session.id}/succeed")
    assert bench.client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert bench.moves() == [("payment", 19900, 468, 19432)]


def test_a_late_payment_may_fail(bench: Bench) -> None:
    session = bench.session()
    bench.pay(session.id, "alipay", "later")
    bench.do(f"sessions/{session.id}/fail")
    found = bench.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (found.status, found.payment_status) == ("complete", "unpaid")
    assert isinstance(found.payment_intent, stripe.PaymentIntent)
    assert found.payment_intent.status == "requires_payment_method"
    assert bench.moves() == []


def test_a_form_of_another_site_is_refused(bench: Bench) -> None:
    session = bench.session()
    answer = bench.pages.post(f"/c/pay/{session.id}", data={"method": "card"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_an_unknown_payment_page_is_not_there(bench: Bench) -> None:
    assert bench.pages.get("/c/pay/cs_test_none").status_code == 404


def _link(bench: Bench, account: str) -> str:
    link = bench.client.v1.account_links.create(
        {
            "account": account,
            "type": "account_onboarding",
            "refresh_url": "http://127.0.0.1:5000/wallet/again",
            "return_url": "http://127.0.0.1:5000/wallet",
        }
    )
    assert link.object == "account_link" and link.expires_at == link.created + 300
    return _path(link.url)


def test_onboarding_makes_an_account_ready(bench: Bench) -> None:
    account = bench.client.v1.accounts.create({"type": "express", "email": "ada@example.com"})
    assert (account.details_submitted, account.payouts_enabled) == (False, False)
    path = _link(bench, account.id)
    assert "ada@example.com" in bench.pages.get(path).text
    answer = bench.pages.post(path, data={"bank_account": "6222 0000 1234", "action": "submit"})
    assert answer.headers["Location"] == "http://127.0.0.1:5000/wallet"
    ready = bench.client.v1.accounts.retrieve(account.id)
    assert (ready.details_submitted, ready.payouts_enabled) == (True, True)
    assert ready.capabilities is not None and ready.capabilities.transfers == "active"
    assert ready.external_accounts is not None and ready.external_accounts.data[0]["last4"] == "1234"


def test_onboarding_may_wait(bench: Bench) -> None:
    account = bench.client.v1.accounts.create({"type": "express"})
    answer = bench.pages.post(_link(bench, account.id), data={"action": "later"})
    assert answer.headers["Location"] == "http://127.0.0.1:5000/wallet"
    assert not bench.client.v1.accounts.retrieve(account.id).details_submitted


def test_onboarding_asks_for_a_number_that_can_be_one(bench: Bench) -> None:
    path = _link(bench, bench.client.v1.accounts.create({"type": "express"}).id)
    assert bench.pages.post(path, data={"bank_account": "12", "action": "submit"}).status_code == 422


def test_a_used_or_old_link_leads_to_a_new_one(bench: Bench) -> None:
    account = bench.client.v1.accounts.create({"type": "express"}).id
    used = _link(bench, account)
    bench.pages.post(used, data={"bank_account": "1234", "action": "submit"})
    assert bench.pages.get(used).headers["Location"] == "http://127.0.0.1:5000/wallet/again"
    old = _link(bench, account)
    bench.clock.advance(timedelta(minutes=6))
    assert bench.pages.get(old).headers["Location"] == "http://127.0.0.1:5000/wallet/again"
