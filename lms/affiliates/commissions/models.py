"""Tables of the commissions room. Versions, reversals and adjustments are append-only."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.affiliates.commissions.rules import (
    MOST_PLAN_NAME,
    MOST_REASON,
    Cause,
    ChangeState,
    LineKind,
    LineState,
    Outcome,
)
from lms.kernel.db import Key, Model, append_only, key, one_of, ref


class Plan(Model):
    """What partners are paid by: for a camp, a group of partners, both, or everybody (both empty)."""

    __tablename__ = "plan"

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(MOST_PLAN_NAME))
    camp_id: Mapped[int | None] = ref("camp.id")
    group_id: Mapped[int | None] = ref("partner_group.id")
    # Camp and group in one word: SQL lets empty ones be equal as often as they like.
    scope: Mapped[str] = mapped_column(String(60), unique=True)
    created_at: Mapped[datetime]


class PlanVersion(Model):
    """The terms of a plan from a moment on. Never changed; a change is the next version."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: Mapped[Key] = key()
    plan_id: Mapped[int] = ref("plan.id", index=False)
    number: Mapped[int]
    terms: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by: Mapped[int | None] = ref("person.id", index=False)
    effective_from: Mapped[datetime]


class Accrual(Model):
    """What came of an order: who earned on it or why nobody did, and how much of it was refunded or lost since.

    The base and all else of the payment are empty while only a refund or a dispute of it is known.
    """

    __tablename__ = "accrual"
    __table_args__ = (
        one_of("outcome", Outcome),
        CheckConstraint("refunded_minor >= 0 AND (net_minor IS NULL OR refunded_minor <= net_minor)", name="refunded"),
    )

    id: Mapped[Key] = key()
    order_id: Mapped[int] = ref("shop_order.id", unique=True)
    order_code: Mapped[str] = mapped_column(String(40), default="")
    outcome: Mapped[str] = mapped_column(String(20))
    partner_id: Mapped[int | None] = ref("partner.id")
    plan_version_id: Mapped[int | None] = ref("plan_version.id")
    cohort_id: Mapped[int | None] = ref("cohort.id")
    link_id: Mapped[int | None] = ref("referral_link.id", index=False)
    referral: Mapped[dict[str, Any]] = mapped_column(default=dict)
    net_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="")
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    lost: Mapped[bool] = mapped_column(default=False)
    paid_at: Mapped[datetime | None]
    refund_until: Mapped[datetime | None]


class AccrualChange(Model):
    """A refund or a dispute of an order: each is taken once, whenever and however often it is told."""

    __tablename__ = "accrual_change"
    __table_args__ = (
        one_of("cause", Cause),
        one_of("state", ChangeState),
        UniqueConstraint("accrual_id", "cause", "cause_id"),
    )

    id: Mapped[Key] = key()
    accrual_id: Mapped[int] = ref("accrual.id", index=False)
    cause: Mapped[str] = mapped_column(String(10))
    cause_id: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10))


class Commission(Model):
    """One line a partner earned. Amount, partner and version never change; `live_minor` is what is left of it."""

    __tablename__ = "commission"
    __table_args__ = (
        one_of("kind", LineKind),
        one_of("state", LineState),
        UniqueConstraint("order_id", "kind", "partner_id", "step"),
        CheckConstraint("amount_minor > 0", name="amount_minor"),
        CheckConstraint("live_minor >= 0 AND live_minor <= amount_minor", name="live_minor"),
        CheckConstraint("locked_minor >= 0 AND locked_minor <= live_minor", name="locked_minor"),
        Index("ix_commission_due", "state", "available_at"),
        Index("ix_commission_partner", "partner_id", "id"),
        Index("ix_commission_paid", "paid_at", "partner_id"),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    accrual_id: Mapped[int] = ref("accrual.id")
    order_id: Mapped[int] = ref("shop_order.id", index=False)
    partner_id: Mapped[int] = ref("partner.id", index=False)
    kind: Mapped[str] = mapped_column(String(10))
    step: Mapped[int] = mapped_column(default=0)
    plan_version_id: Mapped[int] = ref("plan_version.id", index=False)
    base_minor: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(10))
    live_minor: Mapped[int] = mapped_column(BigInteger)
    locked_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    paid_at: Mapped[datetime]
    observed_until: Mapped[datetime]
    available_at: Mapped[datetime]
    estimate: Mapped[bool] = mapped_column(default=False)
    released_at: Mapped[datetime | None]
    # How the amount and the date were found: rate, share before the cap, cap, day counted from, business days.
    workings: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


class CommissionReversal(Model):
    """A line lost a part of its amount, for one cause once."""

    __tablename__ = "commission_reversal"
    __table_args__ = (
        one_of("cause", Cause),
        UniqueConstraint("commission_id", "cause", "cause_id"),
        CheckConstraint("amount_minor > 0", name="amount_minor"),
    )

    id: Mapped[Key] = key()
    commission_id: Mapped[int] = ref("commission.id", index=False)
    cause: Mapped[str] = mapped_column(String(10))
    cause_id: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]


class Adjustment(Model):
    """Money given to or taken from a partner by hand, with the reason; one per key of the form it came from."""

    __tablename__ = "adjustment"
    __table_args__ = (
        UniqueConstraint("partner_id", "client_key"),
        CheckConstraint("amount_minor <> 0", name="amount_minor"),
    )

    id: Mapped[Key] = key()
    partner_id: Mapped[int] = ref("partner.id", index=False)
    client_key: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(MOST_REASON))
    made_by: Mapped[int | None] = ref("person.id", index=False)
    made_at: Mapped[datetime]


for _table in (PlanVersion, CommissionReversal, Adjustment):
    append_only(_table)
