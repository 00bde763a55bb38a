"""Texts to post."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from lms.affiliates.promo.rules.earning import PROGRAM_CURRENCY, Promise
from lms.kernel.text import Text

CHANNELS: Mapping[str, Text] = {
    "moments": Text("朋友圈", "Moments"),
    "group": Text("班级群", "Groups"),
    "private": Text("私聊", "Private chat"),
}
"""Where a text is meant for, in the order of the kit."""

T = TypeVar("T")


class Opening(Protocol):
    """A cohort that takes students."""

    @property
    def id(self) -> int: ...
    @property
    def language(self) -> str: ...
    @property
    def left(self) -> int: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def promise(self) -> Promise | None: ...
    @property
    def early_until(self) -> datetime | None: ...


AnyOpening = TypeVar("AnyOpening", bound=Opening)

_NEVER = datetime.max.replace(tzinfo=UTC)
_PLACE = re.compile(r"\{(link|camp|start|price)\}")
_ASSET = re.compile(r"[a-z0-9-]{1,60}/[a-z0-9-]{1,40}")


class UseKind(StrEnum):
    """What a partner took out of the kit."""

    COPY = "copy"
    POSTER = "poster"
    QR = "qr"


class Written(Protocol):
    """A text as the camp's story holds it."""

    @property
    def channel(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class PromoText:
    """A text ready to post; `asset` names it where its use is counted."""

    asset: str
    channel: str
    title: str
    text: str


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put link, camp, start and price into a text; other braces stay as they are written."""
    return _PLACE.sub(lambda found: values[found.group(1)], text).strip()


def asset_key(slug: str, name: str) -> str:
    """Name an asset of a camp's kit."""
    return f"{slug}/{name}"


def is_asset(key: str) -> bool:
    """Say whether a key may name an asset."""
    return _ASSET.fullmatch(key) is not None


def texts_of(slug: str, written: Iterable[Written], values: Mapping[str, str]) -> list[PromoText]:
    """Make a camp's texts ready to post, in the order of the channels."""
    numbered = [(text, f"{text.channel}-{number}") for number, text in enumerate(written, start=1)]
    order = {channel: place for place, channel in enumerate(CHANNELS)}
    numbered.sort(key=lambda pair: order.get(pair[0].channel, len(order)))
    return [
        PromoText(asset_key(slug, name), text.channel, text.title, fill(text.text, values)) for text, name in numbered
    ]


def by_promise(openings: Iterable[AnyOpening], language: str) -> list[AnyOpening]:
    """Put first what is best promoted now.

    With seats left before full; what earns before what does not; in the language before other ones; then the
    highest earning, the early price that ends soonest, and the earliest start. Sums of other currencies than the
    program's cannot be compared and come after.
    """
    return sorted(openings, key=lambda one: (one.left <= 0, *_worth(one, language), one.starts_on, one.id))


def _worth(one: Opening, language: str) -> tuple[bool, bool, str, int, datetime]:
    if one.promise is None:
        return True, one.language != language, "", 0, _NEVER
    currency = "" if one.promise.currency == PROGRAM_CURRENCY else one.promise.currency
    return False, one.language != language, currency, -one.promise.amount_minor, one.early_until or _NEVER


def turn_of_the_day(choices: Sequence[T], day: date) -> T | None:
    """Pick the one whose turn it is on a day; None out of nothing."""
    return choices[day.toordinal() % len(choices)] if choices else None
