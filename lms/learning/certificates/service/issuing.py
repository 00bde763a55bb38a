"""Issuing: who meets the rule gets a certificate, exactly once; enrollments are closed with the cohort."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from lms.kernel.db import insert_missing
from lms.kernel.work import SYSTEM, Actor, Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.certificates import models as tables
from lms.learning.certificates.events import CertificateIssued
from lms.learning.certificates.queries.runs import last_unlock
from lms.learning.certificates.rules import (
    CODE_LENGTH,
    CertificateState,
    EventKind,
    Snapshot,
    may_issue,
    name_digest,
)
from lms.learning.certificates.service.record import RENDER, ask_drawing, drawing_of, happening, locked, tell_holders
from lms.learning.certificates.service.standings import Standing, find_standing, list_standings, take_snapshots
from lms.learning.enrollments import service as enrollment_service

ISSUE = "certificate.issue"
# A work holds the one write lock of SQLite: a large cohort is done in several short ones.
BATCH = 50


def issue_due(work: Work, cohort_id: int) -> int:
    """Issue what is due in a cohort and close enrollments whose outcome is known; count new certificates.

    Safe to repeat: who holds a certificate is passed over and not told again. Does `BATCH` students and
    asks for the rest to be done in further works.
    """
    cohort = camps.get_cohort_by_id(work, cohort_id)
    if not may_issue(cohort.state, last_unlock(work, cohort.id), work.now):
        return 0
    due = [one for one in list_standings(work, cohort) if _is_due(cohort, one)]
    if len(due) > BATCH:
        ask_issuing(work, cohort.id)
    return _settle(work, cohort, due[:BATCH])


def issue_one(work: Work, cohort_id: int, enrollment_id: int) -> int:
    """Issue one student's certificate if it is due, as `issue_due` does for all; keep the card of one they hold."""
    cohort = camps.get_cohort_by_id(work, cohort_id)
    if not may_issue(cohort.state, last_unlock(work, cohort.id), work.now):
        return 0
    found = find_standing(work, enrollment_id)
    if found is None:
        return 0
    if found.code is not None:
        _keep_days(work, found.code, found)
    return _settle(work, cohort, [found]) if _is_due(cohort, found) else 0


def issue_run(work: Work, who: Actor, cohort_code: str) -> int:
    """Issue what is due in a cohort now, on an operator's word; count what this work issued."""
    cohort = camps.get_cohort(work, cohort_code)
    issued = issue_due(work, cohort.id)
    work.audit("cohort.certificates_issued", subject=f"cohort:{cohort.code}", after={"issued": issued})
    return issued


def ask_issuing(work: Work, cohort_id: int) -> None:
    """Ask for `issue_due` of a cohort in a work of its own."""
    work.errand(ISSUE, key=f"{ISSUE}:{cohort_id}:{work.new_code()}", payload={"cohort_id": cohort_id})


def _is_due(cohort: Cohort, one: Standing) -> bool:
    return one.earns_one(cohort) or one.ends_as(cohort) is not None


def _keep_days(work: Work, code: str, standing: Standing) -> None:
    """Let the share card keep up with days done after the certificate was issued; the paper stays as it is."""
    days = standing.days.to_json()
    row = locked(work, code)
    if row.days != days and row.state == CertificateState.ISSUED:
        row.days = days
        ask_drawing(work, row)


def _settle(work: Work, cohort: Cohort, due: Sequence[Standing]) -> int:
    earned = [one for one in due if one.earns_one(cohort)]
    issued = _issue(work, cohort, earned) if earned else 0
    for one in due:
        completed = one.ends_as(cohort)
        if completed is not None:
            enrollment_service.finish(work, SYSTEM, one.enrollment_id, completed)
    return issued


def _issue(work: Work, cohort: Cohort, earned: Sequence[Standing]) -> int:
    snapshots = take_snapshots(work, cohort, earned)
    rows = [_row(work, cohort, one, snapshots[one.enrollment_id]) for one in earned]
    insert_missing(work, tables.Certificate, ["enrollment_id"], rows)
    # Another worker may have issued some of them meanwhile: only the rows with our codes are ours to tell about.
    ours = select(tables.Certificate).where(tables.Certificate.code.in_([row["code"] for row in rows]))
    made = list(work.session.scalars(ours.order_by(tables.Certificate.id)))
    work.session.add_all(happening(work, SYSTEM, row, EventKind.ISSUED) for row in made)
    work.errands(RENDER, dict(drawing_of(row) for row in made))
    tell_holders(work, made, "issued", key=f"certificates:{cohort.id}:issued")
    for row in made:
        work.tell(_issued(work, row))
    return len(made)


def _issued(work: Work, row: tables.Certificate) -> CertificateIssued:
    return CertificateIssued(
        happened_at=work.now,
        certificate_id=row.id,
        enrollment_id=row.enrollment_id,
        person_id=row.person_id or 0,
    )


def _row(work: Work, cohort: Cohort, one: Standing, snapshot: Snapshot) -> dict[str, Any]:
    code = work.new_code(CODE_LENGTH)
    return {
        "code": code,
        "enrollment_id": one.enrollment_id,
        "cohort_id": cohort.id,
        "person_id": one.person_id,
        "state": CertificateState.ISSUED,
        "revision": 1,
        "style": cohort.certificate_style,
        "language": cohort.language,
        "snapshot": snapshot.to_json(),
        "days": one.days.to_json(),
        "name_digest": name_digest(code, snapshot.name),
        "issued_at": work.now,
        "draws": 1,
        "asked_at": work.now,
        "card_url": "",
    }
