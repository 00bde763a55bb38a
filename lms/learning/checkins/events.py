"""What the check-ins room tells."""

from dataclasses import dataclass

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class CheckInEvent(Event):
    """Something that happened to one check-in; what happens to one stays in order."""

    check_in_id: int
    enrollment_id: int
    cohort_id: int

    @property
    def order_key(self) -> str | None:
        """Keep what happens to one check-in in order."""
        return f"check_in:{self.check_in_id}"


@dataclass(frozen=True, kw_only=True)
class CheckedIn(CheckInEvent):
    """A version was handed in, or a reading task ticked off."""

    timing: str


@dataclass(frozen=True, kw_only=True)
class CheckInAccepted(CheckInEvent):
    """A tutor accepted a version."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class CheckInReturned(CheckInEvent):
    """A tutor gave a version back with a comment."""

    revision: int


@dataclass(frozen=True, kw_only=True)
class CheckInVoided(CheckInEvent):
    """Moderation voided a check-in (`voided`) or restored it."""

    voided: bool
