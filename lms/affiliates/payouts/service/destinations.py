"""Where a partner's money goes: an account at the gateway, or a bank account. Every change is told by mail."""

from dataclasses import dataclass

from sqlalchemy import select

from lms.affiliates.partners.queries import Partner, require_partner
from lms.affiliates.partners.service import lock_partner
from lms.affiliates.payouts import rules, vault
from lms.affiliates.payouts.models import PayoutDestination
from lms.affiliates.payouts.queries.destinations import Destination, destinations_by_id
from lms.affiliates.payouts.rules import BankDetails, DestinationKind
from lms.affiliates.payouts.service.holding import audit, destination_of, hold
from lms.affiliates.payouts.service.telling import tell_destination
from lms.commerce.gateway.rules import ConnectedAccount
from lms.kernel.db import lock
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Work
from lms.people.accounts.queries import get_person


@dataclass(frozen=True)
class AccountToOpen:
    """What the gateway must be asked for, with the key that makes asking again harmless."""

    destination_id: int
    key: str
    email: str
    country: str
    account_id: str | None


def set_bank(work: Work, who: Actor, details: BankDetails) -> Destination:
    """Send the acting partner's money to a bank account from now on; the same account again changes nothing.

    What was asked for before keeps its destination.
    """
    partner = lock_partner(work, require_partner(work, who).id)
    for row in _live(work, partner.id):
        if row.kind == DestinationKind.BANK and vault.open_details(row.details) == details:
            return destinations_by_id(work, [row.id])[row.id]
    _archive_others(work, partner.id, None)
    row = work.add(
        PayoutDestination(
            code=work.new_code(12),
            partner_id=partner.id,
            kind=DestinationKind.BANK,
            ready=True,
            details=vault.seal_details(details),
            hint=f"{details.bank[:60]} {rules.account_hint(details.number)}",
            created_at=work.now,
        )
    )
    tell_destination(work, partner.person_id, row.id, row.kind, row.hint)
    return destinations_by_id(work, [row.id])[row.id]


def begin_account(work: Work, who: Actor, country: str) -> AccountToOpen:
    """Say which account the gateway is to open for the acting partner; one that was opened before is taken up again.

    `country` in two capital letters. Where money goes changes only when the gateway says that the account is ready.
    """
    partner = lock_partner(work, require_partner(work, who).id)
    row = _connect_row(work, partner, country)
    email = get_person(work, partner.person_id).email
    # An unfinished opening may be repeated with another country: that is another question to the gateway.
    return AccountToOpen(row.id, f"account:{row.code}:{row.country}", email, row.country, row.account_id)


def note_account(work: Work, account: ConnectedAccount, destination_id: int | None = None) -> bool:
    """Note what the gateway says about an account; tell whether it is one of ours.

    The first time `destination_id` ties it to its row. Once ready, money goes there and nowhere else.
    """
    row = _account_row(work, account.id, destination_id)
    if row is None:
        return False
    partner = lock_partner(work, row.partner_id)
    row = lock(work, PayoutDestination, row.id)
    row.account_id = row.account_id or account.id
    row.hint = row.account_id[-4:]
    ready = account.payouts_enabled and row.archived_at is None and row.closed_at is None
    became = ready and not row.ready
    row.ready = ready
    work.session.flush()
    if became:
        _archive_others(work, partner.id, row.id)
        tell_destination(work, partner.person_id, row.id, row.kind, row.hint)
    return True


def close_account(work: Work, destination_id: int) -> None:
    """Stop sending to an account that was refused for good; the partner's row is held."""
    row = lock(work, PayoutDestination, destination_id)
    row.ready = False
    row.closed_at = row.closed_at or work.now
    row.archived_at = row.archived_at or work.now
    work.session.flush()


def show_details(work: Work, who: Actor, code: str) -> BankDetails:
    """Give finance the full bank account of a payout; the audit trail keeps who looked. NotFound for other kinds."""
    held = hold(work, code)
    destination = destination_of(work, held.row)
    if destination.kind != DestinationKind.BANK:
        raise NotFound
    audit(work, held.row, "payout.account_shown", held.row.state, hint=destination.hint)
    return vault.open_details(destination.details)


def _live(work: Work, partner_id: int) -> list[PayoutDestination]:
    statement = select(PayoutDestination).where(
        PayoutDestination.partner_id == partner_id, PayoutDestination.archived_at.is_(None)
    )
    return list(work.session.scalars(statement.execution_options(populate_existing=True)))


def _archive_others(work: Work, partner_id: int, kept_id: int | None) -> None:
    for row in _live(work, partner_id):
        if row.id != kept_id:
            row.archived_at = work.now
    work.session.flush()


def _connect_row(work: Work, partner: Partner, country: str) -> PayoutDestination:
    newest = (
        select(PayoutDestination)
        .where(
            PayoutDestination.partner_id == partner.id,
            PayoutDestination.kind == DestinationKind.CONNECT,
            PayoutDestination.closed_at.is_(None),
        )
        .order_by(PayoutDestination.id.desc())
        .limit(1)
    )
    row = work.session.scalars(newest.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        code = work.new_code(12)
        row = PayoutDestination(
            code=code, partner_id=partner.id, kind=DestinationKind.CONNECT, country=country, created_at=work.now
        )
        return work.add(row)
    if row.archived_at is not None:
        row.archived_at, row.ready = None, False
    if row.account_id is None:
        row.country = country
    work.session.flush()
    return row


def _account_row(work: Work, account_id: str, destination_id: int | None) -> PayoutDestination | None:
    statement = select(PayoutDestination).where(PayoutDestination.account_id == account_id)
    found = work.session.scalars(statement).one_or_none()
    if found is None and destination_id is not None:
        return work.session.get(PayoutDestination, destination_id)
    return found
