"""Finance's pages of payouts, for finance and for strangers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.affiliates.payouts import queries, service
from lms.affiliates.payouts.rules import PayoutState, check_bank_details
from lms.kernel.audit import AuditEntry
from lms.kernel.work import SYSTEM, Read, Work
from tests.affiliates.payouts.gateways import MemoryGateway
from tests.affiliates.payouts.staging import Someone
from tests.conftest import counting
from tests.factories.partners import actor_of, make_someone
from tests.factories.payouts import CARD, IBAN, ask, make_earner, make_finance

Open = Callable[[], AbstractContextManager[Work]]


PLAIN = CARD.replace(" ", "")


@pytest.fixture
def finance(client: FlaskClient, work: Open, sign_in: Any) -> Any:
    with work() as w:
        who = make_finance(w)
    sign_in(client, Someone(who.person_id or 0))
    return who


def test_finance_sees_what_waits_and_approves_many(
    app: Flask, client: FlaskClient, work: Open, finance: Any, read: Callable[[], Read]
) -> None:
    empty = client.get("/finance").text
    assert "借贷相等" in empty and "没有在等的" in empty
    with work() as w:
        codes = [ask(w, make_earner(w, name=f"Partner {n}")[0]).code for n in range(3)]
    home = client.get("/finance").text
    assert "¥1,500.00" in home and "待审批" in home
    page = client.get("/finance/payouts?state=requested").text
    assert all(f'value="{code}"' in page for code in codes)
    assert "checked" not in page and "本页共 ¥1,500.00" in page.replace("\n", "") and "chosen=all" in page
    assert client.get("/finance/payouts?state=requested&chosen=all").text.count(" checked") == 6
    look = client.post("/finance/payouts/approve", data={"code": codes}).text
    assert "通过 3 笔，共 ¥1,500.00" in look and queries.count_by_state(read())["approved"] == 0
    assert client.post("/finance/payouts/approve", data={}).status_code == 303
    chosen = {"code": [*codes, "NOSUCH00"], "confirmed": "yes"}
    assert client.post("/finance/payouts/approve", data=chosen).status_code == 303
    assert queries.count_by_state(read())["approved"] == 3
    assert "NOSUCH00" in client.get("/finance/payouts?state=requested").text
    # Both moments in one column, so that the table is as wide as a laptop's page.
    assert ">审批 " in client.get("/finance/payouts?state=approved").text
    assert client.get("/finance/payouts?state=nonsense").status_code == 404
    assert client.get("/finance/payouts?before=junk").status_code == 200
    with counting(app) as n:
        client.get("/finance/payouts")
    assert n.statements <= 10, n.said


def test_the_list_is_sorted_filtered_and_downloaded(client: FlaskClient, work: Open, finance: Any, clock: Any) -> None:
    with work() as w:
        small = ask(w, make_earner(w, name="=Ada")[0], 12_300)
        large = ask(w, make_earner(w, name="Bo")[0], 45_600)
        service.reject(w, finance, large.code, "资料要补")
    address = "/finance/payouts?month=2026-11&order="

    def order(name: str) -> bool:
        page = client.get(address + name).text
        return page.index(small.code) < page.index(large.code)

    assert (order("newest"), order("oldest"), order("largest"), order("smallest")) == (False, True, False, True)
    assert "这里没有提现" in client.get("/finance/payouts?month=2026-10").text
    for odd in ("month=2026-13", "month=9999-12", "order=odd", "month=x&order=largest&before=1"):
        assert client.get(f"/finance/payouts?{odd}").status_code == 200
    rejected = client.get("/finance/payouts?state=rejected").text
    assert large.code in rejected and small.code not in rejected and "未通过 1" in rejected
    file = client.get("/finance/payouts?format=csv&order=largest")
    assert file.mimetype == "text/csv" and "attachment" in file.headers["Content-Disposition"]
    head, first, second = file.data.decode("utf-8-sig").splitlines()
    assert head.startswith("编号,合伙人") and first.startswith(f"{large.code},Bo,CNY,456.00")
    assert second.startswith(f"{small.code},'=Ada,CNY,123.00") and "等待审批" in second


def test_what_should_have_arrived_is_red(client: FlaskClient, work: Open, finance: Any, clock: Any) -> None:
    with work() as w:
        code = ask(w, make_earner(w)[0]).code
        service.approve(w, finance, code)
        service.make_batch(w, finance, [code])
    clock.advance(timedelta(days=4))
    assert "超时" not in client.get("/finance").text and "超时未到" not in client.get("/finance/payouts").text
    clock.advance(timedelta(days=2))
    assert "1 笔超时未到" in client.get("/finance").text and "超时未到" in client.get("/finance/payouts").text
    assert "早该到账了" in client.get(f"/finance/payouts/{code}").text


def test_a_retry_keeps_who_approved_before(
    client: FlaskClient, work: Open, finance: Any, gateway: MemoryGateway, drain: Any, clock: Any, sign_in: Any
) -> None:
    gateway.refuses = "balance_insufficient"
    with work() as w:
        other = make_finance(w)
        code = ask(w, make_earner(w, kind="connect")[0]).code
    sign_in(client, Someone(other.person_id or 0))
    client.post(f"/finance/payouts/{code}/approve")
    sign_in(client, Someone(finance.person_id or 0))
    page = client.get(f"/finance/payouts/{code}").text
    assert "会自动打款" in page and "现在打款" not in page
    drain()
    gateway.refuses = ""
    clock.advance(timedelta(days=1))
    client.post(f"/finance/payouts/{code}/retry")
    with work() as w:
        steps = queries.get_payout_file(w, code)[0].steps
    assert [(step.name, step.by) for step in steps if step.by] == [
        ("approved", other.person_id), ("retried", finance.person_id),
    ]  # fmt: skip
    assert steps[1].name == "approved" and steps[1].at < steps[-1].at
    clock.advance(timedelta(minutes=10))
    assert "现在打款" in client.get(f"/finance/payouts/{code}").text


def test_a_bank_file_from_choice_to_confirmation(
    client: FlaskClient, new_client: Callable[[], FlaskClient], work: Open, finance: Any, sign_in: Any
) -> None:
    with work() as w:
        partners = [make_earner(w, name=f"Partner {n}")[0] for n in range(2)]
        codes = [ask(w, one).code for one in partners]
    assert "还没有银行文件" in client.get("/finance/payouts/batches").text
    client.post("/finance/payouts/approve", data={"code": codes, "confirmed": "yes"})
    for chosen, said in (({}, "先选中要打款的提现"), ({"code": "NOSUCH00"}, "没有可以打进银行文件的")):
        told = client.post("/finance/payouts/batches", data=chosen, follow_redirects=True)
        assert said in told.text and told.request.full_path == "/finance/payouts?state=approved"
    made = client.post("/finance/payouts/batches", data={"code": codes})
    url = made.headers["Location"]
    page = client.get(url).text
    assert "¥1,000.00" in page and f'name="failed-{codes[0]}"' in page and PLAIN not in page
    first, again = client.get(f"{url}.csv"), client.get(f"{url}.csv")
    assert first.data == again.data and PLAIN.encode() in first.data
    assert "attachment" in first.headers["Content-Disposition"] and "max-age=0" in first.headers["Cache-Control"]
    typed = {f"failed-{codes[1]}": " 户名不符 ", f"failed-{codes[0]}": ""}
    look = client.post(f"{url}/settle", data=typed).text
    assert "1 笔 · ¥500.00" in look and 'value="户名不符"' in look and f'name="failed-{codes[0]}"' not in look
    assert "已到账" not in client.get(f"/finance/payouts/{codes[0]}").text
    sure = {f"failed-{codes[1]}": "户名不符", "confirmed": "yes"}
    assert "到账 1 笔，失败 1 笔" in client.post(f"{url}/settle", data=sure, follow_redirects=True).text
    shown = client.get(url).text
    assert "户名不符" in shown and "核对并确认" not in shown
    assert "已确认" in client.get("/finance/payouts/batches").text
    for stale in ({}, {"confirmed": "yes"}):
        told = client.post(f"{url}/settle", data={f"failed-{codes[0]}": "查无此户", **stale}, follow_redirects=True)
        assert "之前已经确认过" in told.text and f"{codes[0]} 已有结果" in told.text
    assert "查无此户" not in client.get(url).text
    assert client.get("/finance/payouts/batches/NOSUCH00.csv").status_code == 404
    paid = client.get(f"/finance/payouts/{codes[0]}").text
    assert "已到账" in paid and "银行退回了" in paid
    assert client.post(f"/finance/payouts/{codes[0]}/return", data={}).status_code == 422
    assert client.post(f"/finance/payouts/{codes[0]}/return", data={"reason": "退汇"}).status_code == 303
    assert "已退回" in client.get(f"/finance/payouts/{codes[0]}").text
    unlucky = new_client()
    sign_in(unlucky, partners[1])
    told = unlucky.get("/partner/wallet").text
    assert "没有打成，请换一个账户" in told and "先换一个收款账户" in told and "还没有设置" not in told


def test_one_payout_is_decided_and_its_account_shown_once(
    client: FlaskClient, work: Open, finance: Any, read: Callable[[], Read]
) -> None:
    with work() as w:
        code = ask(w, make_earner(w)[0]).code
    assert PLAIN not in client.get(f"/finance/payouts/{code}").text
    assert PLAIN in client.post(f"/finance/payouts/{code}/account").text
    entry = read().session.query(AuditEntry).filter_by(act="payout.account_shown").one()
    assert (entry.person_id, entry.subject) == (finance.person_id, f"payout:{code}")
    assert client.post(f"/finance/payouts/{code}/reject", data={}).status_code == 422
    assert client.post(f"/finance/payouts/{code}/approve").status_code == 303
    late = client.post(f"/finance/payouts/{code}/submit")
    assert late.status_code == 409 and f"/finance/payouts/{code}/reject" in late.text and 'role="alert"' in late.text
    assert client.post(f"/finance/payouts/{code}/retry").status_code == 409
    assert client.post(f"/finance/payouts/{code}/ask").status_code == 303
    assert client.post(f"/finance/payouts/{code}/reject", data={"reason": "资料要补"}).status_code == 303
    assert queries.get_payout(read(), code).state is PayoutState.REJECTED
    page = client.get(f"/finance/payouts/{code}").text
    assert "资料要补" in page and "没有打款" in page


def test_finance_is_told_of_an_account_that_was_changed_lately(
    client: FlaskClient, work: Open, finance: Any, clock: Any
) -> None:
    with work() as w:
        person, _ = make_earner(w, 120_000)
        first = ask(w, person).code
        service.set_bank(w, actor_of(w, person), check_bank_details("林达", "招商银行", IBAN))
        second = ask(w, person).code
    assert "收款账户在" not in client.get(f"/finance/payouts/{first}").text
    assert "先确认是本人换的" in client.get(f"/finance/payouts/{second}").text
    look = client.post("/finance/payouts/approve", data={"code": [first, second]}).text
    assert look.count("账户刚换过") == 1
    clock.advance(timedelta(days=8))
    assert "收款账户在" not in client.get(f"/finance/payouts/{second}").text


def test_a_transfer_without_an_answer_is_seen_and_asked_after(
    client: FlaskClient, work: Open, finance: Any, gateway: MemoryGateway, drain: Any, clock: Any, sign_in: Any
) -> None:
    with work() as w:
        person, _ = make_earner(w, kind="connect")
        code = ask(w, person).code
    gateway.silent_before = 1
    client.post(f"/finance/payouts/{code}/approve")
    drain()
    page = client.get(f"/finance/payouts/{code}").text
    assert "结果未知" in page and "再查一次" in page
    assert "结果未知" in client.get("/finance").text
    assert client.post(f"/finance/payouts/{code}/retry").status_code == 409
    client.post(f"/finance/payouts/{code}/ask")
    drain()
    assert "已到账" in client.get(f"/finance/payouts/{code}").text
    sign_in(client, person)
    assert "已到账" in client.get(f"/partner/payouts/{code}").text


@pytest.mark.parametrize("refusal", ["balance_insufficient", "account_closed"])
def test_a_failure_says_what_to_do(
    client: FlaskClient, work: Open, sign_in: Any, gateway: MemoryGateway, drain: Any, refusal: str
) -> None:
    gateway.refuses = refusal
    with work() as w:
        person, _ = make_earner(w, kind="connect")
        code = ask(w, person).code
        service.approve(w, make_finance(w), code)
    drain()
    sign_in(client, person)
    page = client.get(f"/partner/payouts/{code}").text
    assert ("余额不足" if refusal == "balance_insufficient" else "已注销") in page


def test_strangers_stay_outside(client: FlaskClient, work: Open, sign_in: Any) -> None:
    with work() as w:
        code = ask(w, make_earner(w)[0]).code
        other, _ = make_earner(w, name="Bo Chen")
        operator = make_someone(w, "苏", roles=("operator",))
    assert client.get("/partner/wallet").status_code == 303
    assert client.get(f"/partner/payouts/{code}").status_code == 303
    assert client.get("/finance").status_code == 303
    sign_in(client, other)
    assert client.get(f"/partner/payouts/{code}").status_code == 404
    assert client.post(f"/partner/payouts/{code}/cancel").status_code == 404
    assert client.get(f"/finance/payouts/{code}").status_code == 403
    sign_in(client, operator)
    for url in ("/finance/payouts", f"/finance/payouts/{code}", "/finance/payouts/batches", "/partner/wallet"):
        assert client.get(url).status_code == 403
    assert client.post(f"/finance/payouts/{code}/account").status_code == 403


def test_finance_does_not_decide_about_themselves(client: FlaskClient, work: Open, sign_in: Any) -> None:
    with work() as w:
        person, _ = make_earner(w)
        code = ask(w, person).code
        from lms.people.accounts import service as accounts

        accounts.grant_role(w, SYSTEM, person.id, "finance")
    sign_in(client, person)
    assert "要由另一位财务处理" in client.get(f"/finance/payouts/{code}").text
    for deed in ("approve", "reject", "retry", "return"):
        assert client.post(f"/finance/payouts/{code}/{deed}", data={"reason": "查清了"}).status_code == 403
    assert f'value="{code}"' not in client.get("/finance/payouts?state=requested").text
