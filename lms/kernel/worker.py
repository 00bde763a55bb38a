"""Runs what the outbox and the clock ask for. A killed worker loses nothing: its leases run out."""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from flask import Flask
from sqlalchemy import CursorResult, Integer, String, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Mapped, aliased, mapped_column

from lms.kernel.db import Instant, Model, db, insert_once
from lms.kernel.errors import NotFound
from lms.kernel.outbox import OutboxRow, Payload, Pump, RowKind, RowState, Schedule, read_event
from lms.kernel.parts import current_parts
from lms.kernel.work import Work, begin_read, begin_work

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 8
BATCH = 20

log = structlog.get_logger("worker")


class ScheduleRow(Model):
    """When a job of the clock is due next."""

    __tablename__ = "schedule"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    next_run_at: Mapped[datetime]
    last_run_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Claim:
    """A row that this worker may run until its lease ends."""

    id: int
    lease: str
    kind: str
    name: str
    handler: str
    key: str
    payload: Payload


def backoff(attempts: int) -> timedelta:
    """Wait longer after each failure: 5 s, 20 s, 80 s … at most 6 h."""
    return min(timedelta(seconds=5 * 4 ** max(0, attempts - 1)), timedelta(hours=6))


def _claiming() -> tuple[Any, Any]:
    """Compose how due rows are looked for, and how they are taken: it takes longer than running it."""
    now = bindparam("now", type_=Instant())
    due = and_(
        OutboxRow.state == RowState.WAITING,
        OutboxRow.run_at <= now,
        or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until <= now),
    )
    older = aliased(OutboxRow)
    blocked = (
        select(older.id)
        .where(older.order_key == OutboxRow.order_key, older.id < OutboxRow.id, older.state == RowState.WAITING)
        .exists()
    )
    take = (
        select(OutboxRow)
        .where(due, or_(OutboxRow.order_key.is_(None), ~blocked))
        .order_by(OutboxRow.id)
        .limit(bindparam("most", type_=Integer()))
        .with_for_update(skip_locked=True)
    )
    return select(OutboxRow.id).where(due).limit(1), take


_LOOK, _TAKE = _claiming()
_OWN = (
    select(OutboxRow)
    .where(
        OutboxRow.id == bindparam("row"),
        OutboxRow.lease == bindparam("held"),
        OutboxRow.state == RowState.WAITING,
    )
    .with_for_update()
    .execution_options(populate_existing=True)
)


def claim(limit: int = BATCH) -> list[Claim]:
    """Take due rows under lease; of rows with one order key only the oldest unfinished one."""
    read = begin_read()
    if read.session.execute(_LOOK, {"now": read.now}).first() is None:
        return []
    with begin_work() as work:
        claims = []
        for row in work.session.scalars(_TAKE, {"now": work.now, "most": limit}).all():
            row.lease = work.new_code(16)
            row.leased_until = work.now + LEASE
            claims.append(Claim(row.id, row.lease, row.kind, row.name, row.handler, row.key or "", row.payload))
    return claims


def _own(work: Work, claimed: Claim) -> OutboxRow | None:
    """Find the claimed row if the lease is still ours; lock it."""
    return work.session.scalars(_OWN, {"row": claimed.id, "held": claimed.lease}).one_or_none()


def _finish(work: Work, row: OutboxRow) -> None:
    row.state = RowState.DONE
    row.done_at = work.now
    row.lease = row.leased_until = None
    row.error = ""


def _run_event(claimed: Claim) -> None:
    handler = current_parts().subscriptions.handlers[claimed.handler]
    with begin_work() as work:
        row = _own(work, claimed)
        if row is None:
            return
        handler(work, read_event(claimed.name, claimed.payload))
        _finish(work, row)


def _run_errand(claimed: Claim) -> None:
    parts = current_parts()
    kind = parts.subscriptions.errands[claimed.name]
    prepared = kind.prepare(begin_read(), claimed.payload)
    _session_rollback()  # nothing slow happens inside a transaction, not even a read's
    result = kind.perform(parts, claimed.key, prepared)
    with begin_work() as work:
        row = _own(work, claimed)
        if row is None:
            return
        kind.record(work, claimed.payload, result)
        _finish(work, row)


def _session_rollback() -> None:
    db.session.rollback()


def run(claimed: Claim) -> bool:
    """Run one claimed row; a failure is written on the row and tried again later. Tells whether it worked."""
    try:
        if claimed.kind == RowKind.EVENT:
            _run_event(claimed)
        else:
            _run_errand(claimed)
    except Exception as error:  # any failure of a handler belongs on its row, never on the worker
        log.warning("outbox.failed", row=claimed.id, name=claimed.name, handler=claimed.handler, error=repr(error))
        _note_failure(claimed, traceback.format_exc(limit=-6))
        return False
    finally:
        db.session.remove()
    return True


def _note_failure(claimed: Claim, error: str) -> None:
    db.session.rollback()
    with begin_work() as work:
        row = _own(work, claimed)
        if row is None:
            return
        row.attempts += 1
        row.error = error[-4000:]
        row.lease = row.leased_until = None
        row.run_at = work.now + backoff(row.attempts)
        if row.attempts >= MOST_ATTEMPTS:
            row.state = RowState.DEAD


def retry(work: Work, row_id: int) -> None:
    """Offer a dead row again, from the dead-letter list; NotFound for any other row."""
    changed = cast(
        "CursorResult[Any]",
        work.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == row_id, OutboxRow.state == RowState.DEAD)
            .values(state=RowState.WAITING, attempts=0, run_at=work.now, lease=None, leased_until=None)
        ),
    )
    if changed.rowcount == 0:
        raise NotFound
    work.wake_worker()


def run_due_schedules() -> int:
    """Run the jobs of the clock that are due, each in a work of its own; count them."""
    parts = current_parts()
    read = begin_read()
    known = {row.name: row.next_run_at for row in read.session.scalars(select(ScheduleRow))}
    due = [s for name, s in parts.subscriptions.schedules.items() if name not in known or known[name] <= read.now]
    return sum(_run_schedule(schedule) for schedule in due)


def _run_schedule(schedule: Schedule | Pump) -> bool:
    try:
        with begin_work() as work:
            if not _take_turn(work, schedule):
                return False
            if isinstance(schedule, Schedule):
                schedule.run(work)
        if isinstance(schedule, Pump):
            schedule.run(current_parts())
    except Exception:  # one broken job must not stop the clock for the others
        log.exception("schedule.failed", schedule=schedule.name)
        return False
    finally:
        db.session.remove()
    return True


def _take_turn(work: Work, schedule: Schedule | Pump) -> bool:
    next_at = work.now + schedule.every
    if insert_once(work, ScheduleRow, ["name"], name=schedule.name, next_run_at=next_at, last_run_at=work.now):
        return True
    changed = work.session.execute(
        update(ScheduleRow)
        .where(ScheduleRow.name == schedule.name, ScheduleRow.next_run_at <= work.now)
        .values(next_run_at=next_at, last_run_at=work.now)
    )
    return cast("CursorResult[Any]", changed).rowcount == 1


def drain(app: Flask, *, schedules: bool = True, most: int = 10_000) -> int:
    """Run everything that is due until nothing is; count the rows that worked. For tests, demo and scripts."""
    done = 0
    with app.app_context():
        if schedules:
            run_due_schedules()
        for _ in range(most):
            claims = claim()
            if not claims:
                break
            done += sum(run(claimed) for claimed in claims)
    return done


def work_on(app: Flask, *, seconds: float) -> None:
    """Take rows as long as there are any, for at most `seconds`."""
    until = time.monotonic() + seconds
    with app.app_context():
        while time.monotonic() < until:
            claims = claim()
            if not claims:
                return
            for claimed in claims:
                run(claimed)


@dataclass(frozen=True)
class OutboxCounts:
    waiting: int
    dead: int
    oldest_waiting_at: datetime | None


def count_rows() -> OutboxCounts:
    """Count what waits and what is dead, for the console and `/readyz`."""
    read = begin_read()
    counts = {
        state: (n, oldest)
        for state, n, oldest in read.session.execute(
            select(OutboxRow.state, func.count(), func.min(OutboxRow.run_at))
            .where(OutboxRow.state != RowState.DONE)
            .group_by(OutboxRow.state)
        )
    }
    waiting, oldest = counts.get(RowState.WAITING, (0, None))
    return OutboxCounts(waiting, counts.get(RowState.DEAD, (0, None))[0], oldest)


def list_dead(before: int | None = None, limit: int = 50) -> Sequence[OutboxRow]:
    """List dead rows, newest first, paged by id."""
    statement = select(OutboxRow).where(OutboxRow.state == RowState.DEAD).order_by(OutboxRow.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(OutboxRow.id < before)
    return begin_read().session.scalars(statement).all()
