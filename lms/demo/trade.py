"""Scenes of buying: an order, the gateway's page, and the many ways it may end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial

from lms.commerce.gateway.rules import Checkout
from lms.commerce.shop import queries as orders
from lms.commerce.shop import service as shop
from lms.demo.cast import BY_KEY
from lms.demo.stage import Stage
from lms.kernel.work import Work, begin_read, begin_work
from lms.sandbox.resources.payments import Means

PRICED = ("writing", "survey", "next")
PARTNER_COUPON, HOUSE_COUPON = "XUWAN10", "LATEFALL"
_AT_CHECKOUT = timedelta(minutes=4)


class End(StrEnum):
    """How somebody comes out of the checkout."""

    PAYS = "pays"
    DECLINED_FIRST = "declined_first"
    LEAVES = "leaves"
    CANCELS = "cancels"
    PAYS_LATER = "pays_later"
    PAYS_TWICE = "pays_twice"


@dataclass(frozen=True)
class Way:
    """How somebody buys: with a coupon, handing money to an agent, and how the checkout ends."""

    coupon: str = ""
    agent: str = ""
    end: End = End.PAYS


WAYS = {
    "tang-yi": Way(coupon=PARTNER_COUPON),
    "xia-mu": Way(coupon=PARTNER_COUPON),
    "yang-kai": Way(coupon=HOUSE_COUPON),
    "tian-tian": Way(coupon=HOUSE_COUPON),
    "a-bu": Way(agent="gu-yibai"),
    "jiang-wan": Way(agent="gu-yibai"),
    "fang-zhou": Way(agent="gu-yibai"),
    "ren-jie": Way(agent="operator", end=End.PAYS_TWICE),
    "he-yuan": Way(end=End.DECLINED_FIRST),
    "devika": Way(end=End.DECLINED_FIRST),
    "shi-lei": Way(end=End.LEAVES),
    "an-he": Way(end=End.LEAVES),
    "kang-li": Way(end=End.CANCELS),
    "du-juan": Way(end=End.PAYS_LATER),
}
_USUAL = Way()


def order_name(key: str, cohort: str) -> str:
    """Name somebody's order in the story."""
    return f"order {key} {cohort}"


def buy(stage: Stage, work: Work, key: str, cohort: str, visitor: str | None) -> None:
    """Somebody begins an order; what follows at the checkout is a scene of its own, minutes later."""
    way, who = WAYS.get(key, _USUAL), stage.actor(key)
    order = shop.start_order(work, who, stage.cohorts[cohort].code, visitor, way.coupon, BY_KEY[key].language)
    name = order_name(key, cohort)
    stage.codes[name] = order.code
    if way.agent and way.end is End.PAYS:
        at = work.now + 5 * _AT_CHECKOUT
        stage.scene(at, partial(_collected, stage, name, way.agent), "operator shop.settle_offline")
        return
    stage.steps(work.now + _AT_CHECKOUT, partial(_check_out, stage, key, name, way))


def _collected(stage: Stage, name: str, agent: str, work: Work) -> None:
    shop.settle_offline(work, stage.actor("operator"), stage.codes[name], stage.person_id(agent))


def _check_out(stage: Stage, key: str, name: str, way: Way) -> None:
    checkout = _open(stage, key, name)
    if way.end is End.CANCELS:
        with begin_work() as work:
            shop.cancel_order(work, stage.actor(key), stage.codes[name])
    elif way.end is not End.LEAVES:
        _pay(stage, key, name, way, checkout)


def _open(stage: Stage, key: str, name: str) -> Checkout:
    code = stage.codes[name]
    with begin_work() as work:
        start = shop.begin_payment(work, stage.actor(key), code)
    if start.request is None:
        raise RuntimeError(f"{name} is being paid already")
    checkout = stage.till.gateway.open_checkout(start.key, start.request)
    with begin_work() as work:
        shop.note_checkout(work, code, start.attempt, checkout)
    return checkout


def _pay(stage: Stage, key: str, name: str, way: Way, checkout: Checkout) -> None:
    method = (
        "card" if BY_KEY[key].language == "en" else stage.dice.choice(("wechat_pay", "wechat_pay", "alipay", "card"))
    )
    if way.end is End.DECLINED_FIRST:
        stage.till.pay(checkout.id, Means("card", decline="insufficient_funds"))
    if way.end is End.PAYS_TWICE:
        with begin_work() as work:
            _collected(stage, name, way.agent, work)
    stage.till.pay(checkout.id, Means(method, later=way.end is End.PAYS_LATER))
    _come_back(stage, name, checkout)
    stage.settle(stage.clock.at)


def _come_back(stage: Stage, name: str, checkout: Checkout) -> None:
    """The buyer's return and the gateway's notice settle the same payment; the second changes nothing."""
    order_id = orders.get_order(begin_read(), stage.codes[name]).id
    answer = stage.till.gateway.get_checkout(checkout.id)
    with begin_work() as work:
        shop.take_answer(work, order_id, answer)
        stage.till.deliver(work)
