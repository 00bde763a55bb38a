"""What the partners room tells."""

from dataclasses import dataclass

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class PartnerApproved(Event):
    """A person may promote from now on: approved, joined with one tap, or resumed."""

    partner_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class PartnerSuspended(Event):
    """A person may not promote for now."""

    partner_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class _OfMoney(Event):
    partner_id: int

    @property
    def order_key(self) -> str | None:
        """Keep what happens to one partner's money in order."""
        return f"partner:{self.partner_id}"


@dataclass(frozen=True, kw_only=True)
class PartnerLocked(_OfMoney):
    """A partner's money stands still from now on."""


@dataclass(frozen=True, kw_only=True)
class PartnerUnlocked(_OfMoney):
    """A partner's money moves again."""
