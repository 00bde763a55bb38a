"""What a click is, which clicks count, and which touch wins: pure decisions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from lms.affiliates.tracking.errors import CampaignInvalid, LabelMissing

PROGRAM_ZONE = ZoneInfo("Asia/Shanghai")
"""Days, weeks and months of partners' numbers and boards are counted in this zone."""

WINDOW_SECONDS = 604_800
"""How long a touch counts, both ends included (money.md, Attribution)."""

COUNT_GAP = timedelta(hours=1)
MOST_ASSISTS = 20
MOST_LABEL = 40
MOST_LINKS = 50
_CAMPAIGN = re.compile(r"[a-z0-9][a-z0-9-]{1,23}")
# CUBOT makes phones.
_BOTS = re.compile(
    r"(?<!cu)bots?\b|crawl|spider|slurp|scrap|fetch|preview|prerender|headless|lighthouse|monitor|uptime|"
    r"curl|wget|python|httpx|okhttp|libwww|java/|go-http|axios|node-fetch|guzzle|postman|scanner|"
    r"facebookexternalhit|whatsapp/|telegram|embedly|vkshare|iframely|bytespider|headlesschrome|phantomjs|"
    r"dingtalkbot|qq-url-manager|google-read-aloud|feedfetcher|mediapartners|apis-google",
    re.IGNORECASE,
)
_PREFETCH = ("prefetch", "prerender", "preview")


class TouchKind(StrEnum):
    """What somebody did through a link."""

    CLICK = "click"
    SIGN_UP = "sign_up"


class Device(StrEnum):
    """The class of a browser; the rest of its name is not kept."""

    WECHAT = "wechat"
    PHONE = "phone"
    DESKTOP = "desktop"


@dataclass(frozen=True)
class Click:
    """One visit through a link, as the web process noted it. `code` is unique for ever."""

    code: str
    at: datetime
    link_id: int
    visitor: str
    device: str


@dataclass(frozen=True)
class Candidate:
    """A touch that might have brought a buyer; newer rows of one moment have the greater code."""

    code: str
    at: datetime
    link_id: int
    partner_id: int


@dataclass(frozen=True)
class Attribution:
    """The touch that wins and the ones that lost, newest first."""

    winner: Candidate
    assists: list[Candidate]


@dataclass(frozen=True)
class Seen:
    """Something that came through a link, before gathering; a sale with what it earns, and the own coupon used."""

    kind: Literal["sign_up", "joined", "sale"]
    at: datetime
    link_id: int
    label: str
    amount_minor: int = 0
    currency: str = ""
    coupon: str = ""


@dataclass(frozen=True)
class Happening:
    """A line of what just happened: `count` things of one kind through one link, the last one at `at`.

    `label` is the place the link is used in, empty for the partner's main link; `coupon` the own one that brought
    the sales instead of a link. Sales carry what they earn together.
    """

    kind: Literal["sign_up", "joined", "sale"]
    at: datetime
    label: str
    count: int
    amount_minor: int = 0
    currency: str = ""
    coupon: str = ""


def program_day(at: datetime) -> date:
    """Give the day of the program's zone a moment belongs to."""
    return at.astimezone(PROGRAM_ZONE).date()


def day_start(day: date) -> datetime:
    """Give the first moment (aware, UTC) of a day of the program's zone."""
    return datetime(day.year, day.month, day.day, tzinfo=PROGRAM_ZONE).astimezone(UTC)


def is_bot(user_agent: str, method: str = "GET", purpose: str = "") -> bool:
    """Say whether a visit is no person's: HEAD, no name or a program's name, or a browser's looking ahead."""
    if method != "GET" or not user_agent:
        return True
    if purpose and any(word in purpose.lower() for word in _PREFETCH):
        return True
    return _is_program(user_agent[:400])


@lru_cache(maxsize=4096)
def _is_program(user_agent: str) -> bool:
    return _BOTS.search(user_agent) is not None


def device(user_agent: str) -> Device:
    """Tell the class of a browser by its name."""
    if "MicroMessenger" in user_agent:
        return Device.WECHAT
    return Device.PHONE if "Mobi" in user_agent or "Android" in user_agent else Device.DESKTOP


def write_line(click: Click) -> bytes:
    """Write a click as one line of the spool."""
    at = int(click.at.timestamp() * 1_000_000)
    return f"{click.code} {at} {click.link_id} {click.visitor} {click.device}\n".encode()


def read_line(line: bytes) -> Click | None:
    """Read a line of the spool; None for a torn one."""
    parts = line.decode("ascii", "replace").split()
    if len(parts) != 5 or not (parts[1].isdecimal() and parts[2].isdecimal()):
        return None
    if parts[4] not in list(Device):
        return None
    seconds, micro = divmod(int(parts[1]), 1_000_000)
    at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro)
    return Click(parts[0], at, int(parts[2]), parts[3], parts[4])


def counts(at: datetime, counted: Iterable[datetime]) -> bool:
    """Say whether a click counts: one per link and visitor within an hour of another that counted.

    `counted` holds the moments of that visitor's clicks on that link which count already, in any order
    (clicks of several processes may arrive late).
    """
    return all(abs(at - other) >= COUNT_GAP for other in counted)


def pick_touch(
    touches: Iterable[Candidate],
    created_at: datetime,
    window: int = WINDOW_SECONDS,
    mode: Literal["last", "first"] = "last",
) -> Attribution | None:
    """Pick the touch an order belongs to: the last (or first) one at most `window` seconds old, inclusive.

    The others in the window are assists, newest first, at most 20 (money.md, Attribution).
    """
    length = timedelta(seconds=window)
    fitting = sorted(
        (touch for touch in touches if created_at - touch.at <= length),
        key=lambda touch: (touch.at, touch.code),
        reverse=True,
    )
    if not fitting:
        return None
    winner = fitting[0] if mode == "last" else fitting[-1]
    return Attribution(winner, [touch for touch in fitting if touch is not winner][:MOST_ASSISTS])


def snapshot(attribution: Attribution | None, own: bool = False) -> dict[str, Any] | None:
    """Freeze an attribution into plain values: partner_id, link_id, touch_code, at (ISO), source, self, assists.

    `own`: the buyer came through a link of their own. None when nobody referred and there is nothing to flag.
    """
    if attribution is None:
        if not own:
            return None
        return {"partner_id": None, "link_id": None, "source": "touch", "self": True, "assists": []}
    frozen = _plain(attribution.winner) | {"source": "touch", "self": own}
    frozen["assists"] = [_plain(touch) for touch in attribution.assists]
    return frozen


def coupon_snapshot(
    owner_id: int, link_id: int | None, at: datetime, attribution: Attribution | None, own: bool
) -> dict[str, Any]:
    """Freeze that the owner of the coupon used brought the buyer; every touch is an assist.

    `link_id` is the owner's main link, in whose numbers the order is counted.
    """
    touches = [attribution.winner, *attribution.assists] if attribution else []
    return {
        "partner_id": owner_id,
        "link_id": link_id,
        "touch_code": None,
        "at": at.isoformat(),
        "source": "coupon",
        "self": own,
        "assists": [_plain(touch) for touch in touches[:MOST_ASSISTS]],
    }


def _plain(touch: Candidate) -> dict[str, Any]:
    return {
        "partner_id": touch.partner_id,
        "link_id": touch.link_id,
        "touch_code": touch.code,
        "at": touch.at.isoformat(),
    }


def referral_of(referral: Mapping[str, Any] | None) -> tuple[int, int] | None:
    """Read partner id and link id from a frozen snapshot; None when nobody referred."""
    if not referral or referral.get("partner_id") is None or referral.get("link_id") is None:
        return None
    return int(referral["partner_id"]), int(referral["link_id"])


def clean_label(label: str) -> str:
    """Give the name of a place on one line; refuses LabelMissing (1 to 40 characters)."""
    words = " ".join(label.split())
    if not words or len(words) > MOST_LABEL:
        raise LabelMissing(field="label", most=MOST_LABEL)
    return words


def campaign_for(typed: str, label: str, spare: str) -> str:
    """Give the campaign word of a link: the typed one, else one made of the label, else a spare code.

    Refuses CampaignInvalid for a typed word with anything but lower-case letters, digits and hyphens.
    """
    word = typed.strip().lower()
    if word:
        if not _CAMPAIGN.fullmatch(word):
            raise CampaignInvalid(field="campaign")
        return word
    made = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:24].strip("-")
    return made if _CAMPAIGN.fullmatch(made) else spare.lower()


def gather(seen: Sequence[Seen], limit: int) -> list[Happening]:
    """Put neighbours of one kind, link, coupon, currency and hour into one line; newest first in, newest first out."""
    lines: list[list[Seen]] = []
    for one in seen:
        if lines and _is_alike(lines[-1][0], one):
            lines[-1].append(one)
        else:
            lines.append([one])
    return [_line_of(alike) for alike in lines[:limit]]


def _is_alike(first: Seen, one: Seen) -> bool:
    same = (first.kind, first.link_id, first.currency) == (one.kind, one.link_id, one.currency)
    return same and first.coupon == one.coupon and first.at - one.at < COUNT_GAP


def _line_of(alike: Sequence[Seen]) -> Happening:
    first, amount = alike[0], sum(one.amount_minor for one in alike)
    return Happening(first.kind, first.at, first.label, len(alike), amount, first.currency, first.coupon)


def tell_apart(seen: Iterable[Seen], sales: Sequence[Seen]) -> list[Seen]:
    """Put sales beside what else came, newest first; the enrollment that a sale made is no news of its own."""
    sold = {(one.link_id, one.at) for one in sales}
    others = [one for one in seen if one.kind != "joined" or (one.link_id, one.at) not in sold]
    return sorted([*others, *sales], key=lambda one: one.at, reverse=True)
