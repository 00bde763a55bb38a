"""Read and Work: the one way to the database, and the one place that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

from lms.kernel import outbox
from lms.kernel.audit import AuditEntry, witness
from lms.kernel.db import FENCED, WORKING, Base, begin_write, db
from lms.kernel.parts import current_parts

_FENCED_WORK = "encamp.fenced_work"  # session.info: what a write outside a Work tells

M = TypeVar("M", bound=Base)

STAFF_ROLES = frozenset({"tutor", "operator", "finance"})


@dataclass(frozen=True)
class Actor:
    """Who acts. `person_id` is None for the system and for visitors."""

    person_id: int | None
    roles: frozenset[str]
    via: str = "web"

    def has(self, *roles: str) -> bool:
        """Tell whether the actor has any of the roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_staff(self) -> bool:
        """Tell whether the actor works here: tutor, operator or finance."""
        return self.has(*STAFF_ROLES)

    @property
    def is_signed_in(self) -> bool:
        return self.person_id is not None


SYSTEM = Actor(None, frozenset({"system"}), "system")
VISITOR = Actor(None, frozenset(), "web")


class Read:
    """A look at the data: the session and one fixed moment (aware, UTC)."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now


class Work(Read):
    """One write transaction with one commit. Made by `begin_work` only."""

    def __init__(self, session: Session, now: datetime) -> None:
        super().__init__(session, now)
        self._told = False
        self._audited = False

    def add(self, row: M) -> M:
        """Write a row now, so that its id is known."""
        self.session.add(row)
        self.session.flush()
        return row

    def new_code(self, length: int = 8) -> str:
        """Make a public code (Crockford base 32); 8 characters name things, 12 and more open them."""
        return current_parts().codes.new(length)

    def tell(self, event: outbox.Event) -> None:
        """Tell the rooms above what happened: one outbox row per handler, in this commit."""
        if outbox.tell(self, event):
            self._told = True

    def errand(self, kind: str, *, key: str, payload: dict[str, Any], run_at: datetime | None = None) -> bool:
        """Ask for an effect outside the database; the same key asks once. Tells whether it is new."""
        new = outbox.ask_errand(self, kind, key, payload, run_at or self.now)
        self._told = self._told or new
        return new

    def errands(self, kind: str, asked: dict[str, dict[str, Any]], run_at: datetime | None = None) -> int:
        """Ask for many errands of one kind at once: key → payload. Counts those that are new."""
        new = outbox.ask_errands(self, kind, asked, run_at or self.now)
        self._told = self._told or new > 0
        return new

    def audit(
        self,
        act: str,
        *,
        subject: str,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Write what was done to whom into the audit trail, with before and after for rights and money."""
        seen = witness.get()
        entry = AuditEntry(
            at=self.now,
            person_id=seen.person_id if seen else None,
            via=seen.via if seen else "system",
            act=act,
            subject=subject,
            before=before or {},
            after=after or {},
            request_id=seen.request_id if seen else "",
        )
        self.session.add(entry)
        self._audited = True

    def wake_worker(self) -> None:
        """Wake the worker after the commit, for rows that became due without being told anew."""
        self._told = True

    def _close(self) -> bool:
        seen = witness.get()
        if seen is not None and not self._audited:
            self.audit(seen.act, subject=seen.subject)
        return self._told


def _session() -> Session:
    return cast(Session, db.session())


def begin_read() -> Read:
    """Look at the data as it is now."""
    return Read(_session(), current_parts().clock.now())


@contextmanager
def begin_work() -> Iterator[Work]:
    """Restart the session as one write transaction; leaving commits, an exception rolls back.

    Everything is read again inside the lock, so nothing decided before it can be stale.
    """
    session = _session()
    if session.info.get(WORKING):
        raise RuntimeError("a work is already open in this session")
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("the session has changes that belong to no work")
    session.rollback()
    session.info[WORKING] = True
    parts = current_parts()
    try:
        begin_write(session)
        work = Work(session, parts.clock.now())
        yield work
        told = work._close()
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(WORKING, None)
    if told:
        parts.wake()


def fenced_work() -> Work:
    """Give a write of Flask-Security's the tools of a work: tell, errand, add.

    It joins the transaction that `commit_fenced` will commit; inside a Work, that of the work.
    """
    session = _session()
    kept = session.info.get(_FENCED_WORK) if session.info.get(FENCED) else None
    if not session.info.get(WORKING):
        session.info[FENCED] = True
        begin_write(session)
    session.info[_FENCED_WORK] = kept or Work(session, current_parts().clock.now())
    return cast(Work, session.info[_FENCED_WORK])


def commit_fenced() -> None:
    """Commit what Flask-Security wrote outside a Work; inside one, leave the commit to the work."""
    session = _session()
    if session.info.get(WORKING):
        session.flush()
        return
    work = session.info.pop(_FENCED_WORK, None)
    session.commit()
    if work is not None and work._told:
        current_parts().wake()
