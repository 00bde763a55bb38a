"""What a certificate will say, gathered at the moment it is issued."""

from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.certificates.rules import Days, Snapshot, places
from lms.learning.checkins import queries as checkins
from lms.learning.checkins.rules import DayMark
from lms.learning.enrollments.queries import Enrollment
from lms.people.accounts import queries as accounts


def take_snapshot(read: Read, cohort: Cohort, enrollment: Enrollment, days: Days) -> Snapshot:
    """Gather name, camp, dates, achievement and signer as they are now."""
    story = camps.get_story(read, cohort.camp_slug)
    return Snapshot(
        name=accounts.get_person(read, enrollment.person_id).display_name,
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
        tasks_done=days.tasks_done,
        tasks_total=days.tasks_total,
    )


def count_days(read: Read, enrollment: Enrollment) -> Days:
    """Gather the student's days and required tasks as they are now."""
    progress = checkins.list_marks(read, enrollment)
    place_of = places(progress.marks)
    return Days(
        total=len(place_of),
        done=tuple(place for number, place in place_of.items() if progress.marks[number] is DayMark.DONE),
        made_up=tuple(place for number, place in place_of.items() if progress.marks[number] is DayMark.MADE_UP),
        tasks_done=progress.done_required,
        tasks_total=progress.total_required,
    )
