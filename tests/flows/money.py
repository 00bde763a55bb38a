"""Money in flows: a gateway that outlives a killed process, its notices, and what must hold of the books."""

from __future__ import annotations

import pickle
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import case, func, select

from lms.affiliates.commissions.models import Accrual, Adjustment, Commission, CommissionReversal
from lms.affiliates.payouts.models import Payout, PayoutAttempt
from lms.affiliates.payouts.rules import AttemptState, PayoutState
from lms.affiliates.payouts.service import minimum_minor
from lms.commerce.gateway.notices import notice_of
from lms.commerce.gateway.rules import Checkout, GatewayRefund
from lms.commerce.gateway.service import receive
from lms.commerce.ledger.models import Balance
from lms.commerce.ledger.rules import WALLET, Account
from lms.commerce.ledger.verifying import take_stock, verify
from lms.commerce.shop.models import Payment, Refund, ShopOrder
from lms.kernel.work import Read, begin_read, begin_work
from tests.commerce.gateway import telling
from tests.fake_gateway import FakeGateway

CURRENCY = "CNY"


class LastingGateway:
    """A gateway in memory whose memory is a file: what a killed process had it do stays done."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        folder.mkdir(exist_ok=True)
        self._path = folder / "gateway.pickle"
        self._now = now
        self._save(FakeGateway())

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return partial(self._do, name)

    def _do(self, name: str, *given: Any, **named: Any) -> Any:
        with self.open() as gate:
            return getattr(gate, name)(*given, **named)

    @contextmanager
    def open(self) -> Iterator[FakeGateway]:
        """Look into the gateway, and keep what is changed there, whatever the answer."""
        gate: FakeGateway = pickle.loads(self._path.read_bytes())
        gate.now = self._now
        try:
            yield gate
        finally:
            self._save(gate)

    def _save(self, gate: FakeGateway) -> None:
        gate.now = datetime.now  # a clock of the test cannot be written down
        spare = self._path.with_suffix(".new")
        spare.write_bytes(pickle.dumps(gate))
        spare.replace(self._path)


# --- Notices ------------------------------------------------------------------------


def session_of(checkout: Checkout) -> dict[str, Any]:
    """Write a paid checkout as the gateway's notice does."""
    return telling.session(
        id=checkout.id,
        amount_total=checkout.amount_minor,
        client_reference_id=checkout.reference,
        metadata={"reference": checkout.reference, "attempt": "1"},
        payment_intent=checkout.payment_id,
    )


def refund_of(refund: GatewayRefund) -> dict[str, Any]:
    """Write a refund as the gateway's notice does; one made on its own pages has no reference."""
    return telling.refund(
        id=refund.id,
        amount=refund.amount_minor,
        payment_intent=refund.payment_id,
        metadata={"reference": refund.reference} if refund.reference else {},
    )


def tell_paid(checkout: Checkout, times: int = 1) -> None:
    """Deliver the notice of a paid checkout."""
    deliver("checkout.session.completed", session_of(checkout), f"evt_paid_{checkout.id}", times)


def tell_refund(refund: GatewayRefund, times: int = 1) -> None:
    """Deliver the notice of a refund that went through."""
    deliver("refund.updated", refund_of(refund), f"evt_{refund.id}", times)


def tell_dispute(payment_id: str, amount_minor: int, status: str, times: int = 1) -> None:
    """Deliver the notice of a dispute: needs_response, won or lost."""
    thing = telling.dispute(id=f"dp_{payment_id}", amount=amount_minor, payment_intent=payment_id, status=status)
    kind = "charge.dispute.created" if status == "needs_response" else "charge.dispute.closed"
    deliver(kind, thing, f"evt_{status}_{payment_id}", times)


def deliver(kind: str, thing: dict[str, Any], event_id: str, times: int = 1) -> None:
    """Deliver a notice so many times."""
    for _ in range(times):
        with begin_work() as work:
            receive(work, notice_of(telling.notice(kind, thing, event_id)))


# --- What must hold (money.md §5) ------------------------------------------------------


_UNDER_WAY = Payout.state.in_([PayoutState.SUBMITTED, PayoutState.AWAITING_RECIPIENT])
# Composed once: they are asked after every step of a long day.
_BALANCES = select(Balance.owner_id, Balance.account, Balance.amount_minor).where(
    Balance.account != Account.AGENT_RECEIVABLE, Balance.currency == CURRENCY
)
_LIVE = select(Commission.partner_id, func.sum(Commission.live_minor)).group_by(Commission.partner_id)
_GIVEN = select(Adjustment.partner_id, func.sum(Adjustment.amount_minor)).group_by(Adjustment.partner_id)
_LEFT = case(
    (Payout.state == PayoutState.SETTLED, Payout.gross_minor),
    (_UNDER_WAY, Payout.tax_minor + Payout.fee_minor),
    else_=0,
)
_GONE = select(Payout.partner_id, -func.sum(_LEFT)).where(Payout.currency == CURRENCY).group_by(Payout.partner_id)


def _sum(read: Read, column: Any, *where: Any) -> int:
    return int(read.session.scalar(select(func.coalesce(func.sum(column), 0)).where(*where)) or 0)


def assert_money_holds() -> None:
    """Hold the books and the rooms' rows against each other when all is told: invariants 1 to 5, 7, 8 and 13."""
    with begin_work() as work:
        stock = take_stock(work)
    read = begin_read()
    read.session.rollback()
    verdict = verify(read, stock)
    assert verdict.is_good, verdict.fault
    _assert_lines(read)
    _assert_orders(read)
    _assert_payouts(read)
    assert_wallets_hold()


def assert_wallets_hold() -> None:
    """Hold each partner's accounts against lines and payouts, at any moment between two works: invariants 4 and 8."""
    session = begin_read().session
    wallets: dict[int, Counter[Account]] = defaultdict(Counter)
    for partner_id, account, amount in session.execute(_BALANCES):
        wallets[partner_id][Account(account)] = amount
    # What came in and what went out; the rest must lie in the wallet.
    owns: Counter[int] = Counter()
    for sums in (_LIVE, _GIVEN, _GONE):
        for partner_id, amount in session.execute(sums):
            owns[partner_id] += int(amount)
    for partner_id in wallets.keys() | owns.keys():
        wallet = wallets[partner_id]
        debt = wallet[Account.PARTNER_DEBT]
        has = sum(wallet[account] for account in WALLET) - debt
        assert has - debt == owns[partner_id], f"partner {partner_id}"
        assert min(wallet[Account.AVAILABLE], debt) == 0


def _assert_lines(read: Read) -> None:
    for line in read.session.scalars(select(Commission)):
        taken = _sum(read, CommissionReversal.amount_minor, CommissionReversal.commission_id == line.id)
        order = read.session.get_one(Accrual, line.accrual_id)
        assert 0 <= line.locked_minor <= line.live_minor == line.amount_minor - taken
        if order.lost or order.refunded_minor == order.net_minor:
            assert line.live_minor == 0, "a line of an order that is gone"


def _assert_orders(read: Read) -> None:
    """The shop's sums and the commissions' agree, and a paid order has exactly one payment of its amount."""
    for order in read.session.scalars(select(ShopOrder)):
        paid = select(Payment.amount_minor).where(Payment.order_id == order.id, Payment.state == "paid")
        amounts = read.session.scalars(paid).all()
        sold = order.state in ("paid", "partly_refunded", "refunded")
        assert amounts == ([order.net_minor] if sold and order.method != "free" else [])
        accrual = read.session.scalars(select(Accrual).where(Accrual.order_id == order.id)).one_or_none()
        if accrual is not None and not accrual.lost:
            assert accrual.refunded_minor == order.refunded_minor


def _assert_payouts(read: Read) -> None:
    for payout in read.session.scalars(select(Payout)):
        assert payout.gross_minor == payout.net_minor + payout.tax_minor + payout.fee_minor
        assert payout.gross_minor >= minimum_minor()
        sends = select(PayoutAttempt.state).where(PayoutAttempt.payout_id == payout.id)
        states = list(read.session.scalars(sends.order_by(PayoutAttempt.number)))
        assert all(state in (AttemptState.FAILED, AttemptState.RETURNED) for state in states[:-1]), states


def assert_nothing_paid_twice(gate: LastingGateway | FakeGateway) -> None:
    """Hold what the gateway did against what the books say: money in, back, and out to partners."""
    with gate.open() if isinstance(gate, LastingGateway) else nullcontext(gate) as world:
        kinds = {"charge": 1, "refund": -1, "transfer": -1, "transfer_reversal": 1}
        moved = {
            kind: sum(one.amount_minor for one in world.entries if one.kind == kind) * kinds[kind] for kind in kinds
        }
        references = [one.reference for one in world._transfers.values()]
    assert len(references) == len(set(references)), "a payout's attempt was sent twice"
    read = begin_read()
    assert _sum(read, Payment.amount_minor, Payment.state.in_(["paid", "surplus"])) == moved["charge"]
    assert _sum(read, Refund.amount_minor, Refund.booked_at.is_not(None), Refund.source.is_(None)) == moved["refund"]
    out = _sum(read, Payout.net_minor, Payout.state == PayoutState.SETTLED)
    assert out == moved["transfer"] - moved["transfer_reversal"]
