"""A tutor's side: the lease, the verdict, moderation."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Work
from lms.learning.checkins import models as tables
from lms.learning.checkins.errors import (
    AlreadyReviewed,
    CommentMissing,
    HandInChanged,
    HandInClaimed,
)
from lms.learning.checkins.events import CheckInAccepted, CheckInReturned, CheckInVoided
from lms.learning.checkins.rules import CheckInState, Verdict
from lms.learning.checkins.service.telling import tell_reviewed
from lms.learning.enrollments import queries as enrollments
from lms.people.accounts.queries import get_person

LEASE = timedelta(minutes=15)


def claim(work: Work, who: Actor, code: str) -> None:
    """Take or renew the lease of 15 minutes on a hand-in. Raises HandInClaimed, NotFound."""
    row = _held(work, who, code)
    _require_free(work, who, row)
    row.claimed_by, row.claimed_until = who.person_id, work.now + LEASE


def release(work: Work, who: Actor, code: str) -> None:
    """Give one's own lease back; another's stays. Raises NotFound."""
    row = _held(work, who, code)
    if row.claimed_by == who.person_id:
        row.claimed_by = row.claimed_until = None


def accept(work: Work, who: Actor, code: str, comment: str, revision: int) -> None:
    """Accept a version. The same verdict again is the same answer.

    Raises HandInChanged (a newer version came), HandInClaimed, AlreadyReviewed, NotFound.
    """
    row = _decide(work, who, code, Verdict.ACCEPT, comment.strip(), revision)
    if row is None:
        return
    row.state = CheckInState.ACCEPTED
    work.tell(
        CheckInAccepted(
            happened_at=work.now,
            check_in_id=row.id,
            enrollment_id=row.enrollment_id,
            cohort_id=row.cohort_id,
            revision=revision,
        )
    )
    tell_reviewed(work, who, row, Verdict.ACCEPT, comment.strip())


def return_(work: Work, who: Actor, code: str, comment: str, revision: int) -> None:
    """Give a version back with words; the student may hand in again, still on time if it was.

    Raises CommentMissing, HandInChanged, HandInClaimed, AlreadyReviewed, NotFound.
    """
    if not comment.strip():
        raise CommentMissing(field="comment")
    row = _decide(work, who, code, Verdict.RETURN, comment.strip(), revision)
    if row is None:
        return
    row.state = CheckInState.RETURNED
    work.tell(
        CheckInReturned(
            happened_at=work.now,
            check_in_id=row.id,
            enrollment_id=row.enrollment_id,
            cohort_id=row.cohort_id,
            revision=revision,
        )
    )
    tell_reviewed(work, who, row, Verdict.RETURN, comment.strip())


def void(work: Work, who: Actor, code: str, reason: str) -> None:
    """Take a check-in out of everything that counts; `restore` brings it back exactly. Raises NotFound."""
    row = _held(work, who, code)
    if row.state == CheckInState.VOIDED:
        return
    row.state_before_void, row.state = row.state, CheckInState.VOIDED
    work.audit("check_in.voided", subject=f"check_in:{row.code}", after={"reason": reason})
    _tell_voided(work, row, True)


def restore(work: Work, who: Actor, code: str) -> None:
    """Undo `void`. Raises NotFound."""
    row = _held(work, who, code)
    if row.state != CheckInState.VOIDED or row.state_before_void is None:
        return
    row.state, row.state_before_void = row.state_before_void, None
    work.audit("check_in.restored", subject=f"check_in:{row.code}", after={"state": row.state})
    _tell_voided(work, row, False)


def _tell_voided(work: Work, row: tables.CheckIn, voided: bool) -> None:
    work.tell(
        CheckInVoided(
            happened_at=work.now,
            check_in_id=row.id,
            enrollment_id=row.enrollment_id,
            cohort_id=row.cohort_id,
            voided=voided,
        )
    )


def _held(work: Work, who: Actor, code: str) -> tables.CheckIn:
    row = work.session.scalars(
        select(tables.CheckIn)
        .where(tables.CheckIn.code == code, tables.CheckIn.revisions > 0)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or not enrollments.is_cohort_staff(work, who, row.cohort_id):
        raise NotFound
    return row


def _require_free(work: Work, who: Actor, row: tables.CheckIn) -> None:
    if row.claimed_by in (None, who.person_id) or row.claimed_until is None or row.claimed_until <= work.now:
        return
    reader = get_person(work, who.person_id) if who.person_id else None
    zone = ZoneInfo(reader.time_zone if reader else "UTC")
    raise HandInClaimed(
        name=get_person(work, row.claimed_by or 0).display_name,
        until=f"{row.claimed_until.astimezone(zone):%H:%M}",
    )


def _decide(work: Work, who: Actor, code: str, verdict: Verdict, comment: str, revision: int) -> tables.CheckIn | None:
    """Write the review; None when this very verdict is there already."""
    if who.person_id is None:
        raise ValueError("a review needs a tutor")
    row = _held(work, who, code)
    if row.revisions != revision:
        raise HandInChanged(revision=row.revisions)
    if row.state != CheckInState.SUBMITTED:
        if _is_repeated(work, who, row, verdict, comment):
            return None
        raise AlreadyReviewed
    _require_free(work, who, row)
    row.claimed_by = row.claimed_until = None
    work.add(
        tables.Review(
            check_in_id=row.id,
            revision_number=revision,
            tutor_id=who.person_id,
            verdict=verdict,
            comment=comment,
            created_at=work.now,
        )
    )
    return row


def _is_repeated(work: Work, who: Actor, row: tables.CheckIn, verdict: Verdict, comment: str) -> bool:
    review = tables.Review
    return (
        work.session.scalar(
            select(review.id).where(
                review.check_in_id == row.id,
                review.revision_number == row.revisions,
                review.tutor_id == who.person_id,
                review.verdict == verdict,
                review.comment == comment,
            )
        )
        is not None
    )
