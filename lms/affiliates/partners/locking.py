"""Holding a partner's row, stopping and freeing a partner's money, and which group a partner is paid in."""

from typing import Any, cast

from sqlalchemy import Table, select

from lms.affiliates.partners import rules
from lms.affiliates.partners.events import PartnerLocked, PartnerUnlocked
from lms.affiliates.partners.models import Partner as PartnerRow
from lms.affiliates.partners.models import PartnerGroup
from lms.affiliates.partners.queries import Partner, get_partner_by_code
from lms.kernel.db import insert_once, lock
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Work
from lms.people.messages import service as messages

_COLUMNS = [column for column in cast("Table", PartnerRow.__table__).columns if column.name in Partner.__annotations__]


def seen(row: PartnerRow) -> Partner:
    """Give a row's value."""
    values: dict[str, Any] = {column.name: getattr(row, column.name) for column in _COLUMNS}
    return Partner(**{**values, "state": str(row.state)})


def lock_partner(work: Work, partner_id: int) -> Partner:
    """Hold a partner's row until the work ends: whoever moves the partner's money does this first.

    An order's row, if any, is held before the partner's. Raises NotFound.
    """
    return seen(lock(work, PartnerRow, partner_id))


def lock_money(work: Work, who: Actor, partner_id: int, reason: str) -> Partner:
    """Stop a partner's money: nothing is released or paid out until it is freed. Locked already: the same answer.

    Refuses ReasonMissing, and OwnDecision for one's own money.
    """
    words = rules.clean_reason(reason)
    row = lock(work, PartnerRow, partner_id)
    rules.refuse_own_decision(who.person_id, row.person_id)
    if row.locked_at is None:
        row.locked_at = work.now
        row.lock_reason = words
        row.lock_number += 1
        work.session.flush()
        _audit(work, row, "partner.money_locked", {"locked": False}, words)
        work.tell(PartnerLocked(happened_at=work.now, partner_id=row.id))
        _say(work, row, "money_locked", {"reason": words})
    return seen(row)


def unlock_money(work: Work, who: Actor, partner_id: int, reason: str) -> Partner:
    """Free a partner's money, with the reason for the records. Free already: the same answer.

    Refuses ReasonMissing, and OwnDecision for one's own money.
    """
    words = rules.clean_reason(reason)
    row = lock(work, PartnerRow, partner_id)
    rules.refuse_own_decision(who.person_id, row.person_id)
    if row.locked_at is not None:
        before = {"locked": True, "reason": row.lock_reason}
        row.locked_at = None
        row.lock_reason = ""
        work.session.flush()
        _audit(work, row, "partner.money_unlocked", before, words)
        work.tell(PartnerUnlocked(happened_at=work.now, partner_id=row.id))
        _say(work, row, "money_unlocked", {"reason": words})
    return seen(row)


def make_group(work: Work, name: str) -> str:
    """Make a group of partners and give its code; the same name gives the same group. Refuses GroupNameMissing."""
    words = rules.clean_group_name(name)
    insert_once(work, PartnerGroup, ["name"], code=work.new_code(), name=words, created_at=work.now)
    return str(work.session.scalar(select(PartnerGroup.code).where(PartnerGroup.name == words)))


def set_group(work: Work, who: Actor, code: str, group_code: str, new_group: str = "") -> Partner:
    """Put a partner into a group, by code or newly named, or with both empty into none.

    Orders that were paid before keep their plan. Refuses OwnDecision, GroupNameMissing, NotFound.
    """
    partner = get_partner_by_code(work, code)
    rules.refuse_own_decision(who.person_id, partner.person_id)
    wanted = make_group(work, new_group) if new_group.strip() else group_code
    group_id = None
    if wanted:
        group_id = work.session.scalar(select(PartnerGroup.id).where(PartnerGroup.code == wanted))
        if group_id is None:
            raise NotFound
    row = lock(work, PartnerRow, partner.id)
    before = row.group_id
    if before != group_id:
        row.group_id = group_id
        work.session.flush()
        subject = f"partner:{row.code}"
        work.audit("partner.grouped", subject=subject, before={"group_id": before}, after={"group_id": group_id})
    return seen(row)


def _audit(work: Work, row: PartnerRow, act: str, before: dict[str, Any], reason: str) -> None:
    after = {"locked": row.locked_at is not None, "reason": reason}
    work.audit(act, subject=f"partner:{row.code}", before=before, after=after)


def _say(work: Work, row: PartnerRow, topic: str, values: dict[str, str]) -> None:
    key = f"partner-{topic}:{row.id}:{row.lock_number}"
    messages.send(work, row.person_id, f"affiliates/partners/{topic}", key=key, link="/partner/earnings", values=values)
