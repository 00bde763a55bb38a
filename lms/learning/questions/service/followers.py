"""Who wants an answer: joining, leaving, and everybody behind one root."""

from collections.abc import Collection

from sqlalchemy import or_, select

from lms.kernel.db import insert_once, lock
from lms.kernel.errors import NotFound
from lms.kernel.work import Read, Work
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.rules import READING
from lms.learning.questions.errors import NotYours
from lms.learning.questions.models import Question, QuestionFollower
from lms.learning.questions.rules import QuestionState, SearchKind
from lms.learning.questions.service.index import forget


def find_root(work: Work, cohort: Cohort, code: str) -> Question:
    """Lock the question that stands for a code in its cohort; NotFound when there is none."""
    found = work.session.execute(
        select(Question.id, Question.merged_into_id).where(Question.code == code, Question.cohort_id == cohort.id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return lock(work, Question, found[1] or found[0])


def add_follower(work: Work, question_id: int, person_id: int) -> None:
    """Let a person have the answer too; twice is once."""
    key = ["question_id", "person_id"]
    insert_once(work, QuestionFollower, key, question_id=question_id, person_id=person_id, since=work.now)


def leave(work: Work, root: Question, person_id: int, entry_id: int | None) -> None:
    """Take a person out of everybody who asks; the last one closes the question."""
    joined = (
        select(QuestionFollower)
        .join(Question, Question.id == QuestionFollower.question_id)
        .where(or_(Question.id == root.id, Question.merged_into_id == root.id))
    )
    followers = work.session.scalars(joined).all()
    own = [follower for follower in followers if follower.person_id == person_id]
    if not own:
        raise NotYours
    for follower in own:
        work.session.delete(follower)
    if len(own) == len(followers) and root.state in (QuestionState.OPEN, QuestionState.CLAIMED):
        root.state, root.closed_at, root.solved_by_id = QuestionState.CLOSED, work.now, entry_id
        root.claimed_by = root.claimed_until = None
        forget(work, SearchKind.QUESTION, [root.id])
    work.session.flush()


def people_of(read: Read, question_ids: Collection[int]) -> list[int]:
    """List everybody behind questions and those merged into them, once each."""
    statement = (
        select(QuestionFollower.person_id)
        .distinct()
        .join(Question, Question.id == QuestionFollower.question_id)
        .where(or_(Question.id.in_(question_ids), Question.merged_into_id.in_(question_ids)))
        .order_by(QuestionFollower.person_id)
    )
    return list(read.session.scalars(statement))


def readers(read: Read, cohort_id: int) -> list[int]:
    """List the students who may read a cohort now."""
    source = enrollments.enrollment_source()
    statement = (
        select(source.c.person_id)
        .where(source.c.cohort_id == cohort_id, source.c.state.in_(READING))
        .order_by(source.c.person_id)
    )
    return list(read.session.scalars(statement))
