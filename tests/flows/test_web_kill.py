"""A web process killed in the middle of a POST: all of it is there or nothing, and sending it again makes one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.affiliates.payouts import service as payouts
from lms.affiliates.payouts.models import Payout, PayoutAttempt
from lms.commerce.ledger.models import Journal
from lms.commerce.shop.models import Payment, Refund, ShopOrder
from lms.kernel.clock import FixedClock
from lms.kernel.parts import EXTENSION
from lms.kernel.work import Read, Work
from lms.learning.camps.rules import CohortState
from lms.learning.checkins.models import CheckIn, CheckInFile, CheckInRevision
from lms.learning.enrollments.models import CohortSeats, Enrollment, SeatHold
from lms.learning.questions.models import Digest, KnowledgeEntry
from lms.people.accounts.queries import Person
from lms.people.messages.models import Notice
from tests.factories.accounts import cast
from tests.factories.camps import make_cohort, walk_to
from tests.factories.checkins import LINK, TEXT, task_of
from tests.factories.enrollments import make_enrollment
from tests.factories.partners import actor_of, make_someone
from tests.factories.payouts import ask, make_earner
from tests.factories.questions import make_answer, make_class, make_question
from tests.factories.shop import Stall
from tests.flows.killing import Kept, count, run_in_child
from tests.flows.money import LastingGateway
from tests.flows.world import World, see

Begin = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True)
class Sent:
    """A form, who sends it, and how many rows of which table it makes, however often it is sent."""

    who: Person
    address: str
    form: Callable[[], dict[str, Any]]
    makes: dict[Any, int]


def check_in(w: Work) -> Sent:
    cohort = make_cohort(w)
    lin = cast(w, "lin")
    make_enrollment(w, cohort, lin)
    task = task_of(w, cohort, 1)
    walk_to(w, cohort, CohortState.RUNNING)

    def form() -> dict[str, Any]:
        return {"text": TEXT, "link": LINK, "files": (BytesIO("附上清单。".encode()), "清单.txt")}

    makes = {CheckIn: 1, CheckInRevision: 1, CheckInFile: 2}
    return Sent(lin, f"/learn/{cohort.code}/tasks/{task.code}", form, makes)


def join(w: Work) -> Sent:
    cohort = make_cohort(w, seats=3, starts_on=date(2026, 11, 28))
    makes = {Enrollment: 1, CohortSeats: 1, Notice: 1}
    return Sent(cast(w, "lin"), f"/c/{cohort.camp_slug}/join", lambda: {"cohort": cohort.code}, makes)


def publish(w: Work) -> Sent:
    room = make_class(w, 2)
    make_answer(w, room, make_question(w, room, "小标题要不要编号？"))
    code = w.session.scalar(select(Digest.code))
    return Sent(room.tutor, f"/desk/digests/{code}/publish", dict, {Digest: 1, KnowledgeEntry: 1})


@pytest.mark.parametrize("scene", [check_in, join, publish])
def test_a_killed_post_is_all_or_nothing_and_one_when_repeated(
    scene: Callable[[Work], Sent],
    app: Flask,
    work: Begin,
    read: Callable[[], Read],
    drain: Callable[[], int],
    new_client: Callable[[], FlaskClient],
    sign_in: Callable[[FlaskClient, Any], None],
    mails: Path,
    tmp_path: Path,
) -> None:
    with work() as w:
        sent = scene(w)
    drain()

    def send() -> None:
        browser = new_client()
        sign_in(browser, sent.who)
        assert browser.post(sent.address, data=sent.form()).status_code == 303

    kept = Kept(app, tmp_path / "kept", mails)
    nothing = see(mails)
    steps = run_in_child(app, send).steps
    all_of_it = see(mails)
    drain()
    told = unaudited(mails)
    assert steps, "the form commits"
    for at, step in enumerate(steps):
        kept.put_back()
        assert run_in_child(app, send, at).killed
        assert see(mails) in (nothing, all_of_it), f"half of it is there after {step}"
        send()
        send()
        drain()
        assert unaudited(mails) == told, "\n".join([step, *unaudited(mails).differs(told)])
        session = read().session
        assert {model: count(session, model) for model in sent.makes} == sent.makes


@dataclass
class Counter:
    """Where money scenes are set: somebody selling, at a gateway that outlives the process."""

    stall: Stall
    gate: LastingGateway

    def done(self) -> dict[str, int]:
        """Count what the gateway did."""
        with self.gate.open() as world:
            return {
                "checkouts": len(world._checkouts),
                "refunds": len(world._refunds),
                "transfers": len(world._transfers),
                "entries": len(world.entries),
            }


def checkout(at: Counter) -> Sent:
    cohort, [buyer] = at.stall.open()
    makes = {ShopOrder: 1, Payment: 1, SeatHold: 1}
    return Sent(buyer, f"/c/{cohort.camp_slug}/checkout", lambda: {"cohort": cohort.code}, makes)


def come_back_paid(at: Counter) -> Sent:
    cohort, [buyer] = at.stall.open()
    order = at.stall.order(cohort, buyer)
    at.gate.pay(at.stall.checkout(buyer, order).id)
    makes = {Payment: 1, Enrollment: 1, Journal: 1, Notice: 1}
    return Sent(buyer, f"/orders/{order.code}/check", dict, makes)


def refund(at: Counter) -> Sent:
    cohort, [buyer] = at.stall.open()
    order = at.stall.buy(cohort, buyer)
    with at.stall.work() as w:
        operator = make_someone(w, roles=("operator",))
    form = {"amount": "100", "reason": "补偿", "code": "RFND000001", "left": str(order.net_minor), "sure": "y"}
    return Sent(operator, f"/console/orders/{order.code}/refund", lambda: form, {Refund: 1, Journal: 2})


def ask_for_payout(at: Counter) -> Sent:
    with at.stall.work() as w:
        person, _ = make_earner(w)
    form = {"amount": "400", "currency": "CNY", "client_key": "one-key"}
    return Sent(person, "/partner/wallet/payouts", lambda: form, {Payout: 1, Journal: 3})


def approve_payout(at: Counter) -> Sent:
    with at.stall.work() as w:
        person, _ = make_earner(w, kind=None)
        wanted = payouts.begin_account(w, actor_of(w, person), "SG")
    opened = at.gate.open_account(wanted.key, person.email, "SG")
    with at.stall.work() as w:
        payouts.note_account(w, at.gate.enable(opened.id), wanted.destination_id)
        asked = ask(w, person)
        finance = make_someone(w, roles=("finance",))
    return Sent(finance, f"/finance/payouts/{asked.code}/approve", dict, {Payout: 1, PayoutAttempt: 1, Journal: 5})


@pytest.mark.parametrize("scene", [checkout, come_back_paid, refund, ask_for_payout, approve_payout])
def test_a_killed_post_about_money_is_one_when_repeated(
    scene: Callable[[Counter], Sent],
    app: Flask,
    work: Begin,
    read: Callable[[], Read],
    clock: FixedClock,
    drain: Callable[[], int],
    new_client: Callable[[], FlaskClient],
    sign_in: Callable[[FlaskClient, Any], None],
    mails: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = LastingGateway(tmp_path / "gateway", clock.now)
    monkeypatch.setattr(app.extensions[EXTENSION], "gateway", gate)
    drain()  # before the scene: the clock's jobs would find a payment by themselves
    at = Counter(Stall(work, read, gate, clock.now), gate)  # type: ignore[arg-type]
    sent = scene(at)
    drain()

    def send() -> None:
        browser = new_client()
        sign_in(browser, sent.who)
        assert browser.post(sent.address, data=sent.form()).status_code == 303

    kept = Kept(app, tmp_path / "kept", mails, tmp_path / "gateway")
    steps = run_in_child(app, send).steps
    drain()
    told, done = unaudited(mails), at.done()
    assert steps, "the form commits"
    for number, step in enumerate(steps):
        kept.put_back()
        assert run_in_child(app, send, number).killed
        send()
        send()
        drain()
        assert unaudited(mails) == told, "\n".join([step, *unaudited(mails).differs(told)])
        assert at.done() == done, step
        session = read().session
        assert {model: count(session, model) for model in sent.makes} == sent.makes


def unaudited(mails: Path) -> World:
    """Look at everything but the audit trail, which rightly keeps each time staff sent the form."""
    return see(mails).without("audit_entry")
