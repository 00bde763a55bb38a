"""Documents and pictures from Typst templates: certificates, cards, posters."""

import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal

import segno
import typst

from lms.kernel.glyphs import covered

Format = Literal["pdf", "png"]
Kind = Literal["missing", "too-long", "too-many", "range", "palette", "characters"]

_REFUSAL = re.compile(r"encamp:(missing|too-long|too-many|range|palette):(\w+)")
_SANS = ("Noto Sans SC", "Noto Sans JP")
_SERIF = "Noto Serif SC"
# Set in the serif by some templates; a name is drawn in one face only.
_NAMES = ("name", "signer", "signature")
# Never drawn as text.
_NOT_TEXT = frozenset({"url", "qr", "lang", "palette", "date_iso"})
# Invisible characters that come along with copied names, and glyph variants no font of ours has.
_INVISIBLE = ("Cc", "Cf")
_VARIANTS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))


class FontsMissing(RuntimeError):
    """Say that the document fonts have not been fetched."""


class TypesetRefused(ValueError):
    """Say why a design cannot be drawn from these data: a kind, the field, the characters at fault.

    `characters` is filled for the kind "characters" only: those that no font can draw.
    """

    def __init__(self, kind: Kind, field: str, characters: str = "") -> None:
        super().__init__(f"{kind}: {field} {characters}".rstrip())
        self.kind: Kind = kind
        self.field = field
        self.characters = characters


@dataclass(frozen=True)
class _Faces:
    fonts: typst.Fonts
    drawable: frozenset[int]
    serif: frozenset[int]


class Typesetter:
    """Draw templates with the document fonts, which are loaded once, on first use.

    One instance serves all threads of a process.
    """

    def __init__(self, templates: Path, fonts: Path) -> None:
        """Take the template root (imports start there) and the folder of the font files."""
        self._templates = templates.resolve()
        self._folder = fonts
        self._lock = Lock()
        self._loaded: _Faces | None = None

    def render(self, template: str, data: Mapping[str, object], format: Format, ppi: float = 72) -> bytes:
        """Draw one template, named by its path under the root without ".typ".

        `data` goes in as JSON and is shown as text only; the code to scan is made from data["url"].
        At 72 ppi one point of a picture is one pixel; a PNG of several pages gives the first.
        Refuses with TypesetRefused what is missing, does not fit or cannot be drawn; raises
        FontsMissing when the fonts have not been fetched.
        """
        faces = self._faces()
        prepared = _prepared(data, faces)
        try:
            pages = typst.compile(
                str(self._template(template)),
                root=str(self._templates),
                format=format,
                ppi=ppi,
                font_paths=faces.fonts,
                sys_inputs={"data": json.dumps(prepared)},
            )
        except typst.TypstError as error:
            raise _refused(error) or error from None
        return _first(pages)

    def missing_characters(self, text: str) -> str:
        """Give the characters of a text that no document font has, each once, in their order."""
        return _beyond(_clean(text), self._faces().drawable)

    def _template(self, name: str) -> Path:
        path = (self._templates / f"{name}.typ").resolve()
        if not path.is_relative_to(self._templates) or not path.is_file():
            raise LookupError(f"There is no template {name!r}.")
        return path

    def _faces(self) -> _Faces:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._folder)
            return self._loaded


def qr_svg(url: str) -> str:
    """Draw the code of an address as SVG, with its quiet zone of four modules."""
    return _saved(url, "svg", 1).decode()


def qr_png(url: str, scale: int) -> bytes:
    """Draw the code of an address as PNG, `scale` pixels per module, quiet zone included."""
    return _saved(url, "png", scale)


def _saved(url: str, kind: Literal["svg", "png"], scale: int) -> bytes:
    out = io.BytesIO()
    options = {"xmldecl": False} if kind == "svg" else {}
    code = segno.make(url, error="m", micro=False)
    code.save(out, kind=kind, scale=scale, border=4, **options)
    return out.getvalue()


def _load(folder: Path) -> _Faces:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    files: dict[str, list[Path]] = {}
    for font in fonts.fonts():
        if font.path is not None:
            files.setdefault(font.family, []).append(Path(font.path))
    if _SANS[0] not in files:
        raise FontsMissing(f"The document fonts are missing in {folder}: run the set-up again.")
    chain = [covered(files.get(family, ())) for family in _SANS]
    return _Faces(fonts, frozenset.union(*chain), covered(files.get(_SERIF, ())))


def _prepared(data: Mapping[str, object], faces: _Faces) -> dict[str, object]:
    prepared: dict[str, object] = {}
    for field, value in data.items():
        if field in _NOT_TEXT:
            prepared[field] = value
            continue
        prepared[field] = clean = _cleaned(value)
        if missing := _beyond("".join(_texts(clean)), faces.drawable):
            raise TypesetRefused("characters", field, missing)
    for field in _NAMES:
        name = prepared.get(field)
        if isinstance(name, str) and _beyond(name, faces.serif):
            prepared[f"{field}_face"] = "sans"
    if isinstance(url := prepared.get("url"), str):
        prepared["qr"] = qr_svg(url)
    return prepared


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, Mapping):
        return {str(key): _cleaned(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(part) for part in value]
    return value


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _clean(text: str) -> str:
    """Compose accents, keep line breaks, and drop what is invisible anyway."""
    lines = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join(char for char in unicodedata.normalize("NFC", lines) if _visible(char))


def _visible(char: str) -> bool:
    if any(first <= ord(char) <= last for first, last in _VARIANTS):
        return False
    return char == "\n" or unicodedata.category(char) not in _INVISIBLE


def _beyond(text: str, drawable: frozenset[int]) -> str:
    return "".join(dict.fromkeys(c for c in text if c != "\n" and ord(c) not in drawable))


def _refused(error: typst.TypstError) -> TypesetRefused | None:
    found = _REFUSAL.search(error.message)
    if found is None:
        return None
    kind, field = found.groups()
    return TypesetRefused(kind, field)  # type: ignore[arg-type]


def _first(pages: bytes | list[bytes] | None) -> bytes:
    page = pages[0] if isinstance(pages, list) else pages
    if page is None:
        raise RuntimeError("The typesetter gave no page.")
    return page
