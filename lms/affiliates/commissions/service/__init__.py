"""Writes of the commissions room, by topic: plans, earning, taking back, releasing, adjusting."""

from lms.affiliates.commissions.service.accruing import accrue
from lms.affiliates.commissions.service.adjusting import adjust, require_seen
from lms.affiliates.commissions.service.plans import Published, make_plan, publish_version
from lms.affiliates.commissions.service.purses import HeldPurse, hold_purse
from lms.affiliates.commissions.service.releasing import follow_lock, redate, release_due
from lms.affiliates.commissions.service.reversing import claw_back, close_dispute, open_dispute
from lms.affiliates.commissions.service.telling import tell_partners

__all__ = [
    "HeldPurse",
    "Published",
    "accrue",
    "adjust",
    "claw_back",
    "close_dispute",
    "follow_lock",
    "hold_purse",
    "make_plan",
    "open_dispute",
    "publish_version",
    "redate",
    "release_due",
    "require_seen",
    "tell_partners",
]
