"""Tables of the contests room."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
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


class BoardMoney(Model):
    """What a partner sold and earned in one period and currency, by the day of the payment.

    `sales` counts those that stand, `earned_minor` sums up what is left of their commissions, and `reached_at`
    is when the last of them was paid.
    """

    __tablename__ = "board_money"
    __table_args__ = (
        one_of("period", Period),
        UniqueConstraint("period", "starts_on", "currency", "partner_id"),
        Index("ix_board_money_sales", "period", "starts_on", "currency", "sales", "reached_at"),
        Index("ix_board_money_earned", "period", "starts_on", "currency", "earned_minor", "reached_at"),
    )

    id: Mapped[Key] = key()
    period: Mapped[str] = mapped_column(String(10))
    starts_on: Mapped[date]
    partner_id: Mapped[int] = ref("partner.id")
    currency: Mapped[str] = mapped_column(String(3))
    sales: Mapped[int] = mapped_column(default=0)
    earned_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    reached_at: Mapped[datetime]


class BoardPreference(Model):
    """Whether a partner's name, sales and commission are hidden from the others."""

    __tablename__ = "board_preference"

    partner_id: Mapped[int] = ref("partner.id", primary_key=True)
    hidden: Mapped[bool] = mapped_column(default=False)
    amounts_hidden: Mapped[bool] = mapped_column(default=False)


class BoardSetting(Model):
    """What the program decides for everybody: one row, as long as nothing was decided none."""

    __tablename__ = "board_setting"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amounts_hidden: Mapped[bool] = mapped_column(default=False)
