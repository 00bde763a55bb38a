"""Asking once more who it is, before what only the account's owner may change.

An open browser is not its owner. Both times are kept and read by the machine's clock, which no demo moves.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import cast

from flask import Response, redirect, session, url_for

SHOWN = timedelta(minutes=5)
"""How long after a password or passkey a sensitive form is shown."""

TAKEN = timedelta(minutes=30)
"""How long it is taken, so that nobody is asked twice while filling it in."""

_ASKED_AT = "fs_paa"  # written by Flask-Security at every sign-in by hand and by /sign-in-again


def has_proved(within: timedelta) -> bool:
    """Tell whether this browser's person gave a password or passkey so lately."""
    asked_at = session.get(_ASKED_AT)
    return isinstance(asked_at, int | float) and 0 <= time.time() - asked_at < within.total_seconds()


def prove_url(back: str) -> str:
    """Give the page that asks for the password once more and then leads back."""
    return url_for("security.verify", next=back)


def prove_first(back: str) -> Response:
    """Send to that page; nothing was changed."""
    return cast(Response, redirect(prove_url(back), 303))
