"""What persons do that others want to hear."""

from dataclasses import dataclass

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class PersonSignedUp(Event):
    """Somebody has an account now. `visitor` is the code of the cookie they came with, if any."""

    person_id: int
    visitor: str | None
