"""Where a link leads, remembered for a few seconds, so that a hot link asks the database hardly ever."""

import time
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from lms.affiliates.tracking.queries import find_campaign, find_link
from lms.kernel.work import Read, begin_read
from lms.learning.camps import queries as camps

_EXTENSION = "encamp.pointers"
_SECONDS = 10.0
_MOST = 20_000


@dataclass(frozen=True)
class Pointer:
    """What a link's code stands for. `link_id` is 0 for a code nobody has."""

    link_id: int
    target: str
    archived: bool

    @property
    def leads_on(self) -> bool:
        """Say whether the link is somebody's and in use."""
        return bool(self.link_id) and not self.archived


UNKNOWN = Pointer(0, "", False)


class Pointers:
    """The memory of one process. A change made elsewhere is seen after ten seconds at the latest."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[float, Pointer]] = {}

    def find(self, code: str, campaign: str) -> Pointer:
        """Give what a code, with a campaign or without, stands for."""
        known = self.recall(code, campaign)
        if known is not None:
            return known
        asked = _asked(code, campaign)
        pointer = _look_up(begin_read(), *asked)
        if len(self._known) >= _MOST:
            # Codes that are typed at random must not fill the memory.
            self._known.clear()
        self._known[asked] = (time.monotonic() + _SECONDS, pointer)
        return pointer

    def recall(self, code: str, campaign: str) -> Pointer | None:
        """Give what is remembered and still fresh; None when it has to be looked up."""
        found = self._known.get(_asked(code, campaign))
        return found[1] if found is not None and found[0] > time.monotonic() else None

    def forget(self) -> None:
        """Look everything up again: a link was made, retired or renamed in this process."""
        self._known.clear()


def _asked(code: str, campaign: str) -> tuple[str, str]:
    """Cut what was typed to the length that codes and campaigns have."""
    return code.lower()[:20], campaign.lower()[:24]


def _look_up(read: Read, code: str, campaign: str) -> Pointer:
    link = find_link(read, code)
    if link is None:
        return UNKNOWN
    placed = find_campaign(read, link.partner_id, campaign) or link
    cohorts = camps.list_open_cohorts(read)
    own = [cohort.camp_slug for cohort in cohorts if cohort.camp_id == placed.camp_id]
    open_slugs = list(dict.fromkeys(cohort.camp_slug for cohort in cohorts))
    slug = own[0] if own else open_slugs[0] if len(open_slugs) == 1 else ""
    return Pointer(placed.id, f"/c/{slug}" if slug else "/", link.archived_at is not None)


def current_pointers() -> Pointers:
    """Give the memory of the app at work."""
    return pointers_of(current_app)


def pointers_of(app: Flask) -> Pointers:
    """Give the memory of an app."""
    return cast(Pointers, app.extensions.setdefault(_EXTENSION, Pointers()))
