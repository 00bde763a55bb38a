"""Scenes of partners' money: where it goes, what is asked for, what finance does, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from lms.affiliates.partners import service as partners
from lms.affiliates.partners.queries import require_partner
from lms.affiliates.payouts import service as payouts
from lms.affiliates.payouts.rules import check_bank_details
from lms.commerce.ledger import queries as ledger
from lms.demo.cast import SHANGHAI
from lms.demo.stage import Stage
from lms.kernel.work import Work, begin_work

_WHOLE = 100  # nobody asks for fractions of a yuan
_BANKS = {
    "lin-mo": ("林沫", "工商银行", 1),  # a letter of the name is wrong, which finance notices
    "gu-yibai": ("顾一白", "建设银行", 2),
    "shen-qing": ("沈青", "招商银行", 3),
    "xu-wan": ("徐晚", "农业银行", 4),
    "ma-xiaoliu": ("马小六", "中国银行", 5),
    "fang-ge": ("方立诚", "邮政储蓄银行", 6),
}


@dataclass(frozen=True)
class Wish:
    """A payout as the story names it: whose, how much of what is there, in which currency."""

    name: str
    key: str
    share: float = 1.0
    currency: str = "CNY"


def pay_partners(stage: Stage) -> None:
    """Partners say where their money goes, ask for it, and finance decides."""
    _destinations(stage)
    _by_account(stage)
    _by_bank(stage)
    _stop(stage, "zhong-ping", "两笔订单来自同一台设备，正在核实")


def _at(stage: Stage, ago: int, hour: float) -> datetime:
    return stage.moment(stage.today(SHANGHAI) - timedelta(days=ago), hour, SHANGHAI)


# --- Where it goes ----------------------------------------------------------


def _destinations(stage: Stage) -> None:
    for n, (key, country) in enumerate((("partner", "SG"), ("elena", "GB"))):
        stage.steps(_at(stage, 12, 10 + n), partial(_open_account, stage, key, country))
    for key, (holder, bank, n) in _BANKS.items():
        stage.scene(_at(stage, 11, 9 + n), partial(_set_bank, stage, key, holder, bank, n))
    stage.scene(_at(stage, 6, 9.2), partial(_set_bank, stage, "lin-mo", "林默", "工商银行", 1))


def _open_account(stage: Stage, key: str, country: str) -> None:
    with begin_work() as work:
        wanted = payouts.begin_account(work, stage.partner(key), country)
    account = stage.till.gateway.open_account(wanted.key, wanted.email, wanted.country)
    with begin_work() as work:
        payouts.note_account(work, account, wanted.destination_id)
    stage.till.fill_in(account.id)
    stage.hear()


def _set_bank(stage: Stage, key: str, holder: str, bank: str, n: int, work: Work) -> None:
    payouts.set_bank(work, stage.partner(key), check_bank_details(holder, bank, _card(n)))


def _card(n: int) -> str:
    """Write a card number that can exist: its last digit checks the others."""
    digits = f"62220200{n:04d}5{n:05d}"
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 if place % 2 else 2)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{digits}{-total % 10}"


# --- By an account at the gateway -------------------------------------------


def _by_account(stage: Stage) -> None:
    stage.scene(_at(stage, 8, 11), partial(_request, stage, Wish("too early", "partner", 0.5)))
    stage.scene(_at(stage, 8, 11.1), partial(_cancel, stage, "too early", "partner"))
    stage.scene(_at(stage, 8, 11.2), partial(_request, stage, Wish("first", "partner", 0.65)))
    _approve(stage, _at(stage, 8, 15), "first")
    stage.scene(_at(stage, 2, 18), partial(_request, stage, Wish("survey", "elena", 1.0, "USD")))
    # What is on the gateway's balance has just gone to our bank, so that this send fails and can be tried again.
    stage.steps(_at(stage, 1, 9), partial(_empty, stage, "usd"))
    _approve(stage, _at(stage, 1, 10.2), "survey")


def _empty(stage: Stage, currency: str) -> None:
    stage.till.empty(currency)
    stage.hear()


def _request(stage: Stage, wish: Wish, work: Work) -> None:
    who = stage.partner(wish.key)
    partner = require_partner(work, who)
    wallet = ledger.wallet(work, partner.id, wish.currency)
    amount = int(wallet.available * wish.share) // _WHOLE * _WHOLE
    # Long holidays delay releases: then there is nothing to ask for yet.
    if partner.is_locked or wallet.debt or amount < payouts.minimum_minor():
        return
    made = payouts.request(work, who, amount, wish.currency, f"season-{wish.name}")
    stage.codes[f"payout {wish.name}"] = made.code


def _cancel(stage: Stage, name: str, key: str, work: Work) -> None:
    if code := stage.codes.get(f"payout {name}"):
        payouts.cancel(work, stage.partner(key), code)


# --- By a bank file ---------------------------------------------------------


def _by_bank(stage: Stage) -> None:
    stage.scene(_at(stage, 7, 10), partial(_request, stage, Wish("misspelt", "lin-mo")))
    misspelt = partial(_reject, stage, "misspelt", "收款户名与实名不一致，请更正后重新申请")
    _finance(stage, _at(stage, 7, 16), "payouts.reject", misspelt)
    for name, key, ago in (("spelt", "lin-mo", 5), ("campus", "gu-yibai", 5), ("writers", "shen-qing", 4)):
        stage.scene(_at(stage, ago, 9.5), partial(_request, stage, Wish(name, key)))
        _approve(stage, _at(stage, 4, 10), name)
    _batch(stage, _at(stage, 4, 11), "first file", ("spelt", "campus", "writers"))
    _finance(stage, _at(stage, 3, 10), "payouts.settle_batch", partial(_settle_batch, stage, "first file"))
    closed = partial(_return, stage, "campus", "收款账户已销户，银行退回")
    _finance(stage, _at(stage, 2, 11), "payouts.take_back", closed)
    for name, key in (("readers", "xu-wan"), ("trainers", "ma-xiaoliu")):
        stage.scene(_at(stage, 2, 12), partial(_request, stage, Wish(name, key)))
        _approve(stage, _at(stage, 1, 10), name)
    _batch(stage, _at(stage, 1, 16), "second file", ("trainers",))
    midnight = _at(stage, 0, 0)
    stage.scene(stage.lately(midnight, 0.3), partial(_set_bank, stage, "gu-yibai", "顾一白", "交通银行", 7))
    stage.scene(stage.lately(midnight, 0.35), partial(_request, stage, Wish("campus again", "gu-yibai")))
    stage.scene(stage.lately(midnight, 0.6), partial(_request, stage, Wish("hosts", "fang-ge")))


def _finance(stage: Stage, at: datetime, endpoint: str, act: Callable[[Work], None]) -> None:
    stage.scene(at, act, f"finance {endpoint}")
    stage.settle(at + timedelta(minutes=1))


def _approve(stage: Stage, at: datetime, name: str) -> None:
    def approve(work: Work) -> None:
        if code := stage.codes.get(f"payout {name}"):
            payouts.approve(work, stage.actor("finance"), code)

    stage.scene(at, approve, "finance payouts.approve")


def _reject(stage: Stage, name: str, reason: str, work: Work) -> None:
    if code := stage.codes.get(f"payout {name}"):
        payouts.reject(work, stage.actor("finance"), code, reason)


def _return(stage: Stage, name: str, reason: str, work: Work) -> None:
    if code := stage.codes.get(f"payout {name}"):
        payouts.take_back(work, stage.actor("finance"), code, reason)


def _batch(stage: Stage, at: datetime, name: str, names: tuple[str, ...]) -> None:
    def batch(work: Work) -> None:
        if codes := [code for one in names if (code := stage.codes.get(f"payout {one}"))]:
            stage.codes[f"batch {name}"] = payouts.make_batch(work, stage.actor("finance"), codes).code

    stage.scene(at, batch, "finance payouts.make_batch")


def _settle_batch(stage: Stage, name: str, work: Work) -> None:
    if code := stage.codes.get(f"batch {name}"):
        payouts.settle_batch(work, stage.actor("finance"), code, {})


# --- Stopped ----------------------------------------------------------------


def _stop(stage: Stage, key: str, reason: str) -> None:
    def stop(work: Work) -> None:
        partner = require_partner(work, stage.partner(key))
        partners.lock_money(work, stage.actor("operator"), partner.id, reason)

    stage.scene(_at(stage, 1, 14), stop, "operator partners.lock_money")
