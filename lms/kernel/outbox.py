"""The outbox: what happened and what is to be done outside, written in the transaction that caused it.

Events are facts told to handlers of rooms above; their effects in the database happen exactly once,
because a handler's row is marked done in the handler's own commit. Errands are effects outside the
database (a mail, a rendered file): at least once, with a unique key to make a repetition harmless.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, cast

from sqlalchemy import JSON, Index, String, Text, insert
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Key, Model, insert_missing, key, one_of
from lms.kernel.parts import Parts, current_parts

if TYPE_CHECKING:
    from sqlalchemy import Table

    from lms.kernel.work import Read, Work

Payload = dict[str, Any]


class RowKind(StrEnum):
    EVENT = "event"
    ERRAND = "errand"


class RowState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


class OutboxRow(Model):
    """One thing to do: a handler to run for an event, or an errand."""

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("kind", RowKind),
        one_of("state", RowState),
        Index("ix_outbox_due", "state", "run_at"),
        Index("ix_outbox_order", "order_key", "state"),
    )

    id: Mapped[Key] = key()
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(80))
    handler: Mapped[str] = mapped_column(String(120), default="")
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    order_key: Mapped[str | None] = mapped_column(String(120))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default=RowState.WAITING)
    run_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


# --- Events -----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact, in the past tense: ids and plain values. Subclasses register themselves by name."""

    happened_at: datetime

    version: ClassVar[int] = 1
    known: ClassVar[dict[str, type[Event]]] = {}

    def __init_subclass__(cls) -> None:
        Event.known[cls.__name__] = cls

    @property
    def order_key(self) -> str | None:
        """Name what must stay in order: rows with one key run one after the other. None: no order."""
        return None


def encode(value: Any) -> Any:
    """Write a value of an event as JSON; times and dates keep their kind."""
    if isinstance(value, datetime):
        return {"@at": value.isoformat()}
    if isinstance(value, date):
        return {"@day": value.isoformat()}
    if isinstance(value, dict):
        return {name: encode(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [encode(inner) for inner in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"an event carries plain values, not {type(value).__name__}")


def decode(value: Any) -> Any:
    """Read back what `encode` wrote."""
    if isinstance(value, dict):
        if value.keys() == {"@at"}:
            return datetime.fromisoformat(value["@at"])
        if value.keys() == {"@day"}:
            return date.fromisoformat(value["@day"])
        return {name: decode(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [decode(inner) for inner in value]
    return value


def event_payload(event: Event) -> Payload:
    """Flatten an event to JSON."""
    return {f.name: encode(getattr(event, f.name)) for f in dataclasses.fields(event)}


def read_event(name: str, payload: Payload) -> Event:
    """Make the event again from its row."""
    return Event.known[name](**cast(Payload, decode(payload)))


# --- Subscriptions ----------------------------------------------------------

Handler = Callable[["Work", Any], None]


@dataclass(frozen=True, kw_only=True)
class ErrandKind:
    """How errands of one kind are run.

    `prepare(read, payload)` gathers what is needed; `perform(parts, key, prepared)` does it outside any
    transaction, with the key as idempotency key; `record(work, payload, result)` writes what came of it.
    """

    name: str
    prepare: Callable[[Read, Payload], Payload]
    perform: Callable[[Parts, str, Payload], Payload]
    record: Callable[[Work, Payload, Payload], None]


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A job of the clock. `run(work)` runs in one work together with the note that it ran."""

    name: str
    every: timedelta
    run: Callable[[Work], None]


@dataclass(frozen=True, kw_only=True)
class Pump:
    """A job of the clock that moves things between the world and the database and opens its own works."""

    name: str
    every: timedelta
    run: Callable[[Parts], None]


def handler_name(handler: Handler) -> str:
    """Name a handler as its row does."""
    function = cast(Any, handler)
    return f"{function.__module__}.{function.__qualname__}"


class Subscriptions:
    """Who hears what, which errands there are, and what the clock does."""

    def __init__(
        self,
        events: Sequence[tuple[type[Any], Handler]],
        errands: Sequence[ErrandKind],
        schedules: Sequence[Schedule | Pump],
    ) -> None:
        self._by_event: dict[str, list[str]] = {}
        self.handlers: dict[str, Handler] = {}
        for event, handler in events:
            self._by_event.setdefault(event.__name__, []).append(handler_name(handler))
            self.handlers[handler_name(handler)] = handler
        self.errands = {kind.name: kind for kind in errands}
        self.schedules = {schedule.name: schedule for schedule in schedules}

    def handlers_of(self, event: str) -> list[str]:
        """List the handlers that hear an event, in the order of the table."""
        return self._by_event.get(event, [])


# --- Writing ----------------------------------------------------------------


def tell(work: Work, event: Event) -> bool:
    """Write one row per handler of the event; tell whether anybody listens."""
    name = type(event).__name__
    handlers = current_parts().subscriptions.handlers_of(name)
    payload = event_payload(event)
    rows = [
        {
            "kind": RowKind.EVENT,
            "name": name,
            "handler": handler,
            "order_key": f"{handler}:{event.order_key}" if event.order_key else None,
            "payload": payload,
            "run_at": work.now,
            "created_at": work.now,
        }
        for handler in handlers
    ]
    if rows:
        work.session.execute(_INTO, rows)
    return bool(handlers)


# The table's own insert: the model's takes twice as long, and nobody reads the rows back.
_INTO = insert(cast("Table", OutboxRow.__table__))


def ask_errand(work: Work, kind: str, key_: str, payload: Payload, run_at: datetime) -> bool:
    """Write one errand unless its key is there; tell whether it is new."""
    return ask_errands(work, kind, {key_: payload}, run_at) == 1


def ask_errands(work: Work, kind: str, asked: dict[str, Payload], run_at: datetime) -> int:
    """Write errands whose keys are not there yet; count the new ones."""
    if kind not in current_parts().subscriptions.errands:
        raise LookupError(f"nobody runs errands of kind {kind!r}; list it in subscriptions.py")
    rows = [
        {
            "kind": RowKind.ERRAND,
            "name": kind,
            "handler": "",
            "key": key_,
            "payload": payload,
            "state": RowState.WAITING,
            "run_at": run_at,
            "attempts": 0,
            "error": "",
            "created_at": work.now,
        }
        for key_, payload in asked.items()
    ]
    return insert_missing(work, OutboxRow, ["key"], rows)
