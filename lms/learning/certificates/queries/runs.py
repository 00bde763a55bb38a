"""How far the certificates of a cohort are: who holds one, who does not yet, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.certificates import models as tables
from lms.learning.certificates.queries.certificates import CertificateFacts, facts
from lms.learning.certificates.rules import (
    ISSUING_ENROLLMENTS,
    Drawing,
    is_complete,
    may_issue,
    tasks_needed,
)
from lms.learning.checkins import queries as checkins
from lms.learning.enrollments import queries as enrollments
from lms.people.accounts import queries as accounts


class Place(StrEnum):
    """Where a student stands in the run."""

    ISSUED = "issued"
    DRAWING = "drawing"
    HELD = "held"
    LATE = "late"
    REVOKED = "revoked"
    DUE = "due"
    NOT_YET = "not_yet"


_BY_DRAWING = {
    Drawing.DRAWN: Place.ISSUED,
    Drawing.DRAWING: Place.DRAWING,
    Drawing.HELD: Place.HELD,
    Drawing.LATE: Place.LATE,
}


@dataclass(frozen=True)
class StudentLine:
    """One student of the run; `lacking` counts the required tasks still to do."""

    name: str
    enrollment_code: str
    done: int
    total: int
    lacking: int
    place: Place
    certificate: CertificateFacts | None


@dataclass(frozen=True)
class Run:
    """The certificates of one cohort. `opens_at`: when the last day unlocks, None for a cohort without days."""

    cohort: Cohort
    opens_at: datetime | None
    is_open: bool
    students: list[StudentLine]

    def count(self, *places: Place) -> int:
        """Count the students in any of these places."""
        return sum(1 for line in self.students if line.place in places)

    def listed(self, *places: Place) -> list[StudentLine]:
        """List the students in any of these places."""
        return [line for line in self.students if line.place in places]

    @property
    def is_moving(self) -> bool:
        """Say whether something is about to change by itself, so that the page looks again."""
        return self.count(Place.DRAWING) > 0


def last_unlock(read: Read, cohort_id: int) -> datetime | None:
    """Give when the last day of a cohort unlocks; None for a cohort without days."""
    return max((day.unlocks_at for day in camps.list_days(read, cohort_id) if day.number > 0), default=None)


def get_run(read: Read, cohort_code: str) -> Run:
    """Get the run of a cohort. Refuses: CohortNotFound."""
    cohort = camps.get_cohort(read, cohort_code)
    opens_at = last_unlock(read, cohort.id)
    progress = checkins.required_done(read, cohort.id)
    students = [_line(read, cohort, row, progress) for row in _rows(read, cohort.id)]
    return Run(cohort, opens_at, may_issue(cohort.state, opens_at, read.now), students)


def _rows(read: Read, cohort_id: int) -> Any:
    enrollment, person, certificate = enrollments.enrollment_source(), accounts.person_source(), tables.Certificate
    return read.session.execute(
        select(enrollment.c.id, enrollment.c.code, person.c.display_name, certificate)
        .join(person, person.c.id == enrollment.c.person_id)
        .outerjoin(certificate, certificate.enrollment_id == enrollment.c.id)
        .where(enrollment.c.cohort_id == cohort_id, enrollment.c.state.in_(ISSUING_ENROLLMENTS))
        .order_by(enrollment.c.id)
    ).all()


def _line(read: Read, cohort: Cohort, row: Any, progress: dict[int, tuple[int, int]]) -> StudentLine:
    enrollment_id, code, name, found = row
    done, total = progress.get(enrollment_id, (0, 0))
    certificate = facts(found) if found is not None else None
    return StudentLine(
        name=name,
        enrollment_code=code,
        done=done,
        total=total,
        lacking=max(0, tasks_needed(total, cohort.completion_percent) - done),
        place=_place(certificate, is_complete(done, total, cohort.completion_percent), read.now),
        certificate=certificate,
    )


def _place(certificate: CertificateFacts | None, complete: bool, now: datetime) -> Place:
    if certificate is None:
        return Place.DUE if complete else Place.NOT_YET
    return _BY_DRAWING[certificate.drawing(now)] if certificate.is_valid else Place.REVOKED
