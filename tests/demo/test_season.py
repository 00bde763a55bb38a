"""The demo season plays to its end on an empty database, and what it leaves is whole."""

from __future__ import annotations

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.affiliates.contests import queries as contests
from lms.affiliates.contests.rules import Period, start_of
from lms.affiliates.partners import queries as partners
from lms.affiliates.tracking import queries as tracking
from lms.demo.cast import BY_KEY, DOORS, PASSWORD
from lms.demo.season import Progress, how_far
from lms.kernel.db import db
from lms.kernel.outbox import OutboxRow, RowState
from lms.kernel.parts import current_parts
from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.camps.rules import CohortState, current_day
from lms.learning.certificates import queries as certificates
from lms.learning.certificates.rules import CertificateState
from lms.learning.checkins import queries as checkins
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.models import SeatHold
from lms.learning.questions import queries as questions
from lms.people.accounts.queries import Person, find_person_by_email
from tests.demo import NOW


def _person(read: Read, key: str) -> Person:
    found = find_person_by_email(read, BY_KEY[key].email)
    assert found is not None, f"{key} is not there"
    return found


def _cohorts(read: Read) -> dict[tuple[str, int], Cohort]:
    found = camps.list_cohorts(read)
    return {(cohort.camp_slug, cohort.number): cohort for cohort in found}


def test_cohorts_stand_where_the_story_has_them(read: Read) -> None:
    cohorts = _cohorts(read)
    assert {key: str(cohort.state) for key, cohort in cohorts.items()} == {
        ("partner-academy", 1): CohortState.ENDED,
        ("clear-writing", 1): CohortState.RUNNING,
        ("clear-writing", 2): CohortState.ENROLLING,
        ("first-survey", 1): CohortState.RUNNING,
        ("first-survey", 2): CohortState.ENROLLING,
        # Free and empty: seats for whoever tries the demo.
        ("partner-academy", 2): CohortState.ENROLLING,
        ("first-survey", 3): CohortState.ENROLLING,
    }
    for key, day in ((("clear-writing", 1), 8), (("first-survey", 1), 3)):
        today = current_day(camps.list_days(read, cohorts[key].id), read.now)
        assert today is not None and today.number == day


def test_seats_are_exact(read: Read) -> None:
    cohorts = _cohorts(read)
    for cohort in cohorts.values():
        states = enrollments.count_states(read, cohort.id)
        seated = sum(states.get(state, 0) for state in ("enrolled", "completed", "not_completed", "suspended"))
        left = enrollments.seats_left(read, [cohort.id])[cohort.id]
        held = read.session.scalar(select(func.count()).where(SeatHold.cohort_id == cohort.id))
        assert seated + left + (held or 0) == cohort.seats
    full = cohorts["first-survey", 2]
    assert enrollments.seats_left(read, [full.id])[full.id] == 0
    assert enrollments.count_states(read, full.id)["waitlisted"] == 3
    assert enrollments.seats_left(read, [cohorts["clear-writing", 2].id])[cohorts["clear-writing", 2].id] > 0


def test_nothing_failed_and_nothing_is_overdue(read: Read) -> None:
    rows = read.session.execute(select(OutboxRow.state, OutboxRow.attempts, OutboxRow.run_at)).all()
    assert [row for row in rows if row.attempts or row.state == RowState.DEAD] == []
    assert [row for row in rows if row.state == RowState.WAITING and row.run_at <= read.now] == []


def test_nothing_happens_after_now(read: Read) -> None:
    for table in db.metadata.sorted_tables:
        for column in ("created_at", "at", "joined_at", "submitted_at", "published_at", "issued_at"):
            if column in table.c:
                latest = read.session.scalar(select(func.max(table.c[column])))
                assert latest is None or latest <= read.now, f"{table.name}.{column}"


@pytest.mark.parametrize("key", DOORS)
def test_every_account_signs_in(season: Flask, key: str) -> None:
    season.config["WTF_CSRF_ENABLED"] = False
    client = season.test_client()
    answer = client.post("/login", data={"email": BY_KEY[key].email, "password": PASSWORD})
    assert answer.status_code in (302, 303)
    assert client.get("/me").status_code == 200


def test_the_student_is_on_day_eight_with_seven_in_a_row(read: Read) -> None:
    student, cohort = _person(read, "student"), _cohorts(read)["clear-writing", 1]
    enrollment = enrollments.find_enrollment(read, cohort.id, student.id)
    assert enrollment is not None
    view = checkins.today_view(read, enrollment, cohort)
    assert view.progress.streak == 7
    assert [card.state for card in view.tasks if card.is_hand_in] == ["draft"]
    assert len(view.returned) == 1
    yesterday = questions.list_digests(read, cohort, student.id)[0]
    assert yesterday.day == cohort.starts_on + timedelta(days=6)
    assert yesterday.mine == (3,)
    held = certificates.list_mine(read, student.id)
    assert [one.state for one in held] == [CertificateState.ISSUED]


def test_one_certificate_of_the_academy_is_revoked(read: Read) -> None:
    academy = _cohorts(read)["partner-academy", 1]
    assert certificates.count_certificates(read, academy.id) >= 8
    held = certificates.list_mine(read, _person(read, "meng-fan").id)
    assert [one.state for one in held] == [CertificateState.REVOKED]


def test_the_desk_has_work(read: Read) -> None:
    for key, slug in (("tutor", "clear-writing"), ("cole", "first-survey")):
        cohort = _cohorts(read)[slug, 1]
        assert camps.is_tutor(read, cohort.id, _person(read, key).id)
        drafts = questions.count_ahead(read, cohort.id)
        assert drafts >= 2


def test_the_partner_sells_and_others_compete(read: Read) -> None:
    partner = partners.find_partner(read, _person(read, "partner").id)
    assert partner is not None and partner.is_approved
    numbers = tracking.numbers(read, partner.id)
    assert numbers.total.clicks > 50 and numbers.today.clicks > 0
    assert numbers.total.joined >= 2
    assert len(tracking.list_links(read, partner.id)) == 4
    week = start_of(Period.WEEK, read.now.astimezone(ZoneInfo("Asia/Shanghai")).date())
    board = contests.board(read, Period.WEEK, week, partner.id)
    assert len(board.rows) >= 5


def test_told_once_and_the_clock_is_given_back(season: Flask, read: Read) -> None:
    assert how_far() is Progress.TOLD
    assert current_parts().clock.now() == NOW.astimezone(UTC)
    said = season.test_cli_runner().invoke(args=["demo", "season"])
    assert said.exit_code == 0 and "already" in said.output


def test_refused_outside_the_demo(app: Flask) -> None:
    said = app.test_cli_runner().invoke(args=["demo", "season"])
    assert said.exit_code == 1 and "not a demo" in said.output
