"""The newest digest, as Today announces it."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import aliased

from lms.kernel.work import Read
from lms.learning.questions.models import Digest, DigestItem, Question, QuestionFollower
from lms.learning.questions.rules import OUT


@dataclass(frozen=True)
class LatestDigest:
    """The newest published digest of a cohort; `mine` is the reader's first item, 0 for none."""

    code: str
    day: date
    items: int
    mine: int


def latest_digest(read: Read, cohort_id: int, person_id: int | None) -> LatestDigest | None:
    """Find the newest published digest of a cohort with the reader's item, in one statement."""
    row = read.session.execute(_latest_statement(), {"cohort": cohort_id, "person": person_id}).one_or_none()
    return LatestDigest(*row) if row else None


@cache  # putting it together takes longer than running it, and Today runs it on every visit
def _latest_statement() -> Select[str, date, int, int]:
    root, item, beside, counted = aliased(Question), aliased(DigestItem), aliased(DigestItem), aliased(DigestItem)
    position = func.coalesce(func.nullif(item.position, 0), beside.position)
    items = (
        select(func.count())
        .where(counted.digest_id == Digest.id, counted.position > 0)
        .correlate(Digest)
        .scalar_subquery()
    )
    mine = (
        select(func.min(position))
        .select_from(QuestionFollower)
        .join(Question, Question.id == QuestionFollower.question_id)
        .join(root, root.id == func.coalesce(Question.merged_into_id, Question.id))
        .join(item, item.id == func.coalesce(Question.item_id, root.item_id))
        .outerjoin(beside, (beside.id == item.beside_id) & (item.position == 0))
        .where(
            QuestionFollower.person_id == bindparam("person"),
            func.coalesce(beside.digest_id, item.digest_id) == Digest.id,
            position > 0,
        )
        .correlate(Digest)
        .scalar_subquery()
    )
    return (
        select(Digest.code, Digest.day, items, func.coalesce(mine, 0))
        .where(Digest.cohort_id == bindparam("cohort"), Digest.state.in_(OUT))
        .order_by(Digest.day.desc())
        .limit(1)
    )
