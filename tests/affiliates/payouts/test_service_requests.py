"""Asking, canceling, deciding: on both engines, also all at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.affiliates.partners import service as partners
from lms.affiliates.payouts import queries, service
from lms.affiliates.payouts.errors import (
    AboveAvailable,
    BelowMinimum,
    InDebt,
    NoDestination,
    OwnPayout,
    PayoutMoved,
    ReasonMissing,
    RequestDiffers,
    WalletLocked,
)
from lms.affiliates.payouts.models import Payout
from lms.affiliates.payouts.rules import PayoutState
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.queries import Wallet
from lms.kernel.audit import AuditEntry
from lms.kernel.errors import NotFound, Refusal
from lms.kernel.work import SYSTEM, Read, Work, begin_work
from tests.factories.partners import actor_of
from tests.factories.payouts import ask, claw_back, earn, make_earner, make_finance

Open = Callable[[], AbstractContextManager[Work]]


def wallet(read: Read, partner_id: int) -> Wallet:
    return ledger.wallet(read, partner_id, "CNY")


def test_a_request_sets_money_aside_and_twice_is_once(work: Open) -> None:
    with work() as w:
        person, partner = make_earner(w, 60_000)
        first = ask(w, person, 50_000, "one")
        again = ask(w, person, 50_000, "one")
        assert first == again and first.state is PayoutState.REQUESTED
        assert wallet(w, partner.id) == Wallet(available=10_000, reserved=50_000)
        with pytest.raises(RequestDiffers):
            ask(w, person, 10_000, "one")


def test_each_refusal_leaves_the_wallet_alone(work: Open) -> None:
    with work() as w:
        person, partner = make_earner(w, 9_999, kind=None)
        with pytest.raises(BelowMinimum):
            ask(w, person, 9_999)
        earn(w, partner.id, 1)
        with pytest.raises(NoDestination):
            ask(w, person, 10_000)
        with pytest.raises(AboveAvailable):
            ask(w, person, 10_001)
        assert wallet(w, partner.id) == Wallet(available=10_000)


def test_a_locked_wallet_pays_nothing(work: Open) -> None:
    with work() as w:
        person, partner = make_earner(w)
        partners.lock_money(w, SYSTEM, partner.id, "核查中")
        with pytest.raises(WalletLocked):
            ask(w, person)


def test_b4_a_clawback_after_payout_becomes_debt_and_requests_are_refused(work: Open) -> None:
    with work() as w:
        person, partner = make_earner(w)
        code = ask(w, person, 50_000).code
        service.approve(w, make_finance(w), code)
        made = service.make_batch(w, make_finance(w), [code])
        service.settle_batch(w, SYSTEM, made.code, {})
        claw_back(w, partner.id, 10_000)
        assert wallet(w, partner.id) == Wallet(debt=10_000)
        with pytest.raises(InDebt):
            ask(w, person, 10_000)


def test_b5_b6_canceling_pays_the_debt_first(work: Open) -> None:
    with work() as w:
        person, partner = make_earner(w)
        code = ask(w, person, 50_000).code
        claw_back(w, partner.id, 10_000)
        assert wallet(w, partner.id) == Wallet(reserved=50_000, debt=10_000)
        who = actor_of(w, person)
        assert service.cancel(w, who, code).state is PayoutState.CANCELED
        assert service.cancel(w, who, code).state is PayoutState.CANCELED
        assert wallet(w, partner.id) == Wallet(available=40_000)


def test_only_the_owner_cancels_and_only_before_it_is_sent(work: Open) -> None:
    with work() as w:
        person, _ = make_earner(w)
        other, _ = make_earner(w, name="Bo Chen")
        code = ask(w, person).code
        with pytest.raises(NotFound):
            service.cancel(w, actor_of(w, other), code)
        finance = make_finance(w)
        service.approve(w, finance, code)
        service.make_batch(w, finance, [code])
        with pytest.raises(PayoutMoved):
            service.cancel(w, actor_of(w, person), code)


def test_finance_approves_rejects_and_never_for_themselves(work: Open, mailbox: Any, drain: Any) -> None:
    with work() as w:
        person, partner = make_earner(w)
        finance = make_finance(w)
        code = ask(w, person, 20_000).code
        own_person, _ = make_earner(w, name="Own Finance")
        own = ask(w, own_person, 20_000).code
        with pytest.raises(OwnPayout):
            service.approve(w, actor_of(w, own_person), own)
        with pytest.raises(OwnPayout):
            service.reject(w, actor_of(w, own_person), own, "不行")
        assert service.approve(w, finance, code).decided_by == finance.person_id
        assert service.approve(w, finance, code).state is PayoutState.APPROVED
        with pytest.raises(ReasonMissing):
            service.reject(w, finance, code, "  ")
        rejected = service.reject(w, finance, code, "资料要补")
        assert (rejected.state, rejected.reason) == (PayoutState.REJECTED, "资料要补")
        assert wallet(w, partner.id) == Wallet(available=50_000)
        with pytest.raises(PayoutMoved):
            service.approve(w, finance, code)
        acts = list(w.session.scalars(select(AuditEntry.act).where(AuditEntry.subject == f"payout:{code}")))
        assert acts == ["payout.approved", "payout.rejected"]
    drain()
    subjects = [mail.subject for mail in mailbox.to(person.email)]
    assert "你的 ¥200.00 提现已通过" in subjects and "你的 ¥200.00 提现没有通过" in subjects


def test_many_are_approved_at_once_but_not_ones_own(work: Open) -> None:
    with work() as w:
        finance = make_finance(w)
        codes = [ask(w, make_earner(w, name=f"Partner {n}")[0]).code for n in range(3)]
        mine, _ = make_earner(w, name="Mine")
        own = ask(w, mine).code
        done = service.approve_many(w, actor_of(w, mine), [*codes, own, "NOSUCH00"])
        assert (done.count, sorted(done.skipped)) == (3, sorted([own, "NOSUCH00"]))
        assert service.approve_many(w, finance, [*codes, own]).count == 1
        assert queries.count_by_state(w)["approved"] == 4
        assert queries.count_to_approve(w) == (0, None)


@dataclass
class Race:
    accepted: int = 0
    refused: int = 0


def run_at_once(app: Flask, acts: list[Callable[[Work], Any]]) -> Race:
    """Run each in a thread and a work of its own, all let go at the same moment."""
    race, start, mutex, wrong = Race(), threading.Barrier(len(acts)), threading.Lock(), []

    def run(act: Callable[[Work], Any]) -> None:
        with app.app_context():
            start.wait()
            try:
                with begin_work() as w:
                    act(w)
                with mutex:
                    race.accepted += 1
            except Refusal:
                with mutex:
                    race.refused += 1
            except BaseException as error:
                wrong.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, wrong
    return race


def test_w2_two_at_once_for_more_than_there_is(app: Flask, work: Open, read: Callable[[], Read]) -> None:
    with work() as w:
        person, partner = make_earner(w, 60_000)
        who = actor_of(w, person)

    def one(key: str) -> Callable[[Work], Any]:
        return lambda w: service.request(w, who, 50_000, "CNY", key)

    race = run_at_once(app, [one("a"), one("b")])
    assert (race.accepted, race.refused) == (1, 1)
    assert wallet(read(), partner.id) == Wallet(available=10_000, reserved=50_000)


def test_twenty_at_once_never_exceed_what_is_available(app: Flask, work: Open, read: Callable[[], Read]) -> None:
    with work() as w:
        person, partner = make_earner(w, 75_000)
        who = actor_of(w, person)

    def one(n: int) -> Callable[[Work], Any]:
        return lambda w: service.request(w, who, 10_000, "CNY", f"key-{n}")

    race = run_at_once(app, [one(n) for n in range(20)])
    assert (race.accepted, race.refused) == (7, 13)
    assert wallet(read(), partner.id) == Wallet(available=5_000, reserved=70_000)
    assert read().session.scalar(select(func.count()).select_from(Payout)) == 7


def test_the_same_form_from_ten_tabs_is_one_request(app: Flask, work: Open, read: Callable[[], Read]) -> None:
    with work() as w:
        person, partner = make_earner(w, 60_000)
        who = actor_of(w, person)
    race = run_at_once(app, [lambda w: service.request(w, who, 10_000, "CNY", "same")] * 10)
    assert (race.accepted, race.refused) == (10, 0)
    assert wallet(read(), partner.id) == Wallet(available=50_000, reserved=10_000)


def test_cancel_and_approve_at_once_end_in_one_of_them(app: Flask, work: Open, read: Callable[[], Read]) -> None:
    with work() as w:
        person, partner = make_earner(w)
        who, finance = actor_of(w, person), make_finance(w)
        code = ask(w, person).code
    run_at_once(app, [lambda w: service.cancel(w, who, code), lambda w: service.reject(w, finance, code, "不行")])
    assert wallet(read(), partner.id) == Wallet(available=50_000)
    assert queries.get_payout(read(), code).state in (PayoutState.CANCELED, PayoutState.REJECTED)
