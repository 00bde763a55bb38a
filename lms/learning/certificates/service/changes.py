"""What happens to a certificate after it was issued: revoked, reinstated, reissued, drawn again."""

from dataclasses import replace

from lms.kernel.parts import current_parts
from lms.kernel.text import as_language
from lms.kernel.work import Actor, Work
from lms.learning.certificates import models as tables
from lms.learning.certificates import rules
from lms.learning.certificates.errors import CertificateNotFound, DocumentRevoked, SpellingRefused, SpellingStands
from lms.learning.certificates.queries.certificates import CertificateFacts, facts
from lms.learning.certificates.rules import CertificateState, EventKind, RevokeReason, Snapshot, Wording
from lms.learning.certificates.service.record import ask_drawing, happening, locked, tell_holder
from lms.learning.certificates.service.standings import count_days
from lms.learning.enrollments import queries as enrollments
from lms.people.accounts.rules import clean_name


def revoke(work: Work, who: Actor, code: str, reason: RevokeReason, remark: str = "") -> CertificateFacts:
    """Revoke a certificate; the public reads the reason, staff the remark too. Refuses: AlreadyRevoked."""
    row = locked(work, code)
    rules.require_revocable(row.state)
    row.state = CertificateState.REVOKED
    work.add(happening(work, who, row, EventKind.REVOKED, reason=reason, note=remark))
    _audit(work, row, "certificate.revoked", CertificateState.ISSUED, reason=reason)
    # Stored with the notice, so in both languages: the reader's own is chosen when it is shown.
    label = rules.REASON_LABELS[reason]
    tell_holder(work, row, "revoked", reason_zh=label.zh, reason_en=label.en)
    return facts(row)


def reinstate(work: Work, who: Actor, code: str, remark: str = "") -> CertificateFacts:
    """Let a revoked certificate stand again, under the same code. Refuses: NotRevoked."""
    row = locked(work, code)
    rules.require_reinstatable(row.state)
    row.state = CertificateState.ISSUED
    work.add(happening(work, who, row, EventKind.REINSTATED, note=remark))
    _audit(work, row, "certificate.reinstated", CertificateState.REVOKED)
    tell_holder(work, row, "reinstated")
    return facts(row)


def reissue(work: Work, who: Actor, code: str, to: Wording, remark: str = "") -> CertificateFacts:
    """Correct name, language or style: next revision, same code; of an old name only a digest is kept.

    Refuses: NameRefused, NothingChanged, ReinstateFirst.
    """
    row = locked(work, code)
    wanted = Wording(clean_name(to.name), as_language(to.language), rules.check_style(to.style))
    snapshot = Snapshot.from_json(row.snapshot)
    changed = rules.changes(row.state, Wording(snapshot.name, row.language, row.style), wanted)
    row.language, row.style = wanted.language, wanted.style
    _next_revision(work, who, row, wanted.name, changed, remark)
    work.audit(
        "certificate.reissued",
        subject=f"certificate:{row.code}",
        before={"revision": row.revision - 1},
        after={"revision": row.revision, "changed": changed},
    )
    tell_holder(work, row, "reissued", serial=rules.serial(row.code))
    return facts(row)


def choose_spelling(work: Work, who: Actor, code: str, name: str) -> CertificateFacts:
    """Let the holder write their name so that it can be drawn: next revision, same code.

    Refuses: CertificateNotFound for anybody but the holder, NameRefused, SpellingStands, SpellingRefused,
    NothingChanged.
    """
    row = _own(work, who, code)
    if not facts(row).waits_for_spelling:
        raise SpellingStands
    wanted = clean_name(name)
    if missing := current_parts().typesetter.missing_characters(wanted):
        raise SpellingRefused(field="display_name", characters=missing)
    now = facts(row).wording
    _next_revision(work, who, row, wanted, rules.changes(row.state, now, replace(now, name=wanted)))
    return facts(row)


def redraw(work: Work, who: Actor, code: str) -> CertificateFacts:
    """Draw the files of a certificate again, on an operator's word; nothing on it changes."""
    row = locked(work, code)
    row.held = None
    ask_drawing(work, row)
    work.audit("certificate.redrawn", subject=f"certificate:{row.code}", after={"draws": row.draws})
    return facts(row)


def refresh_card(work: Work, who: Actor, code: str) -> CertificateFacts:
    """Draw the holder's share card anew, with their link and days of today.

    Refuses: CertificateNotFound for anybody but the holder, DocumentRevoked.
    """
    row = _own(work, who, code)
    if row.state == CertificateState.REVOKED:
        raise DocumentRevoked
    enrollment = enrollments.get_enrollment(work, row.enrollment_id)
    row.days = count_days(work, enrollment).to_json()
    row.card_digest = None
    ask_drawing(work, row)
    return facts(row)


def _own(work: Work, who: Actor, code: str) -> tables.Certificate:
    row = locked(work, code)
    if who.person_id is None or row.person_id != who.person_id:
        raise CertificateNotFound
    return row


def _next_revision(
    work: Work, who: Actor, row: tables.Certificate, name: str, changed: list[str], remark: str = ""
) -> None:
    row.snapshot = replace(Snapshot.from_json(row.snapshot), name=name).to_json()
    row.name_digest = rules.name_digest(row.code, name)
    row.revision += 1
    # No file of an older revision is handed out while the new one is drawn; the bytes stay kept.
    row.pdf_digest = row.other_digest = row.card_digest = row.held = None
    work.add(happening(work, who, row, EventKind.REISSUED, note=remark, changed=changed))
    ask_drawing(work, row)


def _audit(work: Work, row: tables.Certificate, act: str, before: CertificateState, reason: str = "") -> None:
    work.audit(
        act,
        subject=f"certificate:{row.code}",
        before={"state": before},
        after={"state": row.state, "reason": reason} if reason else {"state": row.state},
    )
