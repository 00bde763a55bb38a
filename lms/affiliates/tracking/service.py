"""Writes of the tracking room: links, and what is counted through them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update

from lms.affiliates.partners import service as partners_service
from lms.affiliates.partners.errors import HandleFixed
from lms.affiliates.partners.queries import Partner, find_partner_by_id, require_partner
from lms.affiliates.partners.rules import was_approved
from lms.affiliates.tracking import models as tables
from lms.affiliates.tracking import rules
from lms.affiliates.tracking.errors import CampaignTaken, DefaultLinkKept, TooManyLinks, UnknownCamp
from lms.affiliates.tracking.events import NumbersMoved
from lms.affiliates.tracking.queries import (
    Link,
    candidates,
    find_link,
    get_own_link,
    link_partners,
    may_change_handle,
)
from lms.affiliates.tracking.queries.attribution import may_use_coupon, resolve_referral
from lms.affiliates.tracking.rules import COUNT_GAP, MOST_LINKS, Click, TouchKind, program_day
from lms.affiliates.tracking.spool import current_spool
from lms.kernel.db import insert_missing, insert_once, lock
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor, Work
from lms.learning.camps import queries as camps

__all__ = [
    "archive_link",
    "bind_visitor",
    "change_handle",
    "count_join",
    "greet_partner",
    "ingest_clicks",
    "make_default_link",
    "make_link",
    "may_use_coupon",
    "resolve_referral",
    "undo_join",
]

_L = tables.ReferralLink
_T = tables.Touch
_D = tables.LinkDay
_J = tables.ReferredJoin
# An event names a few partners, so that a handler's work stays short.
_MOVED_IN_ONE_EVENT = 40


# --- Links ------------------------------------------------------------------


def make_default_link(work: Work, partner: Partner) -> None:
    """Give a partner the main link, whose code is the handle; asked twice, it makes one."""
    insert_once(
        work, _L, ["partner_id", "campaign"], code=partner.code, partner_id=partner.id, campaign="", label="",
        created_at=work.now,
    )  # fmt: skip


def make_link(work: Work, who: Actor, label: str, campaign: str = "", camp_slug: str = "") -> Link:
    """Make a link for one place, leading to one camp where it is named.

    Refuses LabelMissing, CampaignInvalid, CampaignTaken, TooManyLinks (50 live ones), UnknownCamp.
    """
    partner = require_partner(work, who)
    name = rules.clean_label(label)
    # The digit in front keeps these codes apart from handles, which start with a letter.
    code = f"{2 + len(name) % 8}{work.new_code(6).lower()}"
    word = rules.campaign_for(campaign, name, code)
    live = select(func.count()).where(_L.partner_id == partner.id, _L.archived_at.is_(None))
    if (work.session.scalar(live) or 0) >= MOST_LINKS:
        raise TooManyLinks(most=MOST_LINKS)
    camp_id = _camp_id(work, camp_slug)
    unique = ["partner_id", "campaign"]
    values: dict[str, Any] = {"partner_id": partner.id, "camp_id": camp_id, "label": name, "created_at": work.now}
    if not insert_once(work, _L, unique, code=code, campaign=word, **values):
        if campaign.strip():
            raise CampaignTaken(field="campaign")
        insert_once(work, _L, unique, code=code, campaign=code, **values)
    return get_own_link(work, partner.id, code)


def _camp_id(work: Work, slug: str) -> int | None:
    if not slug:
        return None
    for cohort in camps.list_open_cohorts(work):
        if cohort.camp_slug == slug:
            return cohort.camp_id
    raise UnknownCamp(field="camp")


def archive_link(work: Work, who: Actor, code: str) -> Link:
    """Retire a link: it says so to visitors and its numbers stay. Retired already: the same answer.

    Refuses DefaultLinkKept; NotFound for anybody else's link.
    """
    link = get_own_link(work, require_partner(work, who).id, code)
    if link.is_default:
        raise DefaultLinkKept
    work.session.execute(update(_L).where(_L.id == link.id, _L.archived_at.is_(None)).values(archived_at=work.now))
    return get_own_link(work, link.partner_id, code)


def change_handle(work: Work, who: Actor, typed: str) -> Partner:
    """Give the acting partner another handle and main link, once and before anybody has used a link.

    Refuses HandleFixed, HandleInvalid, HandleTaken.
    """
    partner = require_partner(work, who)
    if not may_change_handle(work, partner):
        raise HandleFixed(field="code")
    changed = partners_service.change_code(work, who, typed)
    work.session.execute(update(_L).where(_L.partner_id == partner.id, _L.campaign == "").values(code=changed.code))
    return changed


# --- Clicks -----------------------------------------------------------------


def ingest_clicks(work: Work, clicks: Iterable[Click]) -> int:
    """Record clicks from the spool, each once by its code, and count them; tells how many were new."""
    by_code = {click.code: click for click in clicks}
    held = _hold_links(work, {click.link_id for click in by_code.values()})
    # Looked up after the lock: a second ingester waits for it and then sees what the first one wrote.
    known = set(work.session.scalars(select(_T.code).where(_T.code.in_(list(by_code)))))
    fresh = [click for code, click in by_code.items() if code not in known and click.link_id in held]
    if not fresh:
        return 0
    fresh.sort(key=lambda click: (click.at, click.code))
    rows = _judged(work, fresh)
    insert_missing(work, _T, ["code"], rows)
    counted = Counter((row["link_id"], program_day(row["at"])) for row in rows if row["counted"])
    _add(work, counted, "clicks", {row["link_id"]: row["partner_id"] for row in rows})
    return len(rows)


def _hold_links(work: Work, link_ids: set[int]) -> set[int]:
    """Lock the links of a batch in one order, so that counting them is one writer's business."""
    statement = select(_L.id).where(_L.id.in_(list(link_ids))).order_by(_L.id).with_for_update(key_share=True)
    return set(work.session.scalars(statement))


def _judged(work: Work, clicks: list[Click]) -> list[dict[str, Any]]:
    partners = link_partners(work, {click.link_id for click in clicks})
    people = _people_of(work, {click.visitor for click in clicks})
    counted = _counted_before(work, clicks)
    rows = []
    for click in clicks:
        partner = partners[click.link_id]
        persons = people.get(click.visitor, set())
        eligible = was_approved(partner.state, partner.decided_at, click.at) and partner.person_id not in persons
        others = counted[click.link_id, click.visitor]
        counts = eligible and rules.counts(click.at, others)
        if counts:
            others.append(click.at)
        rows.append(_touch(click, partner.id, min(persons) if len(persons) == 1 else None, eligible, counts))
    return rows


def _touch(click: Click, partner_id: int, person_id: int | None, eligible: bool, counted: bool) -> dict[str, Any]:
    return {
        "code": click.code,
        "link_id": click.link_id,
        "partner_id": partner_id,
        "visitor": click.visitor,
        "person_id": person_id,
        "at": click.at,
        "kind": TouchKind.CLICK,
        "eligible": eligible,
        "counted": counted,
        "user_agent": click.device,
    }


def _people_of(work: Work, visitors: set[str]) -> dict[str, set[int]]:
    table = tables.VisitorPerson
    people: dict[str, set[int]] = defaultdict(set)
    rows = work.session.execute(select(table.visitor, table.person_id).where(table.visitor.in_(list(visitors))))
    for visitor, person_id in rows:
        people[visitor].add(person_id)
    return people


def _counted_before(work: Work, clicks: list[Click]) -> dict[tuple[int, str], list[datetime]]:
    statement = select(_T.link_id, _T.visitor, _T.at).where(
        _T.visitor.in_({click.visitor for click in clicks}),
        _T.at > clicks[0].at - COUNT_GAP,
        _T.at < clicks[-1].at + COUNT_GAP,
        _T.kind == TouchKind.CLICK,
        _T.counted,
    )
    counted: dict[tuple[int, str], list[datetime]] = defaultdict(list)
    for link_id, visitor, at in work.session.execute(statement):
        counted[link_id, visitor].append(at)
    return counted


def _add(work: Work, counted: Mapping[tuple[int, date], int], column: str, partners: Mapping[int, int]) -> None:
    """Move roll-ups by some numbers and tell whose have moved."""
    rows = [
        {"link_id": link_id, "day": day, "clicks": 0, "sign_ups": 0, "joined": 0} for link_id, day in sorted(counted)
    ]
    insert_missing(work, _D, ["link_id", "day"], rows)
    value = getattr(_D, column)
    for (link_id, day), number in sorted(counted.items()):
        work.session.execute(update(_D).where(_D.link_id == link_id, _D.day == day).values({value: value + number}))
    moved: list[list[int | str]] = [
        [partner, day.isoformat()] for partner, day in sorted({(partners[link_id], day) for link_id, day in counted})
    ]
    for start in range(0, len(moved), _MOVED_IN_ONE_EVENT):
        work.tell(NumbersMoved(happened_at=work.now, moved=moved[start : start + _MOVED_IN_ONE_EVENT]))


# --- People -----------------------------------------------------------------


def bind_visitor(work: Work, visitor: str, person_id: int, at: datetime) -> None:
    """Tie a visitor's touches to the person they turned out to be, and count the sign-up for its link."""
    # The click that led to the sign-up may still be in the spool.
    ingest_clicks(work, current_spool().peek(visitor))
    unique = ["visitor", "person_id"]
    insert_once(work, tables.VisitorPerson, unique, visitor=visitor, person_id=person_id, bound_at=work.now)
    work.session.execute(update(_T).where(_T.visitor == visitor, _T.person_id.is_(None)).values(person_id=person_id))
    picked = rules.pick_touch(candidates(work, visitor, person_id), at)
    if picked is None:
        return
    winner = picked.winner
    click = Click(f"S{person_id}", at, winner.link_id, visitor, _device_of(work, winner.code))
    row = _touch(click, winner.partner_id, person_id, True, True) | {"kind": TouchKind.SIGN_UP}
    if insert_once(work, _T, ["code"], **row):
        _add(work, {(winner.link_id, program_day(at)): 1}, "sign_ups", {winner.link_id: winner.partner_id})


def _device_of(work: Work, touch_code: str) -> str:
    return work.session.scalar(select(_T.user_agent).where(_T.code == touch_code)) or rules.Device.DESKTOP


def count_join(work: Work, enrollment_id: int, referral: Mapping[str, Any] | None, at: datetime) -> None:
    """Count an enrollment for the link that brought it; twice told, it counts once."""
    owner = rules.referral_of(referral)
    if owner is None:
        return
    partner_id, link_id = owner
    values = {"link_id": link_id, "partner_id": partner_id, "at": at, "undone_at": None}
    if insert_once(work, _J, ["enrollment_id"], enrollment_id=enrollment_id, **values):
        _add(work, {(link_id, program_day(at)): 1}, "joined", {link_id: partner_id})


def undo_join(work: Work, enrollment_id: int, referral: Mapping[str, Any] | None, at: datetime) -> None:
    """Take an enrollment that was given up out of the numbers of the day it was made on."""
    owner = rules.referral_of(referral)
    if owner is None:
        return
    partner_id, link_id = owner
    # Told before the enrollment itself: the row keeps it from being counted later.
    values = {"link_id": link_id, "partner_id": partner_id, "at": at, "undone_at": at}
    if insert_once(work, _J, ["enrollment_id"], enrollment_id=enrollment_id, **values):
        return
    id_ = work.session.scalar(select(_J.id).where(_J.enrollment_id == enrollment_id))
    row = lock(work, _J, id_ or 0)
    if row.undone_at is None:
        row.undone_at = at
        work.session.flush()
        _add(work, {(row.link_id, program_day(row.at)): -1}, "joined", {row.link_id: row.partner_id})


def greet_partner(work: Work, partner_id: int) -> None:
    """Make the main link of a partner who was just let in."""
    partner = find_partner_by_id(work, partner_id)
    if partner is None:
        raise NotFound
    if find_link(work, partner.code) is None:
        make_default_link(work, partner)
