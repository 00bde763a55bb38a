"""Finding answers: what fits a question while it is typed, and the knowledge of a camp."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from lms.kernel.errors import NotFound
from lms.kernel.work import Read
from lms.learning.camps.queries import Cohort
from lms.learning.questions.models import KnowledgeEntry, Question, QuestionFollower, SearchTerm, Synonym
from lms.learning.questions.rules import (
    FITS,
    SUGGESTIONS,
    Candidate,
    QuestionState,
    SearchKind,
    query_terms,
    rank,
    spellings,
    weights,
)

# A question may be long; its first words say what it is about, and the rarest of them find it.
_QUERY_CHARACTERS = 300
_QUERY_TERMS = 24
_CANDIDATES = 40
_ASKABLE = (QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.ANSWERED)

Scopes = Sequence[tuple[SearchKind, int]]


@dataclass(frozen=True)
class Entry:
    """An answer of the knowledge base."""

    id: int
    code: str
    text: str
    answer_html: str
    author: str
    updated_at: datetime
    helped: int


@dataclass(frozen=True)
class OpenQuestion:
    """A question that is being asked now, without the askers' names."""

    id: int
    code: str
    text: str
    askers: int
    followed: bool
    created_at: datetime


@dataclass(frozen=True)
class Suggestion:
    """Either an entry that may answer, or an open question to join."""

    entry: Entry | None = None
    question: OpenQuestion | None = None


@dataclass(frozen=True)
class SynonymPair:
    """Two words read as one; `b` is read as `a`."""

    id: int
    a: str
    b: str


_ENTRY = (
    KnowledgeEntry.id,
    KnowledgeEntry.code,
    KnowledgeEntry.text,
    KnowledgeEntry.answer_html,
    KnowledgeEntry.author,
    KnowledgeEntry.updated_at,
    KnowledgeEntry.helped,
)


def list_synonyms(read: Read) -> list[SynonymPair]:
    """List the pairs in the order they were added."""
    rows = read.session.execute(select(Synonym.id, Synonym.a, Synonym.b).order_by(Synonym.id))
    return [SynonymPair(*row) for row in rows]


def synonym_pairs(read: Read) -> tuple[tuple[str, str], ...]:
    """Give the pairs as the rules take them."""
    return tuple((pair.a, pair.b) for pair in list_synonyms(read))


def suggest(read: Read, cohort: Cohort, text: str, person_id: int | None = None) -> list[Suggestion]:
    """Give the three best answers and open questions for what is typed so far; nothing for noise.

    Entries come from all cohorts of the camp, open questions from this cohort only.
    """
    scopes = ((SearchKind.ENTRY, cohort.camp_id), (SearchKind.QUESTION, cohort.id))
    hits, frequencies, pairs = _hits(read, scopes, text)
    if not hits:
        return []
    entries = _entries(read, [owner for kind, owner in hits if kind == SearchKind.ENTRY])
    questions = _open_questions(read, [owner for kind, owner in hits if kind == SearchKind.QUESTION], person_id)
    candidates = [Candidate((SearchKind.ENTRY, entry.id), entry.text) for entry in entries.values()]
    candidates += [Candidate((SearchKind.QUESTION, owner), asked) for owner, (asked, _) in questions.items()]
    best: dict[tuple[str, int], Suggestion] = {}
    for ranked in rank(text[:_QUERY_CHARACTERS], candidates, frequencies, pairs):
        kind, owner = ranked.key
        if ranked.score < FITS or len(best) == SUGGESTIONS:
            break
        if kind == SearchKind.ENTRY:
            best[ranked.key] = Suggestion(entry=entries[owner])
        else:
            root = questions[owner][1]
            best.setdefault((kind, root.id), Suggestion(question=root))
    return list(best.values())


def search_knowledge(read: Read, camp_id: int, query: str, limit: int = 20) -> list[Entry]:
    """Find entries of a camp, best first; without words the latest ones."""
    hits, frequencies, pairs = _hits(read, ((SearchKind.ENTRY, camp_id),), query)
    if not query_terms(query):
        return _latest(read, camp_id, limit)
    entries = _entries(read, [owner for _, owner in hits])
    candidates = [Candidate((SearchKind.ENTRY, e.id), e.text, e.answer_html) for e in entries.values()]
    ranked = rank(query[:_QUERY_CHARACTERS], candidates, frequencies, pairs)
    return [entries[found.key[1]] for found in ranked[:limit]]


def get_entry(read: Read, camp_id: int, code: str) -> Entry:
    """Give an entry of a camp by its code; NotFound for hidden ones and those of other camps."""
    row = read.session.execute(
        select(*_ENTRY).where(
            KnowledgeEntry.code == code, KnowledgeEntry.camp_id == camp_id, KnowledgeEntry.hidden.is_(False)
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return Entry(*row)


def entry_texts(read: Read, camp_ids: Collection[int], limit: int = 400) -> list[str]:
    """List the latest entries' questions: the background against which near-duplicates are weighed."""
    statement = (
        select(KnowledgeEntry.text)
        .where(KnowledgeEntry.camp_id.in_(camp_ids))
        .order_by(KnowledgeEntry.id.desc())
        .limit(limit)
    )
    return list(read.session.scalars(statement))


def _hits(
    read: Read, scopes: Scopes, text: str
) -> tuple[list[tuple[str, int]], Mapping[str, int], tuple[tuple[str, str], ...]]:
    """Look the words up: owners by summed weight, how often each term occurs, and the synonyms used."""
    if not query_terms(text):
        return [], {}, ()
    pairs = synonym_pairs(read)
    asked = spellings(text[:_QUERY_CHARACTERS], pairs)
    wanted = sorted({term for spelling in asked for term in query_terms(spelling)})
    frequencies = _frequencies(read, scopes, wanted)
    rarest = sorted(frequencies, key=lambda term: (frequencies[term], term))[:_QUERY_TERMS]
    if not rarest:
        return [], frequencies, pairs
    weighed = weights(asked, frequencies)
    score = func.sum(case(*((SearchTerm.term == term, literal(weighed[term])) for term in rarest), else_=0.0))
    statement = (
        select(SearchTerm.kind, SearchTerm.owner_id)
        .where(_in_scopes(scopes), SearchTerm.term.in_(rarest))
        .group_by(SearchTerm.kind, SearchTerm.owner_id)
        .order_by(score.desc(), SearchTerm.owner_id.desc())
        .limit(_CANDIDATES)
    )
    return [(row.kind, row.owner_id) for row in read.session.execute(statement)], frequencies, pairs


def _in_scopes(scopes: Scopes) -> ColumnElement[bool]:
    return or_(*(and_(SearchTerm.kind == kind, SearchTerm.scope_id == scope) for kind, scope in scopes))


def _frequencies(read: Read, scopes: Scopes, wanted: Sequence[str]) -> dict[str, int]:
    statement = (
        select(SearchTerm.term, func.count())
        .where(_in_scopes(scopes), SearchTerm.term.in_(wanted))
        .group_by(SearchTerm.term)
    )
    return {row[0]: row[1] for row in read.session.execute(statement)}


def _entries(read: Read, ids: Collection[int]) -> dict[int, Entry]:
    statement = select(*_ENTRY).where(KnowledgeEntry.id.in_(ids), KnowledgeEntry.hidden.is_(False))
    return {row.id: Entry(*row) for row in read.session.execute(statement)}


def list_hidden(read: Read, camp_id: int, limit: int = 50) -> list[Entry]:
    """List the entries of a camp that were taken out of sight, latest first."""
    return _latest(read, camp_id, limit, hidden=True)


def _latest(read: Read, camp_id: int, limit: int, hidden: bool = False) -> list[Entry]:
    statement = (
        select(*_ENTRY)
        .where(KnowledgeEntry.camp_id == camp_id, KnowledgeEntry.hidden.is_(hidden))
        .order_by(KnowledgeEntry.id.desc())
        .limit(limit)
    )
    return [Entry(*row) for row in read.session.execute(statement)]


def _open_questions(read: Read, ids: Collection[int], person_id: int | None) -> dict[int, tuple[str, OpenQuestion]]:
    """Give each question's own words with the root that stands for it."""
    root, member, mine = aliased(Question), aliased(Question), aliased(QuestionFollower)
    askers = (
        select(func.count(QuestionFollower.person_id.distinct()))
        .join(member, member.id == QuestionFollower.question_id)
        .where(or_(member.id == root.id, member.merged_into_id == root.id))
        .scalar_subquery()
    )
    followed = exists().where(
        mine.person_id == person_id,
        mine.question_id == member.id,
        or_(member.id == root.id, member.merged_into_id == root.id),
    )
    statement = (
        select(Question.id, Question.text, root.id, root.code, root.text, askers, followed, root.created_at)
        .join(root, root.id == func.coalesce(Question.merged_into_id, Question.id))
        .where(Question.id.in_(ids), root.state.in_(_ASKABLE))
    )
    return {row[0]: (row[1], OpenQuestion(*row[2:])) for row in read.session.execute(statement)}
