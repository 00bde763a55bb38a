"""Tables of the contests room."""

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.affiliates.contests.rules import Period
from lms.kernel.db import Key, Model, key, one_of, ref


class BoardEntry(Model):
    """A partner's numbers in one period; `reached_at` is when the last enrollment that counts came."""

    __tablename__ = "board_entry"
    __table_args__ = (
        one_of("period", Period),
        UniqueConstraint("period", "starts_on", "partner_id"),
        Index("ix_board_entry_order", "period", "starts_on", "joined", "reached_at"),
    )

    id: Mapped[Key] = key()
    period: Mapped[str] = mapped_column(String(10))
    starts_on: Mapped[date]
    partner_id: Mapped[int] = ref("partner.id")
    joined: Mapped[int] = mapped_column(default=0)
    sign_ups: Mapped[int] = mapped_column(default=0)
    clicks: Mapped[int] = mapped_column(default=0)
    reached_at: Mapped[datetime]


class BoardPreference(Model):
    """Whether a partner's name is shown to the others."""

    __tablename__ = "board_preference"

    partner_id: Mapped[int] = ref("partner.id", primary_key=True)
    hidden: Mapped[bool] = mapped_column(default=False)
