"""Questions, answers and digests for tests, made through the services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.kernel.work import Actor, Work
from lms.learning.camps.queries import Cohort
from lms.learning.camps.rules import CohortState
from lms.learning.questions import service
from lms.learning.questions.models import Digest, KnowledgeEntry, Question
from lms.learning.questions.rules import cohort_day
from lms.learning.questions.service.index import index_entries
from lms.people.accounts.queries import Person
from tests.factories.accounts import as_actor, make_people, make_person
from tests.factories.camps import make_cohort, walk_to
from tests.factories.enrollments import make_students


@dataclass(frozen=True)
class ClassRoom:
    """A running cohort with a tutor and students."""

    cohort: Cohort
    tutor: Person
    students: list[Person]

    def who(self, work: Work, at: int = 0) -> Actor:
        """Act as a student."""
        return as_actor(work, self.students[at])

    def desk(self, work: Work) -> Actor:
        """Act as the tutor."""
        return as_actor(work, self.tutor)


def make_class(work: Work, students: int = 3, **over: Any) -> ClassRoom:
    """Make a running cohort with one tutor and some students."""
    tutor = make_person(work, "陈老师", password=None, roles=("student", "tutor"))
    cohort = make_cohort(work, tutors=[tutor.id], **over)
    people = make_people(work, students)
    make_students(work, cohort, people)
    return ClassRoom(walk_to(work, cohort, CohortState.RUNNING), tutor, people)


def make_question(work: Work, room: ClassRoom, text: str, at: int = 0) -> Question:
    """Let a student ask."""
    asked = service.ask(work, room.who(work, at), room.cohort.code, text)
    return work.session.scalars(select(Question).where(Question.code == asked.code)).one()


def make_answer(work: Work, room: ClassRoom, question: Question, answer: str = "可以，写清楚就好。") -> None:
    """Let the tutor answer a question for the day's digest."""
    service.write_answer(work, room.desk(work), question.code, question.text, answer)


def make_digest(work: Work, room: ClassRoom, *texts: str) -> Digest:
    """Ask, answer and publish texts as today's digest; each student asks one in turn."""
    for n, text in enumerate(texts):
        make_answer(work, room, make_question(work, room, text, n % len(room.students)))
    day = cohort_day(work.now, room.cohort.time_zone, room.cohort.cutoff)
    code = service.publish_digest(work, room.desk(work), room.cohort.code, day)
    return work.session.scalars(select(Digest).where(Digest.code == code)).one()


def make_entries(work: Work, camp_id: int, *pairs: tuple[str, str]) -> list[KnowledgeEntry]:
    """Put answers into a camp's knowledge."""
    entries = [
        KnowledgeEntry(
            code=work.new_code(),
            camp_id=camp_id,
            language="zh",
            text=text,
            answer=answer,
            answer_html=f"<p>{answer}</p>",
            author="徐若岚",
            created_at=work.now,
            updated_at=work.now,
        )
        for text, answer in pairs
    ]
    work.session.add_all(entries)
    work.session.flush()
    index_entries(work, camp_id, entries)
    return entries
