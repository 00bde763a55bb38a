"""Rules of payouts, with the rows of the acceptance table they carry."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.affiliates.payouts import rules
from lms.affiliates.payouts.errors import (
    AboveAvailable,
    BankNameInvalid,
    BelowMinimum,
    HolderInvalid,
    InDebt,
    NoDestination,
    NumberInvalid,
    OutcomeUnknown,
    OwnPayout,
    PayoutMoved,
    WalletLocked,
)
from lms.affiliates.payouts.rules import (
    Asked,
    AttemptState,
    BankDetails,
    BankLine,
    DestinationKind,
    LineKind,
    PayoutState,
)
from lms.commerce.ledger.queries import Line
from lms.commerce.ledger.rules import Account, Entry, require_balanced

P = 7
GOOD = Asked(
    10_000, "CNY", available_minor=20_000, debt_minor=0, minimum_minor=10_000, locked=False, has_destination=True
)
AMOUNTS = st.integers(min_value=0, max_value=10**12)


def sums(*journals: list[Entry]) -> dict[str, int]:
    """Give what every account has after some journals, by its nature; debts and liabilities positive."""
    found: dict[str, int] = {}
    for journal in journals:
        require_balanced(journal)
        for entry in journal:
            sign = 1 if entry.account in (Account.PARTNER_DEBT, Account.PSP_CLEARING, Account.PAYOUT_BANK) else -1
            found[entry.account] = found.get(entry.account, 0) + sign * entry.amount_minor
    return {account: amount for account, amount in found.items() if amount}


# --- Asking -----------------------------------------------------------------


def test_w1_the_minimum_is_allowed_and_one_less_is_not() -> None:
    rules.require_payable(GOOD)
    with pytest.raises(BelowMinimum) as refused:
        rules.require_payable(replace(GOOD, amount_minor=9_999, available_minor=9_999))
    assert "¥100.00" in str(refused.value) and refused.value.field == "amount"


def test_b4_who_owes_cannot_ask() -> None:
    with pytest.raises(InDebt) as refused:
        rules.require_payable(replace(GOOD, available_minor=0, debt_minor=10_000))
    assert "¥100.00" in str(refused.value)


def test_each_no_has_its_own_words() -> None:
    with pytest.raises(WalletLocked):
        rules.require_payable(replace(GOOD, locked=True, debt_minor=5))
    with pytest.raises(AboveAvailable) as above:
        rules.require_payable(replace(GOOD, amount_minor=20_001))
    assert "¥200.00" in str(above.value)
    with pytest.raises(NoDestination):
        rules.require_payable(replace(GOOD, has_destination=False))


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.booleans(), st.booleans())
def test_what_is_payable_is_covered(
    amount: int, available: int, debt: int, minimum: int, locked: bool, ready: bool
) -> None:
    asked = Asked(amount, "CNY", available, debt, minimum, locked, ready)
    try:
        rules.require_payable(asked)
    except (WalletLocked, InDebt, BelowMinimum, AboveAvailable, NoDestination):
        return
    assert minimum <= amount <= available and not debt and not locked and ready


# --- States -----------------------------------------------------------------


def test_the_moves_are_those_of_the_specification() -> None:
    s = PayoutState
    before = {s.REQUESTED, s.APPROVED}
    assert all(rules.may_move(state, s.CANCELED) and rules.may_move(state, s.REJECTED) for state in before)
    assert not any(rules.may_move(state, s.CANCELED) for state in set(s) - before)
    assert [state for state in s if rules.may_move(state, s.RETURNED)] == [s.SETTLED]
    assert {state for state in s if rules.may_move(state, s.SUBMITTED)} == {s.APPROVED}
    assert {state for state in s if rules.may_move(state, s.APPROVED)} == {s.REQUESTED, s.FAILED_RETRYABLE, s.EXPIRED}
    for end in (s.SETTLED, s.FAILED_RETRYABLE, s.FAILED_TERMINAL, s.EXPIRED):
        assert {state for state in s if rules.may_move(state, end)} == {s.SUBMITTED, s.AWAITING_RECIPIENT}


def test_the_same_step_again_is_no_step() -> None:
    assert rules.move("requested", PayoutState.APPROVED) is True
    assert rules.move("approved", PayoutState.APPROVED) is False
    with pytest.raises(PayoutMoved):
        rules.move("settled", PayoutState.CANCELED)


def test_nothing_is_sent_again_while_the_last_outcome_is_unknown() -> None:
    for state in (AttemptState.SENDING, AttemptState.UNKNOWN):
        with pytest.raises(OutcomeUnknown):
            rules.require_known(state)
    for state in (AttemptState.SENT, AttemptState.FAILED, AttemptState.RETURNED, None):
        rules.require_known(state)


def test_four_eyes() -> None:
    rules.refuse_own_payout(1, 2)
    with pytest.raises(OwnPayout):
        rules.refuse_own_payout(2, 2)


def test_w11_a_refusal_says_whether_to_try_again() -> None:
    assert rules.failure_state("balance_insufficient") is PayoutState.FAILED_RETRYABLE
    assert rules.failure_state("never_heard_of") is PayoutState.FAILED_RETRYABLE
    assert rules.failure_state("account_closed") is PayoutState.FAILED_TERMINAL
    # An account that lacks a paper today may take money tomorrow.
    assert rules.failure_state("insufficient_capabilities_for_transfer") is PayoutState.FAILED_RETRYABLE
    assert rules.failure_state("expired") is PayoutState.EXPIRED
    assert rules.attempt_key("ABCD", 1) == "payout:ABCD:1" != rules.attempt_key("ABCD", 2)


# --- Entries ----------------------------------------------------------------


def test_b5_and_b6_a_clawback_meets_a_reserved_payout_that_is_canceled() -> None:
    asked = rules.requested(P, 50_000)
    assert sums(asked) == {"available": -50_000, "reserved": 50_000}
    canceled = rules.canceled(P, 50_000, 10_000)
    assert sums(canceled) == {"reserved": -50_000, "partner_debt": -10_000, "available": 40_000}


def test_w9_with_no_tax_a_failure_gives_all_back() -> None:
    parts = rules.split(100_000, 0, 0)
    sent, failed = rules.submitted(P, parts), rules.failed(P, parts, 0)
    assert sums(sent) == {"reserved": -100_000, "in_transit": 100_000}
    assert sums(sent, failed) == {"reserved": -100_000, "available": 100_000}


def test_w9_tax_is_withheld_and_comes_back() -> None:
    parts = rules.split(100_000, 4_000, 0)
    assert parts.net_minor == 96_000
    sent = rules.submitted(P, parts)
    assert sums(sent) == {"reserved": -100_000, "tax_payable": 4_000, "in_transit": 96_000}
    assert sums(sent, rules.failed(P, parts, 0)) == {"reserved": -100_000, "available": 100_000}


@pytest.mark.parametrize(
    ("kind", "account"), [(DestinationKind.CONNECT, "psp_clearing"), (DestinationKind.BANK, "payout_bank")]
)
def test_money_leaves_from_where_it_lies_and_comes_back_there(kind: DestinationKind, account: str) -> None:
    parts = rules.split(50_000, 0, 100)
    assert sums(rules.settled(P, parts, kind)) == {"in_transit": -49_900, account: -49_900}
    back = sums(rules.returned(P, parts, 20_000, kind))
    assert back == {account: 49_900, "payout_fee": -100, "partner_debt": -20_000, "available": 30_000}


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from(DestinationKind))
def test_every_way_back_ends_where_it_began(gross: int, tax: int, fee: int, debt: int, kind: DestinationKind) -> None:
    parts = rules.split(gross, tax, fee)
    assert parts.gross_minor == parts.net_minor + parts.tax_minor + parts.fee_minor and parts.net_minor >= 0
    begun = rules.requested(P, gross)
    ways = (
        [rules.canceled(P, gross, debt)],
        [rules.submitted(P, parts), rules.failed(P, parts, debt)],
        [rules.submitted(P, parts), rules.settled(P, parts, kind), rules.returned(P, parts, debt, kind)],
    )
    owed = min(debt, gross)
    expected = {"available": -owed, "partner_debt": -owed} if owed else {}
    for way in ways:
        assert sums(begun, *way) == expected


# --- Bank accounts ----------------------------------------------------------


@pytest.mark.parametrize("number", ["6225880123456783", "4111111111111111", "6222021234567890128"])
def test_bank_cards_check_themselves(number: str) -> None:
    assert rules.is_bank_card(number)


@pytest.mark.parametrize("number", ["6225880123456782", "0000000000000000", "411111111111111", "62220212345678901280"])
def test_other_numbers_are_no_bank_cards(number: str) -> None:
    assert not rules.is_bank_card(number)


@given(st.text(alphabet="0123456789", min_size=15, max_size=18), st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(digits: str, place: int, off: int) -> None:
    right = next(f"{digits}{n}" for n in range(10) if _luhn(f"{digits}{n}"))
    wrong = right[:place] + str((int(right[place]) + off) % 10) + right[place + 1 :]
    assert not rules.is_bank_card(wrong)


def _luhn(number: str) -> bool:
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(number))]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def test_ibans_check_themselves() -> None:
    assert rules.is_iban("DE89370400440532013000") and rules.is_iban("GB82WEST12345698765432")
    assert not rules.is_iban("DE89370400440532013001")
    assert not rules.is_iban("DE8937040044053201300")
    assert not rules.is_iban("6225880123456783")


def test_a_bank_account_is_read_as_people_type_it() -> None:
    details = rules.check_bank_details("  林 达 ", "招商银行", "６２２５ 8801-2345 6783")
    assert details == BankDetails("林 达", "招商银行", "6225880123456783")
    assert rules.account_hint(details.number) == "6783"
    with pytest.raises(HolderInvalid):
        rules.check_bank_details("1", "招商银行", "6225880123456783")
    with pytest.raises(BankNameInvalid):
        rules.check_bank_details("林达", "12", "6225880123456783")
    with pytest.raises(NumberInvalid):
        rules.check_bank_details("林达", "招商银行", "1234")


# --- The bank's file --------------------------------------------------------


def test_the_bank_file_opens_as_text_and_runs_nothing() -> None:
    details = BankDetails('=HYPERLINK("x")', "+招行", "6225880123456783")
    data = rules.bank_file(("序号", "户名", "账号", "银行", "金额", "用途"), "CNY", [BankLine(details, 12_345, "@费")])
    assert data.startswith(b"\xef\xbb\xbf") and data.endswith(b"\r\n")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[1] == ["1", '\'=HYPERLINK("x")', "6225880123456783\t", "'+招行", "123.45", "'@费"]


def test_the_bank_file_speaks_the_banks_language() -> None:
    card, iban = (BankDetails("Ada", "Bank", number) for number in ("6225880123456783", "DE89370400440532013000"))
    assert (rules.purpose_language(card), rules.purpose_language(iban)) == ("zh", "en")
    assert (rules.file_language("CNY"), rules.file_language("EUR")) == ("zh", "en")
    data = rules.bank_file(("a",) * 6, "EUR", [BankLine(iban, 1, "x")]).decode("utf-8-sig")
    assert "DE89370400440532013000," in data


@given(st.text(), st.text())
def test_no_word_of_a_bank_file_is_a_formula(holder: str, bank: str) -> None:
    data = rules.bank_file(("a",) * 6, "CNY", [BankLine(BankDetails(holder, bank, "1"), 1, "x")])
    assert not data.decode("utf-8-sig", "surrogatepass").split("\r\n", 1)[1].startswith(("=", "+", "-", "@"))


# --- Wallet lines -----------------------------------------------------------

AT = datetime(2026, 11, 21, tzinfo=UTC)


def line(journal: int, source: str, step: str, account: Account, amount: int) -> Line:
    """Give a line of a journal; debit positive."""
    return Line(journal, source, step, AT, account, P, "CNY", amount)


def test_wallet_lines_are_one_a_journal_and_say_what_changed() -> None:
    lines = [
        line(1, "commission:1", "accrued", Account.HELD, -12_000),
        line(2, "commission:1", "released", Account.HELD, 12_000),
        line(2, "commission:1", "released", Account.PARTNER_DEBT, -2_000),
        line(2, "commission:1", "released", Account.AVAILABLE, -10_000),
        line(3, "payout:4", "requested", Account.AVAILABLE, 10_000),
        line(4, "payout:4", "failed:2", Account.AVAILABLE, -10_000),
        line(5, "commission:1", "refund:8", Account.AVAILABLE, 3_000),
        line(6, "commission:1", "dispute:3:won", Account.HELD, -5),
        line(7, "something:1", "else", Account.AVAILABLE, -5),
        line(8, "commission:2", "dispute:4:lost", Account.LOCKED, 400),
    ]
    read = rules.read_lines(lines, 10)
    assert [(one.journal_id, one.kind, one.change_minor) for one in read] == [
        (8, LineKind.LOST, -400),
        (7, LineKind.OTHER, 5),
        (6, LineKind.UNLOCKED, 5),
        (5, LineKind.CLAWED_BACK, -3_000),
        (4, LineKind.FAILED, 10_000),
        (3, LineKind.REQUESTED, -10_000),
        (2, LineKind.RELEASED, 0),
        (1, LineKind.ACCRUED, 12_000),
    ]
    assert read[6].moved_minor == 12_000
    assert len(rules.read_lines(lines, 2)) == 2
    assert rules.source_id("payout:4", "payout") == 4
    assert rules.source_id("payout:x", "payout") is None and rules.source_id("order:4", "payout") is None
