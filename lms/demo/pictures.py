"""Pictures that students attach: a printed sheet of their draft with the red marks of day 6, as a phone takes it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFont

from lms.kernel.settings import ROOT
from lms.web.assets import Assets

_SHEET, _PHOTO = (760, 1000), (900, 1200)
_TABLES = ((139, 110, 86), (96, 101, 104), (168, 150, 124))
_PAPER, _INK, _PEN = (247, 244, 236), (58, 58, 62), (196, 64, 44)
_EDGE, _STEP, _LEADING, _LINES = 78, 30, 52, 16
_STOPS = "，。；、：？"


def draw_sheet(text: str) -> bytes | None:
    """Draw a short text on paper with marks; JPEG, 900 × 1200. None while the fonts are not built."""
    font = _font()
    if font is None:
        return None
    dice = Random(text)  # noqa: S311 - a picture, the same for the same text
    sheet = Image.new("RGB", _SHEET, _PAPER)
    draw = ImageDraw.Draw(sheet)
    for x, y, char in _places(text):
        draw.text((x, y), char, _INK, font)
        if dice.random() < (0.22 if char in _STOPS else 0.012):
            _mark(draw, dice, x + _STEP // 2, y + _STEP // 2)
    photo = Image.new("RGB", _PHOTO, dice.choice(_TABLES))
    turned = sheet.convert("RGBA").rotate(dice.uniform(-3, 3), Image.Resampling.BICUBIC, expand=True)
    photo.paste(turned, ((_PHOTO[0] - turned.width) // 2, (_PHOTO[1] - turned.height) // 2), turned)
    out = BytesIO()
    photo.save(out, "JPEG", quality=82)
    return out.getvalue()


@cache
def _font() -> ImageFont.FreeTypeFont | None:
    path = Assets(ROOT).font_dir / "NotoSerifSC_400Regular.ttf"
    return ImageFont.truetype(path, _STEP - 2) if path.exists() else None


def _places(text: str) -> Iterator[tuple[int, int, str]]:
    x, line = _EDGE, 0
    for char in text:
        if char == "\n" or (x > _SHEET[0] - _EDGE - _STEP and char not in _STOPS):
            x, line = _EDGE, line + 1
        if line >= _LINES:
            return
        if char != "\n":
            yield x, _EDGE + line * _LEADING, char
            x += _STEP if ord(char) > 0xFF else _STEP // 2 + 2


def _mark(draw: ImageDraw.ImageDraw, dice: Random, x: int, y: int) -> None:
    """Put one of the day's signs: a breath, or a stumble."""
    if dice.random() < 0.65:
        draw.line((x + 12, y - 24, x - 8, y + 24), _PEN, 5)
        return
    draw.line((x - 13, y - 13, x + 13, y + 13), _PEN, 5)
    draw.line((x - 13, y + 13, x + 13, y - 13), _PEN, 5)
