"""Which characters a font file can draw, read from its cmap table."""

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

# (platform, encoding) of cmap tables that reach beyond U+FFFF, where rare names live.
_FULL_UNICODE = {(3, 10), (0, 4), (0, 6)}
_FORMAT_SEGMENTED = 12


def covered(paths: Iterable[Path]) -> frozenset[int]:
    """Give the code points that every one of the font files can draw.

    Files of one family differ in weight only; a character counts when each weight has it.
    No file gives the empty set. Refuses (ValueError) a font without a full Unicode table.
    """
    sets = [frozenset(_code_points(path)) for path in paths]
    return frozenset.intersection(*sets) if sets else frozenset()


def _code_points(path: Path) -> Iterator[int]:
    table = _cmap(path)
    (count,) = struct.unpack_from(">H", table, 2)
    for index in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", table, 4 + 8 * index)
        (form,) = struct.unpack_from(">H", table, offset)
        if (platform, encoding) in _FULL_UNICODE and form == _FORMAT_SEGMENTED:
            return _segments(table, offset)
    raise ValueError(f"{path.name} has no full Unicode character table")


def _cmap(path: Path) -> bytes:
    with path.open("rb") as file:
        _, tables = struct.unpack(">IH6x", file.read(12))
        for _ in range(tables):
            tag, _, offset, length = struct.unpack(">4sIII", file.read(16))
            if tag == b"cmap":
                file.seek(offset)
                return file.read(length)
    raise ValueError(f"{path.name} has no character table")


def _segments(table: bytes, offset: int) -> Iterator[int]:
    (groups,) = struct.unpack_from(">I", table, offset + 12)
    for index in range(groups):
        first, last, glyph = struct.unpack_from(">III", table, offset + 16 + 12 * index)
        # Glyph 0 is the empty box.
        yield from range(first if glyph else first + 1, last + 1)
