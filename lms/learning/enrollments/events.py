"""What the enrollments room tells."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class Enrolled(Event):
    """A person has a seat: joined directly or moved up from the waiting list."""

    enrollment_id: int
    cohort_id: int
    person_id: int
    referral: dict[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class Waitlisted(Event):
    """A person stands in line for a seat."""

    enrollment_id: int
    cohort_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class SeatOffered(Event):
    """A seat of a paid cohort is held for somebody from the line, who is to pay until then."""

    enrollment_id: int
    cohort_id: int
    person_id: int
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Withdrawn(Event):
    """A person gave up or lost the seat or the place in line; `had_seat` says which, `cause` why.

    A cause is one of `rules.WithdrawCause`, or what staff wrote.
    """

    enrollment_id: int
    cohort_id: int
    person_id: int
    referral: dict[str, Any] | None
    had_seat: bool
    cause: str = ""
