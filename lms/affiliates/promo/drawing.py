"""Posters as pictures, drawn once for the same data. Called outside any work."""

import hashlib
import json
from collections.abc import Mapping

from lms.affiliates.promo.errors import PosterRefused
from lms.affiliates.promo.rules import Design, refusal_text
from lms.kernel.parts import Parts
from lms.kernel.text import Text
from lms.kernel.typeset import FontsMissing, TypesetRefused

FULL = 72
SMALL = 24
"""Pixels per 72 points: a poster in full, and a third of it for lists."""

# Raised when a template changes, so that no older picture is taken for the new one.
_EDITION = 3


def draw_poster(parts: Parts, design: Design, data: Mapping[str, object], ppi: int = FULL) -> bytes:
    """Draw a poster as PNG, or take the one drawn before; refuses PosterRefused with the reason.

    A partner's name loses the characters that no font has, so that a flower in a name costs nobody the posters.

    The moment at which seats were counted is left out of the comparison: as long as the numbers are the
    same, the earlier picture says so truthfully.
    """
    name = _name(design, data, ppi)
    try:
        return parts.files.read(name)
    except FileNotFoundError:
        picture = _drawn(parts, design, data, ppi)
    parts.files.put(name, picture)
    return picture


def _name(design: Design, data: Mapping[str, object], ppi: int) -> str:
    compared = {field: value for field, value in data.items() if field != "as_of"}
    wanted = json.dumps([_EDITION, design, ppi, compared], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(wanted.encode()).hexdigest()


def _drawable(parts: Parts, name: str) -> str:
    missing = parts.typesetter.missing_characters(name)
    return " ".join("".join(char for char in name if char not in missing).split())


def _drawn(parts: Parts, design: Design, data: Mapping[str, object], ppi: int) -> bytes:
    try:
        named = {**data, "partner": _drawable(parts, str(data["partner"])) or data["code"]}
        return parts.typesetter.render(f"affiliates/promo/poster-{design}", named, "png", ppi)
    except TypesetRefused as refused:
        raise PosterRefused(refusal_text(refused.kind, refused.field, refused.characters)) from refused
    except FontsMissing as missing:
        raise PosterRefused(
            Text("画海报的字体还没有装好。", "the fonts for posters are not installed yet.")
        ) from missing
