"""What students are told about their check-ins."""

from sqlalchemy import select

from lms.kernel.text import Text, as_language
from lms.kernel.work import Actor, Work
from lms.learning.camps import queries as camps
from lms.learning.checkins import models as tables
from lms.learning.checkins.rules import Verdict
from lms.people.accounts.queries import list_people
from lms.people.messages.service import Message, post

_A_TUTOR = Text("助教", "A tutor")


def tell_reviewed(work: Work, who: Actor, row: tables.CheckIn, verdict: Verdict, comment: str) -> None:
    """Tell a student of a verdict: in-app always, by mail when there is something to do."""
    source = camps.cohort_task_source().c
    task = work.session.execute(
        select(source.code, source.title, source.day_number).where(source.id == row.cohort_task_id)
    ).one()
    people = list_people(work, [row.person_id, who.person_id or 0])
    cohort = camps.get_cohort_by_id(work, row.cohort_id)
    tutor = people.get(who.person_id or 0)
    name = tutor.display_name if tutor else _A_TUTOR.in_(as_language(people[row.person_id].language))
    returned = verdict is Verdict.RETURN
    post(
        work,
        [row.person_id],
        Message(
            topic="learning/checkins/returned" if returned else "learning/checkins/accepted",
            key=f"review:{row.code}:{row.revisions}",
            link=f"/learn/{cohort.code}/tasks/{task.code}",
            values={"task": task.title, "day": task.day_number, "tutor": name, "comment": comment},
            mail=returned,
        ),
    )
