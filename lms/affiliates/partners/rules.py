"""States of a partnership, the handle people read in a link, and what counts as signed: pure decisions."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

from lms.affiliates.partners.errors import (
    AboutMissing,
    AgreementChanged,
    GroupNameMissing,
    HandleInvalid,
    OwnDecision,
    PartnerStateRefused,
    ReasonMissing,
)

MOST_ABOUT = 1000
MOST_REASON = 500
MOST_GROUP_NAME = 40
_LONGEST_HANDLE = 16
_SHORTEST_HANDLE = 3
_HANDLE = re.compile(r"[a-z][a-z0-9]{2,15}")
# Handles that would make a link look as if it came from the house.
_OURS = frozenset({"admin", "encamp", "help", "official", "operator", "qiying", "service", "staff", "support", "tutor"})


class PartnerState(StrEnum):
    """Where a partnership stands."""

    APPLIED = "applied"
    APPROVED = "approved"
    DECLINED = "declined"
    SUSPENDED = "suspended"


_S = PartnerState
MOVES: dict[PartnerState, frozenset[PartnerState]] = {
    _S.APPLIED: frozenset({_S.APPROVED, _S.DECLINED}),
    _S.APPROVED: frozenset({_S.SUSPENDED}),
    _S.DECLINED: frozenset({_S.APPLIED, _S.APPROVED}),
    _S.SUSPENDED: frozenset({_S.APPROVED}),
}


def move(state: str, to: PartnerState) -> bool:
    """Say whether a change is needed. False: it is so already. Refuses PartnerStateRefused."""
    now = PartnerState(state)
    if now is to:
        return False
    if to not in MOVES[now]:
        raise PartnerStateRefused
    return True


def require_from(state: str, *allowed: PartnerState) -> None:
    """Refuse PartnerStateRefused unless the partnership stands at one of these."""
    if state not in allowed:
        raise PartnerStateRefused


def may_apply(state: str | None) -> bool:
    """Say whether an application would be taken: nobody yet, declined before, or still waiting (rewritten)."""
    return state in (None, PartnerState.APPLIED, PartnerState.DECLINED)


def may_join_at_once(state: str | None) -> bool:
    """Say whether one tap makes a student a partner: not after a refusal, which a person has to look at."""
    return state in (None, PartnerState.APPLIED, PartnerState.APPROVED)


def was_approved(state: str, decided_at: datetime | None, at: datetime) -> bool:
    """Say whether a partner might promote at a moment, as far as the last decision tells.

    A suspension decided later means approved until then; an approval decided later means not yet.
    """
    if decided_at is None:
        return False
    if state == PartnerState.APPROVED:
        return decided_at <= at
    return state == PartnerState.SUSPENDED and at < decided_at


def clean_about(about: str) -> str:
    """Give the words of an application without surrounding space; refuses AboutMissing (1 to 1,000 characters)."""
    words = about.strip()
    if not words or len(words) > MOST_ABOUT:
        raise AboutMissing(field="about", most=MOST_ABOUT)
    return words


def clean_reason(reason: str) -> str:
    """Give a reason without surrounding space, at most 500 characters; refuses ReasonMissing."""
    words = reason.strip()[:MOST_REASON].strip()
    if not words:
        raise ReasonMissing(field="reason")
    return words


def clean_group_name(name: str) -> str:
    """Give a group's name on one line; refuses GroupNameMissing (1 to 40 characters)."""
    words = " ".join(name.split())
    if not words or len(words) > MOST_GROUP_NAME:
        raise GroupNameMissing(field="new_group", most=MOST_GROUP_NAME)
    return words


def refuse_own_decision(actor_id: int | None, person_id: int) -> None:
    """Refuse OwnDecision when somebody is about to decide about themselves."""
    if actor_id is not None and actor_id == person_id:
        raise OwnDecision


def text_digest(text: str) -> str:
    """Give the SHA-256 of a text (UTF-8) as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def signed_language(version: str, digest: str | None, in_force: str, digests: Mapping[str, str], spoken: str) -> str:
    """Tell in which language the agreement was signed; refuses AgreementChanged.

    `digests` maps a language to the digest of the text in force. Without a digest (programs, which show
    nothing) the text of the spoken language counts.
    """
    if version != in_force:
        raise AgreementChanged
    if digest is None:
        return spoken
    for language, of_text in digests.items():
        if digest == of_text:
            return language
    raise AgreementChanged


def check_handle(typed: str) -> str:
    """Give a handle in its one written form (lower case); refuses HandleInvalid."""
    handle = typed.strip().lower()
    if not _HANDLE.fullmatch(handle) or handle in _OURS:
        raise HandleInvalid(field="code")
    return handle


def handle_candidates(name: str, random: Collection[str]) -> list[str]:
    """List handles to try for a name, best first: its ASCII letters, these with a tail, then random ones.

    `random` holds base 32 codes of at least five characters. Every candidate starts with a letter, so
    that no handle is ever equal to the code of a campaign link, which starts with a digit.
    """
    letters = re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", name).lower())[:_LONGEST_HANDLE]
    candidates = []
    if len(letters) >= _SHORTEST_HANDLE and letters not in _OURS:
        candidates.append(letters)
        candidates += [letters[: _LONGEST_HANDLE - 3] + code[:3].lower() for code in random]
    return candidates + [f"p{code[:5].lower()}" for code in random]
