"""How wide a line will be on paper, before it is set."""

import unicodedata

# Widths of the documents' sans face in full-width characters.
_NARROW, _LETTER, _BROAD = 0.3, 0.57, 0.72


def width(text: str) -> float:
    """Measure a line in full-width characters."""
    return sum(map(_width_of, text))


def _width_of(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    if char in " iljtfrI.,:;'|!()-":
        return _NARROW
    return _BROAD if char in "mwMW" or char.isupper() else _LETTER
