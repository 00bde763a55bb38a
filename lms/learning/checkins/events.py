"""What the check-ins room tells."""

from dataclasses import dataclass

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class CheckedIn(Event):
    """A version was handed in, or a reading task ticked off."""

    check_in_id: int
    enrollment_id: int
    cohort_id: int
    timing: str

    @property
    def order_key(self) -> str | None:
        """Keep what happens to one check-in in order."""
        return f"check_in:{self.check_in_id}"


@dataclass(frozen=True, kw_only=True)
class CheckInAccepted(Event):
    """A tutor accepted a version."""

    check_in_id: int
    enrollment_id: int
    cohort_id: int
    revision: int

    @property
    def order_key(self) -> str | None:
        """Keep what happens to one check-in in order."""
        return f"check_in:{self.check_in_id}"


@dataclass(frozen=True, kw_only=True)
class CheckInReturned(Event):
    """A tutor gave a version back with a comment."""

    check_in_id: int
    enrollment_id: int
    cohort_id: int
    revision: int

    @property
    def order_key(self) -> str | None:
        """Keep what happens to one check-in in order."""
        return f"check_in:{self.check_in_id}"


@dataclass(frozen=True, kw_only=True)
class CheckInVoided(Event):
    """Moderation voided a check-in (`voided`) or restored it."""

    check_in_id: int
    enrollment_id: int
    cohort_id: int
    voided: bool

    @property
    def order_key(self) -> str | None:
        """Keep what happens to one check-in in order."""
        return f"check_in:{self.check_in_id}"
