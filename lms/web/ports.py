"""Questions that lower rooms ask of upper ones, plugged by `app.py`. Each has a harmless default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms.kernel.work import Actor, Read


def _no_referral(
    _read: Read, _visitor: str | None, _buyer: int | None, _coupon_owner: int | None
) -> dict[str, Any] | None:
    return None


def _not_theirs(_read: Read, _owner_id: int, _buyer_id: int) -> bool:
    return False


def _closed(_read: Read, _who: Actor, _cohort_id: int, _number: int) -> bool:
    return False


def _landing(_read: Read, _person_id: int, camp_slug: str) -> str:
    return f"/c/{camp_slug}"


@dataclass(frozen=True)
class Kept:
    """What outlives an enrollment: how many check-ins, and the certificate if there is one that stands."""

    check_ins: int = 0
    certificate: str = ""
    certificate_url: str = ""


def _nothing_kept(_read: Read, _enrollment_id: int) -> Kept:
    return Kept()


def _nothing_unread(_read: Read, _person_id: int) -> int:
    return 0


@dataclass(frozen=True)
class Invitation:
    """What goes with a certificate: the own link of a partner, else what it takes to become one with one tap.

    `version` and `digest` are the agreement's that the tap signs. `percent` is a partner's share of a sale, empty
    where nothing pays; `amount_minor` what it comes to at the price of the moment, 0 where that is not known.
    """

    own_url: str = ""
    version: str = ""
    digest: str = ""
    percent: str = ""
    amount_minor: int = 0
    currency: str = ""


def _not_invited(_read: Read, _person_id: int, _camp_slug: str) -> Invitation | None:
    return None


@dataclass(frozen=True)
class Paid:
    """What somebody paid for a seat, less what went back: in minor units, refunded when they leave or not any more.

    `until` is the deadline for it, None where there is none; `url` is the order's page. While `is_disputed` the
    buyer's bank decides, and nothing is refunded.
    """

    amount_minor: int
    currency: str
    until: datetime | None
    comes_back: bool
    is_disputed: bool
    url: str


def _nothing_paid(_read: Read, _person_id: int, _cohort_id: int) -> Paid | None:
    return None


def _nothing_joined(_read: Read, _address: str) -> str:
    return ""


def _nobody(_read: Read, _handle: str) -> int | None:
    return None


def _nameless(_read: Read, _ids: list[int]) -> dict[int, str]:
    return {}


def _nothing_left(_read: Read, _order_id: int, _kept_minor: int) -> str:
    return ""


def _untold(_read: Read, _order_id: int) -> tuple[str, str]:
    return "", ""


def _nowhere(_read: Read, _who: Actor, _sources: list[str]) -> dict[str, str]:
    return {}


@dataclass
class Ports:
    """The plugged functions."""

    # (read, visitor code | None, buyer's person id | None, owner of the coupon used | None)
    # -> snapshot frozen on the order or the enrollment
    resolve_referral: Callable[[Read, str | None, int | None, int | None], dict[str, Any] | None] = _no_referral
    # (read, owner of a coupon, buyer's person id) -> may this buyer use it now
    may_use_coupon: Callable[[Read, int, int], bool] = _not_theirs
    # (read, who, cohort id, day number) -> may this actor open the day's material
    may_open_day: Callable[[Read, Actor, int, int], bool] = _closed
    # (read, person id, camp slug) -> address that a holder shares, with their own link where they have one
    share_url: Callable[[Read, int, str], str] = _landing
    # (read, enrollment id) -> what outlives the enrollment
    what_is_kept: Callable[[Read, int], Kept] = _nothing_kept
    # (read, person id) -> unread notices
    count_unread: Callable[[Read, int], int] = _nothing_unread
    # (read, person id, camp slug) -> what a certificate's holder is invited to
    invite: Callable[[Read, int, str], Invitation | None] = _not_invited
    # (read, person id, cohort id) -> what was paid for the seat, None when nothing was
    what_leaving_means: Callable[[Read, int, int], Paid | None] = _nothing_paid
    # (read, own address) -> name of the camp and cohort that it leads into, empty for any other address
    what_is_joined: Callable[[Read, str], str] = _nothing_joined
    # (read, partner's handle) -> partner id, None when nobody approved has it
    partner_of_handle: Callable[[Read, str], int | None] = _nobody
    # (read, partner ids) -> their names, for the books
    partner_names: Callable[[Read, list[int]], dict[int, str]] = _nameless
    # (read, partner ids) -> their handles, for addresses
    partner_codes: Callable[[Read, list[int]], dict[int, str]] = _nameless
    # (read, who, sources of journals) -> the addresses that this reader may open
    where_sources_lead: Callable[[Read, Actor, list[str]], dict[str, str]] = _nowhere
    # (read, order id) -> what a partner earned on it or why nobody did, and the address that explains it
    what_was_earned: Callable[[Read, int], tuple[str, str]] = _untold
    # (read, order id, minor units of its payment that stay after a refund) -> what its partner keeps, in words
    what_refund_leaves: Callable[[Read, int, int], str] = _nothing_left


ports = Ports()
