"""Making plans and publishing their versions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lms.affiliates.commissions import rules
from lms.affiliates.commissions.errors import PlanExists, PlanNameMissing
from lms.affiliates.commissions.events import PlanPublished
from lms.affiliates.commissions.models import Plan as PlanRow
from lms.affiliates.commissions.models import PlanVersion
from lms.affiliates.commissions.queries import get_plan, promised
from lms.affiliates.commissions.rules import Terms
from lms.kernel.db import insert_once, lock
from lms.kernel.work import Actor, Work


@dataclass(frozen=True)
class Published:
    """What became of a publication. `below_floor` warns that partners are not offered so little."""

    number: int
    effective_from: datetime
    below_floor: bool


def make_plan(work: Work, who: Actor, name: str, camp_id: int | None = None, group_id: int | None = None) -> str:
    """Make a plan without a version yet and give its code. Refuses PlanNameMissing, PlanExists."""
    words = " ".join(name.split())
    if not words or len(words) > rules.MOST_PLAN_NAME:
        raise PlanNameMissing(field="name", most=rules.MOST_PLAN_NAME)
    code = work.new_code()
    scope = rules.scope_of(camp_id, group_id)
    values = {"name": words, "camp_id": camp_id, "group_id": group_id, "created_at": work.now}
    if not insert_once(work, PlanRow, ["scope"], code=code, scope=scope, **values):
        raise PlanExists(field="camp")
    work.audit("plan.made", subject=f"plan:{code}", after={"name": words, "scope": scope})
    return code


def publish_version(work: Work, who: Actor, code: str, terms: Terms, wanted: datetime | None = None) -> Published:
    """Publish the next version of a plan, for good; the very terms of the latest again change nothing.

    `wanted` is when it takes effect; without it, as early as partners' notice allows. Refuses WorstCaseTooHigh,
    CapAboveCeiling, NothingPaid, TermsOutOfRange, NoticeTooShort, BeginsTooSoon, NotFound.
    """
    rules.check_terms(terms)
    plan = get_plan(work, code)
    lock(work, PlanRow, plan.id)
    latest = _latest(work, plan.id)
    digest = rules.terms_digest(terms)
    if latest is not None and latest.digest == digest and wanted in (None, latest.effective_from):
        return Published(latest.number, latest.effective_from, rules.is_below_floor(terms))
    after = latest.effective_from if latest else None
    begins = rules.effective_from(terms, promised(work, plan), work.now, wanted, after)
    version = work.add(
        PlanVersion(
            plan_id=plan.id,
            number=latest.number + 1 if latest else 1,
            terms=rules.write_terms(terms),
            digest=digest,
            published_at=work.now,
            published_by=who.person_id,
            effective_from=begins,
        )
    )
    _record(work, code, version, latest)
    return Published(version.number, begins, rules.is_below_floor(terms))


def _latest(work: Work, plan_id: int) -> PlanVersion | None:
    newest = select(func.max(PlanVersion.number)).where(PlanVersion.plan_id == plan_id).scalar_subquery()
    statement = select(PlanVersion).where(PlanVersion.plan_id == plan_id, PlanVersion.number == newest)
    return work.session.scalars(statement).one_or_none()


def _record(work: Work, code: str, version: PlanVersion, before: PlanVersion | None) -> None:
    after = {
        "number": version.number,
        "digest": version.digest,
        "effective_from": version.effective_from.isoformat(),
        "terms": version.terms,
    }
    was = {"number": before.number, "digest": before.digest, "terms": before.terms} if before else {}
    work.audit("plan.published", subject=f"plan:{code}", before=was, after=after)
    work.tell(PlanPublished(happened_at=work.now, version_id=version.id))
