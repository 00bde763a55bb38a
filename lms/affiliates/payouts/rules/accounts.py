"""Bank accounts: which numbers can exist, and what of them is shown."""

import re
import string
from dataclasses import dataclass

from lms.affiliates.payouts.errors import BankNameInvalid, HolderInvalid, NumberInvalid

MOST_NAME = 60
_CARD = re.compile(r"[0-9]{16,19}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_SPACES = re.compile(r"[\s-]+")
# The lengths that countries give their IBANs; others are taken by their check digits alone.
_IBAN_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "NL"), 18),
    **dict.fromkeys(("AT", "EE", "LT", "LU"), 20),
    **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "DE", "GB", "IE", "ME", "RS"), 22),
    **dict.fromkeys(("AE", "GI", "IL"), 23),
    **dict.fromkeys(("CZ", "ES", "MD", "RO", "SA", "SE", "SK", "TN"), 24),
    **dict.fromkeys(("PT",), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("FR", "GR", "IT", "MC", "SM"), 27),
    **dict.fromkeys(("CY", "HU", "PL"), 28),
    **dict.fromkeys(("MT",), 31),
}
_LETTERS = {letter: str(10 + n) for n, letter in enumerate(string.ascii_uppercase)}


@dataclass(frozen=True)
class BankDetails:
    """A bank account as the bank needs it: who holds it, which bank, its number without spaces."""

    holder: str
    bank: str
    number: str


def plain_number(typed: str) -> str:
    """Take spaces and dashes out of a number and write its letters large; full-width ones become plain."""
    wide = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    return _SPACES.sub("", typed.translate(wide)).upper()


def is_bank_card(number: str) -> bool:
    """Tell whether this can be a Chinese bank card: 16 to 19 digits whose last one checks the others (Luhn)."""
    if not _CARD.fullmatch(number) or len(set(number)) == 1:
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def is_iban(number: str) -> bool:
    """Tell whether this can be an IBAN: its country's length, and its check digits (ISO 13616, mod 97)."""
    if not _IBAN.fullmatch(number):
        return False
    if len(number) != _IBAN_LENGTHS.get(number[:2], len(number)):
        return False
    moved = number[4:] + number[:4]
    return int("".join(_LETTERS.get(sign, sign) for sign in moved)) % 97 == 1


def check_bank_details(holder: str, bank: str, number: str) -> BankDetails:
    """Read a bank account from what was typed; refuses HolderInvalid, BankNameInvalid, NumberInvalid."""
    name, place, plain = " ".join(holder.split()), " ".join(bank.split()), plain_number(number)
    if not _is_name(name):
        raise HolderInvalid(field="holder", most=MOST_NAME)
    if not _is_name(place):
        raise BankNameInvalid(field="bank", most=MOST_NAME)
    if not (is_bank_card(plain) or is_iban(plain)):
        raise NumberInvalid(field="number")
    return BankDetails(name, place, plain)


def account_hint(number: str) -> str:
    """Give what of a number is shown: the last four."""
    return number[-4:]


def _is_name(text: str) -> bool:
    return 2 <= len(text) <= MOST_NAME and any(sign.isalpha() for sign in text)
