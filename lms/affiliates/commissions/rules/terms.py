"""What a version of a plan says, and what may be published when."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lms.affiliates.commissions.errors import (
    BeginsTooSoon,
    CapAboveCeiling,
    NothingPaid,
    NoticeTooShort,
    ShareAboveCap,
    TermsOutOfRange,
    WorstCaseTooHigh,
)
from lms.affiliates.commissions.rules.calendar import CALENDARS
from lms.kernel.money import BPS

PROGRAM_ZONE = "Asia/Shanghai"
NOTICE = timedelta(days=7)
"""How long before it takes effect a version is published that pays less in any respect."""

MOST_PLAN_NAME = 60
MOST_REASON = 500
_MOST_OBSERVATION = 90
_MOST_BUSINESS_DAYS = 20


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms of one version: rates in basis points, days as counts."""

    percent_bps: int
    cap_bps: int = 5000
    ceiling_bps: int = 7000
    floor_bps: int = 0
    observation_days: int = 7
    settlement_business_days: int = 3
    calendar: str = "CN"
    time_zone: str = PROGRAM_ZONE


def write_terms(terms: Terms) -> dict[str, Any]:
    """Write terms in the form in which plans are kept and exchanged."""
    return {
        "base": {"percent_bps": terms.percent_bps},
        "cap": {"bps": terms.cap_bps, "ceiling_bps": terms.ceiling_bps},
        "floor_bps": terms.floor_bps,
        "observation_days": terms.observation_days,
        "settlement_business_days": terms.settlement_business_days,
        "calendar": terms.calendar,
        "timezone": terms.time_zone,
    }


def read_terms(written: dict[str, Any]) -> Terms:
    """Read what `write_terms` wrote."""
    return Terms(
        percent_bps=written["base"]["percent_bps"],
        cap_bps=written["cap"]["bps"],
        ceiling_bps=written["cap"]["ceiling_bps"],
        floor_bps=written["floor_bps"],
        observation_days=written["observation_days"],
        settlement_business_days=written["settlement_business_days"],
        calendar=written["calendar"],
        time_zone=written["timezone"],
    )


def terms_digest(terms: Terms) -> str:
    """Give the SHA-256 of the terms in their canonical form."""
    written = json.dumps(write_terms(terms), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def worst_case(terms: Terms) -> int:
    """Give the highest share of a sale the terms could come to, in basis points, before the cap."""
    return terms.percent_bps


def check_terms(terms: Terms) -> None:
    """Refuse terms that may not be saved: NothingPaid, WorstCaseTooHigh, CapAboveCeiling, TermsOutOfRange."""
    if terms.percent_bps < 1:
        raise NothingPaid(field="percent")
    if not 0 <= terms.ceiling_bps <= BPS or not 0 <= terms.floor_bps <= BPS or terms.cap_bps < 1:
        raise TermsOutOfRange
    if worst_case(terms) > terms.ceiling_bps:
        raise WorstCaseTooHigh(field="percent", ceiling=percent_text(terms.ceiling_bps))
    if terms.cap_bps > terms.ceiling_bps:
        raise CapAboveCeiling(field="cap", ceiling=percent_text(terms.ceiling_bps))
    if not 0 <= terms.observation_days <= _MOST_OBSERVATION:
        raise TermsOutOfRange(field="observation_days")
    if not 1 <= terms.settlement_business_days <= _MOST_BUSINESS_DAYS or terms.calendar not in CALENDARS:
        raise TermsOutOfRange(field="settlement_business_days")


def require_reachable(terms: Terms) -> None:
    """Refuse a share that no order could ever pay, because the cap trims all of them: ShareAboveCap."""
    if terms.percent_bps > terms.cap_bps:
        raise ShareAboveCap(field="percent", cap=percent_text(terms.cap_bps))


def paid_bps(terms: Terms) -> int:
    """Give the share that is really paid, in basis points: the cap trims what is above it."""
    return min(terms.percent_bps, terms.cap_bps)


def is_below_floor(terms: Terms) -> bool:
    """Say whether the share is so low that the version is not offered: told nobody, and never in force."""
    return terms.percent_bps < terms.floor_bps


def pays_as_much(new: Terms, old: Terms) -> bool:
    """Say whether new terms are nowhere worse for a partner: not the share, the cap, nor the time to wait."""
    return (
        new.percent_bps >= old.percent_bps
        and new.cap_bps >= old.cap_bps
        and new.observation_days <= old.observation_days
        and new.settlement_business_days <= old.settlement_business_days
        and (new.calendar, new.time_zone) == (old.calendar, old.time_zone)
    )


def effective_from(
    terms: Terms, promised: Iterable[Terms], published_at: datetime, wanted: datetime | None, after: datetime | None
) -> datetime:
    """Give the moment a version takes effect; without a wish, the earliest that is allowed.

    `promised` are the terms in force and those already published for later: a version that is worse than any
    of them needs seven days' notice (NoticeTooShort). Never before its publication, nor before `after`, the
    version published last (BeginsTooSoon).
    """
    needs_notice = not all(pays_as_much(terms, old) for old in promised)
    earliest = published_at + NOTICE if needs_notice else published_at
    if wanted is None:
        chosen = _next_midnight(earliest) if needs_notice else earliest
        return max(chosen, after) if after is not None else chosen
    if wanted < published_at or (after is not None and wanted < after):
        raise BeginsTooSoon(field="effective_on")
    if wanted < earliest:
        raise NoticeTooShort(field="effective_on", days=NOTICE.days)
    return wanted


def _next_midnight(at: datetime) -> datetime:
    local = at.astimezone(ZoneInfo(PROGRAM_ZONE))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight if midnight == local else midnight + timedelta(days=1)).astimezone(UTC)


def scope_of(camp_id: int | None, group_id: int | None) -> str:
    """Name what a plan is for, so that there is one plan for each."""
    return f"camp:{camp_id or '*'} group:{group_id or '*'}"


def scopes_for(camp_id: int, group_id: int | None) -> list[str]:
    """List the scopes a sale falls in, the most specific first: the camp counts before the group."""
    groups = [group_id, None] if group_id is not None else [None]
    return [scope_of(camp, group) for camp in (camp_id, None) for group in groups]


def percent_text(bps: int) -> str:
    """Write a rate as people type it, without the sign: 20, 20.5, 3.25."""
    whole, part = divmod(bps, 100)
    return f"{whole}.{part:02d}".rstrip("0") if part else str(whole)
