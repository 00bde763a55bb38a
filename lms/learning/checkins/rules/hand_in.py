"""What may be handed in, when, and how it is timed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from unicodedata import normalize
from urllib.parse import urlsplit

from lms.kernel.errors import Refusal
from lms.learning.camps.rules import Ask
from lms.learning.checkins import errors
from lms.learning.checkins.rules.words import CheckInState, Timing

GRACE = timedelta(seconds=120)
MOST_CHARACTERS = 20_000
LARGEST_NUMBER = 10**12
_LONGEST_LINK = 1000
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
# The live count in the browser follows the same rule: each Han, kana or Hangul sign one, each run of other
# letters or digits one, an apostrophe, hyphen, dot or comma inside it included.
_SIGN = (
    r"[\u1100-\u11ff\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
)
_RUN = rf"(?:(?!{_SIGN})[^\W_])+"
_WORD = re.compile(rf"{_SIGN}|{_RUN}(?:['’\-.,]{_RUN})*")


@dataclass(frozen=True)
class Asked:
    """What a task asks for."""

    asks: Sequence[str]
    min_length: int

    @property
    def things(self) -> frozenset[str]:
        """Name what is asked; a check-in that names nothing asks for a text."""
        return frozenset(self.asks) or frozenset({Ask.TEXT})


@dataclass(frozen=True)
class HandInValues:
    """What a student fills in. `number` as typed, empty for none; `files` is how many there are."""

    text: str = ""
    link: str = ""
    number: str = ""
    files: int = 0


def timing(received_at: datetime, cutoff_at: datetime, opened_at: datetime | None, grace: timedelta = GRACE) -> Timing:
    """Time a hand-in by the server's clock (learning.md §5.1).

    On time before the cutoff, and up to and including `grace` after it when the form was opened before.
    """
    if received_at < cutoff_at:
        return Timing.ON_TIME
    opened_before = opened_at is not None and opened_at < cutoff_at
    return Timing.ON_TIME if opened_before and received_at <= cutoff_at + grace else Timing.LATE


def in_grace(received_at: datetime | None, cutoff_at: datetime, timed: str | None) -> bool:
    """Say whether a hand-in counts as on time only by the grace, so that it can be labelled."""
    return timed == Timing.ON_TIME and received_at is not None and received_at >= cutoff_at


def require_open(number: int, unlocks_at: datetime, now: datetime) -> None:
    """Refuse work on a day that has not unlocked: DayLocked."""
    if now < unlocks_at:
        raise errors.DayLocked(number=number)


def require_hand_in(state: str, timed: str | None, cutoff_at: datetime, now: datetime) -> None:
    """Refuse a new version where the one there is final: AlreadyAccepted, CheckInVoided, ChangeClosed."""
    if state == CheckInState.ACCEPTED:
        raise errors.AlreadyAccepted
    if state == CheckInState.VOIDED:
        raise errors.CheckInVoided
    if state == CheckInState.SUBMITTED and timed == Timing.ON_TIME and now > cutoff_at + GRACE:
        raise errors.ChangeClosed


def count_length(text: str) -> int:
    """Count a text as people do: see `_WORD`."""
    return sum(1 for _ in _WORD.finditer(text))


def mark_of(draft: Mapping[str, object]) -> str:
    """Give a short mark by which two drafts are told apart; empty for none."""
    if not draft:
        return ""
    typed = "\0".join(str(draft.get(name, "")) for name in ("text", "link", "number"))
    return sha256(typed.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def problems(asked: Asked, values: HandInValues) -> list[Refusal]:
    """List what keeps a hand-in from being complete, each tied to its form field.

    Files and pictures are a bonus where something else is asked for too, and needed where nothing else is.
    """
    things = asked.things
    found = []
    if Ask.TEXT in things:
        found.append(_text_problem(values.text, asked.min_length))
    if Ask.LINK in things:
        found.append(_link_problem(values.link))
    if Ask.NUMBER in things:
        found.append(_number_problem(values.number))
    if things <= {Ask.FILE, Ask.PICTURE} and not values.files:
        found.append(errors.FileMissing(field="files"))
    return [one for one in found if one is not None]


def _text_problem(text: str, least: int) -> Refusal | None:
    if not text.strip():
        return errors.TextMissing(field="text")
    if len(text) > MOST_CHARACTERS:
        return errors.TextTooLong(field="text", most=MOST_CHARACTERS)
    count = count_length(text)
    if count < least:
        return errors.TextTooShort(field="text", least=least, count=count, short=least - count)
    return None


def _link_problem(link: str) -> Refusal | None:
    if not link.strip():
        return errors.LinkMissing(field="link")
    return None if is_link(link.strip()) else errors.LinkRefused(field="link")


def is_link(link: str) -> bool:
    """Say whether an address can be offered to others as a link."""
    if len(link) > _LONGEST_LINK or re.search(r"\s", link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "")


def _number_problem(number: str) -> Refusal | None:
    if not number.strip():
        return errors.NumberMissing(field="number")
    return None if read_number(number) is not None else errors.NumberRefused(field="number")


def read_number(typed: str) -> float | None:
    """Read a number as people type it: full-width digits, 1,000 and 2,5 included; None for none."""
    plain = normalize("NFKC", typed).strip()
    plain = plain.replace(",", "" if _THOUSANDS.fullmatch(plain) else ".")
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if abs(value) < LARGEST_NUMBER else None
