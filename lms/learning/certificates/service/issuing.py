"""Issuing: who meets the rule gets a certificate, exactly once; enrollments are closed with the cohort."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.kernel.db import insert_once
from lms.kernel.work import SYSTEM, Actor, Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.certificates import models as tables
from lms.learning.certificates.events import CertificateIssued
from lms.learning.certificates.queries.runs import last_unlock
from lms.learning.certificates.rules import (
    CODE_LENGTH,
    ISSUING_ENROLLMENTS,
    CertificateState,
    Days,
    EventKind,
    Snapshot,
    is_complete,
    may_issue,
    name_digest,
    outcome,
)
from lms.learning.certificates.service.record import ask_drawing, locked, note, queue_drawing, tell_holder
from lms.learning.certificates.service.snapshot import count_days, take_snapshot
from lms.learning.checkins import queries as checkins
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments import service as enrollment_service
from lms.learning.enrollments.queries import Enrollment
from lms.learning.enrollments.rules import EnrollmentState


@dataclass(frozen=True)
class _Candidate:
    enrollment: Enrollment
    code: str | None

    @property
    def certified(self) -> bool:
        return self.code is not None


def issue_due(work: Work, cohort_id: int) -> int:
    """Issue what is due in a cohort and close enrollments whose outcome is known; count new certificates.

    Safe to repeat: who holds a certificate is passed over and not told again.
    """
    cohort = camps.get_cohort_by_id(work, cohort_id)
    if not may_issue(cohort.state, last_unlock(work, cohort.id), work.now):
        return 0
    progress = checkins.required_done(work, cohort.id)
    return sum(_settle(work, cohort, one, progress) for one in _candidates(work, cohort.id))


def issue_one(work: Work, cohort_id: int, enrollment_id: int) -> int:
    """Issue one student's certificate if it is due, as `issue_due` does for all; keep the card of one they hold."""
    cohort = camps.get_cohort_by_id(work, cohort_id)
    if not may_issue(cohort.state, last_unlock(work, cohort.id), work.now):
        return 0
    found = _candidates(work, cohort.id, enrollment_id)
    if not found:
        return 0
    if found[0].code is not None:
        _keep_days(work, found[0].code, found[0].enrollment)
    return _settle(work, cohort, found[0], checkins.required_done(work, cohort.id))


def issue_run(work: Work, who: Actor, cohort_code: str) -> int:
    """Issue what is due in a cohort now, on an operator's word; count new certificates."""
    cohort = camps.get_cohort(work, cohort_code)
    issued = issue_due(work, cohort.id)
    work.audit("run_certificates", subject=f"cohort:{cohort.code}", after={"issued": issued})
    return issued


def _keep_days(work: Work, code: str, enrollment: Enrollment) -> None:
    """Let the share card keep up with days done after the certificate was issued; the paper stays as it is."""
    days = count_days(work, enrollment).to_json()
    row = locked(work, code)
    if row.days != days and row.state == CertificateState.ISSUED:
        row.days = days
        ask_drawing(work, row)


def _candidates(work: Work, cohort_id: int, enrollment_id: int | None = None) -> list[_Candidate]:
    source, certificate = enrollments.enrollment_source(), tables.Certificate
    columns = [source.c[name] for name in ("id", "code", "cohort_id", "person_id", "class_id", "state", "joined_at")]
    statement = (
        select(*columns, certificate.code)
        .outerjoin(certificate, certificate.enrollment_id == source.c.id)
        .where(source.c.cohort_id == cohort_id, source.c.state.in_(ISSUING_ENROLLMENTS))
        .order_by(source.c.id)
    )
    if enrollment_id is not None:
        statement = statement.where(source.c.id == enrollment_id)
    rows: Any = work.session.execute(statement)
    return [_Candidate(Enrollment(*row[:-1]), row[-1]) for row in rows]


def _settle(work: Work, cohort: Cohort, one: _Candidate, progress: dict[int, tuple[int, int]]) -> int:
    done, total = progress.get(one.enrollment.id, (0, 0))
    complete = is_complete(done, total, cohort.completion_percent)
    issued = complete and not one.certified and _issue(work, cohort, one.enrollment)
    # Whoever completed once stays completed, whatever is asked or voided later.
    ended = outcome(cohort.state, complete or one.certified)
    if ended is not None and one.enrollment.state != EnrollmentState.COMPLETED:
        enrollment_service.finish(work, SYSTEM, one.enrollment.id, ended)
    return int(issued)


def _issue(work: Work, cohort: Cohort, enrollment: Enrollment) -> bool:
    days = count_days(work, enrollment)
    snapshot = take_snapshot(work, cohort, enrollment, days)
    code = work.new_code(CODE_LENGTH)
    values = {**_values(work, cohort, enrollment), **_frozen(code, snapshot, days)}
    if not insert_once(work, tables.Certificate, ["enrollment_id"], **values):
        return False
    row = work.session.scalars(select(tables.Certificate).where(tables.Certificate.code == code)).one()
    note(work, SYSTEM, row, EventKind.ISSUED)
    queue_drawing(work, row)
    tell_holder(work, row, "issued", name=snapshot.name)
    work.tell(
        CertificateIssued(
            happened_at=work.now,
            certificate_id=row.id,
            enrollment_id=enrollment.id,
            person_id=enrollment.person_id,
        )
    )
    return True


def _values(work: Work, cohort: Cohort, enrollment: Enrollment) -> dict[str, Any]:
    return {
        "enrollment_id": enrollment.id,
        "cohort_id": cohort.id,
        "person_id": enrollment.person_id,
        "state": CertificateState.ISSUED,
        "revision": 1,
        "style": cohort.certificate_style,
        "language": cohort.language,
        "issued_at": work.now,
        "draws": 1,
        "asked_at": work.now,
        "card_url": "",
    }


def _frozen(code: str, snapshot: Snapshot, days: Days) -> dict[str, Any]:
    return {
        "code": code,
        "snapshot": snapshot.to_json(),
        "days": days.to_json(),
        "name_digest": name_digest(code, snapshot.name),
    }
