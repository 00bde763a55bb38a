"""Everything that explains a line."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from lms.affiliates.commissions.models import Accrual, Commission, CommissionReversal
from lms.affiliates.commissions.queries.lines import Line, lines_statement
from lms.affiliates.commissions.queries.plans import InForce, get_version
from lms.affiliates.commissions.rules import LineKind, percent_text
from lms.affiliates.partners.queries import find_partner, partner_source
from lms.commerce.ledger import queries as ledger
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Read


@dataclass(frozen=True)
class Reversal:
    """A part that was taken back: for a refund or a lost dispute."""

    cause: str
    amount_minor: int
    at: datetime


@dataclass(frozen=True)
class Explanation:
    """How a line came to be and what became of it; amounts in minor units, rates in basis points."""

    line: Line
    plan: InForce
    percent_bps: int
    pay_minor: int
    cap_bps: int
    cap_minor: int
    counted_from: date
    business_days: list[date]
    touched_at: datetime | None
    refunded_minor: int
    reversals: list[Reversal]
    entries: list[ledger.Line]

    @property
    def percent_text(self) -> str:
        """Give the share as people write it, without the sign."""
        return percent_text(self.percent_bps)

    @property
    def cap_text(self) -> str:
        """Give the cap as people write it, without the sign."""
        return percent_text(self.cap_bps)

    @property
    def is_capped(self) -> bool:
        """Say whether the cap trimmed the amount."""
        return self.line.amount_minor < self.pay_minor


def explain(read: Read, who: Actor, code: str) -> Explanation:
    """Explain a line to its partner or to staff; raises NotFound for everybody else."""
    row = read.session.execute(lines_statement().where(Commission.code == code)).one_or_none()
    if row is None:
        raise NotFound
    line = Line(*row)
    _require_reader(read, who, line.partner_id)
    facts = read.session.execute(
        select(Commission.workings, Commission.plan_version_id, Accrual.referral, Accrual.refunded_minor)
        .join(Accrual, Accrual.id == Commission.accrual_id)
        .where(Commission.id == line.id)
    ).one()
    workings: dict[str, Any] = facts.workings
    return Explanation(
        line=line,
        plan=get_version(read, facts.plan_version_id),
        percent_bps=workings["percent_bps"],
        pay_minor=workings["pay_minor"],
        cap_bps=workings["cap_bps"],
        cap_minor=workings["cap_minor"],
        counted_from=date.fromisoformat(workings["counted_from"]),
        business_days=[date.fromisoformat(day) for day in workings["business_days"]],
        touched_at=_touched_at(facts.referral),
        refunded_minor=facts.refunded_minor,
        reversals=_reversals(read, line.id),
        entries=ledger.list_lines(read, [f"commission:{line.id}"]),
    )


@dataclass(frozen=True)
class Came:
    """What came of an order: the outcome and, where a partner earned, who and how much (minor units).

    `net_minor` is what the order paid at first.
    """

    outcome: str
    code: str = ""
    name: str = ""
    amount_minor: int = 0
    live_minor: int = 0
    currency: str = ""
    net_minor: int = 0


def came_of(read: Read, order_id: int) -> Came | None:
    """Say what came of an order for partners; None while nothing is known of it. One statement."""
    partner = partner_source()
    columns = (
        Commission.code, partner.c.name, Commission.amount_minor, Commission.live_minor, Commission.currency,
        Accrual.net_minor,
    )  # fmt: skip
    statement = (
        select(Accrual.outcome, *columns)
        .join(Commission, (Commission.accrual_id == Accrual.id) & (Commission.kind == LineKind.BASE), isouter=True)
        .join(partner, partner.c.id == Commission.partner_id, isouter=True)
        .where(Accrual.order_id == order_id)
        .limit(1)
    )
    row = read.session.execute(statement).first()
    if row is None:
        return None
    return Came(*row) if row.code else Came(row.outcome)


def _require_reader(read: Read, who: Actor, partner_id: int) -> None:
    if who.has("operator", "finance"):
        return
    mine = find_partner(read, who.person_id) if who.person_id is not None else None
    if mine is None or mine.id != partner_id:
        raise NotFound


def _touched_at(referral: dict[str, Any]) -> datetime | None:
    at = referral.get("at")
    return datetime.fromisoformat(at) if isinstance(at, str) else None


def _reversals(read: Read, line_id: int) -> list[Reversal]:
    rows = read.session.execute(
        select(CommissionReversal.cause, CommissionReversal.amount_minor, CommissionReversal.at)
        .where(CommissionReversal.commission_id == line_id)
        .order_by(CommissionReversal.id)
    )
    return [Reversal(*row) for row in rows]
