"""Comparing both sides, and the journals of balance entries."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.commerce.gateway.comparing import (
    Difference,
    Kind,
    Settled,
    compare,
    entries_of,
    has_place,
    paid_there,
    refunded_there,
)
from lms.commerce.gateway.rules import BalanceEntry, Checkout, CheckoutState, GatewayRefund, RefundState
from lms.commerce.ledger.rules import Account, gather, require_balanced

NOW = datetime(2026, 11, 21, 10, 48, tzinfo=UTC)


def entry(kind: str, amount: int, fee: int = 0) -> BalanceEntry:
    return BalanceEntry("txn_1", kind, "src_1", amount, fee, "CNY", NOW)


_settled = st.builds(
    Settled,
    st.sampled_from(Kind),
    st.sampled_from(["a", "b", "c", "d"]),
    st.just("ORDER001"),
    st.integers(1, 3),
    st.sampled_from(["CNY", "USD"]),
)


@given(st.lists(_settled, unique_by=lambda one: one.key))
def test_equal_sides_fit(side: list[Settled]) -> None:
    mixed = [*side, *side]
    random.Random(4).shuffle(mixed)
    assert compare(side, mixed) == []


@given(st.lists(_settled, unique_by=lambda one: one.key), st.lists(_settled, unique_by=lambda one: one.key))
def test_every_difference_is_found_once(here: list[Settled], there: list[Settled]) -> None:
    found = compare(here, there)
    assert {(one.kind, one.object_id) for one in found} == {one.key for one in {*here} ^ {*there}}
    assert len({one.key for one in found}) == len(found)
    for one in found:
        expected = (
            Difference.UNSETTLED
            if one.here is None
            else Difference.MISSING
            if one.there is None
            else Difference.DIFFERS
        )
        assert one.difference is expected
    assert found == compare(here[::-1], there[::-1])


def test_only_what_is_final_and_ours_counts() -> None:
    checkouts = [
        Checkout("cs_1", CheckoutState.PAID, "ORDER001", 5, "CNY", None, "pi_1", NOW),
        Checkout("cs_2", CheckoutState.CONFIRMING, "ORDER002", 5, "CNY", None, None, NOW),
        Checkout("cs_3", CheckoutState.PAID, "", 5, "CNY", None, "pi_3", NOW),
    ]
    assert [one.object_id for one in paid_there(checkouts)] == ["cs_1"]
    refunds = [GatewayRefund(f"re_{state}", "pi_1", state, 5, "CNY", "") for state in RefundState]
    assert [one.object_id for one in refunded_there(refunds)] == ["re_succeeded"]


@pytest.mark.parametrize(
    ("kind", "amount", "fee", "expected"),
    [
        ("charge", 39900, 1187, {Account.PSP_FEE: 1187, Account.PSP_CLEARING: -1187}),
        ("dispute", -39900, 1500, {Account.PSP_FEE: 1500, Account.PSP_CLEARING: -1500}),
        ("dispute_reversal", 39900, -1500, {Account.PSP_FEE: -1500, Account.PSP_CLEARING: 1500}),
        ("fee", -200, 0, {Account.PSP_FEE: 200, Account.PSP_CLEARING: -200}),
        ("payout", -30000, 0, {Account.BANK: 30000, Account.PSP_CLEARING: -30000}),
        ("payout", -30000, 25, {Account.PSP_FEE: 25, Account.BANK: 30000, Account.PSP_CLEARING: -30025}),
        ("payout_reversal", 30000, 0, {Account.BANK: -30000, Account.PSP_CLEARING: 30000}),
        ("topup", 500, 0, {Account.BANK: -500, Account.PSP_CLEARING: 500}),
        ("refund", -10000, 0, {}),
        ("transfer", -5000, 0, {}),
        ("a kind of tomorrow", 70, 7, {Account.PSP_FEE: 7, Account.PSP_CLEARING: -7}),
    ],
)
def test_journals_of_entries(kind: str, amount: int, fee: int, expected: dict[Account, int]) -> None:
    lines = gather(entries_of(entry(kind, amount, fee)))
    require_balanced(lines)
    assert {line.account: line.amount_minor for line in lines} == expected


@given(st.sampled_from(["charge", "fee", "payout", "topup", "new"]), st.integers(), st.integers())
def test_what_is_booked_here_moves_clearing_as_the_gateway_says(kind: str, amount: int, fee: int) -> None:
    lines = {line.account: line.amount_minor for line in gather(entries_of(entry(kind, amount, fee)))}
    whole = amount - fee if kind in ("fee", "payout", "topup") else -fee
    assert lines.get(Account.PSP_CLEARING, 0) == whole


def test_unknown_kinds_have_no_place() -> None:
    assert has_place(entry("refund_failure", 1)) and not has_place(entry("advance", 1))
