"""Reads of the console home: how the cohorts are doing and what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select

from lms.affiliates.partners.queries import applications_waiting
from lms.affiliates.payouts.queries import count_to_approve
from lms.affiliates.tracking import queries as tracking
from lms.affiliates.tracking.rules import program_day
from lms.commerce.shop.queries import count_due, count_open_disputes
from lms.home.queries.console_sales import SalesToday, Trend, sales_today, sales_trend
from lms.home.rules import FunnelStep, funnel_of
from lms.kernel.work import Read
from lms.kernel.worker import OutboxCounts, count_rows
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.camps.rules import CohortState
from lms.learning.certificates.queries import certificate_source
from lms.learning.checkins import queries as checkins
from lms.learning.checkins.queries import DayRate, Waiting
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.queries import Seats
from lms.learning.enrollments.rules import SEATED
from lms.learning.questions import queries as questions
from lms.learning.questions.queries import Backlog

SHOWN = [state for state in CohortState if state not in (CohortState.ARCHIVED, CohortState.CANCELED)]
MOST_COHORTS = 20
FUNNEL_DAYS = 90
_NO_SEATS = Seats(0, 0, 0)


@dataclass(frozen=True)
class CohortLine:
    """A cohort in the console's table. `rate` is today's, None when it has no day today."""

    cohort: Cohort
    seats: Seats
    rate: DayRate | None
    certificates: int


@dataclass(frozen=True)
class ConsoleHome:
    """Everything the console home shows; `disputes`, `applications` and `payouts` with the moment of the oldest."""

    sales: list[SalesToday]
    trend: Trend | None
    refunds: int
    disputes: tuple[int, datetime | None]
    payouts: tuple[int, datetime | None]
    lines: list[CohortLine]
    check_ins: Waiting
    questions: Backlog
    applications: tuple[int, datetime | None]
    outbox: OutboxCounts
    funnel: list[FunnelStep]

    @property
    def open_lines(self) -> list[CohortLine]:
        """List the cohorts that take students, the earliest start first."""
        found = [line for line in self.lines if line.cohort.state == CohortState.ENROLLING]
        return sorted(found, key=lambda line: line.cohort.starts_on)

    @property
    def running_lines(self) -> list[CohortLine]:
        """List the cohorts with a day today."""
        return [line for line in self.lines if line.rate is not None]


def look_at_console(read: Read) -> ConsoleHome:
    """Gather the console home in sixteen statements, whatever the number of cohorts and students."""
    cohorts = camps.list_cohorts(read, states=SHOWN, limit=MOST_COHORTS)
    return ConsoleHome(
        sales_today(read),
        sales_trend(read),
        count_due(read),
        count_open_disputes(read),
        count_to_approve(read),
        _lines(read, cohorts),
        checkins.count_waiting(read),
        questions.backlog(read),
        applications_waiting(read),
        count_rows(),
        _funnel(read),
    )


def _lines(read: Read, cohorts: Sequence[Cohort]) -> list[CohortLine]:
    ids = [cohort.id for cohort in cohorts]
    seats = enrollments.list_seats(read, ids)
    rates = checkins.day_rates(read, ids)
    held = _certificates(read, ids)
    return [
        CohortLine(cohort, seats.get(cohort.id, _NO_SEATS), rates.get(cohort.id), held.get(cohort.id, 0))
        for cohort in cohorts
    ]


def _certificates(read: Read, cohort_ids: Sequence[int]) -> dict[int, int]:
    held = certificate_source()
    rows = read.session.execute(
        select(held.c.cohort_id, func.count()).where(held.c.cohort_id.in_(cohort_ids)).group_by(held.c.cohort_id)
    )
    return {cohort_id: count for cohort_id, count in rows}  # noqa: C416 - a Result is read as a mapping by dict()


def _funnel(read: Read) -> list[FunnelStep]:
    """Follow those who came through partners' links: clicks and sign-ups, then what became of who joined."""
    today = program_day(read.now)
    brought = tracking.program_totals(read, today - timedelta(days=FUNNEL_DAYS - 1), today)
    joined, held, worked = enrollments.enrollment_source(), certificate_source(), checkins.active_source()
    has_worked = select(worked.c.enrollment_id).where(worked.c.enrollment_id == joined.c.id).exists()
    is_certified = select(held.c.enrollment_id).where(held.c.enrollment_id == joined.c.id).exists()
    counted = read.session.execute(
        select(func.count(), func.count(case((has_worked, 1))), func.count(case((is_certified, 1)))).where(
            joined.c.referral["partner_id"].as_integer().is_not(None),
            joined.c.state.in_(SEATED),
            joined.c.joined_at >= read.now - timedelta(days=FUNNEL_DAYS),
        )
    ).one()
    return funnel_of([brought.clicks, brought.sign_ups, *counted])
