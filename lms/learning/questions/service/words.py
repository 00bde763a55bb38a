"""The editable table of words that mean the same."""

from sqlalchemy import delete

from lms.kernel.db import insert_once
from lms.kernel.work import Actor, Work
from lms.learning.questions.errors import SameWord
from lms.learning.questions.models import Synonym
from lms.learning.questions.rules import normal


def add_synonym(work: Work, who: Actor, a: str, b: str) -> None:
    """Let `b` be read as `a` wherever questions are compared or looked for; twice is once. Refuses SameWord."""
    kept, other = normal(a), normal(b)
    if not kept or not other or kept == other:
        raise SameWord(field="b")
    insert_once(work, Synonym, ["a", "b"], a=kept, b=other)
    work.audit("synonym.added", subject=f"synonym:{kept}", after={"b": other})


def remove_synonym(work: Work, who: Actor, synonym_id: int) -> None:
    """Stop reading a pair as one; a pair that is gone stays gone."""
    work.session.execute(delete(Synonym).where(Synonym.id == synonym_id))
    work.audit("synonym.removed", subject=f"synonym:{synonym_id}")
