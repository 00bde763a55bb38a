"""The inverted index: written with every question and entry, in the same commit."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete

from lms.kernel.db import insert_missing
from lms.kernel.work import Work
from lms.learning.questions.models import KnowledgeEntry, Question, SearchTerm
from lms.learning.questions.rules import SearchKind, terms

# A term column holds 40 characters, an answer's first words say what it is about.
_BODY_CHARACTERS = 1500
_KEY = ("kind", "scope_id", "term", "owner_id")


def index_question(work: Work, question: Question) -> None:
    """Let an open question be found by its words in its cohort."""
    _write(work, SearchKind.QUESTION, question.cohort_id, [(question.id, question.text)])


def index_entries(work: Work, camp_id: int, entries: Sequence[KnowledgeEntry]) -> None:
    """Let entries be found by the words of question and answer in their camp; what was there is replaced."""
    forget(work, SearchKind.ENTRY, [entry.id for entry in entries])
    texts = [(entry.id, f"{entry.text}\n{entry.answer[:_BODY_CHARACTERS]}") for entry in entries]
    _write(work, SearchKind.ENTRY, camp_id, texts)


def forget(work: Work, kind: SearchKind, owners: Iterable[int]) -> None:
    """Take owners out of the index."""
    work.session.execute(delete(SearchTerm).where(SearchTerm.kind == kind, SearchTerm.owner_id.in_(list(owners))))


def _write(work: Work, kind: SearchKind, scope_id: int, texts: Iterable[tuple[int, str]]) -> None:
    rows = [
        {"kind": kind, "scope_id": scope_id, "term": term, "owner_id": owner}
        for owner, text in texts
        for term in terms(text)
    ]
    insert_missing(work, SearchTerm, _KEY, rows)
