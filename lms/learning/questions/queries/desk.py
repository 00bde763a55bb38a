"""What tutors see: questions that wait, gathered, with their age against the promise."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select

from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.camps.rules import CohortState
from lms.learning.enrollments import queries as enrollments
from lms.learning.questions.models import Digest, DigestItem, Question, QuestionFollower
from lms.learning.questions.queries.knowledge import entry_texts, synonym_pairs
from lms.learning.questions.rules import (
    WAITING,
    Asked,
    DigestState,
    QuestionState,
    due_at,
    gather,
    is_claimed,
)
from lms.people.accounts import queries as accounts
from lms.people.accounts.queries import Person

_LIVING = frozenset({CohortState.RUNNING, CohortState.PAUSED, CohortState.WRAPPING_UP})


@dataclass(frozen=True)
class DeskQuestion:
    """A root question as tutors see it, with the ones merged into it and everybody who asks."""

    id: int
    code: str
    cohort_id: int
    text: str
    state: str
    asker: Person | None
    askers: tuple[Person, ...]
    created_at: datetime
    due_at: datetime
    claimed_by: Person | None
    claimed_until: datetime | None
    task_id: int | None
    about_item_id: int | None
    item_id: int | None
    tried: tuple[str, ...]
    apart: bool
    merged: tuple["DeskQuestion", ...] = ()


@dataclass(frozen=True)
class Group:
    """Questions that look alike, oldest first; one alone is a group too."""

    cohort: Cohort
    questions: tuple[DeskQuestion, ...]
    overdue: bool

    @property
    def head(self) -> DeskQuestion:
        """Give the oldest question, which names the group."""
        return self.questions[0]

    @property
    def due_at(self) -> datetime:
        """Give the earliest promise in the group."""
        return min(question.due_at for question in self.questions)

    @property
    def askers(self) -> tuple[Person, ...]:
        """Give everybody who asks, once each, earliest question first."""
        return tuple({person.id: person for question in self.questions for person in question.askers}.values())


@dataclass(frozen=True)
class DayDigest:
    """A digest that is being written: what is ready for it and what is still a draft."""

    code: str
    day: date
    state: str
    ready: int
    drafts: int


def desk_cohorts(read: Read, who: Actor) -> list[Cohort]:
    """List the cohorts whose questions somebody answers: of their own those that live or still wait.

    An operator sees every cohort that waits, for an answer or for a digest to be published.
    """
    if who.person_id is None:
        return []
    waiting = set(read.session.scalars(select(Question.cohort_id).where(Question.state.in_(WAITING)).distinct()))
    waiting |= set(read.session.scalars(select(Digest.cohort_id).where(Digest.state == DigestState.DRAFTING)))
    tutored = camps.list_tutored(read, who.person_id) if who.has("tutor") else []
    own = {cohort.id: cohort for cohort in tutored if cohort.state in _LIVING or cohort.id in waiting}
    if who.has("operator"):
        own |= camps.list_cohorts_of(read, waiting - own.keys())
    return [own[id_] for id_ in sorted(own)]


def require_desk(read: Read, who: Actor, cohort_id: int) -> Cohort:
    """Require a tutor of the cohort or an operator; NotFound for everybody else."""
    if not enrollments.is_cohort_staff(read, who, cohort_id):
        raise NotFound
    return camps.get_cohort_by_id(read, cohort_id)


def list_open(read: Read, who: Actor, cohorts: Sequence[Cohort] | None = None) -> list[Group]:
    """Gather what waits in somebody's cohorts: overdue first, then by promise."""
    cohorts = desk_cohorts(read, who) if cohorts is None else cohorts
    ids = [cohort.id for cohort in cohorts]
    if not ids:
        return []
    roots = load_questions(read, Question.cohort_id.in_(ids), {cohort.id: cohort for cohort in cohorts})
    if not roots:
        return []
    background, pairs = entry_texts(read, {cohort.camp_id for cohort in cohorts}), synonym_pairs(read)
    groups = []
    for cohort in cohorts:
        own = {root.id: root for root in roots if root.cohort_id == cohort.id}
        asked = [Asked(root.id, root.text, root.apart) for root in own.values()]
        for keys in gather(asked, background, pairs):
            questions = tuple(own[key] for key in keys)
            groups.append(Group(cohort, questions, any(question.due_at < read.now for question in questions)))
    return sorted(groups, key=lambda group: (group.due_at, group.head.id))


def waiting_groups(read: Read, who: Actor, limit: int = 5) -> list[Group]:
    """Give the most urgent groups for the Desk."""
    return list_open(read, who)[:limit]


def count_waiting(read: Read, who: Actor) -> int:
    """Count the questions that wait for somebody's answer, merged ones as one."""
    statement = select(func.count()).where(Question.state.in_(WAITING))
    if not who.has("operator"):
        if who.person_id is None or not who.has("tutor"):
            return 0
        statement = statement.where(
            Question.cohort_id.in_([cohort.id for cohort in camps.list_tutored(read, who.person_id)])
        )
    return read.session.scalar(statement) or 0


def load_questions(
    read: Read, where: ColumnElement[bool], cohorts: Mapping[int, Cohort], states: Iterable[str] = WAITING
) -> list[DeskQuestion]:
    """Load root questions with the merged ones, askers and names: three statements, whatever the number."""
    roots = list(read.session.scalars(select(Question).where(where, Question.state.in_(states)).order_by(Question.id)))
    if not roots:
        return []
    ids = [root.id for root in roots]
    rows = read.session.execute(
        select(Question, QuestionFollower.person_id)
        .outerjoin(QuestionFollower, QuestionFollower.question_id == Question.id)
        .where(or_(Question.id.in_(ids), Question.merged_into_id.in_(ids)))
        .order_by(Question.id, QuestionFollower.since, QuestionFollower.person_id)
    )
    followers: defaultdict[int, list[int]] = defaultdict(list)
    children: defaultdict[int, dict[int, Question]] = defaultdict(dict)
    for question, person_id in rows:
        if person_id is not None:
            followers[question.id].append(person_id)
        if question.merged_into_id is not None:
            children[question.merged_into_id][question.id] = question
    named = {person_id for found in followers.values() for person_id in found}
    named |= {root.claimed_by for root in roots if root.claimed_by is not None} | {root.asker_id for root in roots}
    people = accounts.list_people(read, named | {c.asker_id for kept in children.values() for c in kept.values()})
    made = _Maker(read.now, followers, people)
    return [made.question(root, cohorts[root.cohort_id], tuple(children.get(root.id, {}).values())) for root in roots]


@dataclass(frozen=True)
class _Maker:
    now: datetime
    followers: Mapping[int, list[int]]
    people: Mapping[int, Person]

    def question(self, row: Question, cohort: Cohort, children: Sequence[Question] = ()) -> DeskQuestion:
        merged = tuple(self.question(child, cohort) for child in children)
        held = is_claimed(row.state, row.claimed_until, self.now)
        return DeskQuestion(
            id=row.id,
            code=row.code,
            cohort_id=row.cohort_id,
            text=row.text,
            state=row.state,
            asker=self.people.get(row.asker_id),
            askers=self._askers([row.id, *(child.id for child in children)]),
            created_at=row.created_at,
            due_at=due_at(row.created_at, cohort.time_zone),
            claimed_by=self.people.get(row.claimed_by) if held and row.claimed_by is not None else None,
            claimed_until=row.claimed_until if held else None,
            task_id=row.cohort_task_id,
            about_item_id=row.about_item_id,
            item_id=row.item_id,
            tried=tuple(row.tried),
            apart=row.apart,
            merged=merged,
        )

    def _askers(self, ids: Collection[int]) -> tuple[Person, ...]:
        found = dict.fromkeys(person_id for id_ in ids for person_id in self.followers.get(id_, ()))
        return tuple(self.people[person_id] for person_id in found if person_id in self.people)


def get_desk_question(read: Read, who: Actor, code: str) -> tuple[Cohort, DeskQuestion]:
    """Give the root that stands for a question to its cohort's staff; NotFound for everybody else."""
    row = read.session.execute(
        select(Question.cohort_id, func.coalesce(Question.merged_into_id, Question.id)).where(Question.code == code)
    ).one_or_none()
    if row is None:
        raise NotFound
    cohort = require_desk(read, who, row[0])
    return cohort, load_questions(read, Question.id == row[1], {cohort.id: cohort}, QuestionState)[0]


def near_ones(groups: Iterable[Group], question_id: int) -> tuple[DeskQuestion, ...]:
    """Pick what looks like a question out of the gathered groups, without the question itself."""
    for group in groups:
        if any(question.id == question_id for question in group.questions):
            return tuple(question for question in group.questions if question.id != question_id)
    return ()


def get_item(read: Read, item_id: int | None) -> DigestItem | None:
    """Give an item with its draft and answer, for the person who writes it."""
    return read.session.get(DigestItem, item_id) if item_id is not None else None


def find_desk_digest(read: Read, who: Actor, code: str) -> tuple[Cohort, date]:
    """Give the cohort and day of a digest to its staff; NotFound for everybody else."""
    row = read.session.execute(select(Digest.cohort_id, Digest.day).where(Digest.code == code)).one_or_none()
    if row is None:
        raise NotFound
    return require_desk(read, who, row.cohort_id), row.day


def list_drafting(read: Read, cohort_ids: Collection[int]) -> dict[int, list[DayDigest]]:
    """List the digests that are being written, per cohort, oldest day first."""
    ready = func.count(DigestItem.answered_at)
    statement = (
        select(Digest.cohort_id, Digest.code, Digest.day, Digest.state, ready, func.count(DigestItem.id) - ready)
        .outerjoin(DigestItem, (DigestItem.digest_id == Digest.id) & DigestItem.beside_id.is_(None))
        .where(Digest.cohort_id.in_(cohort_ids), Digest.state == DigestState.DRAFTING)
        .group_by(Digest.id)
        .order_by(Digest.day)
    )
    found: defaultdict[int, list[DayDigest]] = defaultdict(list)
    for cohort_id, code, day, state, done, drafts in read.session.execute(statement):
        found[cohort_id].append(DayDigest(code, day, state, done, drafts))
    return dict(found)


@dataclass(frozen=True)
class Backlog:
    """What waits in all cohorts: how many, how many past their promise, the oldest moment and promise."""

    count: int
    overdue: int
    oldest_at: datetime | None
    oldest_due_at: datetime | None


def backlog(read: Read) -> Backlog:
    """Measure what waits against the promise, in one statement."""
    cohort = camps.cohort_source()
    rows = read.session.execute(
        select(Question.created_at, cohort.c.time_zone)
        .join(cohort, cohort.c.id == Question.cohort_id)
        .where(Question.state.in_(WAITING))
        .order_by(Question.created_at)
    ).all()
    promised = [due_at(asked_at, zone) for asked_at, zone in rows]
    overdue = sum(due < read.now for due in promised)
    return Backlog(len(rows), overdue, rows[0][0] if rows else None, min(promised, default=None))
