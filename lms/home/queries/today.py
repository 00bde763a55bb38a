"""Reads of Today: one student's day in one of their cohorts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lms.home.rules import choose_place
from lms.kernel.work import Read
from lms.learning.camps.queries import Cohort
from lms.learning.camps.rules import OVER, CohortState, zone_of
from lms.learning.certificates import queries as certificates
from lms.learning.certificates.queries import CertificateFacts
from lms.learning.certificates.rules import tasks_needed
from lms.learning.checkins import queries as checkins
from lms.learning.checkins.queries import Pulse, TaskCard, TodayView
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.queries import Hold, MyCohort
from lms.learning.enrollments.rules import EnrollmentState, may_work
from lms.learning.questions import queries as questions
from lms.learning.questions.queries import LatestDigest


class Stage(StrEnum):
    """Where somebody stands with a cohort today."""

    NONE = "none"
    WAITING = "waiting"
    SUSPENDED = "suspended"
    CANCELED = "canceled"
    BEFORE = "before"
    RUNNING = "running"
    REST = "rest"
    AFTER = "after"
    OVER = "over"


@dataclass(frozen=True)
class TodayPage:
    """Everything Today shows. `position` is the place in line, `hold` the seat kept for who is to pay for it,
    `days_until` counts to the first day.
    """

    stage: Stage
    places: list[MyCohort]
    mine: MyCohort | None = None
    view: TodayView | None = None
    pulse: Pulse | None = None
    digest: LatestDigest | None = None
    certificate: CertificateFacts | None = None
    position: int = 0
    days_until: int = 0
    hold: Hold | None = None

    @property
    def cards(self) -> list[TaskCard]:
        """Give the day's tasks in the order of what to do: to hand in, returned, the rest, done last."""
        return sorted(self.view.tasks, key=_turn) if self.view else []

    @property
    def first(self) -> str:
        """Give the code of the hand-in to write next, whose button is the page's one primary; empty for none."""
        todo = (card.code for card in self.cards if card.is_hand_in and card.state in ("open", "draft", "missed"))
        return next(todo, "")

    @property
    def lacking(self) -> int:
        """Count the required tasks that the certificate still takes."""
        if self.mine is None or self.view is None:
            return 0
        found = self.view.progress
        return max(0, tasks_needed(found.total_required, self.mine.cohort.completion_percent) - found.done_required)

    @property
    def may_work(self) -> bool:
        """Say whether anything may be handed in or ticked off."""
        return self.mine is not None and may_work(self.mine.enrollment.state, self.mine.cohort.state)


def _turn(card: TaskCard) -> int:
    if card.is_done:
        return 3
    if card.state == "returned":
        return 1
    return 0 if card.is_hand_in and card.required else 2


def look_at_today(read: Read, person_id: int, wanted: str = "") -> TodayPage:
    """Gather Today for the cohort with the code `wanted`, or the one that needs its student most.

    At most eight statements, whatever the number of tasks, cohorts and students.
    """
    places = enrollments.list_my_cohorts(read, person_id)
    mine = choose_place(places, wanted)
    if mine is None:
        return TodayPage(Stage.NONE, places)
    closed = _closed_stage(mine)
    if closed is Stage.WAITING:
        return _in_line(read, places, mine)
    if closed is not None:
        return TodayPage(closed, places, mine)
    view = checkins.today_view(read, mine.enrollment, mine.cohort)
    stage = open_stage(mine.cohort.state, view)
    return TodayPage(
        stage,
        places,
        mine,
        view,
        _pulse(read, mine, view) if stage is Stage.RUNNING else None,
        questions.latest_digest(read, mine.cohort.id, person_id) if stage is not Stage.BEFORE else None,
        _certificate(read, mine) if stage in (Stage.AFTER, Stage.OVER) else None,
        days_until=_days_until(mine.cohort, read.now),
    )


def _in_line(read: Read, places: list[MyCohort], mine: MyCohort) -> TodayPage:
    return TodayPage(
        Stage.WAITING,
        places,
        mine,
        position=enrollments.waiting_position(read, mine.enrollment),
        days_until=_days_until(mine.cohort, read.now),
        hold=enrollments.find_hold(read, mine.cohort.id, mine.enrollment.person_id),
    )


def _closed_stage(mine: MyCohort) -> Stage | None:
    """Name the stages in which nothing of the day is shown."""
    if mine.cohort.state == CohortState.CANCELED:
        return Stage.CANCELED
    if mine.enrollment.state == EnrollmentState.WAITLISTED:
        return Stage.WAITING
    return Stage.SUSPENDED if mine.enrollment.state == EnrollmentState.SUSPENDED else None


def open_stage(state: CohortState, view: TodayView) -> Stage:
    """Name where the cohort's days are: before the first, on one, between two, after the last, closed."""
    if state in OVER:
        return Stage.OVER
    if all(mark == "locked" for mark in view.marks):
        return Stage.BEFORE
    if view.day is not None:
        return Stage.RUNNING
    return Stage.REST if view.next_day is not None else Stage.AFTER


def _days_until(cohort: Cohort, now: datetime) -> int:
    return (cohort.starts_on - now.astimezone(zone_of(cohort.time_zone)).date()).days


def _pulse(read: Read, mine: MyCohort, view: TodayView) -> Pulse | None:
    return checkins.class_pulse(read, mine.cohort.id, view.day) if view.day is not None else None


def _certificate(read: Read, mine: MyCohort) -> CertificateFacts | None:
    held = certificates.list_mine(read, mine.enrollment.person_id)
    return next((one for one in held if one.enrollment_id == mine.enrollment.id), None)
