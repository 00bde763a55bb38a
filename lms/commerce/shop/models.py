"""Tables of the shop. Amounts are minor units of the row's or the order's currency."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.commerce.shop.rules import (
    DisputeState,
    OrderMethod,
    OrderState,
    PaymentState,
    RefundCause,
    RefundState,
    SeatState,
)
from lms.kernel.db import Key, Model, key, one_of, ref

OPEN_ORDER = text("state = 'open'")


class Offer(Model):
    """What a seat of a cohort costs. While it is closed, entry is free."""

    __tablename__ = "offer"
    __table_args__ = (CheckConstraint("price_minor > 0", name="price_minor"),)

    id: Mapped[Key] = key()
    cohort_id: Mapped[int] = ref("cohort.id", unique=True)
    price_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    early_price_minor: Mapped[int | None] = mapped_column(BigInteger)
    early_until: Mapped[datetime | None]
    refund_until: Mapped[datetime | None]
    open: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]


class Coupon(Model):
    """A code that takes something off. `owner_id` names whom a room above binds it to."""

    __tablename__ = "coupon"
    __table_args__ = (
        CheckConstraint("(percent_bps IS NULL) <> (amount_minor IS NULL)", name="one_discount"),
        CheckConstraint("uses >= 0", name="uses"),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(24), unique=True)
    percent_bps: Mapped[int | None]
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    camp_id: Mapped[int | None] = ref("camp.id")
    cohort_id: Mapped[int | None] = ref("cohort.id")
    owner_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    uses_most: Mapped[int | None]
    uses: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]


class ShopOrder(Model):
    """One person buying one seat; at most one open order per person and cohort.

    `net_minor` is N of the rules for money. What became of it stands in the four sums at the end.
    """

    __tablename__ = "shop_order"
    __table_args__ = (
        one_of("state", OrderState),
        one_of("method", OrderMethod),
        one_of("seat", SeatState),
        CheckConstraint("net_minor >= 0 AND net_minor = list_minor - discount_minor", name="net_minor"),
        CheckConstraint("earned_minor + deferred_refunded_minor <= net_minor", name="deferred"),
        Index(
            "uq_shop_order_open",
            "cohort_id",
            "buyer_id",
            unique=True,
            sqlite_where=OPEN_ORDER,
            postgresql_where=OPEN_ORDER,
        ),
        Index("ix_shop_order_due", "state", "hold_until"),
        Index("ix_shop_order_cohort_state", "cohort_id", "state", "id"),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    cohort_id: Mapped[int] = ref("cohort.id")
    camp_id: Mapped[int] = ref("camp.id")
    buyer_id: Mapped[int] = ref("person.id")
    state: Mapped[str] = mapped_column(String(20))
    method: Mapped[str] = mapped_column(String(20))
    list_minor: Mapped[int] = mapped_column(BigInteger)
    discount_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    net_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    coupon_id: Mapped[int | None] = ref("coupon.id")
    referral: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(2))
    seat: Mapped[str] = mapped_column(String(20))
    hold_until: Mapped[datetime]
    refund_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    earned_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    deferred_refunded_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    disputed_minor: Mapped[int] = mapped_column(BigInteger, default=0)


class Payment(Model):
    """One attempt to pay an order: a checkout at the gateway, or money that an agent took in."""

    __tablename__ = "payment"
    __table_args__ = (
        one_of("state", PaymentState),
        UniqueConstraint("order_id", "attempt"),
    )

    id: Mapped[Key] = key()
    order_id: Mapped[int] = ref("shop_order.id", index=False)
    attempt: Mapped[int]
    checkout_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    payment_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    state: Mapped[str] = mapped_column(String(20))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    url: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    agent_id: Mapped[int | None] = ref("person.id")


class Refund(Model):
    """Money of one payment that goes back. `booked_at`: it is in the books, whatever came later."""

    __tablename__ = "refund"
    __table_args__ = (
        one_of("cause", RefundCause),
        one_of("state", RefundState),
        CheckConstraint("amount_minor > 0", name="amount_minor"),
        Index("ix_refund_state", "state", "id"),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    order_id: Mapped[int] = ref("shop_order.id")
    payment_id: Mapped[int] = ref("payment.id")
    cause: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    provider_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    failure: Mapped[str] = mapped_column(String(120), default="")
    # Where a refund that was sent by hand came from.
    source: Mapped[str | None] = mapped_column(String(20))
    requested_by: Mapped[int | None] = ref("person.id")
    created_at: Mapped[datetime]
    booked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Dispute(Model):
    """A payment that the buyer's bank took back for now, or for good."""

    __tablename__ = "dispute"
    __table_args__ = (one_of("state", DisputeState),)

    id: Mapped[Key] = key()
    provider_id: Mapped[str] = mapped_column(String(255), unique=True)
    order_id: Mapped[int] = ref("shop_order.id")
    payment_id: Mapped[int] = ref("payment.id")
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class ParkedMove(Model):
    """Something told of a payment that is not known here yet; it is applied when the payment is."""

    __tablename__ = "parked_move"
    __table_args__ = (UniqueConstraint("kind", "provider_id", "state"),)

    id: Mapped[Key] = key()
    kind: Mapped[str] = mapped_column(String(20))
    provider_id: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(20))
    payment_id: Mapped[str] = mapped_column(String(255), index=True)
    event: Mapped[dict[str, Any]] = mapped_column(JSON)
    parked_at: Mapped[datetime]


class TuitionDay(Model):
    """A delivered day of a cohort whose tuition is earned."""

    __tablename__ = "tuition_day"
    __table_args__ = (UniqueConstraint("cohort_day_id"),)

    id: Mapped[Key] = key()
    cohort_day_id: Mapped[int] = ref("cohort_day.id", index=False)
    cohort_id: Mapped[int] = ref("cohort.id")
    orders: Mapped[int]
    earned_at: Mapped[datetime]


class HandIn(Model):
    """Collected money that an agent brought to the bank."""

    __tablename__ = "hand_in"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount_minor"),)

    id: Mapped[Key] = key()
    key: Mapped[str] = mapped_column(String(64), unique=True)
    agent_id: Mapped[int] = ref("person.id")
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    confirmed_by: Mapped[int | None] = ref("person.id")
    at: Mapped[datetime]
