"""A mail, and what sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


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
