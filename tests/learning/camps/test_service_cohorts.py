"""Cohorts: set up, changed, moved, on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from lms.kernel.outbox import Event
from lms.kernel.work import SYSTEM, Actor
from lms.learning.camps import models, queries, service
from lms.learning.camps.errors import (
    AlreadyStarted,
    CampNotFound,
    CohortNotFound,
    DayNotFound,
    MoveRefused,
    NotATutor,
    SeatsOutOfRange,
    UnknownZone,
)
from lms.learning.camps.events import CohortMoved, CohortOpened
from lms.learning.camps.rules import ALWAYS_OPEN, CohortState
from tests.conftest import counting
from tests.factories.camps import camp_folder, make_camp, make_cohort, walk_to

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    events: list[Event] = []
    monkeypatch.setattr("lms.kernel.outbox.tell", lambda _work, event: bool(events.append(event)))
    return events


def test_a_cohort_has_its_own_days_and_tasks_with_their_times(work: Any, read: Any, told: list[Event]) -> None:
    with work() as w:
        cohort = make_cohort(w, state=CohortState.DRAFT)
    days = queries.list_days(read(), cohort.id)
    assert [(d.number, d.day.day) for d in days] == [(0, 20), (1, 21), (2, 22), (3, 23)]
    assert days[0].unlocks_at == ALWAYS_OPEN and days[0].cutoff_at == days[1].cutoff_at
    assert days[2].unlocks_at == datetime(2026, 11, 22, 6, tzinfo=SHANGHAI)
    assert days[2].cutoff_at == datetime(2026, 11, 22, 22, tzinfo=SHANGHAI)
    assert (cohort.number, cohort.name, cohort.days_total, cohort.ends_on) == (1, "第 1 期", 3, date(2026, 11, 23))
    assert (cohort.completion_percent, cohort.state) == (60, CohortState.DRAFT)
    tasks = queries.list_tasks(read(), cohort.id)
    assert [(t.day_number, t.position, t.key, t.required) for t in tasks[2:4]] == [
        (1, 1, "read", False),
        (1, 2, "write", True),
    ]
    assert tasks[3].asks == ("text", "link", "file") and tasks[3].cutoff_at == days[1].cutoff_at
    assert queries.get_task(read(), tasks[3].code) == tasks[3]
    assert told == [CohortOpened(happened_at=told[0].happened_at, cohort_id=cohort.id, seats=150)]


def test_a_second_cohort_counts_on(work: Any) -> None:
    with work() as w:
        make_cohort(w)
        second = make_cohort(w, camp="short-writing", language="en")
    assert (second.number, second.name) == (2, "Cohort 2")


def test_a_day_comes_with_pictures_and_tasks(work: Any, read: Any) -> None:
    with work() as w:
        cohort = make_cohort(w)
    page = queries.get_day(read(), cohort.id, 2)
    assert "第 2 天的材料" in page.body_html and f'src="/files/camps/{cohort.code}/2/' in page.body_html
    assert [task.key for task in page.tasks] == ["read", "write"]
    code = page.body_html.split(f"/{cohort.code}/2/")[1].split('"')[0]
    assert queries.find_day_file(read(), cohort.id, 2, code) is not None
    assert queries.find_day_file(read(), cohort.id, 2, "0" * 16) is None
    with pytest.raises(DayNotFound):
        queries.get_day(read(), cohort.id, 9)


def test_a_running_cohort_keeps_its_revision(work: Any, read: Any) -> None:
    with work() as w:
        before = make_cohort(w)
        changed = camp_folder() | {"days/01-day.md": "# 新的第一课".encode()}
        report = service.import_camp(w, SYSTEM, changed)
        after = make_cohort(w, camp="short-writing")
    assert report.revision == 2
    assert queries.get_day(read(), before.id, 1).day.title == "第 1 课"
    assert queries.get_day(read(), after.id, 1).day.title == "新的第一课"


@pytest.mark.parametrize(
    ("plan", "refusal"),
    [
        ({"seats": 0}, SeatsOutOfRange),
        ({"time_zone": "Mars/Base"}, UnknownZone),
        ({"camp": "no-such-camp"}, CampNotFound),
    ],
)
def test_an_impossible_plan_is_refused_and_leaves_nothing(
    work: Any, read: Any, plan: dict[str, Any], refusal: type[Exception]
) -> None:
    with work() as w:
        make_camp(w)
    with pytest.raises(refusal), work() as w:
        make_cohort(w, **{"camp": "short-writing", **plan})
    assert queries.list_cohorts(read()) == []


def test_every_move_is_written_down_and_a_repeated_one_changes_nothing(
    work: Any, read: Any, told: list[Event], people: dict[str, Any]
) -> None:
    who = Actor(people["operator"].id, frozenset({"operator"}))
    with work() as w:
        cohort = make_cohort(w, state=CohortState.CLOSED)
        told.clear()
        for _ in range(2):
            moved = service.move_cohort(w, who, cohort.id, "canceled", " 老师生病 ")
    assert moved.state == CohortState.CANCELED
    changes = queries.list_changes(read(), cohort.id)
    assert len(changes) == 3
    assert (changes[0].from_state, changes[0].to_state, changes[0].who, changes[0].why) == (
        CohortState.CLOSED,
        CohortState.CANCELED,
        people["operator"].id,
        "老师生病",
    )
    assert [event.to for event in told if isinstance(event, CohortMoved)] == ["canceled"]


def test_a_cohort_that_wraps_up_cannot_be_canceled(work: Any) -> None:
    with work() as w:
        cohort = make_cohort(w, state=CohortState.WRAPPING_UP)
        with pytest.raises(MoveRefused):
            service.move_cohort(w, SYSTEM, cohort.id, "canceled", "too late")


def test_the_factory_reaches_every_state(work: Any) -> None:
    with work() as w:
        make_camp(w)
        for state in CohortState:
            cohort = make_cohort(w, camp="short-writing", state=CohortState.DRAFT)
            assert walk_to(w, cohort, state).state == state


def test_new_dates_give_new_windows(work: Any, read: Any) -> None:
    with work() as w:
        cohort = make_cohort(w, starts_on=date(2026, 12, 7))
        service.change_cohort(
            w, SYSTEM, cohort.id, starts_on=date(2027, 3, 13), time_zone="America/New_York", cutoff=time(2, 30)
        )
    first, second = queries.list_days(read(), cohort.id)[1:3]
    # On 2027-03-14 New York skips 02:30: the cutoff of day 1 is the jump itself.
    assert first.cutoff_at == datetime(2027, 3, 14, 7, tzinfo=UTC)
    assert second.cutoff_at == datetime(2027, 3, 15, 6, 30, tzinfo=UTC)
    assert queries.get_cohort_by_id(read(), cohort.id).ends_on == date(2027, 3, 15)


def test_past_days_are_never_dated_anew(work: Any, read: Any) -> None:
    with work() as w:
        cohort = make_cohort(w, state=CohortState.RUNNING)
    before = queries.list_days(read(), cohort.id)
    for change in ({"starts_on": date(2026, 12, 1)}, {"cutoff": time(3)}, {"time_zone": "UTC"}):
        with pytest.raises(AlreadyStarted), work() as w:
            service.change_cohort(w, SYSTEM, cohort.id, **change)
    with work() as w:
        renamed = service.change_cohort(w, SYSTEM, cohort.id, name="秋季期", starts_on=cohort.starts_on)
    assert renamed.name == "秋季期" and queries.list_days(read(), cohort.id) == before


def test_only_tutors_tutor(work: Any, read: Any, people: dict[str, Any]) -> None:
    with work() as w:
        cohort = make_cohort(w, tutors=[people["tutor"].id])
        service.assign_tutor(w, SYSTEM, cohort.id, people["tutor"].id)
        with pytest.raises(NotATutor):
            service.assign_tutor(w, SYSTEM, cohort.id, people["student"].id)
    assert queries.list_tutors(read(), cohort.id) == [people["tutor"].id]
    with work() as w:
        service.remove_tutor(w, SYSTEM, cohort.id, people["tutor"].id)
    assert queries.list_tutored(read(), people["tutor"].id) == []


def test_the_landing_page_shows_cohorts_that_take_students(work: Any, read: Any) -> None:
    with work() as w:
        late = make_cohort(w, starts_on=date(2026, 12, 14))
        soon = make_cohort(w, camp="short-writing", starts_on=date(2026, 12, 7))
        make_cohort(w, camp="short-writing", enrolls_from=datetime(2026, 12, 1, tzinfo=UTC))
        make_cohort(w, camp="short-writing", enrolls_until=datetime(2026, 11, 1, tzinfo=UTC))
        make_cohort(w, camp="short-writing", state=CohortState.DRAFT)
        over = make_cohort(w, camp="short-writing", state=CohortState.ENDED, starts_on=date(2026, 10, 1))
    landing = queries.get_landing(read(), "short-writing")
    assert [cohort.id for cohort in landing.open] == [soon.id, late.id]
    assert [cohort.id for cohort in landing.finished] == [over.id]
    assert [cohort.id for cohort in queries.list_open_cohorts(read())] == [soon.id, late.id]
    assert landing.story.copy[0].channel == "moments" and landing.story.weeks[0].last == 3
    assert [day.number for day in landing.days] == [0, 1, 2, 3]


def test_sources_join(work: Any, read: Any) -> None:
    with work() as w:
        cohort = make_cohort(w)
    found, tasks = queries.cohort_source(), queries.cohort_task_source()
    row = read().session.execute(select(found).where(found.c.id == cohort.id)).one()
    assert (row.camp_slug, row.state) == ("short-writing", "enrolling")
    rows = read().session.execute(select(tasks).where(tasks.c.cohort_id == cohort.id)).all()
    assert len(rows) == 8 and {row.day_number for row in rows} == {0, 1, 2, 3}


def test_a_cohort_that_is_not_there(read: Any) -> None:
    with pytest.raises(CohortNotFound):
        queries.get_cohort(read(), "NOSUCH00")
    with pytest.raises(CohortNotFound):
        queries.get_cohort_by_id(read(), 99)


def test_lists_do_not_ask_row_by_row(app: Any, work: Any, read: Any) -> None:
    with work() as w:
        make_camp(w)
        cohorts = [make_cohort(w, camp="short-writing") for _ in range(5)]
    look = read()
    with counting(app) as count:
        queries.list_cohorts(look)
        queries.list_camps(look)
        queries.list_tasks(look, cohorts[0].id)
        queries.get_day(look, cohorts[0].id, 1)
    assert count.statements <= 5


def test_the_audit_trail_says_what_was_changed(work: Any, read: Any) -> None:
    from lms.kernel.audit import AuditEntry

    with work() as w:
        cohort = make_cohort(w, state=CohortState.DRAFT)
        service.set_seats(w, SYSTEM, cohort.id, 80)
    entry = read().session.scalars(select(AuditEntry).where(AuditEntry.act == "cohort.seats_changed")).one()
    assert (entry.subject, entry.before, entry.after) == (f"cohort:{cohort.code}", {"seats": 150}, {"seats": 80})
    assert read().session.scalar(select(models.Cohort.seats)) == 80
