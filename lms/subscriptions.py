"""Who hears what, which errands there are and what the clock does: the whole table on one screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lms.kernel.outbox import ErrandKind, Handler, Pump, Schedule, Subscriptions
from lms.learning.camps.jobs import IMPORT
from lms.people.accounts.mails import ACCOUNT_MAIL
from lms.people.messages.mails import MAIL

# Events, each with who hears it. A handler hears only rooms below its own.
EVENTS: list[tuple[type[Any], Handler]] = []

# Effects outside the database.
ERRANDS: list[ErrandKind] = [
    ACCOUNT_MAIL,
    MAIL,
    IMPORT,
]

# Jobs of the clock.
SCHEDULES: list[Schedule | Pump] = []

SUBSCRIPTIONS = Subscriptions(EVENTS, ERRANDS, SCHEDULES)

__all__ = ["ERRANDS", "EVENTS", "SCHEDULES", "SUBSCRIPTIONS", "Pump", "Schedule", "timedelta"]
