"""Which files are taken, judged by what they contain and never by their name."""

import re
import zipfile
from io import BytesIO

MOST_FILES = 9
MOST_MEGABYTES = 10
MOST_BYTES = MOST_MEGABYTES * 1024 * 1024

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/heic"})
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"mif1", b"msf1"})
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    _OFFICE["word/"]: ".docx",
    _OFFICE["xl/"]: ".xlsx",
    _OFFICE["ppt/"]: ".pptx",
}


def kind_of(data: bytes) -> str | None:
    """Tell the media type of a file by its content; None for a kind that is not taken."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if data[4:8] == b"ftyp":
        return "image/heic" if data[8:12] in _HEIF_BRANDS else None
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    if data.startswith(b"PK\x03\x04"):
        return _office_kind(data)
    return "text/plain" if _is_text(data) else None


def _office_kind(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return None
    # Macros run in an office program, so files that carry them are not taken.
    if "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((kind for folder, kind in _OFFICE.items() if any(n.startswith(folder) for n in names)), None)


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and _CONTROL.search(text) is None


def safe_name(name: str, media_type: str) -> str:
    """Give a file the name people gave it, without path and controls, with the ending its content has."""
    stem = re.sub(r"[\x00-\x1f\x7f\"<>|?*:]", "", name.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    ending = _ENDINGS.get(media_type, "")
    stem = stem.rsplit(".", 1)[0] if "." in stem else stem
    return (stem[:100] or "file") + ending
