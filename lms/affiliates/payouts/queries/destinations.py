"""Where partners' money goes, as it may be shown."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.orm import aliased

from lms.affiliates.payouts.models import PayoutDestination
from lms.affiliates.payouts.rules import CHANGED_LATELY, DestinationKind
from lms.kernel.work import Read


@dataclass(frozen=True)
class Destination:
    """An account money goes to. `hint` is what of it may be shown, `account_id` its name at the gateway."""

    id: int
    kind: DestinationKind
    ready: bool
    hint: str
    account_id: str | None
    country: str
    created_at: datetime
    archived_at: datetime | None

    @property
    def is_payable(self) -> bool:
        """Tell whether money can go there now."""
        return self.ready and self.archived_at is None


def payable_destination(read: Read, partner_id: int) -> Destination | None:
    """Find the account a partner's money goes to now: live and ready; there is at most one."""
    statement = _select().where(
        PayoutDestination.partner_id == partner_id,
        PayoutDestination.archived_at.is_(None),
        PayoutDestination.ready.is_(True),
    )
    row = read.session.execute(statement.order_by(PayoutDestination.id.desc()).limit(1)).one_or_none()
    return _seen(row) if row else None


def refused_destination(read: Read, partner_id: int) -> Destination | None:
    """Find the account that was closed for taking no money, of a partner who has set up no other since."""
    latest = select(func.max(PayoutDestination.id)).where(PayoutDestination.partner_id == partner_id)
    closed = (PayoutDestination.id == latest.scalar_subquery(), PayoutDestination.closed_at.is_not(None))
    row = read.session.execute(_select().where(*closed)).one_or_none()
    return _seen(row) if row else None


def connect_destination(read: Read, partner_id: int) -> Destination | None:
    """Find the partner's live account at the gateway, set up in full or not."""
    statement = _select().where(
        PayoutDestination.partner_id == partner_id,
        PayoutDestination.archived_at.is_(None),
        PayoutDestination.kind == DestinationKind.CONNECT,
    )
    row = read.session.execute(statement).one_or_none()
    return _seen(row) if row else None


def destinations_by_id(read: Read, ids: Collection[int]) -> dict[int, Destination]:
    """Give destinations by id, archived ones too."""
    rows = read.session.execute(_select().where(PayoutDestination.id.in_(set(ids))))
    return {row.id: _seen(row) for row in rows}


def changed_lately(read: Read, ids: Collection[int]) -> dict[int, datetime]:
    """Tell which accounts came lately in the place of another, and when; one statement, none for no account."""
    if not ids:
        return {}
    row, earlier = PayoutDestination, aliased(PayoutDestination)
    replaced = exists().where(earlier.partner_id == row.partner_id, earlier.id < row.id, earlier.ready)
    found = select(row.id, row.created_at).where(
        row.id.in_(set(ids)), row.created_at > read.now - CHANGED_LATELY, replaced
    )
    return dict(read.session.execute(found).tuples().all())


def _select() -> Select[*tuple[Any, ...]]:
    return select(
        PayoutDestination.id,
        PayoutDestination.kind,
        PayoutDestination.ready,
        PayoutDestination.hint,
        PayoutDestination.account_id,
        PayoutDestination.country,
        PayoutDestination.created_at,
        PayoutDestination.archived_at,
    )


def _seen(row: Row[*tuple[Any, ...]]) -> Destination:
    values = dict(row._mapping)
    return Destination(**{**values, "kind": DestinationKind(values["kind"])})
