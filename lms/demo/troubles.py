"""Scenes of money that goes back: refunds, disputes, and what an agent has collected."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from lms.commerce.shop import queries as orders
from lms.commerce.shop import service as shop
from lms.demo.cast import ONLOOKERS, SHANGHAI
from lms.demo.promotion import arrive
from lms.demo.stage import Stage
from lms.demo.trade import order_name
from lms.kernel.money import Money
from lms.kernel.work import Work, begin_read


def browse(stage: Stage) -> None:
    """Some come to the checkout and leave it, change their mind, or pay in a way that takes its time."""
    today = stage.today(SHANGHAI)
    shi_lei, kang_li, du_juan, an_he = (player.key for player in ONLOOKERS)
    arrive(stage, shi_lei, "next", stage.moment(today - timedelta(days=4), 21.1, SHANGHAI))
    arrive(stage, an_he, "next", stage.moment(today - timedelta(days=2), 13.4, SHANGHAI))
    arrive(stage, kang_li, "next", stage.moment(today - timedelta(days=1), 11.6, SHANGHAI))
    arrive(stage, du_juan, "next", stage.now - timedelta(minutes=12))


def give_back(stage: Stage) -> None:
    """A part after a talk, everything before the start, everything after the partner was paid, and one by hand."""
    _ask(stage, "operator", "liu-xiaoman", "writing", 5, (10000, "出差一周，未能跟上，经协商退还部分学费"))
    _ask(stage, "zhao-wu", "zhao-wu", "next", 3, (None, ""))
    _ask(stage, "operator", "luo-jia", "writing", 2, (None, "家中有事退营，按承诺全额退还"))
    # Money that an agent collected does not go back by the gateway: it waits for somebody to hand it out.
    _ask(stage, "operator", "fang-zhou", "writing", 1, (5000, "多收的教材费退还"))


def _ask(stage: Stage, who: str, key: str, cohort: str, ago: int, what: tuple[int | None, str]) -> None:
    amount, reason = what

    def ask(work: Work) -> None:
        if code := stage.codes.get(order_name(key, cohort)):
            shop.ask_refund(work, stage.actor(who), code, amount, reason)

    at = stage.moment(stage.today(SHANGHAI) - timedelta(days=ago), 15.1, SHANGHAI)
    stage.scene(at, ask, "operator shop.refund_order" if who == "operator" else "")


def quarrel(stage: Stage) -> None:
    """Banks take three payments back: one is ours again, one is lost, one is undecided."""
    _dispute(stage, order_name("ding-hao", "writing"), 10, 5, "won")
    _dispute(stage, order_name("leo", "survey"), 3, 1, "lost")
    _dispute(stage, order_name("nie-yun", "next"), 1, 0, "")


def _dispute(stage: Stage, name: str, opened: int, closed: int, outcome: str) -> None:
    today = stage.today(SHANGHAI)
    stage.steps(stage.moment(today - timedelta(days=opened), 9.3, SHANGHAI), partial(_take, stage, name))
    if outcome:
        at = stage.moment(today - timedelta(days=closed), 9.6, SHANGHAI)
        stage.steps(at, partial(_decide, stage, name, outcome))


def _take(stage: Stage, name: str) -> None:
    if name not in stage.codes:
        return
    read = begin_read()
    paid = orders.list_payments(read, orders.get_order(read, stage.codes[name]).id)[-1]
    if paid.payment_id is not None:
        stage.codes[f"dispute of {name}"] = stage.till.dispute(paid.payment_id)
        stage.hear()


def _decide(stage: Stage, name: str, outcome: str) -> None:
    if dispute := stage.codes.get(f"dispute of {name}"):
        stage.till.decide(dispute, outcome)
        stage.hear()


def hand_in(stage: Stage) -> None:
    """The agent brings a part of what was collected to the bank."""

    def book(work: Work) -> None:
        agent = stage.person_id("gu-yibai")
        shop.hand_in(work, stage.actor("finance"), agent, Money(70000, "CNY"), "season-gu-yibai-1")

    at = stage.moment(stage.today(SHANGHAI) - timedelta(days=7), 14.5, SHANGHAI)
    stage.scene(at, book, "finance shop.hand_in")
