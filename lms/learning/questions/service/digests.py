"""Publishing a day's answers, correcting them, and what follows from both."""

from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import aliased

from lms.kernel.db import lock
from lms.kernel.errors import NotFound
from lms.kernel.text import render_markdown
from lms.kernel.work import Actor, Work
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.questions import queries
from lms.learning.questions.errors import AnswerEmpty, NoteMissing, NothingToPublish, NotPublished
from lms.learning.questions.events import AnswerCorrected, DigestPublished
from lms.learning.questions.models import Digest, DigestCorrection, DigestItem, KnowledgeEntry, Question
from lms.learning.questions.rules import CLOSES_AFTER, OUT, WAITING, DigestState, QuestionState, SearchKind
from lms.learning.questions.service.answering import drafting_digest
from lms.learning.questions.service.followers import readers
from lms.learning.questions.service.index import forget, index_entries
from lms.people.messages import service as messages


def publish_digest(work: Work, who: Actor, cohort_code: str, day: date) -> str:
    """Publish a day: items get their numbers, answers become knowledge, everybody is told, once.

    What is not answered yet goes over to the next day. A published digest stays as it is (same answer again).
    Gives its code. Refuses NotFound (stranger, no such digest), NothingToPublish.
    """
    cohort = queries.require_desk(work, who, camps.get_cohort(work, cohort_code).id)
    id_ = work.session.scalar(select(Digest.id).where(Digest.cohort_id == cohort.id, Digest.day == day))
    if id_ is None:
        raise NotFound
    _hold_questions(work, cohort)
    digest = lock(work, Digest, id_)
    if digest.state in OUT:
        return digest.code
    items = _ready_items(work, digest)
    if not items:
        raise NothingToPublish
    for position, item in enumerate(items, start=1):
        item.position = position
    digest.state, digest.revision = DigestState.PUBLISHED, 1
    digest.published_at, digest.published_by = work.now, who.person_id
    work.session.flush()
    _keep_knowledge(work, cohort, items)
    _forget_answered(work, items)
    _carry_over(work, cohort, digest)
    work.audit("digest.published", subject=f"digest:{digest.code}", after={"items": len(items)})
    work.tell(DigestPublished(happened_at=work.now, digest_id=digest.id, cohort_id=cohort.id, day=digest.day))
    return digest.code


def correct_item(work: Work, who: Actor, item_code: str, answer: str, note: str) -> str:
    """Change a published answer: a new revision with a note that readers see; its askers are told.

    Gives the digest's code. Refuses NotFound, NotPublished, AnswerEmpty, NoteMissing.
    """
    found = work.session.execute(
        select(DigestItem.id, Digest.cohort_id, Digest.code)
        .join(Digest, Digest.id == DigestItem.digest_id)
        .where(DigestItem.code == item_code)
    ).one_or_none()
    if found is None:
        raise NotFound
    queries.require_desk(work, who, found.cohort_id)
    item = lock(work, DigestItem, found.id)
    if not item.position:
        raise NotPublished
    if not answer.strip():
        raise AnswerEmpty(field="answer")
    if not note.strip():
        raise NoteMissing(field="note")
    if item.answer == answer.strip() and item.note == note.strip():
        return str(found.code)  # the same correction sent twice
    before = item.answer
    item.answer, item.answer_html = answer.strip(), render_markdown(answer.strip())
    note_correction(work, who, item, note.strip(), before)
    entry = work.session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.item_id == item.id)).one_or_none()
    if entry is not None:
        entry.answer, entry.answer_html, entry.updated_at = item.answer, item.answer_html, work.now
        work.session.flush()
        if not entry.hidden:
            index_entries(work, entry.camp_id, [entry])
    return str(found.code)


def note_correction(work: Work, who: Actor, item: DigestItem, note: str, before: str | None = None) -> None:
    """Write a visible note at a published item, raise the digest's revision and tell the item's askers."""
    digest = lock(work, Digest, item.digest_id)
    digest.state, digest.revision = DigestState.CORRECTED, digest.revision + 1
    item.note, item.noted_at = note, work.now
    correction = work.add(
        DigestCorrection(
            digest_id=digest.id,
            item_id=item.id,
            note=note,
            before=item.answer if before is None else before,
            at=work.now,
            who=who.person_id,
        )
    )
    work.tell(
        AnswerCorrected(happened_at=work.now, correction_id=correction.id, item_id=item.id, cohort_id=digest.cohort_id)
    )


def tell_published(work: Work, digest_id: int) -> int:
    """Write to the whole class that a digest is out, and to each asker which items are theirs.

    One message per person whatever they asked; running it again adds nobody (unique keys). Gives how many
    people were meant.
    """
    digest = work.session.get_one(Digest, digest_id)
    cohort = camps.get_cohort_by_id(work, digest.cohort_id)
    number, items = _label(work, cohort, digest), _positions(work, digest)
    mine: defaultdict[int, set[int]] = defaultdict(set)
    for item_id, asked in queries.asked_of(work, list(items)).items():
        for words in asked:
            if words.state != QuestionState.HIDDEN:
                for person_id in words.people:
                    mine[person_id].add(items[item_id])
    alike: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for person_id in readers(work, cohort.id):
        alike[tuple(sorted(mine.get(person_id, ())))].append(person_id)
    total = len(set(items.values()))
    for positions, people in sorted(alike.items()):
        messages.send(
            work,
            people,
            "learning/questions/digest_published",
            key=f"digest:{digest.code}",
            link=f"/learn/{cohort.code}/digests/{digest.code}",
            values={"cohort": cohort.name, "number": number, "items": total, "mine": list(positions)},
        )
    return sum(map(len, alike.values()))


def tell_corrected(work: Work, correction_id: int) -> None:
    """Write to an item's askers that its answer was corrected, and how."""
    correction = work.session.get_one(DigestCorrection, correction_id)
    item = work.session.get_one(DigestItem, correction.item_id)
    digest = work.session.get_one(Digest, correction.digest_id)
    cohort = camps.get_cohort_by_id(work, digest.cohort_id)
    asked = queries.asked_of(work, [item.id]).get(item.id, [])
    people = {person for words in asked if words.state != QuestionState.HIDDEN for person in words.people}
    messages.send(
        work,
        sorted(people.intersection(readers(work, cohort.id))),
        "learning/questions/corrected",
        key=f"correction:{correction.id}",
        link=f"/learn/{cohort.code}/digests/{digest.code}#i{item.position}",
        values={"question": item.text, "note": correction.note},
    )


def close_answered(work: Work) -> None:
    """Close questions whose answer has been readable for 48 hours."""
    before = work.now - CLOSES_AFTER
    readable = (
        select(DigestItem.id)
        .join(Digest, Digest.id == DigestItem.digest_id)
        .where(or_(DigestItem.told_at <= before, Digest.published_at <= before), DigestItem.answered_at.is_not(None))
    )
    work.session.execute(
        update(Question)
        .where(Question.state == QuestionState.ANSWERED, Question.item_id.in_(readable))
        .values(state=QuestionState.CLOSED, closed_at=work.now)
        .execution_options(synchronize_session=False)
    )


# --- Parts --------------------------------------------------------------------


def _hold_questions(work: Work, cohort: Cohort) -> None:
    """Lock what is being written, questions before the digest as everywhere, so that no answer falls between."""
    work.session.scalars(
        select(Question.id)
        .where(Question.cohort_id == cohort.id, Question.state.in_((*WAITING, QuestionState.ANSWERED)))
        .order_by(Question.id)
        .with_for_update()
    ).all()


def _ready_items(work: Work, digest: Digest) -> list[DigestItem]:
    """Give the answered items somebody still asks about, by the oldest question of each."""
    first = func.min(Question.id)
    statement = (
        select(DigestItem)
        .join(Question, Question.item_id == DigestItem.id)
        .where(
            DigestItem.digest_id == digest.id,
            DigestItem.answered_at.is_not(None),
            DigestItem.beside_id.is_(None),
            Question.state != QuestionState.HIDDEN,
        )
        .group_by(DigestItem.id)
        .order_by(first)
    )
    return list(work.session.scalars(statement))


def _keep_knowledge(work: Work, cohort: Cohort, items: list[DigestItem]) -> None:
    """Keep each answer for the next cohorts of the camp; who asked stays behind."""
    entries = [
        KnowledgeEntry(
            code=work.new_code(),
            camp_id=cohort.camp_id,
            language=cohort.language,
            text=item.text,
            answer=item.answer,
            answer_html=item.answer_html,
            author=item.author,
            item_id=item.id,
            created_at=work.now,
            updated_at=work.now,
        )
        for item in items
    ]
    work.session.add_all(entries)
    work.session.flush()
    index_entries(work, cohort.camp_id, entries)


def _forget_answered(work: Work, items: list[DigestItem]) -> None:
    """What is published is found as knowledge, no longer as an open question."""
    root = aliased(Question)
    owners = work.session.scalars(
        select(Question.id)
        .join(root, root.id == func.coalesce(Question.merged_into_id, Question.id))
        .where(or_(Question.item_id.in_([i.id for i in items]), root.item_id.in_([i.id for i in items])))
    )
    forget(work, SearchKind.QUESTION, list(owners))


def _carry_over(work: Work, cohort: Cohort, digest: Digest) -> None:
    """Move what is not answered yet, with its drafts, to the next day's digest."""
    waiting = work.session.scalars(
        select(Question).where(Question.cohort_id == cohort.id, Question.day <= digest.day, Question.state.in_(WAITING))
    ).all()
    if not waiting:
        return
    for question in waiting:
        question.day = digest.day + timedelta(days=1)
    work.session.flush()
    kept = [question.item_id for question in waiting if question.item_id is not None]
    if kept:
        following = drafting_digest(work, cohort, waiting[0])
        work.session.execute(update(DigestItem).where(DigestItem.id.in_(kept)).values(digest_id=following.id))


def _label(work: Work, cohort: Cohort, digest: Digest) -> int | None:
    day = queries.days_by_date(work, cohort).get(digest.day)
    return day.number if day else None


def _positions(work: Work, digest: Digest) -> dict[int, int]:
    """Give the number under which each item is read; those kept beside another go by that one's."""
    top = aliased(DigestItem)
    position = func.coalesce(func.nullif(DigestItem.position, 0), top.position)
    statement = (
        select(DigestItem.id, position)
        .outerjoin(top, (top.id == DigestItem.beside_id) & (DigestItem.position == 0))
        .where(func.coalesce(top.digest_id, DigestItem.digest_id) == digest.id, position > 0)
    )
    return {row[0]: row[1] for row in work.session.execute(statement)}
