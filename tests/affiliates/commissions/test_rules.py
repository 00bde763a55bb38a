"""The rules against the acceptance table of money.md §7; rows are named by their ids."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from lms.affiliates.commissions import rules
from lms.affiliates.commissions.errors import (
    BeginsTooSoon,
    CapAboveCeiling,
    NothingPaid,
    NoticeTooShort,
    TermsOutOfRange,
    WorstCaseTooHigh,
)
from lms.affiliates.commissions.rules import Terms
from lms.kernel.errors import Refusal

SHANGHAI = ZoneInfo("Asia/Shanghai")
CN = country_holidays("CN", years=range(2023, 2028))


@pytest.mark.parametrize(
    ("row", "net", "bps", "expected"),
    [
        ("P1", 50000, 2000, 10000),
        ("P2", 645, 3000, 194),
        ("P3", 500, 290, 15),
        ("P4", 9999, 1500, 1500),
        ("P5", 1, 4999, 0),
        ("P5", 1, 5000, 1),
        ("P6", 33333, 1650, 5500),
        ("P8", 26144, 2000, 5229),
        ("P8", 8656, 3000, 2597),
        ("P10", 0, 2000, 0),
        ("T3", 39900, 2000, 7980),
    ],
)
def test_a_percentage_is_rounded_half_up_once(row: str, net: int, bps: int, expected: int) -> None:
    assert rules.pay(net, Terms(percent_bps=bps)) == expected


@pytest.mark.parametrize(
    ("row", "net", "before_cap", "expected"),
    [("C1", 10000, 4000, 4000), ("C2", 6000, 4000, 3000), ("C4", 9999, 5000, 4999), ("C6", 3000, 10000, 1500)],
)
def test_the_cap_is_floored(row: str, net: int, before_cap: int, expected: int) -> None:
    assert rules.capped(before_cap, net, Terms(percent_bps=2000)) == expected


def test_c4_a_percentage_at_the_cap_is_clipped() -> None:
    terms = Terms(percent_bps=5000)
    assert rules.pay(9999, terms) == 5000
    assert rules.capped(rules.pay(9999, terms), 9999, terms) == 4999


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        (Terms(percent_bps=7500), WorstCaseTooHigh),  # C7: 6500 + 500 + 500
        (Terms(percent_bps=2000, cap_bps=7001), CapAboveCeiling),
        (Terms(percent_bps=0), NothingPaid),
        (Terms(percent_bps=2000, ceiling_bps=10_001), TermsOutOfRange),
        (Terms(percent_bps=2000, observation_days=-1), TermsOutOfRange),
        (Terms(percent_bps=2000, settlement_business_days=0), TermsOutOfRange),
        (Terms(percent_bps=2000, calendar="XX"), TermsOutOfRange),
    ],
)
def test_terms_that_may_not_be_saved(terms: Terms, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        rules.check_terms(terms)


def test_terms_at_the_edge_may_be_saved_and_are_written_whole() -> None:
    terms = Terms(percent_bps=7000, cap_bps=7000, floor_bps=3000, observation_days=0, settlement_business_days=1)
    rules.check_terms(terms)
    assert rules.read_terms(rules.write_terms(terms)) == terms
    assert len(rules.terms_digest(terms)) == 64
    assert rules.terms_digest(terms) != rules.terms_digest(Terms(percent_bps=6999))
    assert not rules.is_below_floor(terms)
    assert rules.is_below_floor(Terms(percent_bps=2999, floor_bps=3000))


@pytest.mark.parametrize(
    ("row", "amount", "net", "refunds", "expected"),
    [
        ("R1", 10000, 50000, [20000, 30000], [4000, 6000]),
        ("R2", 1500, 9999, [3333] * 3, [500] * 3),
        ("R3", 33, 1000, [333, 333, 334], [11] * 3),
        ("R4", 10, 100, [5, 5, 90], [0, 1, 9]),
        ("R6", 3980, 19900, [5000], [1000]),
        ("R7", 12000, 50000, [12500], [3000]),
        ("R10", 10000, 50000, [50000], [10000]),
    ],
)
def test_refunds_take_the_difference_to_what_is_live(
    row: str, amount: int, net: int, refunds: list[int], expected: list[int]
) -> None:
    sums = [sum(refunds[:n]) for n in range(len(refunds) + 1)]
    taken = [rules.reversal(amount, net, before, after) for before, after in itertools.pairwise(sums)]
    assert taken == expected


def test_r5_a_hundred_refunds_end_at_nothing() -> None:
    taken = [rules.reversal(10, 100, n, n + 1) for n in range(100)]
    assert sum(taken) == 10
    assert min(taken) >= 0


@given(st.integers(1, 10**9), st.integers(1, 7000), st.data())
def test_any_partial_refunds_end_at_nothing(net: int, bps: int, data: st.DataObject) -> None:
    terms = Terms(percent_bps=bps)
    amount = rules.capped(rules.pay(net, terms), net, terms)
    assert amount <= net * terms.cap_bps // 10_000
    marks = sorted(data.draw(st.lists(st.integers(0, net), max_size=6)))
    lives = [rules.live(amount, net, mark) for mark in [0, *marks, net]]
    assert lives[0] == amount
    assert lives[-1] == 0
    assert lives == sorted(lives, reverse=True)


def _at(day: str, clock: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("row", "paid_at", "refund_until", "expected"),
    [
        ("D1", _at("2026-03-02"), None, date(2026, 3, 12)),
        ("D2", _at("2026-03-06"), None, date(2026, 3, 18)),
        ("D3", _at("2026-02-05", "23:00"), None, date(2026, 2, 24)),
        ("D4", _at("2026-09-22"), None, date(2026, 10, 9)),
        ("D5", _at("2026-09-24"), None, date(2026, 10, 10)),
        ("D6", _at("2026-03-02"), _at("2026-03-20", "23:59:59"), date(2026, 3, 25)),
    ],
)
def test_the_day_money_is_available(row: str, paid_at: datetime, refund_until: datetime | None, expected: date) -> None:
    found = rules.available_at(paid_at, refund_until, Terms(percent_bps=2000), rules.read_calendar("CN"))
    assert found.at == datetime(expected.year, expected.month, expected.day, tzinfo=SHANGHAI)
    assert found.business_days[-1] == expected
    assert len(found.business_days) == 3
    assert not found.estimate


def test_d1_observation_ends_after_seven_times_24_hours() -> None:
    found = rules.available_at(_at("2026-03-02"), None, Terms(percent_bps=2000), rules.read_calendar("CN"))
    assert found.observed_until == _at("2026-03-09")
    assert found.counted_from == date(2026, 3, 9)


def test_beyond_the_published_calendar_a_date_is_an_estimate() -> None:
    calendar = rules.read_calendar("CN")
    assert calendar.known_until.month == 12
    late = datetime.combine(calendar.known_until, datetime.min.time(), SHANGHAI)
    found = rules.available_at(late, None, Terms(percent_bps=2000), calendar)
    assert found.estimate
    before = rules.available_at(late - timedelta(days=21), None, Terms(percent_bps=2000), calendar)
    assert not before.estimate


@given(st.dates(date(2024, 1, 1), date(2026, 12, 20)), st.integers(1, 8))
def test_business_days_are_those_of_the_calendar(after: date, count: int) -> None:
    ours = rules.read_calendar("CN").business_days(after, count)
    assert ours[-1] == CN.get_nth_working_day(after, count)
    assert all(rules.read_calendar("CN").is_business_day(day) for day in ours)


@given(st.integers(0, 1000 * 1440), st.integers(0, 40))
def test_nothing_is_available_before_its_observation_ended(minutes: int, days: int) -> None:
    """Invariant 15."""
    paid_at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    terms = Terms(percent_bps=2000, observation_days=days)
    found = rules.available_at(paid_at, None, terms, rules.read_calendar("CN"))
    assert found.at > paid_at + timedelta(days=days)
    assert rules.read_calendar("CN").is_business_day(found.at.astimezone(SHANGHAI).date())


def test_months_and_days_of_the_program() -> None:
    assert rules.program_day(datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC)) == date(2026, 1, 31)  # M8
    assert rules.program_day(datetime(2026, 1, 31, 16, tzinfo=UTC)) == date(2026, 2, 1)
    since, until = rules.month_span("2026-12")
    assert (since, until) == (rules.day_start(date(2026, 12, 1)), rules.day_start(date(2027, 1, 1)))
    for wrong in ("2026-13", "2026", "x", "2026-1", "2026-01-01"):
        with pytest.raises(ValueError, match=r"nvalid|month|day"):
            rules.month_span(wrong)


NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
OLD = Terms(percent_bps=2000)


def test_a_change_for_the_worse_needs_a_weeks_notice() -> None:
    worse = Terms(percent_bps=1500)
    week = NOW + timedelta(days=7)
    assert rules.effective_from(worse, [OLD], NOW, week, None) == week
    with pytest.raises(NoticeTooShort):
        rules.effective_from(worse, [OLD], NOW, week - timedelta(seconds=1), None)
    chosen = rules.effective_from(worse, [OLD], NOW, None, None)
    assert chosen == datetime(2026, 11, 29, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "worse",
    [
        Terms(percent_bps=2500, cap_bps=2400),
        Terms(percent_bps=2500, observation_days=8),
        Terms(percent_bps=2500, settlement_business_days=4),
    ],
)
def test_worse_in_any_respect_is_worse(worse: Terms) -> None:
    with pytest.raises(NoticeTooShort):
        rules.effective_from(worse, [OLD], NOW, NOW, None)


def test_what_pays_more_may_begin_at_once_but_never_backwards() -> None:
    more = Terms(percent_bps=2500)
    assert rules.effective_from(more, [OLD], NOW, None, None) == NOW
    assert rules.effective_from(more, [], NOW, NOW, None) == NOW
    with pytest.raises(BeginsTooSoon):
        rules.effective_from(more, [OLD], NOW, NOW - timedelta(seconds=1), None)
    pending = NOW + timedelta(days=3)
    with pytest.raises(BeginsTooSoon):
        rules.effective_from(more, [OLD], NOW, NOW, pending)
    assert rules.effective_from(more, [OLD], NOW, None, pending) == pending
    with pytest.raises(NoticeTooShort):
        rules.effective_from(more, [OLD, Terms(percent_bps=3000)], NOW, pending, None)


def test_rates_read_as_people_type_them() -> None:
    assert [rules.percent_text(bps) for bps in (2000, 2050, 325, 1, 10_000)] == ["20", "20.5", "3.25", "0.01", "100"]


# --- The purse --------------------------------------------------------------
