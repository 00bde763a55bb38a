"""A mail, and what sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail to one person, ready to go."""

    to: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Mailer(Protocol):
    """Hands a mail over; raises when it could not."""

    def send(self, mail: Mail) -> None: ...


def message_id(key: str, site: str) -> str:
    """Give the Message-ID of the mail that an errand sends: sent twice after a crash, it is shown once."""
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{urlsplit(site).hostname or 'encamp'}>"
