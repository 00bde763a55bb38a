"""What a notice lets us know, whatever stands in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.commerce.gateway.events import (
    AccountMoved,
    CheckoutExpired,
    DisputeMoved,
    PaymentConfirmed,
    PaymentFailed,
    RefundMoved,
    TransferMoved,
)
from lms.commerce.gateway.notices import READERS, Unreadable, notice_of, read_notice
from tests.commerce.gateway.telling import account, dispute, notice, refund, session, transfer

NOW = datetime(2026, 11, 21, 10, 48, tzinfo=UTC)


def heard(kind: str, thing: dict[str, Any]) -> Any:
    return read_notice(notice_of(notice(kind, thing)), NOW)


def test_a_paid_checkout_is_a_confirmed_payment() -> None:
    for kind in ("checkout.session.completed", "checkout.session.async_payment_succeeded"):
        assert heard(kind, session()) == PaymentConfirmed(
            happened_at=NOW,
            reference="ORDER001",
            checkout_id="cs_1",
            payment_id="pi_1",
            amount_minor=39900,
            currency="CNY",
        )


def test_a_payment_that_is_on_its_way_or_not_ours_tells_nothing() -> None:
    assert heard("checkout.session.completed", session(payment_status="unpaid")) is None
    assert heard("checkout.session.completed", session(client_reference_id=None, metadata={})) is None
    assert heard("checkout.session.expired", session(client_reference_id=None, metadata=None)) is None
    assert heard("transfer.created", transfer(metadata={})) is None


def test_the_reference_may_stand_in_either_place() -> None:
    for thing in (session(metadata={}), session(client_reference_id=None), session(metadata="ill")):
        assert heard("checkout.session.completed", thing).reference == "ORDER001"


def test_ends_of_a_checkout() -> None:
    over = {"happened_at": NOW, "reference": "ORDER001", "checkout_id": "cs_1"}
    assert heard("checkout.session.expired", session()) == CheckoutExpired(**over)
    assert heard("checkout.session.async_payment_failed", session()) == PaymentFailed(**over)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("succeeded", "succeeded"),
        ("pending", "pending"),
        ("requires_action", "pending"),
        ("failed", "failed"),
        ("canceled", "failed"),
        ("a word of tomorrow", "pending"),
    ],
)
def test_states_of_a_refund(status: str, state: str) -> None:
    found = heard("refund.updated", refund(status=status, payment_intent={"id": "pi_9"}))
    assert isinstance(found, RefundMoved)
    assert (found.state, found.payment_id, found.reference) == (state, "pi_9", "REFUND01")
    assert heard("refund.created", refund(metadata={})).reference == ""


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("needs_response", "open"),
        ("under_review", "open"),
        ("a word of tomorrow", "open"),
        ("won", "won"),
        ("lost", "lost"),
        ("warning_needs_response", None),
        ("warning_closed", None),
        ("prevented", None),
    ],
)
def test_states_of_a_dispute(status: str, state: str | None) -> None:
    found = heard("charge.dispute.closed", dispute(status=status))
    assert found is None if state is None else isinstance(found, DisputeMoved) and found.state == state


def test_accounts_and_transfers() -> None:
    over = {"happened_at": NOW, "account_id": "acct_1"}
    assert heard("account.updated", account()) == AccountMoved(**over, details_submitted=True, payouts_enabled=False)
    found = heard("transfer.reversed", transfer(amount_reversed=2000))
    assert isinstance(found, TransferMoved)
    assert (found.reference, found.amount_minor, found.reversed_minor) == ("PAYOUT01:1", 5000, 2000)


@pytest.mark.parametrize("kind", ["charge.refunded", "payment_intent.succeeded", "a.kind.of.tomorrow"])
def test_other_kinds_tell_nothing(kind: str) -> None:
    assert heard(kind, session()) is None


@pytest.mark.parametrize("payload", [{}, {"id": "evt_1"}, {"id": 4, "type": "x"}, {"id": "", "type": "x"}])
def test_what_is_no_notice_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="without"):
        notice_of(payload)


_plain = [None, True, 0, -3, 10**30, 1.5, "", "won", "succeeded", "paid", "cny", "\x00"]
_nested = [[], [1], {}, {"id": 7}, {"id": {"id": "x"}}, {"reference": "A"}, {"reference": ["A"]}, {"reference": None}]
_values = st.sampled_from([*_plain, *_nested])
_names = (
    "id amount amount_total amount_reversed currency metadata client_reference_id"
    " payment_intent payment_status status details_submitted"
).split()


@given(st.sampled_from(sorted(READERS)), st.fixed_dictionaries({}, optional=dict.fromkeys(_names, _values)))
def test_nothing_in_a_notice_breaks_the_reading(kind: str, thing: dict[str, Any]) -> None:
    try:
        found = heard(kind, thing)
    except Unreadable:
        return
    assert found is None or found.happened_at == NOW
