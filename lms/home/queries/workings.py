"""Reads of the machinery: what waits, what failed for good, what the clock does, who did what."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from lms.home.acts import acts_named
from lms.home.trail import changes_between
from lms.kernel.audit import AuditEntry
from lms.kernel.outbox import OutboxRow
from lms.kernel.parts import current_parts
from lms.kernel.work import Read
from lms.kernel.worker import OutboxCounts, ScheduleRow, count_rows, list_dead
from lms.people.accounts.queries import Person, list_people, person_source

PAGE = 50
_GRACE = timedelta(minutes=2)


@dataclass(frozen=True)
class DeadRow:
    """An event or errand that failed for good; `error` is the whole trace, `reason` its last line."""

    id: int
    name: str
    handler: str
    key: str
    attempts: int
    created_at: datetime
    error: str
    reason: str


@dataclass(frozen=True)
class ScheduleLine:
    """A job of the clock and when it ran."""

    name: str
    every: timedelta
    last_run_at: datetime | None
    next_run_at: datetime | None
    is_late: bool


@dataclass(frozen=True)
class Workings:
    """The page of background work; `older` is the key to page on from."""

    counts: OutboxCounts
    waits_for: timedelta
    dead: list[DeadRow]
    older: int | None
    schedules: list[ScheduleLine]


@dataclass(frozen=True)
class AuditLine:
    """One privileged act; `changes` names each value with what it was and what it became."""

    id: int
    at: datetime
    person: Person | None
    via: str
    act: str
    subject: str
    changes: list[tuple[str, str, str]]


@dataclass(frozen=True)
class AuditPage:
    lines: list[AuditLine]
    older: int | None


def look_at_workings(read: Read, before: int | None = None) -> Workings:
    """Gather what waits, the dead rows (newest first, paged by key) and the jobs of the clock."""
    counts = count_rows()
    rows = list_dead(before, PAGE + 1)
    oldest = counts.oldest_waiting_at
    return Workings(
        counts,
        max(timedelta(0), read.now - oldest) if oldest else timedelta(0),
        [_dead(row) for row in rows[:PAGE]],
        rows[PAGE - 1].id if len(rows) > PAGE else None,
        _schedules(read),
    )


def _dead(row: OutboxRow) -> DeadRow:
    lines = [line.strip() for line in row.error.splitlines() if line.strip()]
    return DeadRow(
        row.id,
        row.name,
        row.handler,
        row.key or "",
        row.attempts,
        row.created_at,
        row.error,
        lines[-1] if lines else "",
    )


def _schedules(read: Read) -> list[ScheduleLine]:
    kept = {row.name: row for row in read.session.scalars(select(ScheduleRow))}
    return [
        _schedule(name, schedule.every, kept.get(name), read.now)
        for name, schedule in sorted(current_parts().subscriptions.schedules.items())
    ]


def _schedule(name: str, every: timedelta, row: ScheduleRow | None, now: datetime) -> ScheduleLine:
    if row is None:
        return ScheduleLine(name, every, None, None, False)
    return ScheduleLine(name, every, row.last_run_at, row.next_run_at, row.next_run_at + _GRACE < now)


# --- The audit trail --------------------------------------------------------


def list_audit(read: Read, *, act: str = "", person: str = "", before: int | None = None) -> AuditPage:
    """List privileged acts, newest first, paged by key.

    `act` is a part of an act's words or name or of what it was done to, `person` a whole address, code or name.
    """
    statement = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(PAGE + 1)
    if act:
        held = [column.icontains(act, autoescape=True) for column in (AuditEntry.act, AuditEntry.subject)]
        statement = statement.where(or_(*held, AuditEntry.act.in_(acts_named(act))))
    if person:
        who = person_source()
        named = (who.c.email == person.lower()) | (who.c.code == person.upper()) | (who.c.display_name == person)
        statement = statement.where(AuditEntry.person_id.in_(select(who.c.id).where(named)))
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    rows = list(read.session.scalars(statement))
    people = list_people(read, [row.person_id for row in rows if row.person_id is not None])
    lines = [
        AuditLine(
            row.id,
            row.at,
            people.get(row.person_id) if row.person_id is not None else None,
            row.via,
            row.act,
            row.subject,
            changes_between(row.before, row.after),
        )
        for row in rows[:PAGE]
    ]
    return AuditPage(lines, rows[PAGE - 1].id if len(rows) > PAGE else None)
