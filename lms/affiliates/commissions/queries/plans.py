"""Reads of plans and their versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from lms.affiliates.commissions.models import Plan as PlanRow
from lms.affiliates.commissions.models import PlanVersion
from lms.affiliates.commissions.rules import Terms, is_below_floor, paid_bps, percent_text, read_terms
from lms.affiliates.partners.queries import partner_source
from lms.kernel.errors import NotFound
from lms.kernel.work import Read


@dataclass(frozen=True)
class Plan:
    """What partners are paid by: for a camp, a group of partners, both, or everybody (both empty)."""

    id: int
    code: str
    name: str
    camp_id: int | None
    group_id: int | None


@dataclass(frozen=True)
class Version:
    """One version of a plan, for good."""

    id: int
    plan_id: int
    number: int
    terms: Terms
    digest: str
    published_at: datetime
    published_by: int | None
    effective_from: datetime

    @property
    def percent_text(self) -> str:
        """Give the share that is really paid as people write it, without the sign: never above the cap."""
        return percent_text(paid_bps(self.terms))

    @property
    def is_offered(self) -> bool:
        """Say whether partners are paid by it: a version below its own lowest share is on record only."""
        return not is_below_floor(self.terms)

    @property
    def cap_text(self) -> str:
        """Give the cap of an order as people write it, without the sign."""
        return percent_text(self.terms.cap_bps)


@dataclass(frozen=True)
class InForce:
    """The version that pays, with the plan it belongs to."""

    plan: Plan
    version: Version

    @property
    def terms(self) -> Terms:
        """Give the terms that pay."""
        return self.version.terms


_SHARE = PlanVersion.terms[("base", "percent_bps")].as_integer()
_LOWEST = PlanVersion.terms["floor_bps"].as_integer()
_PLAN = (PlanRow.id, PlanRow.code, PlanRow.name, PlanRow.camp_id, PlanRow.group_id)
_VERSION = (
    PlanVersion.id,
    PlanVersion.plan_id,
    PlanVersion.number,
    PlanVersion.terms,
    PlanVersion.digest,
    PlanVersion.published_at,
    PlanVersion.published_by,
    PlanVersion.effective_from,
)


def _version(row: Any) -> Version:
    id_, plan_id, number, terms, *rest = row
    return Version(id_, plan_id, number, read_terms(terms), *rest)


def list_plans(read: Read) -> list[Plan]:
    """List plans: the one for everybody first, then by name."""
    everybody = and_(PlanRow.camp_id.is_(None), PlanRow.group_id.is_(None))
    statement = select(*_PLAN).order_by(everybody.desc(), PlanRow.name, PlanRow.id)
    return [Plan(*row) for row in read.session.execute(statement)]


def get_plan(read: Read, code: str) -> Plan:
    """Get a plan by its code; raises NotFound."""
    row = read.session.execute(select(*_PLAN).where(PlanRow.code == code)).one_or_none()
    if row is None:
        raise NotFound
    return Plan(*row)


def get_version(read: Read, version_id: int) -> InForce:
    """Get a version with its plan; raises NotFound."""
    statement = select(*_PLAN, *_VERSION).join(PlanVersion, PlanVersion.plan_id == PlanRow.id)
    row = read.session.execute(statement.where(PlanVersion.id == version_id)).one_or_none()
    if row is None:
        raise NotFound
    return InForce(Plan(*row[:5]), _version(row[5:]))


def list_versions(read: Read, plan_ids: Iterable[int]) -> dict[int, list[Version]]:
    """List the versions of plans, the latest first."""
    rows = read.session.execute(
        select(*_VERSION).where(PlanVersion.plan_id.in_(list(plan_ids))).order_by(PlanVersion.number.desc())
    )
    found: dict[int, list[Version]] = {}
    for row in rows:
        version = _version(row)
        found.setdefault(version.plan_id, []).append(version)
    return found


def in_force(versions: Iterable[Version], at: datetime) -> Version | None:
    """Find which of a plan's versions is in force at a moment; what was never offered is not."""
    begun = [version for version in versions if version.is_offered and version.effective_from <= at]
    return max(begun, key=lambda version: (version.effective_from, version.number), default=None)


def still_to_come(versions: Iterable[Version], at: datetime) -> list[Version]:
    """List which of a plan's versions take effect after a moment, the next first.

    Of versions that begin at one moment only the one published last ever pays; the others are left out.
    """
    last: dict[datetime, Version] = {}
    for version in sorted(versions, key=lambda one: one.number):
        if version.is_offered and version.effective_from > at:
            last[version.effective_from] = version
    return [last[begins] for begins in sorted(last)]


def plan_for(read: Read, camp_id: int, group_id: int | None, at: datetime) -> InForce | None:
    """Find what pays a sale of a camp by a partner of a group at a moment; the camp counts before the group.

    A plan whose first version is still to come does not count, nor does a version below its own lowest share:
    what partners are not offered does not pay, and the version before it goes on. One statement.
    """
    return _most_special(read, camp_id, PlanRow.group_id == group_id, at)


def expected_rate(read: Read, camp_id: int, partner_id: int) -> InForce | None:
    """Find what a partner would be paid by for a sale of a camp now: for kits. One statement.

    None when nothing pays.
    """
    partner = partner_source()
    group = select(partner.c.group_id).where(partner.c.id == partner_id).scalar_subquery()
    return _most_special(read, camp_id, PlanRow.group_id == group, read.now)


def rates_for(read: Read, camp_ids: Iterable[int], group_id: int | None) -> dict[int, InForce]:
    """Find what pays partners of a group for sales of camps now, as `expected_rate` does; at most two statements."""
    wanted = list(camp_ids)
    plans = (
        [plan for plan in plans_of(read, group_id) if plan.camp_id is None or plan.camp_id in wanted] if wanted else []
    )
    versions = list_versions(read, [plan.id for plan in plans]) if plans else {}
    now = [(plan, in_force(versions.get(plan.id, []), read.now)) for plan in plans]
    found: dict[int, InForce] = {}
    for camp_id in wanted:
        paying = [InForce(plan, version) for plan, version in now if version and plan.camp_id in (None, camp_id)]
        if paying:
            found[camp_id] = paying[0]
    return found


def _most_special(read: Read, camp_id: int, own_group: ColumnElement[bool], at: datetime) -> InForce | None:
    statement = (
        select(*_PLAN, *_VERSION)
        .join(PlanVersion, PlanVersion.plan_id == PlanRow.id)
        .where(
            or_(PlanRow.camp_id.is_(None), PlanRow.camp_id == camp_id),
            or_(PlanRow.group_id.is_(None), own_group),
            PlanVersion.effective_from <= at,
            _SHARE >= _LOWEST,
        )
        .order_by(
            PlanRow.camp_id.is_(None),
            PlanRow.group_id.is_(None),
            PlanVersion.effective_from.desc(),
            PlanVersion.number.desc(),
        )
        .limit(1)
    )
    row = read.session.execute(statement).first()
    return InForce(Plan(*row[:5]), _version(row[5:])) if row else None


def promised(read: Read, plan: Plan) -> list[Terms]:
    """List the terms that a new version of a plan would replace: its own in force and still to come.

    For the first version, those of every plan that paid some of the same sales until then.
    """
    own = list_versions(read, [plan.id]).get(plan.id, [])
    if own:
        return _standing(own, read.now)
    rows = read.session.scalars(select(PlanRow.id).where(PlanRow.id != plan.id, _less_special(plan)))
    return [terms for versions in list_versions(read, rows).values() for terms in _standing(versions, read.now)]


def _standing(versions: list[Version], now: datetime) -> list[Terms]:
    current = in_force(versions, now)
    return [version.terms for version in ([current] if current else []) + still_to_come(versions, now)]


def _less_special(plan: Plan) -> ColumnElement[bool]:
    if plan.camp_id is None:
        return and_(PlanRow.camp_id.is_(None), PlanRow.group_id.is_(None))
    if plan.group_id is None:
        return PlanRow.camp_id.is_(None)
    return and_(
        func.coalesce(PlanRow.camp_id, plan.camp_id) == plan.camp_id,
        func.coalesce(PlanRow.group_id, plan.group_id) == plan.group_id,
    )


def plans_of(read: Read, group_id: int | None) -> list[Plan]:
    """List the plans that may pay a partner of a group, the most special first."""
    own = or_(PlanRow.group_id.is_(None), PlanRow.group_id == group_id)
    order = (PlanRow.camp_id.is_(None), PlanRow.group_id.is_(None), PlanRow.name, PlanRow.id)
    return [Plan(*row) for row in read.session.execute(select(*_PLAN).where(own).order_by(*order))]
