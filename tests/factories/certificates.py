"""Students with work handed in, and certificates, for tests."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lms.kernel.work import Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.camps.rules import CohortState
from lms.learning.certificates import models, service
from lms.learning.certificates.queries import CertificateFacts, get_certificate
from lms.learning.checkins.models import CheckIn
from lms.learning.enrollments.queries import Enrollment
from lms.people.accounts.queries import Person
from tests.factories.camps import make_cohort, walk_to
from tests.factories.enrollments import make_enrollment

# A cohort of three days whose last day is the story's own: 19, 20 and 21 November 2026.
FIRST_DAY = date(2026, 11, 19)
BEFORE_START = datetime(2026, 11, 18, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def hand_in(work: Work, enrollment: Enrollment, done: int) -> None:
    """Hand in the first `done` required tasks on time, as rows, so that the clock need not walk."""
    tasks = [task for task in camps.list_tasks(work, enrollment.cohort_id) if task.required]
    kept = set(work.session.scalars(select(CheckIn.cohort_task_id).where(CheckIn.enrollment_id == enrollment.id)))
    for task in [task for task in tasks[:done] if task.id not in kept]:
        values: dict[str, Any] = {"first_submitted_at": work.now, "submitted_at": work.now, "touched_at": work.now}
        row = CheckIn(
            code=work.new_code(10),
            enrollment_id=enrollment.id,
            cohort_id=enrollment.cohort_id,
            cohort_task_id=task.id,
            person_id=enrollment.person_id,
            state="submitted",
            timing="on_time",
            draft={},
            revisions=1,
            **values,
        )
        work.add(row)


def make_class(
    work: Work, students: dict[Person, int], *, state: str = CohortState.RUNNING, **plan: Any
) -> tuple[Cohort, list[Enrollment]]:
    """Set up a three-day cohort (four required tasks, three complete it) in which each person did so many tasks.

    Open the work before `FIRST_DAY`, so that no day is waived for a late joiner.
    """
    cohort = make_cohort(work, **{"starts_on": FIRST_DAY, "cutoff": time(22), **plan})
    joined = [make_enrollment(work, cohort, person) for person in students]
    for enrollment, done in zip(joined, students.values(), strict=True):
        hand_in(work, enrollment, done)
    return walk_to(work, cohort, CohortState(state)), joined


def issue_all(work: Work, cohort: Cohort) -> list[CertificateFacts]:
    """Issue what is due in a cohort and give its certificates in order."""
    service.issue_due(work, cohort.id)
    codes = work.session.scalars(
        select(models.Certificate.code)
        .where(models.Certificate.cohort_id == cohort.id)
        .order_by(models.Certificate.enrollment_id)
    )
    return [get_certificate(work, code) for code in codes]
