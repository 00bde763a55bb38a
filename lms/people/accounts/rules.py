"""Who may be called what, speak what and hold which role."""

import re
import unicodedata
from collections.abc import Collection
from enum import StrEnum
from functools import cache
from zoneinfo import available_timezones

from lms.people.accounts.errors import NameRefused, OwnRoleKept, RoleNotByHand, UnknownRole, UnknownTimeZone

NAME_LENGTH = 40
DEFAULT_TIME_ZONE = "Asia/Shanghai"
# Offered first in every list of time zones; any other zone of the database is accepted too.
OFFERED_TIME_ZONES = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "UTC",
)
# Format characters that emoji sequences and some scripts cannot be written without:
# the joiners and the tag letters of regional flags.
_JOINERS = frozenset({0x200C, 0x200D, *range(0xE0020, 0xE0080)})
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_OWN_PATH = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f]*")
_SPACES = re.compile(r"[^\S\n\r\t\v\f\x1c-\x1f\x85\u2028\u2029]+")
_MARKS_IN_A_ROW = 4


class Role(StrEnum):
    """What a person may be besides a visitor."""

    STUDENT = "student"
    TUTOR = "tutor"
    PARTNER = "partner"
    OPERATOR = "operator"
    FINANCE = "finance"


# A student is whoever signed up, a partner whoever's application stands approved.
GIVEN_BY_HAND = (Role.TUTOR, Role.OPERATOR, Role.FINANCE)


class Language(StrEnum):
    """The languages the product speaks."""

    ZH = "zh"
    EN = "en"


class Theme(StrEnum):
    """How the pages are lit; `auto` follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


def clean_name(name: str) -> str:
    """Give a name in composed form with single spaces, at most 40 characters.

    Emoji and rare characters stay as they are; markup is text like any other. Refuses with
    NameRefused: nothing visible, control and direction characters, towers of accents, too long.
    """
    composed = _SPACES.sub(" ", unicodedata.normalize("NFC", name)).strip(" ")
    if not _has_visible(composed) or len(composed) > NAME_LENGTH:
        raise NameRefused(field="display_name", length=NAME_LENGTH)
    if any(_is_refused(char) for char in composed) or _has_tower(composed):
        raise NameRefused(field="display_name", length=NAME_LENGTH)
    return composed


def check_time_zone(name: str) -> str:
    """Give the name back when it is a zone of the time zone database; refuses UnknownTimeZone."""
    if name not in _zones():
        raise UnknownTimeZone(field="time_zone")
    return name


def known_time_zone(name: str | None) -> str:
    """Give the zone a device reported when it exists, otherwise the default; refuses nothing."""
    return name if name in _zones() else DEFAULT_TIME_ZONE


def check_role(role: str) -> Role:
    """Give the role of that name; refuses UnknownRole."""
    try:
        return Role(role)
    except ValueError:
        raise UnknownRole from None


def refuse_by_hand(actor_id: int | None, role: Role) -> None:
    """Refuse RoleNotByHand when a person, not the house itself, gives or takes a role that follows from something."""
    if actor_id is not None and role not in GIVEN_BY_HAND:
        raise RoleNotByHand


def refuse_own_roles(actor_id: int | None, person_id: int) -> None:
    """Refuse OwnRoleKept when people are about to change their own roles."""
    if actor_id == person_id:
        raise OwnRoleKept


def own_path(wanted: str) -> str:
    """Give back an address that stays on this site, otherwise the first page."""
    return wanted if _OWN_PATH.fullmatch(wanted) else "/"


def sorted_roles(roles: Collection[str]) -> list[str]:
    """Put roles into the order in which they are always shown."""
    return [role.value for role in Role if role in roles]


def _is_refused(char: str) -> bool:
    return unicodedata.category(char) in _REFUSED_CATEGORIES and ord(char) not in _JOINERS


def _has_visible(text: str) -> bool:
    return any(unicodedata.category(char)[0] in "LNPS" or _is_new(char) for char in text)


def _is_new(char: str) -> bool:
    """Take characters newer than this Python's tables as visible: new emoji, new Han characters."""
    return unicodedata.category(char) == "Cn" and ord(char) & 0xFFFE != 0xFFFE


def _has_tower(text: str) -> bool:
    run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if run > _MARKS_IN_A_ROW:
            return True
    return False


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
