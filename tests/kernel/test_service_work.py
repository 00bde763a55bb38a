"""Works, the fence and locks, on both engines."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from lms.kernel.db import db, insert_missing, insert_once, lock
from lms.kernel.errors import NotFound
from lms.kernel.outbox import OutboxRow, RowKind, RowState
from lms.kernel.work import Work, begin_read, begin_work
from lms.kernel.worker import ScheduleRow

AT = datetime(2026, 1, 1, tzinfo=UTC)


def _row(work: Work, name: str = "n") -> OutboxRow:
    return work.add(OutboxRow(kind=RowKind.EVENT, name=name, payload={}, run_at=AT, created_at=AT))


def _count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(OutboxRow)) or 0


def test_a_work_commits_when_left(app: Flask) -> None:
    with begin_work() as work:
        _row(work)
    assert _count() == 1


def test_an_exception_rolls_everything_back(app: Flask) -> None:
    with pytest.raises(ValueError, match="stop"), begin_work() as work:
        _row(work)
        raise ValueError("stop")
    assert _count() == 0


def test_a_work_inside_a_work_is_a_bug(app: Flask) -> None:
    with begin_work(), pytest.raises(RuntimeError, match="already open"), begin_work():
        pass


def test_changes_that_belong_to_no_work_are_a_bug(app: Flask) -> None:
    db.session.add(OutboxRow(kind=RowKind.EVENT, name="n", payload={}, run_at=AT, created_at=AT))
    with pytest.raises(RuntimeError, match="belong to no work"), begin_work():
        pass
    db.session.rollback()


def test_a_core_write_outside_a_work_is_refused(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="outside a Work"):
        db.session.execute(update(OutboxRow).values(name="x"))


def test_times_come_back_aware_and_naive_ones_are_refused(app: Flask) -> None:
    with begin_work() as work:
        _row(work)
    db.session.rollback()
    assert db.session.scalars(select(OutboxRow.run_at)).one() == AT
    with pytest.raises(Exception, match="naive"), begin_work() as work:
        work.add(OutboxRow(kind="event", name="n", payload={}, run_at=datetime(2026, 1, 1), created_at=AT))  # noqa: DTZ001


def test_inserting_once_inserts_once(app: Flask) -> None:
    with begin_work() as work:
        assert insert_once(work, ScheduleRow, ["name"], name="a", next_run_at=AT)
        assert not insert_once(work, ScheduleRow, ["name"], name="a", next_run_at=AT)
        rows = [{"name": name, "next_run_at": AT} for name in ("a", "b", "c")]
        assert insert_missing(work, ScheduleRow, ["name"], rows) == 2


def test_locking_what_is_not_there_is_not_found(app: Flask) -> None:
    with pytest.raises(NotFound), begin_work() as work:
        lock(work, OutboxRow, 404)


def test_parallel_works_lose_no_update(app: Flask) -> None:
    with begin_work() as work:
        row_id = _row(work).id

    def add_one() -> None:
        with app.app_context():
            for _ in range(10):
                with begin_work() as work:
                    lock(work, OutboxRow, row_id).attempts += 1
            db.session.remove()

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()
    assert db.session.scalars(select(OutboxRow.attempts)).one() == 80


def test_a_read_sees_one_moment(app: Flask) -> None:
    assert begin_read().now == begin_read().now
    assert RowState.WAITING == "waiting"
