"""How much of a camp's story fits on a poster: a shorter true sentence instead of a refusal."""

import re
from collections.abc import Sequence

from lms.kernel.widths import width

# Marks of both languages, full-width ones by number: ideographic stop, comma, colon, brackets.
_SENTENCE = re.compile(r".+?(?:[\u3002\uff01\uff1f]+[\u300d\u300f\u201d]?|[.!?]+[\u201d\"]?(?=\s|$)|$)", re.DOTALL)
_BREAK = re.compile(r"[\uff0c\uff1b\uff1a\u3001,;:\u2014\u2013\uff08( -]")
_LOOSE_END = re.compile(_BREAK.pattern + "+$")
_CLAUSE = re.compile(r"[\uff0c\uff1b,;]")
_HEAD = re.compile(r"^[^\uff1a:]{1,20}[\uff1a:]\s*")


def whole_sentences(text: str, most: float) -> str:
    """Keep as many whole sentences as fit; of a first one that is too long, what fits up to a clause's end."""
    kept = ""
    for sentence in _SENTENCE.findall(text.strip()):
        if width(kept + sentence) > most:
            return kept.strip() or cut(sentence.strip(), most)
        kept += sentence
    return kept.strip()


def cut(text: str, most: float) -> str:
    """Cut a line at the end of a clause or word and say so with an ellipsis; a short one stays as it is."""
    if width(text) <= most:
        return text
    kept = ""
    for char in text:
        if width(kept + char) > most - 1:
            break
        kept += char
    breaks = [found.start() for found in _BREAK.finditer(kept)]
    # A cut in the first half would say too little.
    at = breaks[-1] if breaks and breaks[-1] >= len(kept) // 2 else len(kept)
    return _LOOSE_END.sub("", kept[:at]) + "…"


def first_clause(text: str, most: float) -> str:
    """Keep the first part of a line, up to a comma, when the whole is too long."""
    if width(text) <= most:
        return text
    return cut(_CLAUSE.split(text, maxsplit=1)[0].strip(), most)


def without_heads(titles: Sequence[str], most: float) -> list[str]:
    """Drop what stands before each colon when one of the titles is too long, then cut what still is."""
    if any(width(title) > most for title in titles):
        titles = [_HEAD.sub("", title) or title for title in titles]
    return [cut(title, most) for title in titles]


def first_fitting(most: float, *choices: str) -> str:
    """Take the first choice that fits, else the last one cut."""
    return next((choice for choice in choices if width(choice) <= most), cut(choices[-1], most))
