"""The database: model base, column types, locks, and the fence that keeps writes inside a Work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from select import POLLIN, poll
from typing import TYPE_CHECKING, Any, TypeVar, cast

import psycopg
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from psycopg.pq import TransactionStatus
from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    CheckConstraint,
    CursorResult,
    Date,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    bindparam,
    event,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedColumn,
    ORMExecuteState,
    Session,
    UOWTransaction,
    mapped_column,
    registry,
)
from sqlalchemy.pool import Pool
from sqlalchemy.types import TypeDecorator

from lms.kernel.errors import NotFound

Key = int
_BIG = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts rowids only in an INTEGER column


class Instant(TypeDecorator[datetime]):
    """An aware time, kept in UTC. A naive one is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time reached the database: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    # On the registry, since Flask-SQLAlchemy derives its own base from this one.
    registry = registry(
        metadata=_metadata,
        type_annotation_map={datetime: Instant(), date: Date(), dict[str, Any]: JSON(), list[Any]: JSON()},
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def key() -> MappedColumn[int]:
    """A primary key: a big integer given by the database, so that its order is the order of creation."""
    return mapped_column(_BIG, primary_key=True)


def ref(target: str, *, unique: bool = False, index: bool = True, primary_key: bool = False) -> MappedColumn[Any]:
    """A foreign key; nullable when its annotation is. What is referred to cannot be deleted."""
    return mapped_column(
        _BIG,
        ForeignKey(target, ondelete="RESTRICT"),
        unique=unique,
        index=index and not unique and not primary_key,
        primary_key=primary_key,
    )


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """Let a column hold only the words of a vocabulary."""
    allowed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


def append_only(model: type[Base]) -> None:
    """Let the database itself refuse to change or remove the rows of a table."""
    table = cast("Table", model.__table__)
    ddl: Any = DDL  # untyped in the library
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_statements(table.name, dialect):
            # DDL fills places of its own with %, so a literal one is written twice.
            event.listen(table, "after_create", ddl(statement.replace("%", "%%")).execute_if(dialect=dialect))


def append_only_statements(table: str, dialect: str) -> list[str]:
    """Give the statements that make a table append-only; migrations use them too."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ]


def is_sqlite(session: Session) -> bool:
    """Tell which of the two engines a session speaks to."""
    return session.get_bind().dialect.name == "sqlite"


M = TypeVar("M", bound="Base")


def lock(work: Any, model: type[M], id_: int) -> M:
    """Read a row afresh and hold it until the work ends; NotFound when there is none."""
    row = cast("M | None", cast("Session", work.session).scalars(_locking(model), {"id_": id_}).one_or_none())
    if row is None:
        raise NotFound
    return row


@cache  # putting it together takes longer than running it
def _locking(model: type[Base]) -> Any:
    by_id = select(model).where(cast(Any, model).id == bindparam("id_"))
    return by_id.with_for_update().execution_options(populate_existing=True)


def insert_once(work: Any, model: type[Base], unique: Sequence[str], **values: Any) -> bool:
    """Insert a row unless one with the same `unique` columns is there; tell whether it was made."""
    return insert_missing(work, model, unique, [values]) == 1


def insert_new(
    work: Any, model: type[Base], unique: Sequence[str], *, only_where: Any = None, **values: Any
) -> int | None:
    """Insert a row unless one with the same `unique` columns is there; give its id, None when it was there.

    `only_where` is the condition of a partial unique index, a constant.
    """
    session = cast("Session", work.session)
    into = _inserting(model, tuple(unique), is_sqlite(session), True, only_where)
    return cast("int | None", session.scalar(into, values))


def insert_missing(work: Any, model: type[Base], unique: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert those rows whose `unique` columns are not there yet, in one round trip; count those made."""
    listed = [dict(row) for row in rows]
    if not listed:
        return 0
    session = cast("Session", work.session)
    into = _inserting(model, tuple(unique), is_sqlite(session))
    return cast("CursorResult[Any]", session.execute(into, listed)).rowcount


@cache
def _inserting(
    model: type[Base], unique: tuple[str, ...], on_sqlite: bool, with_id: bool = False, only_where: Any = None
) -> Any:
    """Compose an insert that leaves alone what is there; the values are given when it is run."""
    table = cast("Table", model.__table__)
    insert: Any = sqlite.insert if on_sqlite else postgresql.insert
    into = insert(table).on_conflict_do_nothing(index_elements=unique, index_where=only_where)
    return into.returning(table.c.id) if with_id else into.execution_options(preserve_rowcount=True)


# --- Engines ----------------------------------------------------------------


def _prepare_sqlite(connection: Any, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # reads send no BEGIN at all; a Work sends BEGIN IMMEDIATE
    for pragma in ("journal_mode=wal", "busy_timeout=10000", "foreign_keys=on", "synchronous=full"):
        connection.execute(f"pragma {pragma}")


def _notice_hang_up(driver: Any, _record: object, _proxy: object) -> None:
    """Replace a resting connection whose server has gone: it said so then, and asking each time costs a round trip."""
    if isinstance(driver, psycopg.Connection):
        ear = poll()
        ear.register(driver.fileno(), POLLIN)
        if ear.poll(0):
            raise DisconnectionError


event.listen(Engine, "connect", _prepare_sqlite)
event.listen(Pool, "checkout", _notice_hang_up)


def begin_write(session: Session) -> None:
    """Begin a write transaction: on SQLite it takes the write lock, PostgreSQL locks rows as they are touched."""
    connection = session.connection()
    driver: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        if not driver.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif driver.info.transaction_status == TransactionStatus.IDLE:
        connection.exec_driver_sql("BEGIN")


# --- The fence --------------------------------------------------------------

WORKING = "encamp.working"  # session.info: a Work is open
FENCED = "encamp.fenced"  # session.info: a flush outside a Work began a write transaction


def _fence_flush(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """Flask-Security flushes and commits on its own: give each such write its own write transaction."""
    if not session.info.get(WORKING):
        session.info[FENCED] = True
        begin_write(session)


def _fence_execute(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not (
        state.session.info.get(WORKING) or state.session.info.get(FENCED)
    ):
        raise RuntimeError("a write outside a Work: open one with begin_work()")


def _fence_down(session: Session) -> None:
    session.info.pop(FENCED, None)


event.listen(Session, "before_flush", _fence_flush)
event.listen(Session, "do_orm_execute", _fence_execute)
event.listen(Session, "after_commit", _fence_down)
event.listen(Session, "after_rollback", _fence_down)


def init_db(app: Flask, url: str) -> None:
    """Bind the app to its database."""
    # Reads send no BEGIN, as on SQLite: each statement sees what is committed, which READ COMMITTED says anyway.
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if url.startswith("postgresql") else {}
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)


__all__ = [
    "Instant",
    "Key",
    "Mapped",
    "Model",
    "append_only",
    "db",
    "insert_missing",
    "insert_once",
    "key",
    "lock",
    "one_of",
    "ref",
]
