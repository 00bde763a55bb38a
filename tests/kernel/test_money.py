"""Rounding, sharing out, and writing amounts for people and files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.kernel.money import Money, as_decimal, half_up, parse_decimal, share_out, write_money


@pytest.mark.parametrize(
    ("amount", "bps", "expected"),
    [
        pytest.param(50000, 2000, 10000, id="P1"),
        pytest.param(645, 3000, 194, id="P2"),
        pytest.param(500, 290, 15, id="P3"),
        pytest.param(9999, 1500, 1500, id="P4"),
        pytest.param(1, 4999, 0, id="P5-down"),
        pytest.param(1, 5000, 1, id="P5-up"),
        pytest.param(33333, 1650, 5500, id="P6"),
    ],
)
def test_rates_round_half_up(amount: int, bps: int, expected: int) -> None:
    assert half_up(amount, bps) == expected


@pytest.mark.parametrize(
    ("pool", "weights", "expected"),
    [
        pytest.param(1001, [80, 20], [801, 200], id="P9-weights"),
        pytest.param(1, [50, 50], [1, 0], id="P9-seller-first"),
        pytest.param(10000, [1, 1, 1], [3334, 3333, 3333], id="P9-three"),
        pytest.param(5000, [29900, 9900], [3756, 1244], id="P7"),
        pytest.param(0, [0, 0], [0, 0], id="nothing"),
    ],
)
def test_pools_are_shared_by_largest_remainder(pool: int, weights: list[int], expected: list[int]) -> None:
    assert share_out(pool, weights) == expected


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any))
def test_shares_sum_to_the_pool_and_stay_within_one_of_their_due(pool: int, weights: list[int]) -> None:
    shares = share_out(pool, weights)
    assert sum(shares) == pool
    assert all(
        abs(share * sum(weights) - pool * weight) < sum(weights) for share, weight in zip(shares, weights, strict=True)
    )


def test_money_is_whole_and_never_negative_where_it_is_rounded() -> None:
    with pytest.raises(TypeError):
        Money(1.5, "CNY")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="negative"):
        half_up(-1, 100)
    with pytest.raises(ValueError, match="nobody"):
        share_out(1, [0])


def test_amounts_are_written_in_both_languages() -> None:
    assert write_money(Money(39900, "CNY"), "zh", short=True) == "¥399"
    assert write_money(Money(-39950, "CNY"), "en", short=True) == "−CN¥399.50"
    assert write_money(Money(6900, "USD"), "zh") == "US$69.00"
    assert write_money(Money(500, "JPY"), "en") == "¥500"
    assert (as_decimal(Money(-5, "CNY")), as_decimal(Money(500, "JPY"))) == ("-0.05", "500")


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("399", 39900), ("399.5", 39950), (" ￥1,299.05 ", 129905), ("CN¥399", 39900), ("0", 0), ("１２．５", 1250)],
)
def test_amounts_are_read_as_people_type_them(typed: str, minor: int) -> None:
    assert parse_decimal(typed, "CNY") == minor


@pytest.mark.parametrize("typed", ["", ".", ".5", "-1", "1.234", "1e5", "12.3.4", "abc", "9" * 13, "1\x00", "٣"])
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        parse_decimal(typed, "CNY")


@given(st.integers(0, 10**11))
def test_what_is_written_into_a_file_reads_back(minor: int) -> None:
    assert parse_decimal(as_decimal(Money(minor, "CNY")), "CNY") == minor
