"""Writes of the partners room."""

from sqlalchemy import select

from lms.affiliates.partners import rules, wording
from lms.affiliates.partners.errors import HandleFixed, HandleTaken, NotAStudent
from lms.affiliates.partners.events import PartnerApproved, PartnerSuspended
from lms.affiliates.partners.locking import lock_money, lock_partner, seen, set_group, unlock_money
from lms.affiliates.partners.models import Agreement, AgreementSignature, PartnerHandle
from lms.affiliates.partners.models import Partner as PartnerRow
from lms.affiliates.partners.queries import (
    Partner,
    agreement_digests,
    agreement_in_force,
    get_partner_by_code,
    require_partner,
)
from lms.affiliates.partners.rules import PartnerState
from lms.kernel.db import insert_once, lock
from lms.kernel.errors import Forbidden
from lms.kernel.text import current_language
from lms.kernel.work import SYSTEM, Actor, Work
from lms.learning.enrollments import queries as enrollments
from lms.people.accounts import queries as accounts
from lms.people.accounts import service as accounts_service
from lms.people.messages import service as messages

__all__ = [
    "apply",
    "approve",
    "become_partner",
    "change_code",
    "decline",
    "lock_money",
    "lock_partner",
    "resume",
    "set_group",
    "suspend",
    "unlock_money",
]

_ROLE = "partner"
_RANDOM_TRIES = 6


def apply(
    work: Work, who: Actor, about: str, agreement_version: str, digest: str | None = None, ip_digest: str = ""
) -> Partner:
    """Ask to become a partner with a signed agreement; asked again, the words are replaced.

    `digest` is the SHA-256 of the text that was shown. Refuses AboutMissing, AgreementChanged and, for
    partners already approved or suspended, PartnerStateRefused.
    """
    words = rules.clean_about(about)
    row = _own_row(work, who)
    _sign(work, row, agreement_version, digest, ip_digest)
    rules.move(row.state, PartnerState.APPLIED)
    row.state = PartnerState.APPLIED
    row.about = words
    row.applied_at = work.now
    row.decided_at = row.decided_by = None
    row.reason = ""
    work.session.flush()
    return seen(row)


def become_partner(
    work: Work, who: Actor, agreement_version: str, digest: str | None = None, ip_digest: str = ""
) -> Partner:
    """Make a student of any cohort an approved partner at once, the agreement signed.

    A partner already approved gets the same answer again. Refuses NotAStudent, AgreementChanged, and
    PartnerStateRefused after a decline or during a suspension.
    """
    if who.person_id is None or not enrollments.list_my_cohorts(work, who.person_id):
        raise NotAStudent
    row = _own_row(work, who)
    rules.require_from(row.state, PartnerState.APPLIED, PartnerState.APPROVED)
    _sign(work, row, agreement_version, digest, ip_digest)
    if rules.move(row.state, PartnerState.APPROVED):
        _let_in(work, row, None)
    return seen(row)


def approve(work: Work, who: Actor, code: str) -> Partner:
    """Let an applicant in, or one who was declined before. Approved already: the same answer again.

    Refuses OwnDecision and, for suspended partners (who are resumed), PartnerStateRefused.
    """
    row = _held(work, who, code)
    rules.require_from(row.state, PartnerState.APPLIED, PartnerState.DECLINED, PartnerState.APPROVED)
    return _open(work, who, row, "approved")


def resume(work: Work, who: Actor, code: str) -> Partner:
    """End a suspension. Approved already: the same answer again. Refuses PartnerStateRefused otherwise."""
    row = _held(work, who, code)
    rules.require_from(row.state, PartnerState.SUSPENDED, PartnerState.APPROVED)
    return _open(work, who, row, "resumed")


def decline(work: Work, who: Actor, code: str, reason: str) -> Partner:
    """Refuse an application with a reason the applicant reads; refuses ReasonMissing, PartnerStateRefused."""
    words = rules.clean_reason(reason)
    row = _held(work, who, code)
    before = row.state
    if rules.move(row.state, PartnerState.DECLINED):
        _decide(work, row, PartnerState.DECLINED, who.person_id, words)
        _audit(work, row, "partner.declined", before)
        _say(work, row, "declined", "/partner/apply", {"reason": words})
    return seen(row)


def suspend(work: Work, who: Actor, code: str, reason: str) -> Partner:
    """Take the partner's rights away for now, with a reason; refuses ReasonMissing, PartnerStateRefused."""
    words = rules.clean_reason(reason)
    row = _held(work, who, code)
    before = row.state
    if rules.move(row.state, PartnerState.SUSPENDED):
        _decide(work, row, PartnerState.SUSPENDED, who.person_id, words)
        accounts_service.revoke_role(work, SYSTEM, row.person_id, _ROLE)
        _audit(work, row, "partner.suspended", before)
        work.tell(PartnerSuspended(happened_at=work.now, partner_id=row.id, person_id=row.person_id))
        _say(work, row, "suspended", "/partner/apply", {"reason": words})
    return seen(row)


def change_code(work: Work, who: Actor, typed: str) -> Partner:
    """Give the acting partner another handle, once; the caller knows that nobody has used the link yet.

    Refuses HandleInvalid, HandleTaken and HandleFixed.
    """
    handle = rules.check_handle(typed)
    row = lock(work, PartnerRow, require_partner(work, who).id)
    if row.code == handle:
        return seen(row)
    if row.code_changed_at is not None:
        raise HandleFixed(field="code")
    if not _take_handle(work, row, handle):
        raise HandleTaken(field="code")
    row.code_changed_at = work.now
    work.session.flush()
    return seen(row)


def _own_row(work: Work, who: Actor) -> PartnerRow:
    """Find or make the acting person's row and hold it; two clicks at once meet in one row."""
    if who.person_id is None:
        raise Forbidden
    person = accounts.get_person(work, who.person_id)
    made = insert_once(
        work,
        PartnerRow,
        ["person_id"],
        # A placeholder of its own length, replaced below in the same commit.
        code=work.new_code(18),
        person_id=person.id,
        state=PartnerState.APPLIED,
        name=person.display_name,
        about="",
        applied_at=work.now,
        reason="",
    )
    id_ = work.session.scalar(select(PartnerRow.id).where(PartnerRow.person_id == person.id))
    row = lock(work, PartnerRow, id_ or 0)
    if made:
        _first_handle(work, row)
    return row


def _first_handle(work: Work, row: PartnerRow) -> None:
    random = [work.new_code(5) for _ in range(_RANDOM_TRIES)]
    for handle in rules.handle_candidates(row.name, random):
        if _take_handle(work, row, handle):
            return
    raise HandleTaken


def _take_handle(work: Work, row: PartnerRow, handle: str) -> bool:
    if not insert_once(work, PartnerHandle, ["code"], code=handle, partner_id=row.id, taken_at=work.now):
        owner = work.session.scalar(select(PartnerHandle.partner_id).where(PartnerHandle.code == handle))
        if owner != row.id:
            return False
    row.code = handle
    work.session.flush()
    return True


def _held(work: Work, who: Actor, code: str) -> PartnerRow:
    partner = get_partner_by_code(work, code)
    rules.refuse_own_decision(who.person_id, partner.person_id)
    return lock(work, PartnerRow, partner.id)


def _open(work: Work, who: Actor, row: PartnerRow, topic: str) -> Partner:
    before = row.state
    if rules.move(row.state, PartnerState.APPROVED):
        _let_in(work, row, who.person_id)
        _audit(work, row, "partner.resumed" if topic == "resumed" else "partner.approved", before)
        _say(work, row, topic, "/partner", {})
    return seen(row)


def _let_in(work: Work, row: PartnerRow, decided_by: int | None) -> None:
    _decide(work, row, PartnerState.APPROVED, decided_by, "")
    accounts_service.grant_role(work, SYSTEM, row.person_id, _ROLE)
    work.tell(PartnerApproved(happened_at=work.now, partner_id=row.id, person_id=row.person_id))


def _decide(work: Work, row: PartnerRow, state: PartnerState, decided_by: int | None, reason: str) -> None:
    row.state = state
    row.decided_at = work.now
    row.decided_by = decided_by
    row.reason = reason
    work.session.flush()


def _audit(work: Work, row: PartnerRow, act: str, before: str) -> None:
    after = {"state": str(row.state), "reason": row.reason}
    work.audit(act, subject=f"partner:{row.code}", before={"state": str(before)}, after=after)


def _say(work: Work, row: PartnerRow, topic: str, link: str, values: dict[str, str]) -> None:
    key = f"partner-{topic}:{row.id}:{work.now:%Y%m%d%H%M%S%f}"
    messages.send(work, row.person_id, f"affiliates/partners/{topic}", key=key, link=link, values=values)


def _sign(work: Work, row: PartnerRow, version: str, digest: str | None, ip_digest: str) -> None:
    digests = agreement_digests()
    language = rules.signed_language(version, digest, wording.VERSION, digests, current_language())
    agreement_id = _kept_agreement(work)
    insert_once(
        work,
        AgreementSignature,
        ["partner_id", "agreement_id"],
        partner_id=row.id,
        agreement_id=agreement_id,
        language=language,
        digest=digests[language],
        signed_at=work.now,
        ip_digest=ip_digest,
    )


def _kept_agreement(work: Work) -> int:
    zh, en = agreement_in_force("zh"), agreement_in_force("en")
    insert_once(
        work,
        Agreement,
        ["version"],
        version=zh.version,
        text_zh=zh.text,
        text_en=en.text,
        digest_zh=zh.digest,
        digest_en=en.digest,
        in_force_from=zh.in_force_from,
    )
    kept = work.session.execute(
        select(Agreement.id, Agreement.digest_zh, Agreement.digest_en).where(Agreement.version == zh.version)
    ).one()
    if (kept.digest_zh, kept.digest_en) != (zh.digest, en.digest):
        raise RuntimeError(f"agreement {zh.version} was signed with another text: a new wording needs a new version")
    return int(kept.id)


def _seen(row: PartnerRow) -> Partner:
    return seen(row)
