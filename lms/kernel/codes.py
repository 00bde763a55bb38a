"""Public codes: what people see instead of a row's number."""

from __future__ import annotations

import re
import secrets
from typing import Protocol

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I, L, O, U
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})


class Codes(Protocol):
    """Makes codes that nobody can guess."""

    def new(self, length: int) -> str: ...


class RandomCodes:
    """Codes from the system's randomness."""

    def new(self, length: int) -> str:
        # 32 divides 256, so each character is as likely as any other.
        return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(length))


def is_code(text: str, length: int) -> bool:
    """Tell whether a text is a code of that length as we write it."""
    return len(text) == length and set(text) <= set(ALPHABET)


def normalise_code(typed: str) -> str:
    """Read a code as people type it: any case, spaces and hyphens ignored, look-alikes mended."""
    return re.sub(r"[\s-]", "", typed).upper().translate(_LOOKALIKES)
