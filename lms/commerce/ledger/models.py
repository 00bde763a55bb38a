"""Tables of the ledger. Journals, postings and seals are append-only: the database itself refuses changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.commerce.ledger.rules import Account
from lms.kernel.db import Key, Model, append_only, key, one_of, ref


class Journal(Model):
    """One balanced record of one step of one thing, such as order:17, paid."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("source", "step"),)

    id: Mapped[Key] = key()
    source: Mapped[str] = mapped_column(String(80))
    step: Mapped[str] = mapped_column(String(80))
    posted_at: Mapped[datetime] = mapped_column(index=True)


class Posting(Model):
    """One line of a journal: debit positive, credit negative, minor units. Owner 0 is the house."""

    __tablename__ = "posting"
    __table_args__ = (
        one_of("account", Account),
        CheckConstraint("amount_minor <> 0", name="amount_minor"),
        Index("ix_posting_account", "account", "owner_id", "currency", "id"),
    )

    id: Mapped[Key] = key()
    journal_id: Mapped[int] = ref("journal.id")
    account: Mapped[str] = mapped_column(String(20))
    owner_id: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class Balance(Model):
    """What a partner's or an agent's account holds, by nature never below zero; equal to the sum of its postings.

    The house's own accounts have no row: one that every sale would update would make sales queue.
    """

    __tablename__ = "balance"
    __table_args__ = (one_of("account", Account), CheckConstraint("amount_minor >= 0", name="amount_minor"))

    account: Mapped[str] = mapped_column(String(20), primary_key=True)
    owner_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)


class SealMark(Model):
    """The journal up to which the next seal goes: everything before it is committed or will never be."""

    __tablename__ = "seal_mark"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    journal_id: Mapped[int] = mapped_column(BigInteger)


class Seal(Model):
    """A run of journals under one digest that covers the seal before it; with the house's totals up to here."""

    __tablename__ = "seal"

    id: Mapped[Key] = key()
    after_journal_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    to_journal_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    totals: Mapped[dict[str, Any]] = mapped_column(JSON)
    sealed_at: Mapped[datetime]


for _table in (Journal, Posting, Seal):
    append_only(_table)
