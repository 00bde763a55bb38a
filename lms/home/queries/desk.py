"""Reads of the Desk: what waits for a tutor, who needs a hand, and the classes they lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.kernel.work import Actor, Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.camps.rules import CohortState
from lms.learning.checkins import queries as checkins
from lms.learning.checkins.queries import Behind, DayRate, DeskView, QueueLine
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.queries import Seats
from lms.learning.questions import queries as questions
from lms.learning.questions.queries import Group

SHOWN = 5
MOST_CLASSES = 50
AT_WORK = frozenset({CohortState.RUNNING, CohortState.PAUSED, CohortState.WRAPPING_UP})
STAFFED = AT_WORK | {CohortState.ENROLLING, CohortState.CLOSED}
_NO_SEATS = Seats(0, 0, 0)


@dataclass(frozen=True)
class DeskPage:
    """Everything the Desk shows. `opened` is the oldest hand-in nobody else reads, `waiting` counts them all."""

    lines: list[QueueLine]
    waiting: int
    oldest_at: datetime | None
    opened: DeskView | None
    groups: list[Group]
    questions: int
    behind: list[Behind]
    behind_total: int
    has_classes: bool


@dataclass(frozen=True)
class ClassLine:
    """A class in a tutor's list. `rate` is today's, None without an open day."""

    cohort: Cohort
    seats: Seats
    rate: DayRate | None


def look_at_desk(read: Read, who: Actor) -> DeskPage:
    """Gather the Desk, at the same cost whatever the number of hand-ins, questions and students."""
    cohorts = list_classes(read, who, AT_WORK)
    queue = checkins.queue(read, who, limit=SHOWN)
    waiting = checkins.count_queue(read, who)
    groups = questions.list_open(read, who)
    behind = checkins.list_behind(read, [cohort.id for cohort in cohorts]) if cohorts else []
    to_open = next((line.code for line in queue.lines if not _is_taken(line, read, who)), None)
    return DeskPage(
        queue.lines,
        waiting.count,
        waiting.oldest_at,
        checkins.get_hand_in(read, who, to_open) if to_open else None,
        groups[:SHOWN],
        sum(len(group.questions) for group in groups),
        behind[:SHOWN],
        len(behind),
        bool(cohorts or queue.lines or groups),
    )


def _is_taken(line: QueueLine, read: Read, who: Actor) -> bool:
    held = line.claimed_until is not None and line.claimed_until > read.now
    return held and line.claimed_by != who.person_id


def list_class_lines(read: Read, who: Actor) -> list[ClassLine]:
    """List somebody's classes with seats and today's rate: three statements."""
    cohorts = sorted(list_classes(read, who, STAFFED), key=lambda one: (one.state not in AT_WORK, one.starts_on))
    ids = [cohort.id for cohort in cohorts]
    seats = enrollments.list_seats(read, ids) if ids else {}
    rates = checkins.day_rates(read, ids) if ids else {}
    return [ClassLine(cohort, seats.get(cohort.id, _NO_SEATS), rates.get(cohort.id)) for cohort in cohorts]


def list_classes(read: Read, who: Actor, states: frozenset[CohortState]) -> Sequence[Cohort]:
    """List the cohorts in some states that somebody works on: a tutor their own, an operator all."""
    if who.has("operator"):
        return camps.list_cohorts(read, states=states, limit=MOST_CLASSES)
    if who.person_id is None:
        return []
    return [cohort for cohort in camps.list_tutored(read, who.person_id) if cohort.state in states]
