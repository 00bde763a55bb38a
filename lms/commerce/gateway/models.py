"""Tables of the gateway: what it told us, what moved its balance, what we settled, and where the two differ."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.commerce.gateway.comparing import Difference, Kind
from lms.commerce.gateway.notices import NoticeState
from lms.kernel.db import Key, Model, key, one_of


class GatewayNotice(Model):
    """A notice as it came, kept once by the gateway's own id for it."""

    __tablename__ = "gateway_notice"
    __table_args__ = (one_of("state", NoticeState), Index("ix_gateway_notice_state", "state", "id"))

    id: Mapped[Key] = key()
    event_id: Mapped[str] = mapped_column(String(255), unique=True)
    kind: Mapped[str] = mapped_column(String(100))
    object_id: Mapped[str] = mapped_column(String(255), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


class GatewayEntry(Model):
    """One movement of our balance at the gateway. `matched`: the books have a place for its kind."""

    __tablename__ = "gateway_entry"

    id: Mapped[Key] = key()
    entry_id: Mapped[str] = mapped_column(String(255), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    source_id: Mapped[str] = mapped_column(String(255))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    fee_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime]
    matched: Mapped[bool]


class GatewayKnown(Model):
    """A payment or refund that is settled here, as the room above told us."""

    __tablename__ = "gateway_known"
    __table_args__ = (one_of("kind", Kind), UniqueConstraint("kind", "object_id"))

    id: Mapped[Key] = key()
    kind: Mapped[str] = mapped_column(String(10))
    object_id: Mapped[str] = mapped_column(String(255))
    reference: Mapped[str] = mapped_column(String(80))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    noted_at: Mapped[datetime] = mapped_column(index=True)


class Reconciliation(Model):
    """One comparison with the gateway: what was looked at since when, and what came of it."""

    __tablename__ = "reconciliation"

    id: Mapped[Key] = key()
    at: Mapped[datetime]
    since: Mapped[datetime]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)


class Discrepancy(Model):
    """Where the gateway and we differ; open until a later comparison fits. `sightings` counts comparisons."""

    __tablename__ = "discrepancy"
    __table_args__ = (
        one_of("kind", Difference),
        one_of("object_kind", Kind),
        Index("ix_discrepancy_open", "resolved_at", "id"),
    )

    id: Mapped[Key] = key()
    key: Mapped[str] = mapped_column(String(300), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    object_kind: Mapped[str] = mapped_column(String(10))
    object_id: Mapped[str] = mapped_column(String(255))
    reference: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    sightings: Mapped[int] = mapped_column(default=1)
    found_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
