"""Tables of the payouts room. Amounts are minor units of the row's currency."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.affiliates.payouts.rules import AttemptState, DestinationKind, PayoutState
from lms.kernel.db import Key, Model, key, one_of, ref

_LIVE = text("archived_at IS NULL")


class PayoutDestination(Model):
    """Where a partner's money goes. Its account never changes: another account is another row.

    `details` is a bank account, encrypted; `hint` is what of it may be shown. `closed_at`: the gateway
    refused this account for good.
    """

    __tablename__ = "payout_destination"
    __table_args__ = (
        one_of("kind", DestinationKind),
        Index(
            "uq_payout_destination_live", "partner_id", "kind", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
        ),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    partner_id: Mapped[int] = ref("partner.id")
    kind: Mapped[str] = mapped_column(String(10))
    country: Mapped[str] = mapped_column(String(2), default="")
    account_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    ready: Mapped[bool] = mapped_column(default=False)
    details: Mapped[str] = mapped_column(Text, default="")
    hint: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class PayoutBatch(Model):
    """One bank file: the payouts in it, and the file as it was made, encrypted."""

    __tablename__ = "payout_batch"

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    count: Mapped[int]
    total_minor: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int] = ref("stored_file.id", index=False)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = ref("person.id", index=False)
    settled_at: Mapped[datetime | None]


class Payout(Model):
    """Money leaving a partner's wallet; gross = net + tax + fee of the last send."""

    __tablename__ = "payout"
    __table_args__ = (
        one_of("state", PayoutState),
        UniqueConstraint("partner_id", "client_key"),
        CheckConstraint("gross_minor > 0", name="gross_minor"),
        CheckConstraint("gross_minor = net_minor + tax_minor + fee_minor", name="parts"),
        Index("ix_payout_state", "state", "id"),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    partner_id: Mapped[int] = ref("partner.id", index=False)
    currency: Mapped[str] = mapped_column(String(3))
    gross_minor: Mapped[int] = mapped_column(BigInteger)
    tax_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    fee_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    net_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(20))
    client_key: Mapped[str] = mapped_column(String(40))
    destination_id: Mapped[int] = ref("payout_destination.id", index=False)
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = ref("person.id", index=False)
    submitted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")


class PayoutAttempt(Model):
    """One send, frozen: its key at the gateway, amount, destination, and the bank file it is in, if any."""

    __tablename__ = "payout_attempt"
    __table_args__ = (
        one_of("state", AttemptState),
        UniqueConstraint("payout_id", "number"),
        Index("ix_payout_attempt_state", "state", "made_at"),
    )

    id: Mapped[Key] = key()
    payout_id: Mapped[int] = ref("payout.id", index=False)
    number: Mapped[int]
    key: Mapped[str] = mapped_column(String(40), unique=True)
    destination_id: Mapped[int] = ref("payout_destination.id", index=False)
    destination: Mapped[str] = mapped_column(String(80))
    batch_id: Mapped[int | None] = ref("payout_batch.id")
    net_minor: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(10))
    provider_id: Mapped[str] = mapped_column(String(80), default="")
    error: Mapped[str] = mapped_column(String(300), default="")
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
