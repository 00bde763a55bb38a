"""What this room tells."""

from __future__ import annotations

from dataclasses import dataclass

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class CohortOpened(Event):
    """A cohort was set up, with its days, tasks and number of seats."""

    cohort_id: int
    seats: int


@dataclass(frozen=True, kw_only=True)
class CohortMoved(Event):
    """A cohort went into another state."""

    cohort_id: int
    to: str

    @property
    def order_key(self) -> str | None:
        return f"cohort:{self.cohort_id}"
