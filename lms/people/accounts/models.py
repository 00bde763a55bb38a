"""Tables of persons, their roles and passkeys.

The columns are those that Flask-Security's own models would bring, written out: with the house's keys
and aware times, and without what is switched off here (names to sign in with, phones, tracking).
"""

from datetime import datetime
from typing import Any

from flask_security import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import JSON, Column, ForeignKey, Index, LargeBinary, String, Table, Text, func
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.db import Key, Model, key, one_of, ref
from lms.people.accounts.rules import Language
from lms.people.accounts.rules import Role as RoleWord

person_role = Table(
    "person_role",
    Model.metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id", ondelete="RESTRICT"), primary_key=True, index=True),
)


class Role(Model, RoleMixin):
    """One word of `rules.Role`; Flask-Security wants a row for each."""

    __tablename__ = "role"
    __table_args__ = (one_of("name", RoleWord),)

    id: Mapped[Key] = key()
    name: Mapped[str] = mapped_column(String(20), unique=True)

    def get_permissions(self) -> set[str]:
        """Give none: the guards ask for roles, never for permissions."""
        return set()


class Person(Model, UserMixin):
    """Somebody with an account. Names from `fs_` on are Flask-Security's."""

    __tablename__ = "person"
    __table_args__ = (
        one_of("language", Language),
        Index("uq_person_email_lower", func.lower(Column("email")), unique=True),
    )

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(16), unique=True)
    email: Mapped[str] = mapped_column(String(255))
    display_name: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(2))
    time_zone: Mapped[str] = mapped_column(String(64))
    theme: Mapped[str] = mapped_column(String(5), default="auto")
    terms_accepted_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    active: Mapped[bool] = mapped_column(default=True)
    password: Mapped[str | None] = mapped_column(String(255))
    confirmed_at: Mapped[datetime | None]
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)  # type: ignore[assignment]
    tf_primary_method: Mapped[str | None] = mapped_column(String(20))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    mf_recovery_codes: Mapped[list[Any] | None] = mapped_column(MutableList.as_mutable(JSON()))

    # Flask-Security reads both from a person at hand in many places and would fail on lazy="raise".
    roles: Mapped[list[Role]] = relationship(secondary=person_role)  # type: ignore[assignment]
    webauthn: Mapped[list["WebAuthn"]] = relationship(  # type: ignore[assignment]
        cascade="all, delete-orphan", passive_deletes=True
    )

    # Text messages are not offered; Flask-Security sets this when it stores another method.
    tf_phone_number = None

    def calc_username(self) -> str:
        """Name the account as an authenticator app will list it."""
        return self.email


class WebAuthn(Model, WebAuthnMixin):
    """A passkey of a person."""

    __tablename__ = "web_authn"

    id: Mapped[Key] = key()
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[Any] | None] = mapped_column(MutableList.as_mutable(JSON()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    lastuse_datetime: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(20))

    def get_user_mapping(self) -> dict[str, Any]:
        """Name the person this passkey belongs to, as Flask-Security looks one up."""
        return {"id": self.person_id}


class AccountMail(Model):
    """A mail about the account itself. Its bodies may open the account, so they are blanked once sent."""

    __tablename__ = "account_mail"

    id: Mapped[Key] = key()
    person_id: Mapped[int | None] = ref("person.id")
    recipient: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
