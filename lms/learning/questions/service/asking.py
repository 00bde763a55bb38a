"""What students do: ask, join, solve, thank."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, or_, select, update

from lms.kernel.db import insert_once, lock
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.queries import Enrollment
from lms.learning.questions import queries
from lms.learning.questions.errors import NotAsking, NotWaiting, QuestionTooShort
from lms.learning.questions.events import QuestionAsked, QuestionSolved
from lms.learning.questions.models import (
    Digest,
    DigestItem,
    EntryThank,
    KnowledgeEntry,
    Question,
    QuestionDraft,
)
from lms.learning.questions.rules import (
    OUT,
    SAME_QUESTION,
    QuestionState,
    cohort_day,
    is_askable,
    may_ask,
    normal,
)
from lms.learning.questions.service.followers import add_follower, find_root, leave
from lms.learning.questions.service.index import index_question


@dataclass(frozen=True)
class Background:
    """What came before a question: the entries that did not help, the digest item it asks further about."""

    tried: tuple[str, ...] = ()
    item_code: str | None = None


@dataclass(frozen=True)
class Asked:
    """The question that stands now; `again` when the very same one was there already."""

    code: str
    again: bool


_NOTHING = Background()


def ask(
    work: Work, who: Actor, cohort_code: str, text: str, task_code: str | None = None, background: Background = _NOTHING
) -> Asked:
    """Hand a question over to the tutors. The same words by the same person within ten minutes are one question.

    Refuses NotFound (stranger, foreign task), NotAsking, QuestionTooShort.
    """
    cohort, enrollment = _asker(work, who, cohort_code)
    if not is_askable(text):
        raise QuestionTooShort(field="text")
    _forget_draft(work, enrollment)
    repeated = _asked_before(work, cohort, enrollment, text)
    if repeated is not None:
        _reopen(work, repeated)
        return Asked(repeated.code, True)
    same = _same_key(work, cohort, enrollment, text)
    values = {
        "cohort_task_id": _task_id(work, cohort, task_code),
        "about_item_id": _item_id(work, cohort, background.item_code),
        "tried": sorted(set(background.tried))[:10],
    }
    row, made = _insert(work, cohort, enrollment, {**values, "text": text.strip(), "same_key": same})
    if made:
        index_question(work, row)
        work.tell(
            QuestionAsked(happened_at=work.now, question_id=row.id, cohort_id=cohort.id, person_id=enrollment.person_id)
        )
    return Asked(row.code, not made)


def keep_draft(work: Work, who: Actor, cohort_code: str, text: str) -> None:
    """Keep what is being typed; an empty text forgets it. Refuses NotFound, NotAsking."""
    _, enrollment = _asker(work, who, cohort_code)
    if not text.strip():
        _forget_draft(work, enrollment)
        return
    typed = {"text": text.strip(), "at": work.now}
    if not insert_once(work, QuestionDraft, ["enrollment_id"], enrollment_id=enrollment.id, **typed):
        work.session.execute(update(QuestionDraft).where(QuestionDraft.enrollment_id == enrollment.id).values(**typed))


def follow(work: Work, who: Actor, cohort_code: str, question_code: str) -> str:
    """Say "me too": the answer goes to this person as well. Twice is once; gives the root's code."""
    cohort, enrollment = _asker(work, who, cohort_code)
    root = find_root(work, cohort, question_code)
    if root.state not in (QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED):
        raise NotWaiting
    add_follower(work, root.id, enrollment.person_id)
    return root.code


def unfollow(work: Work, who: Actor, cohort_code: str, question_code: str) -> None:
    """Take "me too" back; an asker leaves the question to those who follow, or closes it when nobody does."""
    cohort, enrollment = enrollments.require_student(work, who, cohort_code)
    leave(work, find_root(work, cohort, question_code), enrollment.person_id, None)


def solve(work: Work, who: Actor, cohort_code: str, entry_code: str, text: str = "", question_code: str = "") -> None:
    """Say that an entry solves it: counts for the entry once per person and closes what was asked.

    `question_code` names a question already asked; without it `text` is what was being typed and is kept as a
    closed question, so that the entry's worth can be measured. Refuses NotFound, NotYours.
    """
    cohort, enrollment = enrollments.require_student(work, who, cohort_code)
    entry = queries.get_entry(work, cohort.camp_id, entry_code)
    count_thanks(work, entry.id, enrollment.person_id)
    if question_code:
        leave(work, find_root(work, cohort, question_code), enrollment.person_id, entry.id)
    elif is_askable(text):
        _forget_draft(work, enrollment)
        _solved_while_typing(work, cohort, enrollment, text, entry.id)
    work.tell(
        QuestionSolved(happened_at=work.now, entry_id=entry.id, cohort_id=cohort.id, person_id=enrollment.person_id)
    )


def thank(work: Work, who: Actor, cohort_code: str, item_code: str) -> None:
    """Say that a published answer helped: once per person; closes what this person asked."""
    cohort, enrollment = enrollments.require_student(work, who, cohort_code)
    found = work.session.execute(
        select(DigestItem.id, KnowledgeEntry.id)
        .join(Digest, Digest.id == DigestItem.digest_id)
        .outerjoin(KnowledgeEntry, KnowledgeEntry.item_id == DigestItem.id)
        .where(
            DigestItem.code == item_code,
            Digest.cohort_id == cohort.id,
            or_(Digest.state.in_(OUT), DigestItem.told_at.is_not(None)),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    if found[1] is not None:
        count_thanks(work, found[1], enrollment.person_id)
    work.session.execute(
        update(Question)
        .where(
            Question.item_id == found[0],
            Question.asker_id == enrollment.person_id,
            Question.state == QuestionState.ANSWERED,
        )
        .values(state=QuestionState.CLOSED, closed_at=work.now)
    )


def count_thanks(work: Work, entry_id: int, person_id: int) -> None:
    """Count an entry's help once per person."""
    if insert_once(work, EntryThank, ["entry_id", "person_id"], entry_id=entry_id, person_id=person_id, at=work.now):
        work.session.execute(
            update(KnowledgeEntry).where(KnowledgeEntry.id == entry_id).values(helped=KnowledgeEntry.helped + 1)
        )


def open_day(work: Work, cohort: Cohort, day: date) -> date:
    """Find the first day from `day` on whose digest is not out yet."""
    taken = set(
        work.session.scalars(
            select(Digest.day).where(Digest.cohort_id == cohort.id, Digest.state.in_(OUT), Digest.day >= day)
        )
    )
    while day in taken:
        day += timedelta(days=1)
    return day


# --- Parts --------------------------------------------------------------------


def _asker(work: Work, who: Actor, cohort_code: str) -> tuple[Cohort, Enrollment]:
    cohort, enrollment = enrollments.require_student(work, who, cohort_code)
    if not may_ask(enrollment.state, cohort.state):
        raise NotAsking
    return cohort, enrollment


def _forget_draft(work: Work, enrollment: Enrollment) -> None:
    work.session.execute(delete(QuestionDraft).where(QuestionDraft.enrollment_id == enrollment.id))


def _asked_before(work: Work, cohort: Cohort, enrollment: Enrollment, text: str) -> Question | None:
    recent = work.session.scalars(
        select(Question)
        .where(
            Question.asker_id == enrollment.person_id,
            Question.cohort_id == cohort.id,
            Question.created_at > work.now - SAME_QUESTION,
            Question.state != QuestionState.HIDDEN,
        )
        .order_by(Question.id.desc())
    )
    return next((row for row in recent if normal(row.text) == normal(text)), None)


def _same_key(work: Work, cohort: Cohort, enrollment: Enrollment, text: str) -> str:
    """Two parallel posts make one key, and the unique column lets one of them in."""
    slot = int(work.now.timestamp() // SAME_QUESTION.total_seconds())
    return hashlib.sha256(f"{cohort.id}|{enrollment.person_id}|{slot}|{normal(text)}".encode()).hexdigest()


def _insert(work: Work, cohort: Cohort, enrollment: Enrollment, values: dict[str, object]) -> tuple[Question, bool]:
    today = cohort_day(work.now, cohort.time_zone, cohort.cutoff)
    standing = {
        "code": work.new_code(),
        "cohort_id": cohort.id,
        "asker_id": enrollment.person_id,
        "enrollment_id": enrollment.id,
        "day": open_day(work, cohort, today),
        "state": QuestionState.OPEN,
        "created_at": work.now,
        "apart": False,
        "tried": [],
        "hidden_reason": "",
    }
    made = insert_once(work, Question, ["same_key"], **{**standing, **values})
    row = work.session.scalars(select(Question).where(Question.same_key == values["same_key"])).one()
    if made and row.state == QuestionState.OPEN:
        add_follower(work, row.id, enrollment.person_id)
    return row, made


def _reopen(work: Work, row: Question) -> None:
    """What an entry seemed to solve and is asked again is not solved."""
    if row.state == QuestionState.CLOSED and row.item_id is None:
        row.state, row.closed_at, row.solved_by_id = QuestionState.OPEN, None, None
        work.session.flush()
        add_follower(work, row.id, row.asker_id)
        index_question(work, row)
        work.tell(
            QuestionAsked(happened_at=work.now, question_id=row.id, cohort_id=row.cohort_id, person_id=row.asker_id)
        )


def _task_id(work: Work, cohort: Cohort, code: str | None) -> int | None:
    if not code:
        return None
    task = camps.get_task(work, code)
    if task.cohort_id != cohort.id:
        raise NotFound
    return task.id


def _item_id(work: Work, cohort: Cohort, code: str | None) -> int | None:
    if not code:
        return None
    found = work.session.scalar(
        select(DigestItem.id)
        .join(Digest, Digest.id == DigestItem.digest_id)
        .where(DigestItem.code == code, Digest.cohort_id == cohort.id, Digest.state.in_(OUT))
    )
    if found is None:
        raise NotFound
    return found


def _solved_while_typing(work: Work, cohort: Cohort, enrollment: Enrollment, text: str, entry_id: int) -> None:
    before = _asked_before(work, cohort, enrollment, text)
    if before is not None:
        if before.state in (QuestionState.OPEN, QuestionState.CLAIMED):
            leave(work, lock(work, Question, before.id), enrollment.person_id, entry_id)
        return
    values = {
        "text": text.strip(),
        "same_key": _same_key(work, cohort, enrollment, text),
        "state": QuestionState.CLOSED,
        "solved_by_id": entry_id,
        "closed_at": work.now,
    }
    _insert(work, cohort, enrollment, values)
