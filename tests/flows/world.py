"""What can be seen of the world after a flow: rows without names, numbers and times, and the mails."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from sqlalchemy import Column, select

from lms.kernel.db import Instant, db

# When the clock's jobs ran says nothing about what was done: seals and comparisons go by it too.
_LEFT_OUT = {"schedule", "seal", "seal_mark", "reconciliation"}
# Errands that are asked for as often as it takes: comparing with the gateway, and asking what became of a payout.
_REPEATED = {"gateway.reconcile", "payouts.send"}
# Of the outbox only what was asked for and what became of it: how often it was tried may differ.
_ONLY = {"outbox": {"kind", "name", "handler", "state", "error"}}
# Made anew in every run.
_ONE_OFF = {"code", "key", "same_key", "name_digest", "pdf_digest", "other_digest", "card_digest", "visitor"}
_ONE_OFF |= {
    "source",
    "step",
    "reference",
    "checkout",
    "url",
    "password",
    "fs_uniquifier",
    "fs_webauthn_user_handle",
    "request_id",
}
_NAMES = re.compile(
    r"[0-9A-HJKMNP-TV-Z]{8,}|[0-9a-f]{16,}|\d{4}-\d\d-\d\dT[\d:.+Z-]+|eyJ[\w.-]+|(?<=/)[\w-]+\.[\w-]{27,}"
)


@dataclass(frozen=True)
class World:
    """Everything that two runs of one flow must have in common."""

    rows: Counter[tuple[Any, ...]]
    mails: Counter[tuple[str, str]]

    def without(self, table: str) -> World:
        """Leave a table out of account."""
        return World(Counter({row: n for row, n in self.rows.items() if row[0] != table}), self.mails)

    def differs(self, other: World) -> list[str]:
        """List what is only here (+) and only there (-), for a failing test."""
        lines = []
        for mine, theirs in ((self.rows, other.rows), (self.mails, other.mails)):
            lines += [f"+{n} {what}" for what, n in (mine - theirs).items()]
            lines += [f"-{n} {what}" for what, n in (theirs - mine).items()]
        return lines


def see(mails: Path) -> World:
    """Look at all tables and at the folder of mails."""
    db.session.rollback()
    rows: Counter[tuple[Any, ...]] = Counter()
    for table in db.metadata.tables.values():
        if table.name in _LEFT_OUT:
            continue
        columns = [column for column in table.columns if column.name in _ONLY.get(table.name, {column.name})]
        for row in db.session.execute(select(*columns)):
            seen = (f"{column.name}={_plain(column, value)}" for column, value in zip(columns, row, strict=True))
            if table.name != "outbox" or row.name not in _REPEATED:
                rows[table.name, *seen] += 1
    db.session.rollback()
    return World(rows, Counter(read_mails(mails).values()))


def read_mails(folder: Path) -> dict[str, tuple[str, str]]:
    """Give address and subject of each mail by its Message-ID: the same one twice is one mail to its reader."""
    found = {}
    for path in folder.glob("*.eml"):
        with path.open("rb") as file:
            mail = BytesParser(policy=policy.default).parse(file, headersonly=True)
        found[str(mail["Message-ID"])] = (str(mail["To"]), _NAMES.sub("*", str(mail["Subject"])))
    return found


def _plain(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    numbered = column.primary_key and isinstance(value, int)
    named = numbered or column.foreign_keys or column.name in _ONE_OFF or column.name.endswith("_id")
    if named or isinstance(column.type, Instant):
        return "*"
    return _bare(value)


def _bare(value: Any) -> Any:
    if isinstance(value, str):
        return _NAMES.sub("*", value)
    if isinstance(value, dict):
        return {name: "*" if name.endswith(("_id", "_code", "at")) else _bare(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_bare(one) for one in value]
    return "*" if isinstance(value, datetime) else value
