"""What the questions room tells."""

from dataclasses import dataclass
from datetime import date

from lms.kernel.outbox import Event


@dataclass(frozen=True, kw_only=True)
class QuestionAsked(Event):
    """A question was handed over to the tutors."""

    question_id: int
    cohort_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class QuestionSolved(Event):
    """An entry of the knowledge base answered before a tutor had to."""

    entry_id: int
    cohort_id: int
    person_id: int


@dataclass(frozen=True, kw_only=True)
class DigestPublished(Event):
    """The answers of a day are out."""

    digest_id: int
    cohort_id: int
    day: date


@dataclass(frozen=True, kw_only=True)
class AnswerCorrected(Event):
    """A published answer was changed; its readers are to hear of it."""

    correction_id: int
    item_id: int
    cohort_id: int
