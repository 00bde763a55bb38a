"""Where everything lies: one SQLite file (or memory), one connection, one lock."""

from __future__ import annotations

import json
import secrets
import sqlite3
import string
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Thing = dict[str, Any]

PREFIXES = {
    "checkout.session": "cs_test_",
    "payment_intent": "pi_",
    "charge": "ch_",
    "payment": "py_",
    "refund": "re_",
    "dispute": "du_",
    "account": "acct_",
    "transfer": "tr_",
    "transfer_reversal": "trr_",
    "balance_transaction": "txn_",
    "payout": "po_",
    "event": "evt_",
    "line_item": "li_",
}
# Things that wait for their time: kind, status while they wait, field with the time.
WAITING = {
    "thing_pending": ("balance_transaction", "pending", "available_on"),
    "thing_open": ("checkout.session", "open", "expires_at"),
    "thing_in_transit": ("payout", "in_transit", "arrival_date"),
}
_LETTERS = string.ascii_letters + string.digits
_SCHEMA = """
create table if not exists thing (
  seq integer primary key autoincrement, id text not null unique, kind text not null,
  created integer not null, body text not null
);
create index if not exists thing_by_kind on thing (kind, seq);
create index if not exists thing_by_group on thing (kind, json_extract(body, '$.transfer_group'));
create index if not exists thing_by_intent on thing (kind, json_extract(body, '$.payment_intent'));
create table if not exists answer (
  key text primary key, fingerprint text not null, status integer not null, body text not null, created integer not null
);
create table if not exists fault (
  seq integer primary key autoincrement, kind text not null, method text not null, path text not null,
  topic text not null, seconds real not null, times integer not null
);
create table if not exists delivery (
  seq integer primary key autoincrement, event text not null, status text not null, due real not null,
  attempts integer not null default 0, answer text not null default ''
);
create index if not exists delivery_by_status on delivery (status, due);
"""


def new_id(kind: str) -> str:
    """Make an id as Stripe's look: prefix and 24 letters, 58 for checkout sessions."""
    length = 58 if kind == "checkout.session" else 24
    return PREFIXES[kind] + "".join(secrets.choice(_LETTERS) for _ in range(length))


class State:
    """Keeps things as JSON. Every reader and writer stands inside `transaction`."""

    def __init__(self, path: str | Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False, timeout=10)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma journal_mode=wal")
        # A power cut may cost a sandbox its last second; a full flush at every call would cost tests minutes.
        self._connection.execute("pragma synchronous=off")
        self._connection.executescript(_SCHEMA)
        for index, (kind, status, at) in WAITING.items():
            self._connection.execute(
                f"create index if not exists {index} on thing (json_extract(body, '$.{at}'))"
                f" where kind = '{kind}' and json_extract(body, '$.status') = '{status}'"
            )

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock; what happens inside stands together or not at all. Inner ones join the outer one."""
        with self._lock:
            if self._depth:
                yield
                return
            self._depth = 1
            self._connection.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._connection.execute("rollback")
                raise
            else:
                self._connection.execute("commit")
            finally:
                self._depth = 0

    def run(self, statement: str, values: tuple[Any, ...] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """Run one statement and give its rows."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    # --- Things ---

    def add(self, kind: str, thing: Thing) -> Thing:
        """Keep a new thing."""
        self.run(
            "insert into thing (id, kind, created, body) values (?, ?, ?, ?)",
            (thing["id"], kind, thing["created"], json.dumps(thing)),
        )
        return thing

    def save(self, thing: Thing) -> Thing:
        """Keep what a thing has become."""
        self.run("update thing set body = ? where id = ?", (json.dumps(thing), thing["id"]))
        return thing

    def find(self, id: str, kind: str | None = None) -> Thing | None:
        """Look a thing up by its id."""
        rows = self.run("select kind, body from thing where id = ?", (id,))
        if not rows or (kind is not None and rows[0]["kind"] != kind):
            return None
        found: Thing = json.loads(rows[0]["body"])
        return found

    def place(self, id: str, kind: str) -> int | None:
        """Look up where a thing stands in the order of creation."""
        rows = self.run("select seq from thing where id = ? and kind = ?", (id, kind))
        return int(rows[0]["seq"]) if rows else None

    def among(
        self, kind: str, where: str = "", values: tuple[Any, ...] = (), tail: str = "order by seq"
    ) -> list[Thing]:
        """List things of a kind; `where` is a condition on `created`, `seq` and `json_extract(body, …)`."""
        condition = f" and {where}" if where else ""
        rows = self.run(f"select body from thing where kind = ?{condition} {tail}", (kind, *values))  # noqa: S608 - fixed words
        return [json.loads(row["body"]) for row in rows]

    def due(self, index: str, now: int) -> list[Thing]:
        """List what an index of waiting things holds up to now; named, since SQLite would rather read them all."""
        kind, status, at = WAITING[index]
        rows = self.run(
            f"select body from thing indexed by {index} where kind = '{kind}'"  # noqa: S608 - fixed words
            f" and json_extract(body, '$.status') = '{status}' and json_extract(body, '$.{at}') <= ? order by seq",
            (now,),
        )
        return [json.loads(row["body"]) for row in rows]
