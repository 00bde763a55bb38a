"""The file a bank's batch payment takes: one line a payout, readable by spreadsheets and harmless to them."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.affiliates.payouts.rules.accounts import BankDetails
from lms.kernel.money import Money, as_decimal
from lms.kernel.text import Language

# A spreadsheet runs what begins like this as a formula; some take the full-width signs too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# More digits than this a spreadsheet rounds.
_MOST_DIGITS = 15


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
        words = (defused(details.holder), _kept(details.number), defused(details.bank), amount, defused(line.purpose))
        writer.writerow((number, *words))
    return out.getvalue().encode("utf-8-sig")


def file_language(currency: str) -> Language:
    """Say which language the bank reads that pays a currency: yuan leave from a bank in China."""
    return "zh" if currency == "CNY" else "en"


def purpose_language(details: BankDetails) -> Language:
    """Say which language the payee's bank reads; what goes abroad takes plain letters only."""
    return "zh" if details.number.isdecimal() else "en"


def _kept(number: str) -> str:
    """Keep every digit: the tab behind it has a spreadsheet take it as text, and banks trim it."""
    return f"{number}\t" if number.isdecimal() and len(number) > _MOST_DIGITS else number


def defused(text: str) -> str:
    """Keep a spreadsheet from running what somebody typed."""
    return f"'{text}" if unicodedata.normalize("NFKC", text).startswith(_FORMULA) else text
