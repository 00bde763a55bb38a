"""Digests as their readers see them: items with their answers, who they belong to, and what was corrected."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import aliased

from lms.kernel.errors import NotFound
from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort, Day
from lms.learning.questions.models import Digest, DigestItem, EntryThank, KnowledgeEntry, Question, QuestionFollower
from lms.learning.questions.rules import OUT, QuestionState


@dataclass(frozen=True)
class DigestLine:
    """A published digest in a list: its day and which items are the reader's."""

    id: int
    code: str
    day: date
    number: int | None
    title: str
    items: int
    mine: tuple[int, ...]
    state: str
    published_at: datetime | None


@dataclass(frozen=True)
class Words:
    """A question as it was asked, without who asked it."""

    text: str
    mine: bool


@dataclass(frozen=True)
class ItemView:
    """One item of a digest. `beside` are answers kept from questions merged into it."""

    id: int
    code: str
    position: int
    text: str
    draft: str
    answer: str
    answer_html: str
    author: str
    answered_at: datetime | None
    note: str
    noted_at: datetime | None
    entry_code: str
    helped: int
    thanked: bool
    askers: int
    words: tuple[Words, ...]
    beside: tuple["ItemView", ...] = ()

    @property
    def mine(self) -> bool:
        """Say whether the reader asked this."""
        return any(words.mine for words in self.words)


@dataclass(frozen=True)
class DigestPage:
    """A digest with its items in order."""

    line: DigestLine
    revision: int
    items: tuple[ItemView, ...]
    questions: int


@dataclass(frozen=True)
class AskedWords:
    """One question under the item that answers it, with everybody who wants the answer."""

    item_id: int
    question_id: int
    text: str
    state: str
    people: frozenset[int]


def list_digests(read: Read, cohort: Cohort, person_id: int | None, limit: int = 60) -> list[DigestLine]:
    """List the published digests of a cohort, latest first, with the reader's items."""
    statement = (
        select(Digest, func.count(DigestItem.id))
        .join(DigestItem, (DigestItem.digest_id == Digest.id) & (DigestItem.position > 0))
        .where(Digest.cohort_id == cohort.id, Digest.state.in_(OUT))
        .group_by(Digest.id)
        .order_by(Digest.day.desc())
        .limit(limit)
    )
    rows = list(read.session.execute(statement))
    mine = _my_positions(read, [row[0].id for row in rows], person_id)
    days = days_by_date(read, cohort)
    return [_line(row[0], row[1], days, tuple(mine.get(row[0].id, ()))) for row in rows]


def my_item(read: Read, digest_id: int, person_id: int) -> tuple[int, ...]:
    """Say which items of a digest answer what a person asked: their positions, lowest first."""
    return tuple(_my_positions(read, [digest_id], person_id).get(digest_id, ()))


def digest_view(read: Read, cohort: Cohort, code: str, person_id: int | None, drafts: bool = False) -> DigestPage:
    """Give a digest of a cohort with its items; NotFound for drafts unless they are asked for (staff)."""
    digest = read.session.scalars(
        select(Digest).where(Digest.code == code, Digest.cohort_id == cohort.id)
    ).one_or_none()
    if digest is None or not (drafts or digest.state in OUT):
        raise NotFound
    rows = _item_rows(read, digest, person_id)
    asked = asked_of(read, [row.DigestItem.id for row in rows])
    views = tuple(view for view in _views(rows, asked, person_id) if drafts or view.position)
    days = days_by_date(read, cohort)
    mine = tuple(view.position for view in views if view.mine and view.position)
    line = _line(digest, len(views), days, mine)
    return DigestPage(line, digest.revision, views, sum(len(view.words) for view in views))


def asked_of(read: Read, item_ids: Collection[int]) -> dict[int, list[AskedWords]]:
    """Give the questions under each item. A merged one keeps its own item, else it takes its root's."""
    root = aliased(Question)
    item = func.coalesce(Question.item_id, root.item_id)
    statement = (
        select(item, Question.id, Question.text, Question.state, QuestionFollower.person_id)
        .join(root, root.id == func.coalesce(Question.merged_into_id, Question.id))
        .outerjoin(QuestionFollower, QuestionFollower.question_id == Question.id)
        .where(item.in_(item_ids))
        .order_by(Question.id)
    )
    texts: dict[tuple[int, int], tuple[str, str]] = {}
    people: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for item_id, question_id, text, state, person_id in read.session.execute(statement):
        texts[item_id, question_id] = (text, state)
        if person_id is not None:
            people[item_id, question_id].add(person_id)
    found: defaultdict[int, list[AskedWords]] = defaultdict(list)
    for key, (text, state) in texts.items():
        found[key[0]].append(AskedWords(key[0], key[1], text, state, frozenset(people[key])))
    return dict(found)


def days_by_date(read: Read, cohort: Cohort) -> dict[date, Day]:
    """Give the cohort's days by their local date."""
    return {day.day: day for day in camps.list_days(read, cohort.id) if day.number > 0}


def _item_rows(read: Read, digest: Digest, person_id: int | None) -> list[Row[DigestItem, str, int, int]]:
    """Load the items of a digest and those kept beside them, wherever these were written."""
    beside = aliased(DigestItem)
    ids = select(DigestItem.id).where(DigestItem.digest_id == digest.id)
    kept = select(beside.id).where(beside.beside_id.in_(ids), beside.position == 0)
    statement = (
        select(DigestItem, KnowledgeEntry.code, KnowledgeEntry.helped, EntryThank.person_id)
        .outerjoin(KnowledgeEntry, KnowledgeEntry.item_id == DigestItem.id)
        .outerjoin(EntryThank, (EntryThank.entry_id == KnowledgeEntry.id) & (EntryThank.person_id == person_id))
        .where(DigestItem.id.in_(ids.union(kept)))
        .order_by(DigestItem.position, DigestItem.id)
    )
    return list(read.session.execute(statement))


def _views(
    rows: Iterable[Row[DigestItem, str, int, int]],
    asked: Mapping[int, list[AskedWords]],
    person_id: int | None,
) -> tuple[ItemView, ...]:
    tops: list[ItemView] = []
    kept: defaultdict[int, list[ItemView]] = defaultdict(list)
    for item, entry_code, helped, thanked in rows:
        view = _view(item, asked.get(item.id, []), person_id, entry_code or "", helped or 0, bool(thanked))
        if item.beside_id is not None and not item.position:
            kept[item.beside_id].append(view)
        else:
            tops.append(view)
    return tuple(_with_beside(view, kept.get(view.id, [])) for view in tops)


def _view(
    item: DigestItem, asked: list[AskedWords], person_id: int | None, entry_code: str, helped: int, thanked: bool
) -> ItemView:
    shown = [words for words in asked if words.state != QuestionState.HIDDEN]
    return ItemView(
        id=item.id,
        code=item.code,
        position=item.position,
        text=item.text,
        draft=item.draft,
        answer=item.answer,
        answer_html=item.answer_html,
        author=item.author,
        answered_at=item.answered_at,
        note=item.note,
        noted_at=item.noted_at,
        entry_code=entry_code,
        helped=helped,
        thanked=thanked,
        askers=len(frozenset().union(*(words.people for words in shown))),
        words=tuple(Words(words.text, person_id in words.people) for words in shown),
    )


def _with_beside(view: ItemView, beside: list[ItemView]) -> ItemView:
    if not beside:
        return view
    return replace(
        view,
        beside=tuple(beside),
        words=view.words + tuple(words for other in beside for words in other.words),
        askers=view.askers + sum(other.askers for other in beside),
    )


def _my_positions(read: Read, digest_ids: Collection[int], person_id: int | None) -> dict[int, list[int]]:
    root, beside = aliased(Question), aliased(DigestItem)
    position = func.coalesce(func.nullif(DigestItem.position, 0), beside.position)
    digest = func.coalesce(beside.digest_id, DigestItem.digest_id)
    statement = (
        select(digest, position)
        .distinct()
        .select_from(QuestionFollower)
        .join(Question, Question.id == QuestionFollower.question_id)
        .join(root, root.id == func.coalesce(Question.merged_into_id, Question.id))
        .join(DigestItem, DigestItem.id == func.coalesce(Question.item_id, root.item_id))
        .outerjoin(beside, (beside.id == DigestItem.beside_id) & (DigestItem.position == 0))
        .where(QuestionFollower.person_id == person_id, digest.in_(digest_ids), position > 0)
        .order_by(digest, position)
    )
    mine: defaultdict[int, list[int]] = defaultdict(list)
    for digest_id, at in read.session.execute(statement):
        mine[digest_id].append(at)
    return dict(mine)


def _line(digest: Digest, items: int, days: Mapping[date, Day], mine: tuple[int, ...]) -> DigestLine:
    day = days.get(digest.day)
    return DigestLine(
        id=digest.id,
        code=digest.code,
        day=digest.day,
        number=day.number if day else None,
        title=day.title if day else "",
        items=items,
        mine=mine,
        state=digest.state,
        published_at=digest.published_at,
    )
