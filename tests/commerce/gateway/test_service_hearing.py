"""Keeping notices once, telling them on, replaying them."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.commerce.gateway import queries, service
from lms.commerce.gateway.errors import GatewayNotSetUp, NothingToReplay
from lms.commerce.gateway.events import AccountMoved
from lms.commerce.gateway.models import GatewayKnown, GatewayNotice
from lms.commerce.gateway.notices import NoticeState, notice_of
from lms.commerce.gateway.rules import Checkout, CheckoutState
from lms.kernel.db import db
from lms.kernel.errors import NotFound
from lms.kernel.outbox import Event, OutboxRow
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.work import SYSTEM, Read, Work, begin_work
from tests.commerce.gateway.telling import account, dispute, notice, refund, session, transfer
from tests.conftest import STORY_NOW, counting
from tests.fake_gateway import FakeGateway

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What was told in works that were committed or not, whoever listens."""
    found: list[Event] = []
    tell = Work.tell

    def note(self: Work, event: Event) -> None:
        found.append(event)
        tell(self, event)

    monkeypatch.setattr(Work, "tell", note)
    return found


def receive(work: Open, kind: str, thing: dict[str, Any], event_id: str = "") -> bool:
    with work() as w:
        return service.receive(w, notice_of(notice(kind, thing, event_id)))


def test_a_notice_is_kept_and_told(work: Open, read: Look, told: list[Event]) -> None:
    assert receive(work, "checkout.session.completed", session(), "evt_a")
    [event] = told
    assert (event.reference, event.amount_minor, event.currency) == ("ORDER001", 39900, "CNY")  # type: ignore[attr-defined]
    [line] = queries.list_notices(read())
    assert (line.kind, line.object_id, line.state) == ("checkout.session.completed", "cs_1", NoticeState.HANDLED)
    _, payload = queries.get_notice(read(), line.id)
    assert payload["data"]["object"]["amount_total"] == 39900


def test_the_same_notice_three_times_is_one(work: Open, read: Look, told: list[Event]) -> None:
    assert [receive(work, "refund.created", refund(), "evt_a") for _ in range(3)] == [True, False, False]
    assert len(told) == 1 and len(queries.list_notices(read())) == 1


@pytest.mark.parametrize("kind", ["charge.refunded", "payment_intent.created", "a.kind.of.tomorrow"])
def test_an_unknown_kind_is_kept_and_ignored(kind: str, work: Open, read: Look, told: list[Event]) -> None:
    assert receive(work, kind, session())
    assert told == []
    assert [line.state for line in queries.list_notices(read())] == [NoticeState.IGNORED]


def test_a_payment_on_its_way_tells_nothing_yet(work: Open, told: list[Event]) -> None:
    receive(work, "checkout.session.completed", session(payment_status="unpaid"))
    assert told == []
    receive(work, "checkout.session.async_payment_succeeded", session())
    assert len(told) == 1


def test_what_cannot_be_read_is_kept_for_later(work: Open, read: Look, told: list[Event]) -> None:
    assert receive(work, "refund.created", refund(amount="much"))
    assert told == []
    [line] = queries.list_notices(read(), NoticeState.RECEIVED)
    with pytest.raises(NothingToReplay), work() as w:
        service.replay(w, SYSTEM, line.id)
    assert queries.list_notices(read(), NoticeState.HANDLED) == []


def test_a_replay_tells_once_more(work: Open, read: Look, told: list[Event]) -> None:
    receive(work, "account.updated", account(payouts_enabled=True))
    [line] = queries.list_notices(read())
    with work() as w:
        service.replay(w, SYSTEM, line.id)
    assert told[0] == told[1] and isinstance(told[0], AccountMoved)
    with pytest.raises(NotFound), work() as w:
        service.replay(w, SYSTEM, line.id + 1)


def test_permutations_and_duplicates_keep_the_same_notices(work: Open, read: Look, told: list[Event]) -> None:
    things = [
        ("checkout.session.completed", session(), "evt_1"),
        ("refund.created", refund(status="pending"), "evt_2"),
        ("refund.updated", refund(), "evt_3"),
        ("charge.dispute.created", dispute(), "evt_4"),
        ("charge.dispute.closed", dispute(status="won"), "evt_5"),
        ("transfer.created", transfer(), "evt_6"),
    ]
    mixed = [*things, *things, *things]
    random.Random(7).shuffle(mixed)
    for kind, thing, event_id in mixed:
        receive(work, kind, thing, event_id)
    assert {line.event_id for line in queries.list_notices(read())} == {event_id for _, _, event_id in things}
    assert len(told) == len(things)


def test_notices_are_paged_newest_first(work: Open, read: Look) -> None:
    for n in range(5):
        receive(work, "refund.created", refund(), f"evt_{n}")
    first = queries.list_notices(read(), limit=2)
    assert [line.event_id for line in first] == ["evt_4", "evt_3", "evt_2"]  # one more says that there are more
    rest = queries.list_notices(read(), before=first[1].id, limit=3)
    assert [line.event_id for line in rest] == ["evt_2", "evt_1", "evt_0"]


def checkout(state: CheckoutState, payment_id: str | None = "pi_1") -> Checkout:
    return Checkout("cs_1", state, "ORDER001", 39900, "CNY", None, payment_id, STORY_NOW)


def test_an_enquiry_tells_as_a_notice_would(work: Open, told: list[Event]) -> None:
    receive(work, "checkout.session.completed", session())
    receive(work, "checkout.session.expired", session())
    with work() as w:
        service.report_checkout(w, checkout(CheckoutState.PAID))
        service.report_checkout(w, checkout(CheckoutState.EXPIRED))
        service.report_checkout(w, checkout(CheckoutState.OPEN))
        service.report_checkout(w, checkout(CheckoutState.CONFIRMING))
    assert told[:2] == told[2:]


def test_what_is_settled_is_noted_once_and_may_be_taken_back(work: Open, read: Look) -> None:
    def count() -> int | None:
        return read().session.scalar(select(func.count()).select_from(GatewayKnown))

    with work() as w:
        assert service.note_settled(w, "refund", "re_1", "REFUND01", 10000, "CNY")
        assert not service.note_settled(w, "refund", "re_1", "REFUND01", 10000, "CNY")
        assert service.note_settled(w, "payment", "re_1", "ORDER001", 10000, "CNY")
    assert count() == 2
    with work() as w:
        service.forget_settled(w, "refund", "re_1")
    assert count() == 1


def test_without_a_gateway_nothing_is_sold(app: Flask) -> None:
    assert not queries.takes_payments()
    with pytest.raises(GatewayNotSetUp):
        service.current_gateway()


def test_the_gateway_is_the_one_plugged_in(app: Flask, gateway: FakeGateway) -> None:
    assert service.current_gateway() is gateway and queries.takes_payments()


def test_a_gateway_is_connected_once_at_its_first_use(app: Flask) -> None:
    made: list[FakeGateway] = []

    def connect() -> FakeGateway:
        made.append(FakeGateway())
        return made[-1]

    parts: Parts = app.extensions[EXTENSION]
    parts.gateway = service.Connection(connect)
    assert queries.takes_payments() and made == []
    assert service.current_gateway() is service.current_gateway() and len(made) == 1


def test_a_notice_rolls_back_with_its_work(work: Open, read: Look) -> None:
    with pytest.raises(RuntimeError), work() as w:
        service.receive(w, notice_of(notice("refund.created", refund(), "evt_1")))
        raise RuntimeError
    assert read().session.scalars(select(GatewayNotice)).all() == []


def test_the_same_notice_at_once_from_many_is_one(app: Flask, read: Look) -> None:
    kept = notice_of(notice("account.updated", account(), "evt_1"))

    def hear(_: int) -> bool:
        with app.app_context():
            try:
                with begin_work() as w:
                    return service.receive(w, kept)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(hear, range(6))) == [False] * 5 + [True]
    rows = read().session.scalars(select(OutboxRow).where(OutboxRow.name == "AccountMoved")).all()
    parts: Parts = app.extensions[EXTENSION]
    assert len(rows) == len(parts.subscriptions.handlers_of("AccountMoved"))


def test_a_notice_costs_a_handful_of_statements(app: Flask, work: Open) -> None:
    with counting(app) as count:
        receive(work, "account.updated", account(), "evt_1")
    assert count.statements <= 3
