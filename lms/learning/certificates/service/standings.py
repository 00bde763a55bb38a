"""Who stands where on the way to a certificate, and what one will say, gathered at the moment it is issued."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.certificates import models as tables
from lms.learning.certificates.rules import ISSUING_ENROLLMENTS, Days, Snapshot, is_complete, outcome, places
from lms.learning.checkins import queries as checkins
from lms.learning.checkins.rules import DayMark
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.queries import Enrollment
from lms.learning.enrollments.rules import EnrollmentState
from lms.people.accounts import queries as accounts


@dataclass(frozen=True)
class Standing:
    """A student with the work done so far. `code`: of the certificate already held, whatever its state."""

    enrollment_id: int
    person_id: int
    state: str
    code: str | None
    name: str
    days: Days

    def earns_one(self, cohort: Cohort) -> bool:
        """Say whether a certificate is due."""
        done = is_complete(self.days.tasks_done, self.days.tasks_total, cohort.completion_percent)
        return done and self.code is None

    def ends_as(self, cohort: Cohort) -> bool | None:
        """Say how the enrollment is to be closed now, completed or not; None when it stays as it is.

        Whoever earned a certificate once stays completed, whatever is asked or voided later.
        """
        ended = outcome(cohort.state, self.code is not None or self.earns_one(cohort))
        wanted = EnrollmentState.COMPLETED if ended else EnrollmentState.NOT_COMPLETED
        return None if ended is None or self.state in (wanted, EnrollmentState.COMPLETED) else ended


def list_standings(read: Read, cohort: Cohort) -> list[Standing]:
    """List the students of a cohort who may hold a certificate, in order of joining: five statements."""
    progress = checkins.class_progress(read, cohort.id)
    numbers = [day.number for day in progress.days]
    counted = {one.enrollment_id: one for one in progress.students}
    source, certificate = enrollments.enrollment_source(), tables.Certificate
    rows: Any = read.session.execute(
        select(source.c.id, source.c.person_id, source.c.state, certificate.code)
        .outerjoin(certificate, certificate.enrollment_id == source.c.id)
        .where(source.c.cohort_id == cohort.id, source.c.state.in_(ISSUING_ENROLLMENTS))
        .order_by(source.c.id)
    )
    found = []
    for enrollment_id, person_id, state, code in rows:
        one = counted[enrollment_id]
        days = fold_days(dict(zip(numbers, one.marks, strict=True)), one.done, one.total)
        found.append(Standing(enrollment_id, person_id, state, code, one.person.display_name, days))
    return found


def find_standing(read: Read, enrollment_id: int) -> Standing | None:
    """Find where one student stands; None for those who cannot hold a certificate."""
    enrollment = enrollments.get_enrollment(read, enrollment_id)
    if enrollment.state not in ISSUING_ENROLLMENTS:
        return None
    certificate = tables.Certificate
    code = read.session.scalar(select(certificate.code).where(certificate.enrollment_id == enrollment_id))
    name = accounts.get_person(read, enrollment.person_id).display_name
    days = count_days(read, enrollment)
    return Standing(enrollment.id, enrollment.person_id, enrollment.state, code, name, days)


def count_days(read: Read, enrollment: Enrollment) -> Days:
    """Gather one student's days and required tasks as they are now."""
    progress = checkins.list_marks(read, enrollment)
    return fold_days(progress.marks, progress.done_required, progress.total_required)


def fold_days(marks: Mapping[int, DayMark], done: int, total: int) -> Days:
    """Put marks by day number and the count of tasks together as the share card shows them."""

    def marked(mark: DayMark) -> tuple[int, ...]:
        return tuple(place for number, place in place_of.items() if marks[number] is mark)

    place_of = places(marks)
    return Days(
        total=len(place_of),
        done=marked(DayMark.DONE),
        made_up=marked(DayMark.MADE_UP),
        tasks_done=done,
        tasks_total=total,
    )


def take_snapshots(read: Read, cohort: Cohort, standings: Iterable[Standing]) -> dict[int, Snapshot]:
    """Gather what each student's certificate says, by enrollment: the camp's words are read once for all."""
    story = camps.get_story(read, cohort.camp_slug)
    return {
        one.enrollment_id: Snapshot(
            name=one.name,
            camp=cohort.camp_title,
            camp_slug=cohort.camp_slug,
            camp_language=cohort.language,
            cohort=cohort.name,
            cohort_number=cohort.number,
            starts_on=cohort.starts_on,
            ends_on=cohort.ends_on,
            time_zone=cohort.time_zone,
            achievement=story.achievement,
            signer=story.host.name if story.host else "",
            signer_role=story.host.role if story.host else "",
            tasks_done=one.days.tasks_done,
            tasks_total=one.days.tasks_total,
        )
        for one in standings
    }
