"""Prices, coupons and splits, by the figures of the rules for money and by property."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.commerce.shop import rules
from lms.commerce.shop.errors import (
    CouponElsewhere,
    CouponInvalid,
    CouponOver,
    CurrencyUnknown,
    DiscountInvalid,
    EarlyInvalid,
    PriceInvalid,
    UsesInvalid,
    WindowInvalid,
)
from lms.commerce.shop.rules import Books, CouponTerms, RefundState, Terms
from lms.kernel.money import half_up

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_the_early_price_holds_up_to_its_last_moment() -> None:
    terms = Terms(39900, "CNY", 29900, NOW)
    assert rules.price_now(terms, NOW - timedelta(seconds=1)) == 29900
    assert rules.price_now(terms, NOW) == 39900


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        (Terms(0, "CNY"), PriceInvalid),
        (Terms(rules.MOST_PRICE_MINOR + 1, "CNY"), PriceInvalid),
        (Terms(100, "XXX"), CurrencyUnknown),
        (Terms(100, "CNY", 100, NOW), EarlyInvalid),
        (Terms(100, "CNY", 90), EarlyInvalid),
        (Terms(100, "CNY", None, NOW), EarlyInvalid),
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: Terms, refusal: type[Exception]) -> None:
    before = Terms(100, "CNY", 90, NOW, NOW)
    found = [type(one) for one in rules.terms_faults(terms, before, NOW, NOW)]
    assert found == [refusal]


def test_all_that_is_wrong_with_terms_is_found_at_once() -> None:
    late = NOW + timedelta(days=100)
    terms = Terms(0, "XXX", 100, NOW, late)
    found = [one.field for one in rules.terms_faults(terms, None, NOW, NOW)]
    assert found == ["currency", "price", "early_price", "early_until", "refund_until"]


def test_p7_a_coupon_is_spread_by_largest_remainder() -> None:
    lines = [29900, 9900]
    parts = rules.spread(5000, lines)
    assert parts == [3756, 1244]
    assert [line - part for line, part in zip(lines, parts, strict=True)] == [26144, 8656]


def test_p8_commissions_of_p7() -> None:
    assert (half_up(26144, 2000), half_up(8656, 3000)) == (5229, 2597)


def test_p10_a_coupon_of_everything_leaves_nothing_to_pay() -> None:
    assert rules.discount(39900, CouponTerms(percent_bps=10_000)) == 39900
    assert rules.discount(100, CouponTerms(amount_minor=5000, currency="CNY")) == 100


@given(st.integers(1, 10**8), st.integers(1, 10_000))
def test_a_discount_never_goes_below_nothing(price: int, bps: int) -> None:
    assert 0 <= rules.discount(price, CouponTerms(percent_bps=bps)) <= price


@pytest.mark.parametrize("typed", ["ab", "", "a" * 25, "-abc", "a_b", "折扣码"])
def test_codes_that_cannot_be_said_are_refused(typed: str) -> None:
    with pytest.raises(CouponInvalid):
        rules.clean_code(typed)


def test_codes_are_kept_in_upper_case() -> None:
    assert rules.clean_code("  maya 21 ") == "MAYA21"


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        (CouponTerms(), DiscountInvalid),
        (CouponTerms(percent_bps=1000, amount_minor=5, currency="CNY"), DiscountInvalid),
        (CouponTerms(percent_bps=10_001), DiscountInvalid),
        (CouponTerms(amount_minor=0, currency="CNY"), DiscountInvalid),
        (CouponTerms(amount_minor=5), CurrencyUnknown),
        (CouponTerms(percent_bps=1000, valid_from=NOW, valid_until=NOW), WindowInvalid),
        (CouponTerms(percent_bps=1000, uses_most=0), UsesInvalid),
    ],
)
def test_coupons_that_make_no_sense_are_refused(terms: CouponTerms, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.require_coupon_terms(terms, datetime(2026, 11, 21, tzinfo=UTC))


def test_a_coupon_keeps_to_its_window_and_scope() -> None:
    hour = timedelta(hours=1)
    terms = CouponTerms(percent_bps=1000, valid_from=NOW, valid_until=NOW + hour, camp_id=1, cohort_id=2)
    rules.require_usable(terms, NOW, 1, 2, "CNY")
    for at in (NOW - timedelta(seconds=1), NOW + hour):
        with pytest.raises(CouponOver):
            rules.require_usable(terms, at, 1, 2, "CNY")
    for camp, cohort in ((9, 2), (1, 9)):
        with pytest.raises(CouponElsewhere):
            rules.require_usable(terms, NOW, camp, cohort, "CNY")
    with pytest.raises(CouponElsewhere):
        rules.require_usable(CouponTerms(amount_minor=5, currency="USD"), NOW, 1, 2, "CNY")


def test_refunds_in_thirds_take_deferred_first() -> None:
    books = Books(9999, 0, 5000, 0)
    deferred = refunds = 0
    for _ in range(3):
        split = rules.refund_split(3333, books)
        deferred, refunds = deferred + split.deferred_minor, refunds + split.refunds_minor
        books = Books(9999, books.refunded_minor + 3333, 5000, books.deferred_refunded_minor + split.deferred_minor)
    assert (deferred, refunds) == (4999, 5000)
    assert (books.left_minor, books.deferred_minor) == (0, 0)


@given(st.integers(0, 10**7), st.lists(st.tuples(st.booleans(), st.integers(0, 100)), max_size=40), st.integers(1, 30))
def test_deferred_tuition_never_goes_below_zero(net: int, steps: list[tuple[bool, int]], days: int) -> None:
    refunded = earned = taken = 0
    for is_refund, percent in steps:
        books = Books(net, refunded, earned, taken)
        if is_refund:
            amount = books.left_minor * percent // 100
            split = rules.refund_split(amount, books)
            assert split.deferred_minor + split.refunds_minor == amount
            refunded, taken = refunded + amount, taken + split.deferred_minor
        elif days:
            earned += rules.earned(books, days)
            days -= 1
        assert Books(net, refunded, earned, taken).deferred_minor >= 0
    while days:
        earned += rules.earned(Books(net, refunded, earned, taken), days)
        days -= 1
    if steps and net:
        assert Books(net, refunded, earned, taken).deferred_minor == 0 or not any(not r for r, _ in steps)


def test_the_last_day_earns_all_that_is_left() -> None:
    books = Books(100, 0, 0, 0)
    parts = []
    for left in (3, 2, 1):
        parts.append(rules.earned(books, left))
        books = Books(100, 0, sum(parts), 0)
    assert parts == [33, 34, 33]


def test_a_state_follows_the_money() -> None:
    assert rules.state_after(Books(100, 0, 0, 0)) == "paid"
    assert rules.state_after(Books(100, 40, 0, 40)) == "partly_refunded"
    assert rules.state_after(Books(100, 40, 0, 40, lost_minor=60)) == "refunded"


def test_a_buyer_refunds_alone_in_time_or_from_the_line() -> None:
    assert rules.may_refund_alone("paid", "given", NOW + timedelta(1), NOW)
    assert not rules.may_refund_alone("paid", "given", NOW, NOW)
    assert not rules.may_refund_alone("paid", "given", None, NOW)
    assert rules.may_refund_alone("paid", "in_line", None, NOW)
    assert not rules.may_refund_alone("refunded", "in_line", None, NOW)
    # Waiting again for a seat that was left: only while the time for refunds lasts.
    assert not rules.may_refund_alone("paid", "in_line", NOW, NOW, had_seat=True)
    assert rules.may_refund_alone("paid", "in_line", NOW + timedelta(1), NOW, had_seat=True)


def test_news_of_a_refund_only_go_forward() -> None:
    assert rules.later("requested", RefundState.SUCCEEDED)
    assert rules.later("succeeded", RefundState.FAILED)
    assert not rules.later("failed", RefundState.SUCCEEDED)
    assert not rules.later("succeeded", RefundState.SUCCEEDED)
