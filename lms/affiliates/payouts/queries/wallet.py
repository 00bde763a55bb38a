"""The wallet's page in one look."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.affiliates.commissions import queries as commissions
from lms.affiliates.partners.queries import Partner
from lms.affiliates.payouts.models import Payout as PayoutRow
from lms.affiliates.payouts.queries.destinations import Destination, payable_destination, refused_destination
from lms.affiliates.payouts.queries.payouts import Payout, list_my_payouts
from lms.affiliates.payouts.rules import PayoutState, WalletLine, read_lines, source_id
from lms.affiliates.payouts.rules.wallet_lines import SHOWN
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.queries import Wallet
from lms.kernel.work import Read

CURRENCY = "CNY"
_LINES = 20
_PAYOUTS = 5


@dataclass(frozen=True)
class PayoutName:
    """What a wallet's line says of its payout: where it is looked at and how far it is."""

    code: str
    state: PayoutState


@dataclass(frozen=True)
class WalletPage:
    """A partner's money in one currency, where it goes and what has moved it, newest first.

    `refused` is the account that took no money, as long as there is no other.
    `reasons` tell why finance gave or took, by the form of the line's `adjustment`.
    """

    partner: Partner
    currency: str
    currencies: Sequence[str]
    balance: Wallet
    paid_out_minor: int
    destination: Destination | None
    refused: Destination | None
    lines: Sequence[WalletLine]
    older: int | None
    payouts: Sequence[Payout]
    payout_names: dict[int, PayoutName]
    commission_names: dict[int, commissions.LineName]
    reasons: dict[str, str]
    coming: Sequence[commissions.Coming]
    minimum_minor: int

    @property
    def on_its_way_minor(self) -> int:
        """Sum up what was asked for and what was sent."""
        return self.balance.reserved + self.balance.in_transit

    @property
    def may_ask(self) -> bool:
        """Tell whether a request could be taken now."""
        enough = self.balance.available >= self.minimum_minor and not self.balance.debt
        return enough and self.destination is not None and not self.partner.is_locked


def look_at_wallet(
    read: Read, partner: Partner, minimum_minor: int, currency: str = "", before: int | None = None
) -> WalletPage:
    """Look at a partner's wallet in one of its currencies; an unknown currency is the first."""
    currencies = ledger.wallet_currencies(read, partner.id) or [CURRENCY]
    chosen = currency if currency in currencies else CURRENCY if CURRENCY in currencies else currencies[0]
    lines = _lines(read, partner.id, chosen, before)
    destination = payable_destination(read, partner.id)
    payouts = list_my_payouts(read, partner.id, limit=_PAYOUTS)
    return WalletPage(
        partner=partner,
        currency=chosen,
        currencies=currencies,
        balance=ledger.wallet(read, partner.id, chosen),
        paid_out_minor=_paid_out(read, partner.id, chosen),
        destination=destination,
        refused=None if destination else refused_destination(read, partner.id),
        lines=lines[:_LINES],
        older=lines[_LINES - 1].journal_id if len(lines) > _LINES else None,
        payouts=payouts,
        payout_names=_payout_names(read, lines),
        commission_names=commissions.line_names(read, _ids(lines, "commission")),
        reasons=commissions.adjustment_reasons(read, partner.id, {one.adjustment for one in lines if one.adjustment}),
        coming=[one for one in commissions.next_release(read, partner.id) if one.currency == chosen],
        minimum_minor=minimum_minor,
    )


def _lines(read: Read, partner_id: int, currency: str, before: int | None) -> Sequence[WalletLine]:
    found = [
        line
        for account in SHOWN
        for line in ledger.list_account(read, account, currency, partner_id, before, _LINES + 1)
    ]
    return read_lines(found, _LINES + 1)


def _ids(lines: Sequence[WalletLine], kind: str) -> set[int]:
    return {number for line in lines if (number := source_id(line.source, kind)) is not None}


def _payout_names(read: Read, lines: Sequence[WalletLine]) -> dict[int, PayoutName]:
    ids = _ids(lines, "payout")
    if not ids:
        return {}
    rows = read.session.execute(select(PayoutRow.id, PayoutRow.code, PayoutRow.state).where(PayoutRow.id.in_(ids)))
    return {id_: PayoutName(code, PayoutState(state)) for id_, code, state in rows}


def _paid_out(read: Read, partner_id: int, currency: str) -> int:
    statement = select(func.coalesce(func.sum(PayoutRow.net_minor), 0)).where(
        PayoutRow.partner_id == partner_id, PayoutRow.currency == currency, PayoutRow.state == PayoutState.SETTLED
    )
    return int(read.session.scalar(statement) or 0)
