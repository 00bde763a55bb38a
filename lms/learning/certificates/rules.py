"""Who completed, what a certificate freezes, and which of its moves are allowed: pure decisions."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from lms.kernel.text import Language, Text
from lms.learning.camps.rules import CertificateStyle, CohortState
from lms.learning.certificates.errors import AlreadyRevoked, NothingChanged, NotRevoked, ReinstateFirst
from lms.learning.enrollments.rules import EnrollmentState

CODE_LENGTH = 12
SERIAL_PREFIX = "EC"
LATE_AFTER = timedelta(minutes=10)
MOST_CARD_DAYS = 60
# The fields of the designs that show the holder's name: the card names it again beside a partner's link.
NAME_FIELDS = frozenset({"name", "partner"})

ISSUING_COHORTS = frozenset({CohortState.RUNNING, CohortState.WRAPPING_UP, CohortState.ENDED})
ISSUING_ENROLLMENTS = frozenset({EnrollmentState.ENROLLED, EnrollmentState.COMPLETED, EnrollmentState.NOT_COMPLETED})


class CertificateState(StrEnum):
    """Whether a certificate stands."""

    ISSUED = "issued"
    REVOKED = "revoked"


class EventKind(StrEnum):
    """What happened to a certificate."""

    ISSUED = "issued"
    REISSUED = "reissued"
    REVOKED = "revoked"
    REINSTATED = "reinstated"


class RevokeReason(StrEnum):
    """Why a certificate was revoked, in the words the public reads."""

    ISSUED_IN_ERROR = "issued_in_error"
    NOT_OWN_WORK = "not_own_work"
    WORK_VOIDED = "work_voided"
    HOLDER_WISH = "holder_wish"


REASON_LABELS = {
    RevokeReason.ISSUED_IN_ERROR: Text("签发有误", "Issued in error"),
    RevokeReason.NOT_OWN_WORK: Text("作业并非本人完成", "The work was not the holder's own"),
    RevokeReason.WORK_VOIDED: Text("计入结营的打卡后来作废", "Check-ins it counted were voided later"),
    RevokeReason.HOLDER_WISH: Text("持有人要求撤销", "At the holder's request"),
}


class Drawing(StrEnum):
    """Where the files of a certificate stand."""

    DRAWN = "drawn"
    DRAWING = "drawing"
    HELD = "held"
    LATE = "late"


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What a certificate says, frozen when it was issued."""

    name: str
    camp: str
    camp_slug: str
    camp_language: Language
    cohort: str
    cohort_number: int
    starts_on: date
    ends_on: date
    time_zone: str
    achievement: str
    signer: str
    signer_role: str
    tasks_done: int
    tasks_total: int

    def to_json(self) -> dict[str, Any]:
        """Flatten to plain values."""
        return {**asdict(self), "starts_on": self.starts_on.isoformat(), "ends_on": self.ends_on.isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Snapshot":
        """Make the snapshot again from what `to_json` gave."""
        dates = {name: date.fromisoformat(data[name]) for name in ("starts_on", "ends_on")}
        return cls(**{**data, **dates})


@dataclass(frozen=True, kw_only=True)
class Days:
    """The holder's way through the camp, for the share card.

    `total` counts camp days without day 0; `done` and `made_up` hold their places, from 1 to `total`.
    """

    total: int
    done: tuple[int, ...]
    made_up: tuple[int, ...]
    tasks_done: int
    tasks_total: int

    @property
    def missed(self) -> tuple[int, ...]:
        """Give the places of the days that were neither done nor made up."""
        seen = {*self.done, *self.made_up}
        return tuple(place for place in range(1, self.total + 1) if place not in seen)

    def to_json(self) -> dict[str, Any]:
        """Flatten to plain values."""
        return {**asdict(self), "done": list(self.done), "made_up": list(self.made_up)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Days":
        """Make the days again from what `to_json` gave."""
        return cls(**{**data, "done": tuple(data["done"]), "made_up": tuple(data["made_up"])})


def is_complete(done: int, total: int, percent: int) -> bool:
    """Say whether the share of required tasks done reaches `percent`; without required tasks nobody completes."""
    return total > 0 and done * 100 >= total * percent


def tasks_needed(total: int, percent: int) -> int:
    """Count the required tasks that completion takes."""
    return -(-total * percent // 100)


def may_issue(cohort_state: str, last_unlocks_at: datetime | None, now: datetime) -> bool:
    """Say whether certificates may be issued: the cohort runs or has run, and its last day is unlocked."""
    return cohort_state in ISSUING_COHORTS and last_unlocks_at is not None and last_unlocks_at <= now


def outcome(cohort_state: str, complete: bool) -> bool | None:
    """Say how an enrollment ends: completed once the cohort wraps up, not completed only when it has ended.

    None: it is still open. While a cohort wraps up, work may still be handed in, so nobody has failed yet.
    """
    if cohort_state == CohortState.ENDED:
        return complete
    return True if complete and cohort_state == CohortState.WRAPPING_UP else None


def require_revocable(state: str) -> None:
    """Refuse AlreadyRevoked for a certificate that does not stand."""
    if state != CertificateState.ISSUED:
        raise AlreadyRevoked


def require_reinstatable(state: str) -> None:
    """Refuse NotRevoked for a certificate that stands."""
    if state != CertificateState.REVOKED:
        raise NotRevoked


@dataclass(frozen=True)
class Wording:
    """What an operator may correct on a certificate."""

    name: str
    language: str
    style: str


def changes(state: str, now: Wording, to: Wording) -> list[str]:
    """Name what a reissue changes. Refuses ReinstateFirst for a revoked certificate, NothingChanged."""
    if state != CertificateState.ISSUED:
        raise ReinstateFirst
    changed = [field for field in ("name", "language", "style") if getattr(now, field) != getattr(to, field)]
    if not changed:
        raise NothingChanged(field="display_name")
    return changed


def check_style(style: str) -> CertificateStyle:
    """Give the style of that name; ValueError for any other."""
    return CertificateStyle(style)


def drawing_state(drawn: bool, held: bool, asked_at: datetime, now: datetime) -> Drawing:
    """Say where the files stand; drawing that takes over ten minutes is late."""
    if held:
        return Drawing.HELD
    if drawn:
        return Drawing.DRAWN
    return Drawing.DRAWING if now - asked_at < LATE_AFTER else Drawing.LATE


def serial(code: str) -> str:
    """Write a code as people read it: EC-7Q4K-2M9X-4QTR."""
    return "-".join([SERIAL_PREFIX, *(code[at : at + 4] for at in range(0, len(code), 4))])


def read_serial(normalised: str) -> str:
    """Give the code inside a typed serial (upper case, no hyphens) by dropping its prefix."""
    with_prefix = len(normalised) == CODE_LENGTH + len(SERIAL_PREFIX) and normalised.startswith(SERIAL_PREFIX)
    return normalised[len(SERIAL_PREFIX) :] if with_prefix else normalised


def name_digest(code: str, name: str) -> str:
    """Keep the trace of a name without the name: SHA-256 over the certificate's code and the name."""
    return hashlib.sha256(f"{code}:{name}".encode()).hexdigest()


def places(numbers: Iterable[int]) -> dict[int, int]:
    """Give each camp day its place from 1, rest days skipped and day 0 left out."""
    counted = sorted({number for number in numbers if number > 0})
    return {number: place for place, number in enumerate(counted, 1)}
