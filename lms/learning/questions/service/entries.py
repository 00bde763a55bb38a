"""Taking answers out of the knowledge and putting them back."""

from sqlalchemy import select

from lms.kernel.db import lock
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Work
from lms.learning.camps import queries as camps
from lms.learning.questions import queries
from lms.learning.questions.models import KnowledgeEntry
from lms.learning.questions.rules import SearchKind
from lms.learning.questions.service.index import forget, index_entries


def hide_entry(work: Work, who: Actor, cohort_code: str, entry_code: str) -> None:
    """Take an answer out of search and suggestions, for every cohort of the camp; twice is once."""
    entry = _entry(work, who, cohort_code, entry_code)
    entry.hidden = True
    work.session.flush()
    forget(work, SearchKind.ENTRY, [entry.id])
    work.audit("entry.hidden", subject=f"entry:{entry.code}", after={"hidden": True})


def show_entry(work: Work, who: Actor, cohort_code: str, entry_code: str) -> None:
    """Let a hidden answer be found again; twice is once."""
    entry = _entry(work, who, cohort_code, entry_code)
    entry.hidden = False
    work.session.flush()
    index_entries(work, entry.camp_id, [entry])
    work.audit("entry.shown", subject=f"entry:{entry.code}", after={"hidden": False})


def _entry(work: Work, who: Actor, cohort_code: str, entry_code: str) -> KnowledgeEntry:
    cohort = queries.require_desk(work, who, camps.get_cohort(work, cohort_code).id)
    id_ = work.session.scalar(
        select(KnowledgeEntry.id).where(KnowledgeEntry.code == entry_code, KnowledgeEntry.camp_id == cohort.camp_id)
    )
    if id_ is None:
        raise NotFound
    return lock(work, KnowledgeEntry, id_)
