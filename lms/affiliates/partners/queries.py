"""Reads of the partners room."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import Executable, Subquery, func, select

from lms.affiliates.partners import wording
from lms.affiliates.partners.errors import NotAPartner, PartnershipSuspended
from lms.affiliates.partners.models import Agreement, AgreementSignature, PartnerGroup, PartnerHandle
from lms.affiliates.partners.models import Partner as PartnerRow
from lms.affiliates.partners.rules import PartnerState, text_digest
from lms.kernel.errors import NotFound
from lms.kernel.text import LANGUAGES, Language
from lms.kernel.work import Actor, Read

PAGE = 50


@dataclass(frozen=True)
class Partner:
    """A partner as other rooms see one. `code` is the public handle, `name` is shown to other partners.

    `locked_at` is set while the partner's money stands still; `lock_number` counts the locks so far.
    """

    id: int
    code: str
    person_id: int
    name: str
    state: str
    group_id: int | None = None
    locked_at: datetime | None = None
    lock_reason: str = ""
    lock_number: int = 0

    @property
    def is_locked(self) -> bool:
        """Say whether the partner's money stands still."""
        return self.locked_at is not None

    @property
    def display_name(self) -> str:
        """Give the name under which faces are drawn."""
        return self.name

    @property
    def is_approved(self) -> bool:
        """Say whether the partner may promote."""
        return self.state == PartnerState.APPROVED


@dataclass(frozen=True)
class Agreed:
    """The agreement in force in one language: its exact Markdown and the digest of it."""

    version: str
    language: Language
    text: str
    digest: str
    in_force_from: date


@dataclass(frozen=True)
class Signature:
    """One signed version."""

    version: str
    language: str
    digest: str
    signed_at: datetime


@dataclass(frozen=True)
class PartnerFile:
    """Everything the console shows about a partner; the application's own words and the decision."""

    partner: Partner
    about: str
    applied_at: datetime
    decided_at: datetime | None
    decided_by: int | None
    reason: str
    may_change_code: bool
    signatures: list[Signature]


@dataclass(frozen=True)
class Group:
    """Partners who are paid by a plan of their own."""

    id: int
    code: str
    name: str


_COLUMNS = (
    PartnerRow.id,
    PartnerRow.code,
    PartnerRow.person_id,
    PartnerRow.name,
    PartnerRow.state,
    PartnerRow.group_id,
    PartnerRow.locked_at,
    PartnerRow.lock_reason,
    PartnerRow.lock_number,
)


def _one(read: Read, statement: Executable) -> Partner | None:
    row = read.session.execute(statement).one_or_none()
    return Partner(*row) if row else None


def find_partner(read: Read, person_id: int) -> Partner | None:
    """Find the partnership of a person, in whatever state."""
    return _one(read, select(*_COLUMNS).where(PartnerRow.person_id == person_id))


def find_partner_by_id(read: Read, partner_id: int) -> Partner | None:
    """Find a partner by id."""
    return _one(read, select(*_COLUMNS).where(PartnerRow.id == partner_id))


def names_of(read: Read, ids: list[int]) -> dict[int, str]:
    """Give the names of some partners by id; an unknown one is left out."""
    if not ids:
        return {}
    rows = read.session.execute(select(PartnerRow.id, PartnerRow.name).where(PartnerRow.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def codes_of(read: Read, ids: list[int]) -> dict[int, str]:
    """Give the handles of some partners by id; an unknown one is left out."""
    if not ids:
        return {}
    rows = read.session.execute(select(PartnerRow.id, PartnerRow.code).where(PartnerRow.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def find_approved(read: Read, handle: str) -> int | None:
    """Find the id of the approved partner with a handle, the present one or an earlier one."""
    try:
        partner = get_partner_by_code(read, handle)
    except NotFound:
        return None
    return partner.id if partner.is_approved else None


def get_partner_by_code(read: Read, code: str) -> Partner:
    """Get a partner by a public handle, the present one or an earlier one; raises NotFound."""
    handle = code.strip().lower()
    owner = select(PartnerHandle.partner_id).where(PartnerHandle.code == handle)
    found = _one(read, select(*_COLUMNS).where(PartnerRow.id == owner.scalar_subquery()))
    if found is None:
        raise NotFound
    return found


def require_partner(read: Read, who: Actor) -> Partner:
    """Get the approved partner who acts; refuses NotAPartner and PartnershipSuspended."""
    found = find_partner(read, who.person_id) if who.person_id is not None else None
    if found is None or found.state in (PartnerState.APPLIED, PartnerState.DECLINED):
        raise NotAPartner
    if found.state == PartnerState.SUSPENDED:
        reason = read.session.scalar(select(PartnerRow.reason).where(PartnerRow.id == found.id))
        raise PartnershipSuspended(reason=reason)
    return found


def list_partners(read: Read, state: str = "", after: int | None = None, limit: int = PAGE) -> list[Partner]:
    """List partners newest first by key; `after` is the id of the last one seen."""
    statement = select(*_COLUMNS).order_by(PartnerRow.id.desc()).limit(limit)
    if state:
        statement = statement.where(PartnerRow.state == state)
    if after is not None:
        statement = statement.where(PartnerRow.id < after)
    return [Partner(*row) for row in read.session.execute(statement)]


def list_groups(read: Read) -> list[Group]:
    """List the groups of partners by name."""
    statement = select(PartnerGroup.id, PartnerGroup.code, PartnerGroup.name).order_by(PartnerGroup.name)
    return [Group(*row) for row in read.session.execute(statement)]


def count_by_state(read: Read) -> dict[str, int]:
    """Count partners per state; every state is there."""
    statement = select(PartnerRow.state, func.count()).group_by(PartnerRow.state)
    counted: dict[str, int] = {row[0]: row[1] for row in read.session.execute(statement)}
    return {state.value: counted.get(state.value, 0) for state in PartnerState}


def partner_file(read: Read, code: str) -> PartnerFile:
    """Get everything about one partner by handle; raises NotFound."""
    partner = get_partner_by_code(read, code)
    row = read.session.execute(
        select(
            PartnerRow.about,
            PartnerRow.applied_at,
            PartnerRow.decided_at,
            PartnerRow.decided_by,
            PartnerRow.reason,
            PartnerRow.code_changed_at,
        ).where(PartnerRow.id == partner.id)
    ).one()
    return PartnerFile(partner, *row[:5], row.code_changed_at is None, list_signatures(read, partner.id))


def list_signatures(read: Read, partner_id: int) -> list[Signature]:
    """List the versions a partner has signed, newest first."""
    statement = (
        select(
            Agreement.version,
            AgreementSignature.language,
            AgreementSignature.digest,
            AgreementSignature.signed_at,
        )
        .join(Agreement, Agreement.id == AgreementSignature.agreement_id)
        .where(AgreementSignature.partner_id == partner_id)
        .order_by(AgreementSignature.id.desc())
    )
    return [Signature(*row) for row in read.session.execute(statement)]


def agreement_in_force(language: Language) -> Agreed:
    """Give the agreement that is signed today, in one language."""
    text = wording.agreement_text(language)
    return Agreed(wording.VERSION, language, text, text_digest(text), wording.IN_FORCE_FROM)


def agreement_digests() -> dict[str, str]:
    """Give the digest of the agreement in force for each language."""
    return {language: text_digest(wording.agreement_text(language)) for language in LANGUAGES}


def get_agreement(read: Read, version: str, language: Language) -> Agreed:
    """Get a version as it was signed, or the one in force; raises NotFound."""
    if version == wording.VERSION:
        return agreement_in_force(language)
    row = read.session.scalars(select(Agreement).where(Agreement.version == version)).one_or_none()
    if row is None:
        raise NotFound
    text, digest = (row.text_zh, row.digest_zh) if language == "zh" else (row.text_en, row.digest_en)
    return Agreed(row.version, language, text, digest, row.in_force_from)


@cache
def partner_source() -> Subquery:
    """Offer id, code, person_id, name, state, group_id, locked_at, lock_reason, decided_at and such for joins."""
    return select(*_COLUMNS, PartnerRow.decided_at).subquery("partner_source")


def applications_waiting(read: Read) -> tuple[int, datetime | None]:
    """Count the applications that wait for a decision, with the moment of the oldest."""
    waiting = select(func.count(), func.min(PartnerRow.applied_at)).where(PartnerRow.state == PartnerState.APPLIED)
    count, oldest = read.session.execute(waiting).one()
    return count, oldest
