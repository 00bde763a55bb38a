"""Rows of a PostgreSQL database as they are now, and a quick way back to them.

Making a database anew from a template takes the server about as long as a whole test; deleting what a test
wrote takes a hundredth of that.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

# What the keeper's own connections are called in the server's lists.
NAME = "kept-rows"
# Whoever still holds a lock after a test (a thread that hangs, a killed child) would keep others waiting.
END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'
"""
SHAPE = """
SELECT (SELECT sum(hashtext(oid::text || relname)::bigint) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
       (SELECT sum(hashtext(tgrelid::text || tgname || tgenabled::text)::bigint) FROM pg_trigger),
       (SELECT sum(hashtext(conrelid::text || conname)::bigint) FROM pg_constraint)
"""
PUT_SEQUENCES = """
SELECT setval(name::regclass, coalesce(value, 1), value IS NOT NULL)
FROM unnest(%s::text[], %s::bigint[]) kept (name, value)
"""


class KeptRows:
    """All rows and sequences as they are when it is made; `put_back` makes them so again."""

    def __init__(self, url: str, tables: Sequence[str]) -> None:
        """Copy the rows of the tables out; `url` is libpq's."""
        self._url = url
        # Kept open: a fresh connection would read the shape of every table anew, which takes longer than the rest.
        self._connection = _connect(url)
        # One statement tells which tables hold anything: most hold nothing.
        self._filled = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(name), sql.Identifier(name))
            for name in tables
        )
        self._rows = {name: self._copy_out(name) for name in self._list_filled()}
        kept = self._connection.execute("SELECT quote_ident(sequencename), last_value FROM pg_sequences").fetchall()
        self._sequences = [name for name, _ in kept], [value for _, value in kept]
        self._shape = self._connection.execute(SHAPE).fetchone()

    def __del__(self) -> None:
        self._connection.close()

    def put_back(self) -> bool:
        """Make the rows as they were; say no, and let go, where tables or triggers were changed since."""
        if self._connection.closed:
            self._connection = _connect(self._url)
        self._connection.execute(END_OTHERS)
        if self._connection.execute(SHAPE).fetchone() != self._shape:
            self._connection.close()
            return False
        with self._connection.transaction():
            # Append-only tables refuse to be emptied, and rows that refer to each other in a circle to come back.
            self._connection.execute("SET LOCAL session_replication_role = replica")
            for name in self._list_filled():
                self._connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            for name, rows in self._rows.items():
                into = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))
                with self._connection.cursor().copy(into) as copy:
                    copy.write(rows)
            self._connection.execute(PUT_SEQUENCES, self._sequences)
        return True

    def _list_filled(self) -> list[str]:
        return [str(name) for (name,) in self._connection.execute(self._filled).fetchall()]

    def _copy_out(self, name: str) -> bytes:
        with self._connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as out:
            return b"".join(bytes(block) for block in out)


def _connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url, autocommit=True, application_name=NAME)
