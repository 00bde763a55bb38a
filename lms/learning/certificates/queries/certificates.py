"""Reads of single certificates: what they say, where they stand, what happened to them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select

from lms.kernel.codes import normalise_code
from lms.kernel.text import Language, as_language
from lms.kernel.work import Actor, Read
from lms.learning.certificates import models as tables
from lms.learning.certificates.documents import verify_path
from lms.learning.certificates.errors import CertificateNotFound
from lms.learning.certificates.rules import (
    LATE_AFTER,
    MOST_CARD_DAYS,
    NAME_FIELDS,
    CertificateState,
    Days,
    Drawing,
    EventKind,
    Snapshot,
    Wording,
    drawing_state,
    read_serial,
    serial,
)
from lms.learning.enrollments import queries as enrollments
from lms.people.accounts import queries as accounts


@dataclass(frozen=True)
class Problem:
    """Why documents cannot be drawn: what the typesetter refused, at which field."""

    kind: str
    field: str
    characters: str
    documents: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """A certificate as it stands. `held` lists what could not be drawn: document, kind, field, characters."""

    id: int
    code: str
    enrollment_id: int
    cohort_id: int
    person_id: int | None
    state: CertificateState
    revision: int
    style: str
    language: Language
    snapshot: Snapshot
    days: Days
    issued_at: datetime
    asked_at: datetime
    pdf_digest: str | None
    other_digest: str | None
    card_digest: str | None
    card_url: str
    held: tuple[dict[str, Any], ...]

    @property
    def serial(self) -> str:
        """Give the number as people read it."""
        return serial(self.code)

    @property
    def verify_path(self) -> str:
        """Give the path of the public page."""
        return verify_path(self.code)

    @property
    def is_valid(self) -> bool:
        """Say whether the certificate stands."""
        return self.state == CertificateState.ISSUED

    @property
    def wording(self) -> Wording:
        """Give what an operator may correct."""
        return Wording(self.snapshot.name, self.language, self.style)

    @property
    def missing_characters(self) -> str:
        """Give the characters of the name that no font has, each once."""
        return "".join(dict.fromkeys("".join(one["characters"] for one in self.held if one["field"] in NAME_FIELDS)))

    @property
    def waits_for_spelling(self) -> bool:
        """Say whether its files wait for another spelling of the holder's name; that is the holder's to choose."""
        return self.is_valid and any(one["field"] in NAME_FIELDS for one in self.held)

    @property
    def problems(self) -> list[Problem]:
        """List what could not be drawn, each reason once, with the documents it keeps back."""
        found: dict[tuple[str, str, str], list[str]] = {}
        for one in self.held:
            found.setdefault((one["kind"], one["field"], one["characters"]), []).append(one["document"])
        return [Problem(*why, tuple(documents)) for why, documents in found.items()]

    @property
    def has_card(self) -> bool:
        """Say whether there is or will be a share card: it shows up to sixty days."""
        return 0 < self.days.total <= MOST_CARD_DAYS

    def is_pending(self, now: datetime) -> bool:
        """Say whether a file is on its way, so that it is worth looking again soon."""
        lacks = self.pdf_digest is None or (self.has_card and self.card_digest is None)
        return lacks and not self.held and now - self.asked_at < LATE_AFTER

    def drawing(self, now: datetime) -> Drawing:
        """Say where its files stand."""
        return drawing_state(self.pdf_digest is not None, bool(self.held), self.asked_at, now)


@dataclass(frozen=True)
class Happening:
    """One line of a certificate's history. `who` and `note` are for staff only."""

    kind: EventKind
    at: datetime
    reason: str
    revision: int
    changed: tuple[str, ...]
    note: str
    who: str


_C = tables.Certificate


def facts(row: tables.Certificate) -> CertificateFacts:
    """Give a row as others may see it."""
    return CertificateFacts(
        id=row.id,
        code=row.code,
        enrollment_id=row.enrollment_id,
        cohort_id=row.cohort_id,
        person_id=row.person_id,
        state=CertificateState(row.state),
        revision=row.revision,
        style=row.style,
        language=as_language(row.language),
        snapshot=Snapshot.from_json(row.snapshot),
        days=Days.from_json(row.days),
        issued_at=row.issued_at,
        asked_at=row.asked_at,
        pdf_digest=row.pdf_digest,
        other_digest=row.other_digest,
        card_digest=row.card_digest,
        card_url=row.card_url,
        held=tuple(row.held or ()),
    )


def _one(read: Read, *where: ColumnElement[bool]) -> CertificateFacts | None:
    row = read.session.scalars(select(_C).where(*where)).one_or_none()
    return facts(row) if row is not None else None


def find_certificate(read: Read, typed: str) -> CertificateFacts | None:
    """Find a certificate by its code as people type it: any case, spaces, hyphens, with or without EC."""
    return _one(read, _C.code == read_serial(normalise_code(typed))[:16])


def get_certificate(read: Read, code: str) -> CertificateFacts:
    """Get a certificate by its code. Refuses: CertificateNotFound."""
    found = _one(read, _C.code == code)
    if found is None:
        raise CertificateNotFound
    return found


def get_own(read: Read, who: Actor, code: str) -> CertificateFacts:
    """Get a certificate of the actor's own; CertificateNotFound for strangers."""
    found = get_certificate(read, code)
    if who.person_id is None or found.person_id != who.person_id:
        raise CertificateNotFound
    return found


def require_file_access(read: Read, who: Actor, code: str) -> CertificateFacts:
    """Get a certificate whose files the actor may open: the holder, operators, tutors of the cohort.

    Refuses: CertificateNotFound for everybody else.
    """
    found = get_certificate(read, code)
    is_holder = who.person_id is not None and found.person_id == who.person_id
    if not is_holder and not enrollments.is_cohort_staff(read, who, found.cohort_id):
        raise CertificateNotFound
    return found


def list_mine(read: Read, person_id: int) -> list[CertificateFacts]:
    """List a person's certificates, the newest first."""
    rows = read.session.scalars(select(_C).where(_C.person_id == person_id).order_by(_C.id.desc()))
    return [facts(row) for row in rows]


def find_of_enrollment(read: Read, enrollment_id: int) -> CertificateFacts | None:
    """Find the certificate that an enrollment earned, whatever its state."""
    return _one(read, _C.enrollment_id == enrollment_id)


def list_happenings(read: Read, certificate_id: int) -> list[Happening]:
    """List what happened to a certificate, the oldest first."""
    event, person = tables.CertificateEvent, accounts.person_source()
    rows = read.session.execute(
        select(event, func.coalesce(person.c.display_name, ""))
        .outerjoin(person, person.c.id == event.who_id)
        .where(event.certificate_id == certificate_id)
        .order_by(event.id)
    )
    return [
        Happening(EventKind(row.kind), row.at, row.reason, row.revision, tuple(row.changed), row.note, who)
        for row, who in rows
    ]


def count_certificates(read: Read, cohort_id: int) -> int:
    """Count the valid certificates of a cohort."""
    counted = select(func.count()).where(_C.cohort_id == cohort_id, _C.state == CertificateState.ISSUED)
    return read.session.scalar(counted) or 0


@cache
def certificate_source() -> Subquery:
    """Offer the valid certificates for joins: enrollment_id, cohort_id, issued_at."""
    valid = select(_C.enrollment_id, _C.cohort_id, _C.issued_at).where(_C.state == CertificateState.ISSUED)
    return valid.subquery("certificate_source")
