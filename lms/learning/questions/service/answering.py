"""What tutors do with what waits: claim, write, answer, hide."""

from sqlalchemy import select

from lms.kernel.db import insert_once, lock
from lms.kernel.errors import NotFound
from lms.kernel.text import render_markdown
from lms.kernel.work import Actor, Work
from lms.learning.camps.queries import Cohort
from lms.learning.questions import queries
from lms.learning.questions.errors import (
    AlreadyPublished,
    AnswerEmpty,
    ClaimedByAnother,
    NotWaiting,
    QuestionTooShort,
    ReasonMissing,
)
from lms.learning.questions.models import Digest, DigestItem, Question
from lms.learning.questions.rules import (
    CLAIM_LEASE,
    WAITING,
    QuestionState,
    SearchKind,
    is_askable,
    is_claimed,
)
from lms.learning.questions.service.asking import open_day
from lms.learning.questions.service.followers import people_of
from lms.learning.questions.service.index import forget, index_question
from lms.people.accounts import queries as accounts
from lms.people.messages import service as messages

_WRITABLE = (*WAITING, QuestionState.ANSWERED)


def claim(work: Work, who: Actor, question_code: str) -> str:
    """Take a question for 15 minutes; again extends the lease. Gives the root's code.

    Refuses NotFound (stranger), NotWaiting, ClaimedByAnother.
    """
    _, root = desk_root(work, who, question_code)
    if root.state not in _WRITABLE:
        raise NotWaiting
    refuse_claimed(work, who, root)
    if root.state in WAITING:
        root.state = QuestionState.CLAIMED
        root.claimed_by, root.claimed_until = who.person_id, work.now + CLAIM_LEASE
    return root.code


def release(work: Work, who: Actor, question_code: str) -> None:
    """Put a claimed question back into the queue; what is open stays as it is."""
    _, root = desk_root(work, who, question_code)
    refuse_claimed(work, who, root)
    if root.state == QuestionState.CLAIMED:
        root.state, root.claimed_by, root.claimed_until = QuestionState.OPEN, None, None


def save_draft(work: Work, who: Actor, question_code: str, text: str, draft: str) -> None:
    """Keep what a tutor has written so far; saving keeps the claim alive. Refuses ClaimedByAnother, NotWaiting."""
    cohort, root = desk_root(work, who, question_code)
    claim(work, who, question_code)
    item = _item(work, cohort, root)
    item.draft = draft
    if not item.position:
        item.text = text.strip() or item.text


def write_answer(  # a form's fields in their order
    work: Work, who: Actor, question_code: str, text: str, answer: str, at_once: bool = False
) -> None:
    """Answer a question and everything merged into it. The answer goes out with the day's digest, and
    with `at_once` to its askers now. `text` is the question as the digest shows it.

    Refuses NotWaiting, ClaimedByAnother, AnswerEmpty, QuestionTooShort, AlreadyPublished (correct it instead).
    """
    cohort, root = desk_root(work, who, question_code)
    if root.state not in _WRITABLE:
        raise NotWaiting
    refuse_claimed(work, who, root)
    if not answer.strip():
        raise AnswerEmpty(field="answer")
    if not is_askable(text):
        raise QuestionTooShort(field="text")
    item = _item(work, cohort, root)
    if item.position:
        raise AlreadyPublished
    item.text, item.answer, item.draft = text.strip(), answer.strip(), ""
    item.answer_html = render_markdown(item.answer)
    item.answered_by, item.answered_at = who.person_id, work.now
    item.author = accounts.get_person(work, who.person_id).display_name if who.person_id else ""
    root.state, root.claimed_by, root.claimed_until = QuestionState.ANSWERED, None, None
    work.session.flush()
    if at_once and item.told_at is None:
        item.told_at = work.now
        tell_answered(work, cohort, root, people_of(work, [root.id]), f"answered:{item.code}")


def hide(work: Work, who: Actor, question_code: str, reason: str) -> None:
    """Take a question out of everybody's sight; its asker is told why. What was merged into it stays.

    Refuses ReasonMissing. Hiding twice is once.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    cohort, row = _own_row(work, who, question_code)
    if row.state == QuestionState.HIDDEN:
        return
    before = row.state
    if before != QuestionState.MERGED:
        _hand_on(work, row)
    row.state, row.merged_into_id, row.hidden_reason = QuestionState.HIDDEN, None, reason.strip()
    row.claimed_by = row.claimed_until = None
    work.session.flush()
    forget(work, SearchKind.QUESTION, [row.id])
    work.audit("question.hidden", subject=f"question:{row.code}", before={"state": before}, after={"reason": reason})
    messages.send(
        work,
        row.asker_id,
        "learning/questions/hidden",
        key=f"hidden:{row.code}:{int(work.now.timestamp())}",
        link=f"/learn/{cohort.code}/questions/{row.code}",
        values={"question": row.text, "reason": row.hidden_reason},
    )


def unhide(work: Work, who: Actor, question_code: str) -> None:
    """Bring a hidden question back to where it can be answered; others stay as they are."""
    _, row = _own_row(work, who, question_code)
    if row.state != QuestionState.HIDDEN:
        return
    item = work.session.get(DigestItem, row.item_id) if row.item_id is not None else None
    row.state = QuestionState.ANSWERED if item and item.answered_at else QuestionState.OPEN
    row.hidden_reason = ""
    work.session.flush()
    if row.state == QuestionState.OPEN:
        index_question(work, row)


# --- Parts that merging and publishing use too -----------------------------------


def desk_root(work: Work, who: Actor, question_code: str) -> tuple[Cohort, Question]:
    """Lock the root that stands for a question, for staff of its cohort; NotFound for everybody else."""
    cohort, row = _own_row(work, who, question_code)
    return cohort, lock(work, Question, row.merged_into_id) if row.merged_into_id is not None else row


def refuse_claimed(work: Work, who: Actor, root: Question) -> None:
    """Refuse to touch what another person holds (ClaimedByAnother)."""
    if is_claimed(root.state, root.claimed_until, work.now) and root.claimed_by != who.person_id:
        holder = accounts.get_person(work, root.claimed_by) if root.claimed_by else None
        left = (root.claimed_until - work.now).total_seconds() if root.claimed_until else 0
        raise ClaimedByAnother(name=holder.display_name if holder else "", minutes=max(1, round(left / 60)))


def tell_answered(work: Work, cohort: Cohort, root: Question, people: list[int], key: str) -> None:
    """Tell people that their question has an answer they can read now."""
    messages.send(
        work,
        people,
        "learning/questions/answered",
        key=key,
        link=f"/learn/{cohort.code}/questions/{root.code}",
        values={"question": root.text, "cohort": cohort.name},
    )


def drafting_digest(work: Work, cohort: Cohort, root: Question) -> Digest:
    """Lock the first digest from the question's day on that is not out; it is made when it is missing."""
    while True:
        day = open_day(work, cohort, root.day)
        insert_once(
            work,
            Digest,
            ["cohort_id", "day"],
            code=work.new_code(),
            cohort_id=cohort.id,
            day=day,
            state="drafting",
            revision=0,
            created_at=work.now,
        )
        id_ = work.session.scalars(select(Digest.id).where(Digest.cohort_id == cohort.id, Digest.day == day)).one()
        digest = lock(work, Digest, id_)
        if digest.published_at is None:
            return digest


def _own_row(work: Work, who: Actor, code: str) -> tuple[Cohort, Question]:
    found = work.session.execute(select(Question.id, Question.cohort_id).where(Question.code == code)).one_or_none()
    if found is None:
        raise NotFound
    return queries.require_desk(work, who, found.cohort_id), lock(work, Question, found.id)


def _item(work: Work, cohort: Cohort, root: Question) -> DigestItem:
    """Give the item of a question, made in its day's digest when there is none yet."""
    if root.item_id is not None:
        return lock(work, DigestItem, root.item_id)
    digest = drafting_digest(work, cohort, root)
    item = work.add(DigestItem(code=work.new_code(), digest_id=digest.id, text=root.text))
    root.item_id = item.id
    return item


def _hand_on(work: Work, row: Question) -> None:
    """Let the oldest merged question stand for the others when their root is hidden."""
    children = work.session.scalars(
        select(Question).where(Question.merged_into_id == row.id).order_by(Question.id).with_for_update()
    ).all()
    if not children:
        return
    heir = children[0]
    heir.merged_into_id, heir.state = None, row.state
    heir.item_id = row.item_id or heir.item_id
    work.session.flush()
    for child in children[1:]:
        child.merged_into_id = heir.id
    work.session.flush()
