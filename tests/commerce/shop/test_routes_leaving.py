"""Leaving a seat that was paid for, in the browser: what comes back is said before, and who comes back pays once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from lms.commerce.shop import queries, service
from lms.commerce.shop.rules import RefundSource
from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM
from lms.learning.camps import service as camps
from lms.learning.camps.rules import CohortState
from tests.factories.accounts import make_people
from tests.factories.partners import make_someone
from tests.factories.shop import Stall, dispute_moved
from tests.stages import Mailbox

Drain = Callable[[], int]


def test_leaving_in_time_says_and_does_the_refund(
    client: FlaskClient, stall: Stall, sign_in: Any, drain: Drain
) -> None:
    cohort, (lin,) = stall.open(refund_until=stall.now() + timedelta(days=7))
    order = stall.buy(cohort, lin)
    sign_in(client, lin)
    page = client.get(f"/learn/{cohort.code}/withdraw").text
    assert "¥399.00" in page and "退出并退款" in page
    left = client.post(f"/learn/{cohort.code}/withdraw")
    assert left.status_code == 303 and left.headers["Location"] == f"/orders/{order.code}"
    updating = client.get(f"/orders/{order.code}").text
    assert "座位定了" not in updating and f'hx-get="/orders/{order.code}"' in updating
    drain()
    told = client.get(f"/learn/{cohort.code}/welcome", follow_redirects=True)
    assert told.request.path == f"/c/{cohort.camp_slug}" and "你已经不在" in told.text
    assert "hx-trigger" not in client.get(f"/orders/{order.code}", headers={"HX-Request": "true"}).text
    assert "已全额退款" in client.get(f"/orders/{order.code}").text
    assert client.get(f"/orders/{order.code}/refund").status_code == 303


def test_leaving_too_late_keeps_the_way_back(
    client: FlaskClient, stall: Stall, sign_in: Any, drain: Drain, clock: FixedClock
) -> None:
    cohort, (lin,) = stall.open(refund_until=stall.now() + timedelta(hours=1))
    order = stall.buy(cohort, lin)
    clock.advance(timedelta(hours=2))
    sign_in(client, lin)
    page = client.get(f"/orders/{order.code}").text
    assert "mailto:hello@example.com" in page and "座位定了" in page
    page = client.get(f"/learn/{cohort.code}/withdraw").text
    assert "不会退" in page and "退出并退款" not in page
    client.post(f"/learn/{cohort.code}/withdraw")
    drain()
    page = client.get(f"/orders/{order.code}").text
    assert "付的钱还在" in page and f"/orders/{order.code}/seat" in page and "排进候补" in page
    # Neither the price nor another payment: the checkout leads to the order that is paid.
    again = client.get(f"/c/{cohort.camp_slug}/checkout?cohort={cohort.code}")
    assert (again.status_code, again.headers["Location"]) == (303, f"/orders/{order.code}")
    for _ in range(2):
        assert client.post(f"/orders/{order.code}/seat").status_code == 303
    assert "座位定了" in client.get(f"/orders/{order.code}").text


def test_waiting_again_offers_no_refund_and_says_the_place_in_line(
    client: FlaskClient, stall: Stall, sign_in: Any, drain: Drain, clock: FixedClock
) -> None:
    cohort, (lin, he) = stall.open(2, seats=1, refund_until=stall.now() + timedelta(hours=1))
    order = stall.buy(cohort, lin)
    clock.advance(timedelta(hours=2))
    sign_in(client, lin)
    client.post(f"/learn/{cohort.code}/withdraw")
    drain()
    stall.buy(cohort, he)
    assert client.post(f"/orders/{order.code}/seat").status_code == 303
    page = client.get(f"/orders/{order.code}").text
    assert "候补第 1 位" in page and "全额退款" not in page and "座位刚好没了" not in page
    assert client.get(f"/orders/{order.code}/refund").status_code == 409
    leaving = client.get(f"/learn/{cohort.code}/withdraw").text
    assert "不会自动退回" in leaving and "退出并退款" not in leaving


def test_the_way_back_is_offered_while_the_cohort_runs_and_not_when_it_is_over(
    client: FlaskClient, stall: Stall, sign_in: Any, drain: Drain, clock: FixedClock
) -> None:
    cohort, (lin,) = stall.open(refund_until=stall.now() + timedelta(hours=1))
    order = stall.buy(cohort, lin)
    clock.advance(timedelta(days=12))
    with stall.work() as w:
        for state in ("closed", "running"):
            camps.move_cohort(w, SYSTEM, cohort.id, CohortState(state), "")
    sign_in(client, lin)
    assert "已经开营" in client.get(f"/orders/{order.code}").text
    client.post(f"/learn/{cohort.code}/withdraw")
    drain()
    page = client.get(f"/orders/{order.code}").text
    assert f"/orders/{order.code}/seat" in page and "不用补" in page
    assert client.post(f"/orders/{order.code}/seat").status_code == 303
    client.post(f"/learn/{cohort.code}/withdraw")
    with stall.work() as w:
        camps.move_cohort(w, SYSTEM, cohort.id, CohortState.WRAPPING_UP, "")
    drain()
    page = client.get(f"/orders/{order.code}").text
    assert f"/orders/{order.code}/seat" not in page and "回不去" in page and "退款在路上" not in page


def test_nobody_takes_somebody_elses_seat(client: FlaskClient, stall: Stall, sign_in: Any) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    assert client.post(f"/orders/{order.code}/seat").status_code == 401
    with stall.work() as w:
        (other,) = make_people(w, 1)
    sign_in(client, other)
    assert client.post(f"/orders/{order.code}/seat").status_code == 404


def test_what_staff_refunds_is_told_with_its_reason(
    client: FlaskClient, stall: Stall, sign_in: Any, drain: Drain
) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    with stall.work() as w:
        service.ask_refund(w, SYSTEM, order.code, 10_000, "第一周停了两天课")
    drain()
    sign_in(client, lin)
    page = client.get(f"/orders/{order.code}").text
    assert "我们退款" in page and "第一周停了两天课" in page and "¥299.00" in page and "申请退款" not in page


def test_money_that_an_agent_took_in_is_said_to_come_back_by_hand(
    client: FlaskClient, stall: Stall, sign_in: Any, drain: Drain, mailbox: Mailbox
) -> None:
    cohort, (lin,) = stall.open(refund_until=stall.now() + timedelta(days=7))
    order = stall.order(cohort, lin)
    with stall.work() as w:
        agent = make_someone(w, "校园代理", roles=("student", "tutor"))
        service.settle_offline(w, SYSTEM, order.code, agent.id)
    drain()
    sign_in(client, lin)
    asked = client.get(f"/orders/{order.code}/refund").text
    assert "先不退" in asked and "由我们人工退给你" in asked and "原路" not in asked
    leaving = client.get(f"/learn/{cohort.code}/withdraw").text
    assert "会全额退给你" in leaving and "原路" not in leaving
    client.post(f"/learn/{cohort.code}/withdraw")
    drain()
    waiting = client.get(f"/orders/{order.code}").text
    assert "钱会退给你" in waiting and "等人工退回" in waiting and "原路" not in waiting and "退款在路上" not in waiting
    with stall.work() as w:
        code = queries.list_refunds(w, order.id)[0].code
        service.confirm_refund(w, SYSTEM, code, RefundSource.AGENT)
    drain()
    over = client.get(f"/orders/{order.code}").text
    assert "已由我们人工退给你" in over and "原路" not in over
    assert "已由我们人工退给你" in mailbox.to(lin.email)[-1].text


def test_an_order_asked_back_offline_keeps_its_seat_until_it_is_paid_back(
    client: FlaskClient, stall: Stall, sign_in: Any, drain: Drain
) -> None:
    cohort, (lin,) = stall.open(refund_until=stall.now() + timedelta(days=7))
    order = stall.order(cohort, lin)
    with stall.work() as w:
        agent = make_someone(w, "校园代理", roles=("student", "tutor"))
        service.settle_offline(w, SYSTEM, order.code, agent.id)
    drain()
    sign_in(client, lin)
    assert "退给你之后座位放出" in client.get(f"/orders/{order.code}/refund").text
    client.post(f"/orders/{order.code}/refund", data={"reason": "改主意了"})
    drain()
    waiting = client.get(f"/orders/{order.code}").text
    assert "已申请退款，等人工退给你" in waiting and "座位定了" not in waiting
    assert client.get(f"/learn/{cohort.code}/welcome").status_code == 200


def test_what_the_bank_took_is_a_line_of_its_own_and_out_of_what_is_left(
    client: FlaskClient, stall: Stall, sign_in: Any, drain: Drain
) -> None:
    cohort, (lin,) = stall.open()
    order = stall.buy(cohort, lin)
    with stall.work() as w:
        service.ask_refund(w, SYSTEM, order.code, 15_000, "")
    drain()
    payment = stall.payment_id(order)
    for state in ("open", "lost"):
        with stall.work() as w:
            service.move_dispute(w, dispute_moved(payment, w.now, state, 14_900))
    drain()
    sign_in(client, lin)
    page = client.get(f"/orders/{order.code}").text
    assert "银行退给你" in page and "−¥149.00" in page and "−¥150.00" in page
    assert "¥100.00" in page and "¥249.00" not in page


def test_a_deadline_is_only_said_to_be_over_while_there_is_something_to_refund(
    client: FlaskClient, stall: Stall, sign_in: Any
) -> None:
    cohort, (lin,) = stall.open(refund_until=stall.now() + timedelta(days=7))
    order = stall.order(cohort, lin)
    with stall.work() as w:
        service.settle_offline(w, SYSTEM, order.code, make_someone(w, "苏", roles=("tutor",)).id)
    sign_in(client, lin)
    client.post(f"/orders/{order.code}/refund", data={"reason": ""})
    # Asked for, and paid back by hand some day: the deadline lies ahead and means nothing any more.
    page = client.get(f"/orders/{order.code}").text
    assert "等人工退回" in page and "期限已过" not in page and "前可以自己全额退款" not in page


def test_days_that_are_past_are_told_as_past(
    client: FlaskClient, stall: Stall, sign_in: Any, clock: FixedClock
) -> None:
    cohort, (lin,) = stall.open(refund_until=stall.now() + timedelta(hours=1))
    order = stall.buy(cohort, lin)
    clock.advance(timedelta(days=1))
    sign_in(client, lin)
    client.post("/language", data={"language": "en"})
    page = client.get(f"/orders/{order.code}").text
    assert "were possible until yesterday, 19:48" in page and "ended on yesterday" not in page
    assert "It starts on" in page and "It started on" not in page
    leaving = client.get(f"/learn/{cohort.code}/withdraw").text
    assert "that was possible until yesterday, 19:48" in leaving
    clock.advance(timedelta(days=11))
    page = client.get(f"/orders/{order.code}").text
    assert "It started on" in page and "It starts on" not in page
