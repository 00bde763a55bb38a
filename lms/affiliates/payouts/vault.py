"""Keeps account numbers and bank files encrypted at rest; what is sealed is read here and nowhere else."""

import base64
import json
from dataclasses import asdict

from cryptography.fernet import Fernet

from lms.affiliates.payouts.rules import BankDetails
from lms.kernel.parts import current_parts

_PURPOSE = "payout-details"


def seal(data: bytes) -> bytes:
    """Encrypt bytes with the installation's own key."""
    return _fernet().encrypt(data)


def unseal(data: bytes) -> bytes:
    """Read what `seal` wrote; InvalidToken when the installation's secret is another one by now."""
    return _fernet().decrypt(data)


def seal_details(details: BankDetails) -> str:
    """Encrypt a bank account for its row."""
    return seal(json.dumps(asdict(details), ensure_ascii=False).encode()).decode()


def open_details(sealed: str) -> BankDetails:
    """Read a bank account from its row."""
    return BankDetails(**json.loads(unseal(sealed.encode())))


def _fernet() -> Fernet:
    secret = bytes.fromhex(current_parts().settings.derived_secret(_PURPOSE))
    return Fernet(base64.urlsafe_b64encode(secret))
