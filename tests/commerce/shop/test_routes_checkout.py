"""The checkout page: the price that was shown holds, coupons count as they stand, and the way back is never lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.commerce.shop import queries, service
from lms.commerce.shop.rules import CouponTerms, Terms
from lms.kernel.clock import FixedClock
from lms.kernel.work import SYSTEM, Read, Work
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person
from tests.factories.accounts import make_people
from tests.factories.shop import Stall
from tests.stages import Mailbox

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


@pytest.fixture
def shop(stall: Stall, clock: FixedClock, work: Open) -> tuple[Cohort, Person]:
    cohort, (person,) = stall.open(1, refund_until=clock.now() + timedelta(days=9))
    with work() as w:
        early = Terms(39900, "CNY", 29900, clock.now() + timedelta(days=3), clock.now() + timedelta(days=9))
        service.set_offer(w, SYSTEM, cohort.code, early)
        service.make_coupon(w, SYSTEM, "WRITE-20", CouponTerms(percent_bps=2000))
        service.make_coupon(w, SYSTEM, "WRITE-30", CouponTerms(percent_bps=3000))
    return cohort, person


@pytest.fixture
def buyer(client: FlaskClient, sign_in: Any, shop: tuple[Cohort, Person]) -> FlaskClient:
    sign_in(client, shop[1])
    return client


def place(cohort: Cohort, **more: str) -> str:
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/c/{cohort.camp_slug}/checkout?cohort={cohort.code}{rest}"


def press(client: FlaskClient, cohort: Cohort, shown: str, coupon: str = "", **more: str) -> Any:
    form = {"cohort": cohort.code, "coupon": coupon, "shown": shown, **more}
    return client.post(f"/c/{cohort.camp_slug}/checkout", data=form)


def orders(read: Look, person: Person) -> list[queries.Order]:
    return queries.list_my_orders(read(), person.id)


def test_an_early_price_stands_beside_the_regular_one_with_its_end_and_the_ways_of_paying(
    buyer: FlaskClient, shop: tuple[Cohort, Person]
) -> None:
    page = buyer.get(place(shop[0])).text
    assert "¥399.00</s>" in page and "¥299.00" in page and "省 ¥100" in page
    assert "早鸟价到" in page and page.count("中国标准时间 UTC+8") == 2
    assert "银行卡、支付宝、微信支付" in page and 'value="CNY 29900"' in page


def test_nothing_is_ordered_when_the_price_rose_between_page_and_button(
    buyer: FlaskClient, shop: tuple[Cohort, Person], clock: FixedClock, read: Look, stall: Stall
) -> None:
    cohort, person = shop
    clock.advance(timedelta(days=3))
    answer = press(buyer, cohort, "CNY 29900")
    assert answer.status_code == 409 and "早鸟价已经结束，现在要付 ¥399" in answer.text
    assert "去付款 ¥399" in answer.text and 'value="CNY 39900"' in answer.text
    assert not orders(read, person) and "open_checkout" not in stall.gate.called
    assert press(buyer, cohort, "CNY 39900").headers["Location"].startswith("https://pay.example.com/")


def test_a_price_that_an_operator_raised_is_told_as_such_and_a_lower_one_is_taken(
    buyer: FlaskClient, shop: tuple[Cohort, Person], work: Open, read: Look
) -> None:
    cohort, person = shop
    with work() as w:
        service.set_offer(w, SYSTEM, cohort.code, Terms(45000, "CNY"))
    answer = press(buyer, cohort, "CNY 29900")
    assert answer.status_code == 409 and "价格变了，现在要付 ¥450" in answer.text
    assert press(buyer, cohort, "USD 99900").status_code == 409
    assert press(buyer, cohort, "CNY 50000").status_code == 303
    assert orders(read, person)[0].net_minor == 45000


def test_a_code_that_was_typed_counts_without_being_applied_first(
    buyer: FlaskClient, shop: tuple[Cohort, Person], read: Look
) -> None:
    cohort, person = shop
    refused = press(buyer, cohort, "CNY 29900", "nope")
    assert refused.status_code == 422 and "没有这个优惠码" in refused.text and 'value="nope"' in refused.text
    assert press(buyer, cohort, "CNY 29900", "write-20").status_code == 303
    assert orders(read, person)[0].net_minor == 23920


def test_the_coupon_button_only_shows_what_the_code_does(
    buyer: FlaskClient, shop: tuple[Cohort, Person], read: Look
) -> None:
    cohort, person = shop
    answer = press(buyer, cohort, "CNY 29900", "write-20", apply="1")
    assert answer.status_code == 303 and not orders(read, person)
    page = buyer.get(answer.headers["Location"]).text
    assert "¥239.20" in page and "不用了" in page
    assert "不用了" not in buyer.get(place(cohort, coupon="")).text
    # The code taken off again in another tab: what was shown was less than is asked now.
    assert press(buyer, cohort, "CNY 23920").status_code == 409


def test_an_open_order_takes_a_code_without_giving_the_seat_up(
    buyer: FlaskClient, shop: tuple[Cohort, Person], read: Look, clock: FixedClock
) -> None:
    cohort, person = shop
    press(buyer, cohort, "CNY 29900")
    first = orders(read, person)[0]
    assert buyer.get(place(cohort)).headers["Location"].endswith(f"/orders/{first.code}")
    assert "用优惠码" in buyer.get(f"/orders/{first.code}").text
    clock.advance(timedelta(minutes=10))
    page = buyer.get(place(cohort, coupon="")).text
    assert "待付款的订单" in page and "去付款 ¥299" in page and "不用了" not in page
    assert "去付款 ¥209.30" in buyer.get(place(cohort, coupon="write-30")).text
    assert press(buyer, cohort, "CNY 20930", "write-30").status_code == 303
    second, before = orders(read, person)
    assert (second.net_minor, second.state, before.state) == (20930, "open", "canceled")
    # Its own code shows what the order asks, and an unusable one says why.
    assert "去付款 ¥209.30" in buyer.get(place(cohort, coupon="WRITE-30")).text
    wrong = buyer.get(place(cohort, coupon="nope")).text
    assert "没有这个优惠码" in wrong and "去付款 ¥209.30" in wrong


def test_the_way_back_from_paying_says_where_the_money_is_to_whoever_is_signed_out(
    new_client: Callable[[], FlaskClient], shop: tuple[Cohort, Person], stall: Stall
) -> None:
    order = stall.order(*shop)
    visitor = new_client()
    page = visitor.get(f"/orders/{order.code}/return")
    assert page.status_code == 200 and "正在确认付款" in page.text and "座位为你留着" in page.text
    assert f"/login?next=/orders/{order.code}/return" in page.text
    assert shop[0].camp_title not in page.text and "¥" not in page.text
    same = visitor.get("/orders/ZZZZZZZZZZ/return").text
    assert same.replace("ZZZZZZZZZZ", order.code).count(order.code) == page.text.count(order.code)


def test_nobody_reads_another_ones_order_on_the_way_back(
    client: FlaskClient, shop: tuple[Cohort, Person], stall: Stall, sign_in: Any, work: Open
) -> None:
    order = stall.order(*shop)
    with work() as w:
        sign_in(client, make_people(w, 1)[0])
    assert client.get(f"/orders/{order.code}/return").status_code == 404


def test_looking_again_says_that_nothing_is_new_and_can_be_reloaded(
    buyer: FlaskClient, shop: tuple[Cohort, Person], stall: Stall
) -> None:
    cohort, person = shop
    order = stall.order(cohort, person)
    stall.checkout(person, order)
    answer = buyer.post(f"/orders/{order.code}/check")
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"/orders/{order.code}/return")
    page = buyer.get(answer.headers["Location"]).text
    assert "还没有收到付款确认" in page and "别付两次" in page
    opened = buyer.get(f"/orders/{order.code}/check")
    assert opened.status_code == 303 and opened.headers["Location"].endswith(f"/orders/{order.code}")


def test_the_last_seat_that_goes_meanwhile_leads_to_the_line(
    client: FlaskClient, stall: Stall, sign_in: Any, read: Look
) -> None:
    cohort, (lin, he) = stall.open(2, seats=1)
    sign_in(client, lin)
    assert "去付款" in client.get(place(cohort)).text
    stall.buy(cohort, he)
    answer = press(client, cohort, "CNY 39900")
    assert answer.status_code == 409 and "没有扣款" in answer.text and orders(read, lin) == []
    assert f'action="/c/{cohort.camp_slug}/join"' in answer.text and "排候补" in answer.text
    joined = client.post(f"/c/{cohort.camp_slug}/join", data={"cohort": cohort.code})
    assert (joined.status_code, joined.headers["Location"]) == (303, f"/learn/{cohort.code}/welcome")


def test_a_deadline_that_has_passed_is_promised_nowhere(
    buyer: FlaskClient,
    shop: tuple[Cohort, Person],
    stall: Stall,
    clock: FixedClock,
    mailbox: Mailbox,
    drain: Callable[[], int],
) -> None:
    cohort, person = shop
    landing = f"/c/{cohort.camp_slug}?cohort={cohort.code}"
    for address in (place(cohort), landing):
        page = buyer.get(address).text
        assert "前可以全额退款" in page and "期限已过" not in page
    clock.advance(timedelta(days=9))
    for address in (place(cohort), landing):
        page = buyer.get(address).text
        assert "前可以全额退款" not in page and "全额退款的期限已过" in page
    order = stall.buy(cohort, person)
    drain()
    (mail,) = [one for one in mailbox.to(person.email) if "receipt.pdf" in one.text]
    assert order.code in mail.text and "自助全额退款" not in mail.text + mail.html


def test_paying_offline_is_told_where_there_is_something_to_pay(
    buyer: FlaskClient, shop: tuple[Cohort, Person], stall: Stall, work: Open
) -> None:
    cohort, person = shop
    said = "可以线下付给主办方"
    page = buyer.get(place(cohort)).text
    assert said in page and 'href="mailto:hello@example.com"' in page
    with work() as w:
        service.make_coupon(w, SYSTEM, "GIFT", CouponTerms(percent_bps=10000))
    assert said not in buyer.get(place(cohort, coupon="GIFT")).text
    order = stall.order(cohort, person)
    page = buyer.get(f"/orders/{order.code}").text
    assert said in page and f'href="mailto:hello@example.com?subject={order.code}"' in page
    buyer.post(f"/orders/{order.code}/cancel")
    assert said not in buyer.get(f"/orders/{order.code}").text
