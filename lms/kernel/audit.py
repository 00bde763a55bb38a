"""The audit trail: every privileged act, in the same commit as the act."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Key, Model, key, ref


class AuditEntry(Model):
    __tablename__ = "audit_entry"

    id: Mapped[Key] = key()
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[int | None] = ref("person.id")
    via: Mapped[str] = mapped_column(String(20))
    act: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(120))
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    request_id: Mapped[str] = mapped_column(String(40), default="")


@dataclass(frozen=True)
class Witness:
    """Whom the guard let in and for what; set for the length of a staff POST."""

    person_id: int | None
    via: str
    act: str
    subject: str
    request_id: str


witness: ContextVar[Witness | None] = ContextVar("witness", default=None)
