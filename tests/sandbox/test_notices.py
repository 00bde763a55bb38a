"""Signed notices: written with what happened, carried again until taken, late, twice or lost on demand."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from lms.sandbox.notices import sign
from tests.sandbox.conftest import SECRET, Bench, Ear, wait_for


def _top_ups(bench: Bench, n: int) -> list[str]:
    """Make n accounts ready, which tells `account.updated` each time."""
    return [bench.ready_account() for _ in range(n)]


def _about(ear: Ear) -> list[str]:
    return [event["data"]["object"]["id"] for event in ear.events()]


def test_a_notice_is_signed_as_stripe_signs(heard: Bench, ear: Ear) -> None:
    heard.ready_account()
    heard.settle()
    body, signature = ear.heard[0]
    event = heard.client.construct_event(body, signature, SECRET)
    assert (event.object, event.type, event.livemode, event.api_version) == (
        "event",
        "account.updated",
        False,
        "2026-10-28.endive",
    )
    assert event.id.startswith("evt_") and event.account == event.data.object["id"]
    with pytest.raises(stripe.SignatureVerificationError):
        heard.client.construct_event(body, signature, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        heard.client.construct_event(body + b" ", signature, SECRET)


def test_an_old_signature_is_refused_by_the_client(bench: Bench) -> None:
    payload = json.dumps({"id": "evt_1", "object": "event"}).encode()
    with pytest.raises(stripe.SignatureVerificationError):
        bench.client.construct_event(payload, sign(payload, SECRET, 1_000_000), SECRET)


def test_a_payment_tells_its_whole_story_in_order(heard: Bench, ear: Ear) -> None:
    session = heard.paid()
    heard.settle()
    assert ear.types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    last = ear.events()[-1]["data"]["object"]
    assert (last["id"], last["payment_status"]) == (session.id, "paid")
    assert not [name for name in last if name.startswith("_")]


@pytest.mark.parametrize(("end", "status"), [("succeed", "paid"), ("fail", "unpaid")])
def test_a_late_payment_tells_twice(heard: Bench, ear: Ear, end: str, status: str) -> None:
    session = heard.session()
    heard.pay(session.id, "alipay", "later")
    heard.settle()
    assert ear.events()[-1]["type"] == "checkout.session.completed"
    assert ear.events()[-1]["data"]["object"]["payment_status"] == "unpaid"
    heard.do(f"sessions/{session.id}/{end}")
    heard.settle()
    last = ear.events()[-1]
    assert last["type"] == f"checkout.session.async_payment_{'succeeded' if end == 'succeed' else 'failed'}"
    assert last["data"]["object"]["payment_status"] == status


def test_refunds_disputes_and_transfers_are_told(heard: Bench, ear: Ear) -> None:
    account = heard.ready_account()
    charge = heard.charge_of(heard.paid())
    refund = heard.client.v1.refunds.create({"charge": charge.id, "amount": 100})
    heard.do(f"refunds/{refund.id}/fail")
    dispute = heard.do(f"charges/{charge.id}/dispute")
    heard.do(f"disputes/{dispute['id']}/win")
    heard.do("topups", amount=5000, currency="cny")
    transfer = heard.client.v1.transfers.create({"amount": 900, "currency": "cny", "destination": account})
    heard.client.v1.transfers.reversals.create(transfer.id)
    heard.settle()
    told = ear.types()[5:]
    assert told == [
        *("refund.created", "charge.refunded", "refund.updated", "charge.refund.updated", "refund.failed"),
        *("charge.dispute.created", "charge.dispute.funds_withdrawn"),
        *("charge.dispute.funds_reinstated", "charge.dispute.closed"),
        *("transfer.created", "transfer.reversed"),
    ]


def test_time_alone_tells_of_an_expired_session(heard: Bench, ear: Ear) -> None:
    session = heard.session()
    heard.clock.at = heard.clock.at.replace(year=heard.clock.at.year + 1)
    wait_for(lambda: "checkout.session.expired" in ear.types())
    assert _about(ear) == [session.id]


def test_what_is_not_taken_is_sent_again_with_a_new_signature(heard: Bench, ear: Ear) -> None:
    ear.refusals = 2
    heard.ready_account()
    wait_for(lambda: len(ear.heard) == 3)
    heard.settle()
    assert len({event["id"] for event in ear.events()}) == 1
    assert [(row["status"], row["attempts"]) for row in heard.sandbox.courier.log()] == [("taken", 3)]


def test_in_the_end_it_is_given_up_and_can_be_sent_by_hand(heard: Bench, ear: Ear) -> None:
    ear.refusals = 4
    heard.ready_account()
    wait_for(lambda: heard.sandbox.courier.log()[0]["status"] == "given_up")
    heard.do(f"events/{ear.events()[0]['id']}/replay")
    heard.settle()
    assert heard.sandbox.courier.log()[0]["status"] == "taken"
    assert heard.client.v1.events.retrieve(ear.events()[0]["id"]).pending_webhooks == 0


def test_a_lost_notice_is_never_sent_but_can_be_found_and_replayed(heard: Bench, ear: Ear) -> None:
    heard.fault("lose", topic="account.*")
    account = heard.ready_account()
    heard.settle()
    assert ear.heard == []
    event = heard.client.v1.events.list({"type": "account.updated"}).data[0]
    assert event.data.object["id"] == account
    heard.do(f"events/{event.id}/replay")
    heard.settle()
    assert _about(ear) == [account]


def test_a_notice_may_come_twice(heard: Bench, ear: Ear) -> None:
    heard.fault("duplicate")
    first, second = _top_ups(heard, 2)
    heard.settle()
    assert _about(ear) == [first, first, second]
    assert ear.events()[0]["id"] == ear.events()[1]["id"]


def test_a_notice_may_come_late(heard: Bench, ear: Ear) -> None:
    heard.fault("delay", seconds=0.6)
    late, early = _top_ups(heard, 2)
    wait_for(lambda: len(ear.heard) == 2)
    assert _about(ear) == [early, late]


def test_notices_may_come_in_the_wrong_order(heard: Bench, ear: Ear) -> None:
    heard.fault("reorder", times=3)
    accounts = _top_ups(heard, 3)
    heard.settle()
    assert _about(ear) == accounts[::-1]


def test_a_fault_waits_for_its_own_topic(heard: Bench, ear: Ear) -> None:
    heard.fault("lose", topic="checkout.session.completed")
    heard.paid()
    heard.settle()
    assert ear.types() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_a_refused_call_tells_nothing(heard: Bench, ear: Ear) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        heard.client.v1.refunds.create({"charge": "ch_none"})
    heard.settle()
    assert ear.heard == [] and heard.client.v1.events.list().data == []


def test_events_are_listed_by_type_and_time_and_found_by_id(bench: Bench) -> None:
    bench.paid()
    events: Any = bench.client.v1.events
    both = events.list({"types": ["charge.succeeded", "payment_intent.succeeded"]}).data
    assert [event.type for event in both] == ["payment_intent.succeeded", "charge.succeeded"]
    assert events.retrieve(both[0].id).data.object["object"] == "payment_intent"
    assert events.list({"created": {"gt": int(bench.clock.now().timestamp())}}).data == []


def test_an_event_names_the_call_it_came_from(bench: Bench) -> None:
    charge = bench.charge_of(bench.paid())
    bench.client.v1.refunds.create({"charge": charge.id}, {"idempotency_key": "refund-7"})
    event = bench.client.v1.events.list({"type": "refund.created"}).data[0]
    assert event.request is not None
    assert event.request.idempotency_key == "refund-7" and str(event.request.id).startswith("req_")
