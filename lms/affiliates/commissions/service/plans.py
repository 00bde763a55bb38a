"""Making plans and publishing their versions."""

from dataclasses import dataclass
from datetime import datetime

from lms.affiliates.commissions import rules
from lms.affiliates.commissions.errors import PlanExists, PlanNameMissing
from lms.affiliates.commissions.events import PlanPublished
from lms.affiliates.commissions.models import Plan as PlanRow
from lms.affiliates.commissions.models import PlanVersion
from lms.affiliates.commissions.queries import Version, foresee, get_plan
from lms.affiliates.commissions.rules import Terms
from lms.kernel.db import insert_once, lock
from lms.kernel.work import Actor, Work


@dataclass(frozen=True)
class Published:
    """What became of a publication. `is_offered`: partners are told and paid by it, else it is on record only."""

    number: int
    effective_from: datetime
    is_offered: bool


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

    `wanted` is when it takes effect; without it, as early as partners' notice allows. Refuses what `foresee`
    refuses, and NotFound.
    """
    plan = get_plan(work, code)
    lock(work, PlanRow, plan.id)
    coming = foresee(work, plan, terms, wanted)
    if coming.is_repeated:
        return Published(coming.number, coming.begins, coming.is_offered)
    version = work.add(
        PlanVersion(
            plan_id=plan.id,
            number=coming.number,
            terms=rules.write_terms(terms),
            digest=rules.terms_digest(terms),
            published_at=work.now,
            published_by=who.person_id,
            effective_from=coming.begins,
        )
    )
    _record(work, code, version, coming.latest)
    return Published(version.number, coming.begins, coming.is_offered)


def _record(work: Work, code: str, version: PlanVersion, before: Version | None) -> None:
    after = {
        "number": version.number,
        "digest": version.digest,
        "effective_from": version.effective_from.isoformat(),
        "terms": version.terms,
    }
    was = {"number": before.number, "digest": before.digest, "terms": rules.write_terms(before.terms)} if before else {}
    work.audit("plan.published", subject=f"plan:{code}", before=was, after=after)
    work.tell(PlanPublished(happened_at=work.now, version_id=version.id))
