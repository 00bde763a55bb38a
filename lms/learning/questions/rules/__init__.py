"""What a question can be, when it is due, and what may be joined to what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from lms.learning.camps.rules import cutoff_of, zone_of
from lms.learning.enrollments.rules import WORKABLE_COHORTS, WORKING
from lms.learning.questions.errors import MergeLoop
from lms.learning.questions.rules.nearness import (
    NEAR,
    Asked,
    Candidate,
    Ranked,
    gather,
    rank,
    similarity,
    vectors,
    weights,
)
from lms.learning.questions.rules.words import normal, query_terms, runs, spellings, terms

__all__ = [
    "CLAIM_LEASE",
    "CLOSES_AFTER",
    "FITS",
    "NEAR",
    "OUT",
    "SAME_QUESTION",
    "SUGGESTIONS",
    "WAITING",
    "Asked",
    "Candidate",
    "DigestState",
    "MergeResult",
    "QuestionState",
    "Ranked",
    "SearchKind",
    "Seen",
    "Standing",
    "cohort_day",
    "due_at",
    "gather",
    "is_askable",
    "is_claimed",
    "may_ask",
    "merge_answers",
    "normal",
    "query_terms",
    "rank",
    "root_of",
    "similarity",
    "spellings",
    "standing",
    "terms",
    "vectors",
    "weights",
]


class QuestionState(StrEnum):
    """Where a question stands (learning.md §3)."""

    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    CLOSED = "closed"
    MERGED = "merged"
    HIDDEN = "hidden"


class DigestState(StrEnum):
    """Where a day's digest stands."""

    DRAFTING = "drafting"
    PUBLISHED = "published"
    CORRECTED = "corrected"


class SearchKind(StrEnum):
    """What a search term leads to."""

    QUESTION = "question"
    ENTRY = "entry"


WAITING = (QuestionState.OPEN, QuestionState.CLAIMED)
OUT = (DigestState.PUBLISHED, DigestState.CORRECTED)

CLAIM_LEASE = timedelta(minutes=15)
SAME_QUESTION = timedelta(minutes=10)
CLOSES_AFTER = timedelta(hours=48)
RESPONSE_AIM = timedelta(hours=2)
DUTY_FROM, DUTY_UNTIL = time(9), time(22)
SUGGESTIONS = 3
FITS = 0.25  # Below a quarter of the query's weight a suggestion is noise under the typing hand.


def due_at(asked_at: datetime, time_zone: str, aim: timedelta = RESPONSE_AIM) -> datetime:
    """Say until when an answer is promised: `aim` of duty hours in the cohort's zone after asking."""
    zone = ZoneInfo(time_zone)
    at, left = asked_at.astimezone(zone), aim
    while True:
        begins = datetime.combine(at.date(), DUTY_FROM, zone)
        ends = datetime.combine(at.date(), DUTY_UNTIL, zone)
        at = max(at, begins)
        if at + left <= ends:
            return (at + left).astimezone(asked_at.tzinfo)
        left -= max(ends - at, timedelta(0))
        at = begins + timedelta(days=1)


def cohort_day(now: datetime, time_zone: str, cutoff: time) -> date:
    """Say which of a cohort's days a moment belongs to: with a cutoff of 02:00, 01:30 is yesterday."""
    zone = zone_of(time_zone)
    day = now.astimezone(zone).date()
    if now >= cutoff_of(day, cutoff, zone):
        return day + timedelta(days=1)
    if now < cutoff_of(day - timedelta(days=1), cutoff, zone):
        return day - timedelta(days=1)
    return day


def is_claimed(state: str, claimed_until: datetime | None, now: datetime) -> bool:
    """Say whether somebody holds the question; a lease that ran out holds nothing."""
    return state == QuestionState.CLAIMED and claimed_until is not None and claimed_until > now


def is_askable(text: str) -> bool:
    """Say whether a text holds enough to be answered: two Chinese characters or one longer word."""
    return sum(len(run) for run in runs(text, drop_stops=False)) >= 2


def may_ask(enrollment_state: str, cohort_state: str) -> bool:
    """Say whether a person of a cohort may ask now: as long as its people work."""
    return enrollment_state in WORKING and cohort_state in WORKABLE_COHORTS


class Standing(StrEnum):
    """Where a question stands for the people who ask it."""

    WAITING = "waiting"
    IN_HAND = "in_hand"
    ANSWERED = "answered"
    IN_DIGEST = "in_digest"
    SOLVED = "solved"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Seen:
    """What decides a question's standing: its root's state, and whether the answer has reached people."""

    state: str
    held: bool = False
    told: bool = False
    position: int = 0


def standing(seen: Seen) -> Standing:
    """Say where a question stands for its askers: an answer counts when they can read it, not before."""
    if seen.state == QuestionState.HIDDEN:
        return Standing.HIDDEN
    if seen.position:
        return Standing.IN_DIGEST
    if seen.told:
        return Standing.ANSWERED
    if seen.state == QuestionState.CLOSED:
        return Standing.SOLVED
    return Standing.IN_HAND if seen.held or seen.state == QuestionState.ANSWERED else Standing.WAITING


def root_of(question: int, merged_into: Mapping[int, int]) -> int:
    """Follow merges to the question that stands for all of them; refuse a loop (MergeLoop)."""
    seen = {question}
    while (above := merged_into.get(question)) is not None:
        if above in seen:
            raise MergeLoop
        seen.add(above)
        question = above
    return question


@dataclass(frozen=True)
class MergeResult:
    """What becomes of two answers when questions are merged (learning.md §5.29).

    `chosen` is the item that answers the target, `beside` is kept and listed under it.
    """

    chosen: int | None
    beside: int | None


def merge_answers(target_item: int | None, source_item: int | None) -> MergeResult:
    """Keep both answers: the target's stays chosen if it has one, else the source's is chosen."""
    if target_item is None or target_item == source_item:
        return MergeResult(source_item, None)
    return MergeResult(target_item, source_item)
