"""The file a bank's batch payment takes: one line a payout, readable by spreadsheets and harmless to them."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.affiliates.payouts.rules.accounts import BankDetails
from lms.kernel.money import Money, as_decimal

# A spreadsheet runs what begins like this as a formula; some take the full-width signs too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class BankLine:
    """One payment: to whom, how much (minor units of the batch's currency), what the bank shows."""

    details: BankDetails
    amount_minor: int
    purpose: str


def bank_file(heads: Sequence[str], currency: str, lines: Iterable[BankLine]) -> bytes:
    """Write number, holder, account, bank, amount and purpose as CSV (UTF-8 with BOM, CRLF)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    for number, line in enumerate(lines, 1):
        amount = as_decimal(Money(line.amount_minor, currency))
        details = line.details
        words = (defused(details.holder), details.number, defused(details.bank), amount, defused(line.purpose))
        writer.writerow((number, *words))
    return out.getvalue().encode("utf-8-sig")


def defused(text: str) -> str:
    """Keep a spreadsheet from running what somebody typed."""
    return f"'{text}" if unicodedata.normalize("NFKC", text).startswith(_FORMULA) else text
