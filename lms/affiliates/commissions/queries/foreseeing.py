"""What publishing a version would do, before it is done."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.affiliates.commissions import rules
from lms.affiliates.commissions.queries.plans import Plan, Version, in_force, list_versions, promised
from lms.affiliates.commissions.rules import Terms
from lms.affiliates.partners.queries import partner_source
from lms.kernel.work import Read


@dataclass(frozen=True)
class Foreseen:
    """What would come of publishing terms.

    `before` is what they would replace when they begin, `latest` the version published last. `is_repeated`: the
    very terms are the latest version already, so that nothing would happen.
    """

    number: int
    begins: datetime
    terms: Terms
    before: Version | None
    latest: Version | None
    is_repeated: bool

    @property
    def is_offered(self) -> bool:
        """Say whether partners would be told and paid by it."""
        return not rules.is_below_floor(self.terms)


def foresee(read: Read, plan: Plan, terms: Terms, wanted: datetime | None = None) -> Foreseen:
    """Say what publishing terms would do; `wanted` is when they take effect, else as early as notice allows.

    Refuses WorstCaseTooHigh, CapAboveCeiling, ShareAboveCap, NothingPaid, TermsOutOfRange, NoticeTooShort,
    BeginsTooSoon.
    """
    rules.check_terms(terms)
    rules.require_reachable(terms)
    versions = list_versions(read, [plan.id]).get(plan.id, [])
    latest = versions[0] if versions else None
    if latest is not None and latest.terms == terms and wanted in (None, latest.effective_from):
        before = in_force(versions[1:], latest.effective_from)
        return Foreseen(latest.number, latest.effective_from, terms, before, latest, is_repeated=True)
    # What was never offered holds nobody up: the next version may begin before it would have.
    after = max((one.effective_from for one in versions if one.is_offered), default=None)
    begins = rules.effective_from(terms, promised(read, plan), read.now, wanted, after)
    number = latest.number + 1 if latest else 1
    return Foreseen(number, begins, terms, in_force(versions, begins), latest, is_repeated=False)


def people_of(read: Read, plan: Plan) -> list[int]:
    """List the approved partners whom a plan may pay, as people."""
    partner = partner_source()
    wanted = select(partner.c.person_id).where(partner.c.state == "approved").order_by(partner.c.id)
    if plan.group_id is not None:
        wanted = wanted.where(partner.c.group_id == plan.group_id)
    return list(read.session.scalars(wanted))
