"""Holding a partner's purse: the row lock, the books and the lines brought into one view."""

from dataclasses import dataclass

from lms.affiliates.commissions.models import Commission
from lms.affiliates.commissions.queries.purses import PurseParts, parts_of, purse_of
from lms.affiliates.commissions.rules import Change, LineState, Purse, Standing, free_purse, lock_purse
from lms.affiliates.partners import service as partners
from lms.affiliates.partners.queries import Partner
from lms.commerce.ledger import queries as ledger
from lms.commerce.ledger.queries import Wallet
from lms.commerce.ledger.rules import Entry
from lms.commerce.ledger.service import post
from lms.kernel.work import Work


@dataclass
class HeldPurse:
    """A partner's purse in one currency under the partner's lock; `purse` follows every move that is booked."""

    partner: Partner
    currency: str
    purse: Purse


def hold_purse(work: Work, partner_id: int, currency: str) -> HeldPurse:
    """Hold a partner and give their purse in one currency; everybody who moves a partner's money begins here.

    A lock or its end that the books do not show yet is booked first, so nobody ever meets a state in between.
    Raises NotFound.
    """
    partner = partners.lock_partner(work, partner_id)
    wallet = ledger.wallet(work, partner_id, currency)
    parts = parts_of(work, partner_id, currency)
    if partner.is_locked:
        _book_lock(work, partner, currency, wallet)
    else:
        _book_end_of_lock(work, partner, currency, wallet, parts)
    return HeldPurse(partner, currency, purse_of(partner, wallet, parts))


def _book_lock(work: Work, partner: Partner, currency: str, wallet: Wallet) -> None:
    if wallet.held or wallet.available:
        _post(work, partner, "locked", currency, lock_purse(partner.id, wallet.held, wallet.available))


def _book_end_of_lock(work: Work, partner: Partner, currency: str, wallet: Wallet, parts: PurseParts) -> None:
    """Give back what a lock that ended still keeps."""
    kept = wallet.locked - parts.locked_minor
    if kept:
        held = parts.held_minor - parts.held_locked_minor - wallet.held
        _post(work, partner, "unlocked", currency, free_purse(partner.id, held, kept - held))


def _post(work: Work, partner: Partner, act: str, currency: str, entries: list[Entry]) -> None:
    """Post a move of the whole purse. What came back to a locked partner meanwhile makes a journal more."""
    source = f"partner:{partner.id}"
    step = f"{act}:{partner.lock_number}:{currency}"
    before = {line.step for line in ledger.list_lines(work, [source]) if f"{line.step}:".startswith(f"{step}:")}
    post(work, source, f"{step}:{len(before) + 1}" if before else step, currency, entries)


def standing(line: Commission) -> Standing:
    """Give a line as the rules see it."""
    return Standing(line.state == LineState.RELEASED, line.live_minor, line.locked_minor)


def book(work: Work, held: HeldPurse, line: Commission, step: str, change: Change) -> None:
    """Post a move of a line and write what it leaves to the line and the purse."""
    post(work, f"commission:{line.id}", step, line.currency, change.entries)
    held.purse = change.purse
    line.live_minor = change.line.live_minor
    line.locked_minor = change.line.locked_minor
    if change.line.released and line.state == LineState.HELD:
        line.state = LineState.RELEASED
        line.released_at = work.now
    work.session.flush()
