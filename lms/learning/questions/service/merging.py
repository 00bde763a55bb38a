"""Making one of several questions, and taking them apart again (learning.md §5.29, §5.30)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select, update

from lms.kernel.db import lock
from lms.kernel.text import Text
from lms.kernel.work import Actor, Work
from lms.learning.camps.queries import Cohort
from lms.learning.questions.errors import MergeLoop, NotWaiting, OtherCohort
from lms.learning.questions.models import Digest, DigestItem, Question
from lms.learning.questions.rules import OUT, QuestionState, merge_answers
from lms.learning.questions.service.answering import desk_root, refuse_claimed, tell_answered
from lms.learning.questions.service.digests import note_correction
from lms.learning.questions.service.followers import people_of

_NOTE = Text("并入了一条相近的提问，两条回答都保留。", "A near-duplicate was merged in. Both answers are kept.")
_MERGEABLE = (QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED, QuestionState.CLOSED)


@dataclass(frozen=True)
class _Side:
    """A root with its item, as far as there is one, and whether people can read it already."""

    root: Question
    item: DigestItem | None
    is_out: bool

    @property
    def answered(self) -> DigestItem | None:
        """Give the item once it holds an answer."""
        return self.item if self.item is not None and self.item.answered_at is not None else None


def merge(work: Work, who: Actor, target_code: str, source_codes: Sequence[str]) -> str:
    """Let one question stand for others: followers, answers and what was merged into them move along.

    Chains are flattened to the root. What is merged there already stays. Gives the root's code.
    Refuses NotFound, MergeLoop, OtherCohort, NotWaiting, ClaimedByAnother.
    """
    _hold(work, [target_code, *source_codes])
    cohort, target = desk_root(work, who, target_code)
    if target.state not in _MERGEABLE:
        raise NotWaiting
    refuse_claimed(work, who, target)
    for code in dict.fromkeys(source_codes):
        _merge_one(work, who, cohort, target, code)
    return target.code


def split(work: Work, who: Actor, question_code: str) -> None:
    """Take a question out of its group: a merged one stands alone again with its own answer and followers,
    a suggested one is no longer suggested. Refuses NotFound.
    """
    _, root = desk_root(work, who, question_code)
    row = work.session.scalars(select(Question).where(Question.code == question_code)).one()
    row.apart = True
    if row.id == root.id:
        return
    item = work.session.get(DigestItem, row.item_id) if row.item_id is not None else None
    if item is not None:
        item.beside_id = None
        if root.item_id == item.id and not _is_out(work, item):
            # The answer came with this question, so it leaves with it.
            root.item_id, root.state = None, QuestionState.OPEN
    row.merged_into_id = None
    row.state = QuestionState.ANSWERED if item is not None and item.answered_at is not None else QuestionState.OPEN
    work.session.flush()
    work.audit("question.split", subject=f"question:{row.code}", before={"merged_into": root.code})


def _hold(work: Work, codes: Sequence[str]) -> None:
    """Lock all questions concerned in one order, so that two tutors who merge the other way round wait."""
    own = select(func.coalesce(Question.merged_into_id, Question.id)).where(Question.code.in_(codes))
    work.session.scalars(
        select(Question.id)
        .where(or_(Question.code.in_(codes), Question.id.in_(own)))
        .order_by(Question.id)
        .with_for_update()
    ).all()


def _merge_one(work: Work, who: Actor, cohort: Cohort, target: Question, code: str) -> None:
    own = work.session.execute(select(Question.id, Question.merged_into_id).where(Question.code == code)).one_or_none()
    if own is not None and own.merged_into_id == target.id:
        return
    other, source = desk_root(work, who, code)
    if source.id == target.id:
        raise MergeLoop
    if other.id != cohort.id:
        raise OtherCohort
    if source.state not in _MERGEABLE:
        raise NotWaiting
    refuse_claimed(work, who, source)
    people = people_of(work, [source.id])
    ready = _join_answers(work, who, _side(work, target), _side(work, source))
    work.session.execute(update(Question).where(Question.merged_into_id == source.id).values(merged_into_id=target.id))
    source.state, source.merged_into_id = QuestionState.MERGED, target.id
    source.claimed_by = source.claimed_until = None
    source.apart = False
    work.session.flush()
    work.audit("question.merged", subject=f"question:{source.code}", after={"into": target.code})
    if ready:
        tell_answered(work, cohort, target, people, f"merged:{source.code}:{target.code}")


def _side(work: Work, root: Question) -> _Side:
    item = lock(work, DigestItem, root.item_id) if root.item_id is not None else None
    return _Side(root, item, item is not None and _is_out(work, item))


def _is_out(work: Work, item: DigestItem) -> bool:
    if item.told_at is not None:
        return True
    state = work.session.scalar(select(Digest.state).where(Digest.id == item.digest_id))
    return bool(item.position) and state in OUT


def _join_answers(work: Work, who: Actor, target: _Side, source: _Side) -> bool:
    """Join what was written on both sides; says whether the source's people can read an answer now."""
    if target.answered is None and source.answered is not None:
        _keep_draft(source.answered, target.item)
        _drop(work, target)
        target.root.item_id, target.root.state = source.answered.id, source.root.state
        return False
    if source.answered is None:
        if target.item is None:
            target.root.item_id, source.root.item_id = source.root.item_id, None
            return False
        _keep_draft(target.item, source.item)
        _drop(work, source)
        return target.is_out
    result = merge_answers(target.root.item_id, source.root.item_id)
    source.answered.beside_id = result.chosen
    work.session.flush()
    for side in (source, target):
        if side.item is not None and side.item.position:
            note_correction(work, who, side.item, str(_NOTE))
            break
    return target.is_out


def _keep_draft(kept: DigestItem, other: DigestItem | None) -> None:
    """Nothing typed is lost: the other side's draft is put below this one's."""
    if other is not None and other.draft.strip():
        kept.draft = f"{kept.draft}\n\n{other.draft}".strip()


def _drop(work: Work, side: _Side) -> None:
    """Take away an item that holds a draft only and has been moved elsewhere."""
    if side.item is not None and side.item.answered_at is None:
        side.root.item_id = None
        work.session.flush()
        work.session.delete(side.item)
        work.session.flush()
