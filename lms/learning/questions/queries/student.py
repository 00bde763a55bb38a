"""What a student sees of their own questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, Select, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.kernel.errors import NotFound
from lms.kernel.work import Read
from lms.learning.camps.queries import Cohort
from lms.learning.questions.models import Digest, DigestItem, Question, QuestionDraft, QuestionFollower
from lms.learning.questions.rules import OUT, WAITING, QuestionState, Seen, Standing, due_at, is_claimed, standing


@dataclass(frozen=True)
class Answer:
    """An answer that has reached its askers."""

    item_code: str
    text: str
    html: str
    author: str
    answered_at: datetime | None
    note: str


@dataclass(frozen=True)
class MyQuestion:
    """A question somebody asked or follows, and where it stands."""

    code: str
    text: str
    day: date
    created_at: datetime
    standing: Standing
    own: bool
    digest_code: str
    digest_day: date | None
    position: int


@dataclass(frozen=True)
class QuestionPage:
    """One question with its answer, as far as its askers may read it. `root_code` differs when it was merged."""

    code: str
    root_code: str
    text: str
    day: date
    created_at: datetime
    due_at: datetime
    standing: Standing
    own: bool
    followed: bool
    askers: int
    task_id: int | None
    hidden_reason: str
    digest_code: str
    position: int
    answers: tuple[Answer, ...]


_Found = Row[Question, Question, DigestItem | None, str, int, date | None]
_root, _item, _digest = aliased(Question), aliased(DigestItem), aliased(Digest)
_IS_OUT = _digest.state.in_(OUT)
_COLUMNS = (
    Question,
    _root,
    _item,
    case((_IS_OUT, _digest.code), else_="").label("digest_code"),
    case((_IS_OUT, _item.position), else_=0).label("position"),
    _digest.day.label("digest_day"),
)


def _joined() -> Select[Question, Question, DigestItem | None, str, int, date | None]:
    return (
        select(*_COLUMNS)
        .join(_root, _root.id == func.coalesce(Question.merged_into_id, Question.id))
        .outerjoin(_item, _item.id == func.coalesce(Question.item_id, _root.item_id))
        .outerjoin(_digest, _digest.id == _item.digest_id)
    )


def list_mine(read: Read, cohort_id: int, person_id: int, limit: int = 20) -> list[MyQuestion]:
    """List what a person asked or follows in a cohort, latest first."""
    follows = exists().where(QuestionFollower.question_id == Question.id, QuestionFollower.person_id == person_id)
    statement = (
        _joined()
        .where(Question.cohort_id == cohort_id, or_(Question.asker_id == person_id, follows))
        .order_by(Question.id.desc())
        .limit(limit)
    )
    return [_mine(read, row, person_id) for row in read.session.execute(statement)]


def get_question(read: Read, cohort: Cohort, code: str, person_id: int | None) -> QuestionPage:
    """Give a question of a cohort; NotFound for others' hidden ones. Answers are there once people may read them."""
    row = read.session.execute(_joined().where(Question.code == code, Question.cohort_id == cohort.id)).one_or_none()
    if row is None:
        raise NotFound
    question, root = row[0], row[1]
    if question.state == QuestionState.HIDDEN and question.asker_id != person_id:
        raise NotFound
    followers = _followers(read, root.id)
    return QuestionPage(
        code=question.code,
        root_code=root.code,
        text=question.text,
        day=question.day,
        created_at=question.created_at,
        due_at=due_at(question.created_at, cohort.time_zone),
        standing=_standing(read, row),
        own=question.asker_id == person_id,
        followed=person_id in followers,
        askers=len(followers),
        task_id=question.cohort_task_id,
        hidden_reason=question.hidden_reason,
        digest_code=row.digest_code,
        position=row.position,
        answers=_answers(read, row),
    )


def find_draft(read: Read, enrollment_id: int) -> str:
    """Give what a student has typed and not handed over; empty when there is nothing."""
    return read.session.scalar(select(QuestionDraft.text).where(QuestionDraft.enrollment_id == enrollment_id)) or ""


def count_ahead(read: Read, cohort_id: int) -> int:
    """Count the questions of a cohort that wait for a tutor, merged ones as one."""
    statement = select(func.count()).where(Question.cohort_id == cohort_id, Question.state.in_(WAITING))
    return read.session.scalar(statement) or 0


def _mine(read: Read, row: _Found, person_id: int) -> MyQuestion:
    question = row[0]
    return MyQuestion(
        code=question.code,
        text=question.text,
        day=question.day,
        created_at=question.created_at,
        standing=_standing(read, row),
        own=question.asker_id == person_id,
        digest_code=row.digest_code,
        digest_day=row.digest_day if row.digest_code else None,
        position=row.position,
    )


def _standing(read: Read, row: _Found) -> Standing:
    question, root, item = row[0], row[1], row[2]
    hidden = question.state == QuestionState.HIDDEN
    return standing(
        Seen(
            state=question.state if hidden else root.state,
            held=is_claimed(root.state, root.claimed_until, read.now),
            told=item is not None and item.told_at is not None,
            position=row.position,
        )
    )


def _followers(read: Read, root_id: int) -> frozenset[int]:
    statement = (
        select(QuestionFollower.person_id)
        .join(Question, Question.id == QuestionFollower.question_id)
        .where(or_(Question.id == root_id, Question.merged_into_id == root_id))
    )
    return frozenset(read.session.scalars(statement))


def _answers(read: Read, row: _Found) -> tuple[Answer, ...]:
    """Give the chosen answer first, then those kept beside it."""
    item: DigestItem | None = row[2]
    if item is None or not (row.digest_code or item.told_at):
        return ()
    beside: Sequence[DigestItem] = read.session.scalars(
        select(DigestItem).where(DigestItem.beside_id == item.id).order_by(DigestItem.id)
    ).all()
    return tuple(
        Answer(one.code, one.text, one.answer_html, one.author, one.answered_at, one.note) for one in (item, *beside)
    )
