"""Handing in on both engines: drafts, versions, timing, refusals."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.errors import NotFound
from lms.kernel.work import begin_work
from lms.learning.checkins import errors, models, queries, service
from tests.factories.accounts import cast, make_person
from tests.factories.camps import walk_to
from tests.factories.checkins import TEXT, make_check_in, task_of, values
from tests.learning.checkins.staging import Begin, Look, Stage

CUTOFF = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def test_a_hand_in_before_the_cutoff_is_on_time(stage: Stage, work: Begin, read: Look) -> None:
    with work() as w:
        make_check_in(w, stage.lin, stage.write)
    row = stage.row(read)
    assert (row.state, row.timing, row.revisions) == ("submitted", "on_time", 1)
    assert queries.list_marks(read(), stage.enrollment).marks[1] == "done"


def test_a_draft_is_kept_and_handed_in_by_nobody(stage: Stage, work: Begin, read: Look) -> None:
    with work() as w:
        service.save_draft(w, stage.who, stage.write.code, values(text="写到一半"))
    row = stage.row(read)
    assert (row.state, row.revisions, row.draft["text"], row.draft["count"]) == ("draft", 0, "写到一半", 4)
    page = queries.hand_in_page(read(), stage.enrollment, stage.write)
    assert page.values["text"] == "写到一半"
    assert queries.list_marks(read(), stage.enrollment).done_required == 0


def test_the_same_version_twice_is_one(stage: Stage, work: Begin, read: Look) -> None:
    for _ in range(2):
        with work() as w:
            make_check_in(w, stage.lin, stage.write)
    assert stage.row(read).revisions == 1


def test_two_tabs_at_once_make_one_version(app: Flask, stage: Stage, read: Look) -> None:
    start = threading.Barrier(2)
    failed: list[BaseException] = []

    def send() -> None:
        with app.app_context():
            start.wait()
            try:
                with begin_work() as w:
                    make_check_in(w, stage.lin, stage.write)
            except BaseException as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert stage.row(read).revisions == 1
    assert read().session.scalar(select(func.count()).select_from(models.CheckInRevision)) == 1


def test_before_the_cutoff_a_new_version_takes_over(stage: Stage, work: Begin, read: Look) -> None:
    with work() as w:
        make_check_in(w, stage.lin, stage.write)
    with work() as w:
        make_check_in(w, stage.lin, stage.write, text=TEXT + "再改一句。")
    page = queries.hand_in_page(read(), stage.enrollment, stage.write)
    assert [version.number for version in page.versions] == [2, 1]
    assert page.values["text"].endswith("再改一句。")


def test_after_the_cutoff_the_version_on_time_counts(stage: Stage, work: Begin, read: Look, clock: FixedClock) -> None:
    with work() as w:
        make_check_in(w, stage.lin, stage.write)
    clock.at = CUTOFF + timedelta(hours=1)
    with pytest.raises(errors.ChangeClosed), work() as w:
        make_check_in(w, stage.lin, stage.write, text=TEXT + "晚了。")
    assert stage.row(read).revisions == 1


def test_late_work_is_taken_and_says_so(stage: Stage, work: Begin, read: Look, clock: FixedClock) -> None:
    clock.at = CUTOFF + timedelta(hours=1)
    with work() as w:
        make_check_in(w, stage.lin, stage.write)
    assert stage.row(read).timing == "late"
    progress = queries.list_marks(read(), stage.enrollment)
    assert progress.marks[1] == "missed"
    assert progress.done_required == 1


def test_the_grace_needs_a_form_opened_before_the_cutoff(
    stage: Stage, work: Begin, read: Look, clock: FixedClock
) -> None:
    clock.at = CUTOFF + timedelta(milliseconds=400)
    with work() as w:
        service.check_in(w, stage.who, stage.write.code, values(), CUTOFF - timedelta(minutes=5))
    assert stage.row(read).timing == "on_time"
    card = queries.day_view(read(), stage.enrollment, 1).tasks[1]
    assert card.in_grace


def test_returned_work_stays_on_time_when_it_comes_again(
    stage: Stage, work: Begin, read: Look, clock: FixedClock
) -> None:
    with work() as w:
        make_check_in(w, stage.lin, stage.write)
        tutor = cast(w, "su")
    with work() as w:
        from tests.factories.accounts import as_actor

        service.return_(w, as_actor(w, tutor), stage.row(read).code, "再具体一点", 1)
    assert stage.row(read).state == "returned"
    clock.at = CUTOFF + timedelta(days=1)
    with work() as w:
        make_check_in(w, stage.lin, stage.write, text=TEXT + "更具体了。")
    row = stage.row(read)
    assert (row.state, row.timing, row.revisions) == ("submitted", "on_time", 2)


def test_a_stale_form_is_told_and_may_be_sent_again(stage: Stage, work: Begin, read: Look) -> None:
    with work() as w:
        make_check_in(w, stage.lin, stage.write)
    with pytest.raises(errors.StaleForm) as refused, work() as w:
        service.check_in(w, stage.who, stage.write.code, values(text="另一台手机上写的"), None, 0)
    assert refused.value.values == {"revision": 1}
    with work() as w:
        service.check_in(w, stage.who, stage.write.code, values(text="另一台手机上写的"), None, 1)
    assert stage.row(read).revisions == 2


def test_what_is_missing_is_tied_to_its_field(stage: Stage, work: Begin) -> None:
    with pytest.raises(errors.TextTooShort) as refused, work() as w:
        make_check_in(w, stage.lin, stage.write, text="短")
    assert refused.value.field == "text"
    with pytest.raises(errors.LinkRefused) as refused_link, work() as w:
        make_check_in(w, stage.lin, stage.write, link="javascript:alert(1)")
    assert refused_link.value.field == "link"


def test_a_locked_day_takes_nothing(stage: Stage, work: Begin, read: Look) -> None:
    later = task_of(read(), stage.cohort, day=3)
    for act in (
        lambda w: make_check_in(w, stage.lin, later),
        lambda w: service.save_draft(w, stage.who, later.code, values()),
        lambda w: service.tick(w, stage.who, task_of(w, stage.cohort, day=3, key="read").code, True),
    ):
        with pytest.raises(errors.DayLocked), work() as w:
            act(w)


def test_strangers_and_the_suspended_hand_in_nothing(stage: Stage, work: Begin) -> None:
    with work() as w:
        stranger = make_person(w, "路人")
    with pytest.raises(NotFound), work() as w:
        make_check_in(w, stranger, stage.write)
    from lms.kernel.work import SYSTEM
    from lms.learning.enrollments.service import suspend

    with work() as w:
        suspend(w, SYSTEM, stage.enrollment.id, "等材料")
    with pytest.raises(errors.WorkClosed), work() as w:
        make_check_in(w, stage.lin, stage.write)


def test_an_ended_cohort_takes_no_more_work(stage: Stage, work: Begin) -> None:
    with work() as w:
        walk_to(w, stage.cohort, "ended")  # type: ignore[arg-type]
    with pytest.raises(errors.WorkClosed), work() as w:
        make_check_in(w, stage.lin, stage.write)


def test_reading_is_ticked_off_and_back(stage: Stage, work: Begin, read: Look, clock: FixedClock) -> None:
    with work() as w:
        service.tick(w, stage.who, stage.read_task.code, True)
    assert (stage.row(read, stage.read_task).state, stage.row(read, stage.read_task).timing) == (
        "accepted",
        "on_time",
    )
    with work() as w:
        service.tick(w, stage.who, stage.read_task.code, False)
    assert stage.row(read, stage.read_task).state == "draft"
    clock.at = CUTOFF + timedelta(hours=1)
    with work() as w:
        service.tick(w, stage.who, stage.read_task.code, True)
    assert stage.row(read, stage.read_task).timing == "on_time"
    with pytest.raises(errors.NotForHandIn), work() as w:
        service.tick(w, stage.who, stage.write.code, True)
