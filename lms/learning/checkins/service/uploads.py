"""Files as they come in: judged by content, pictures made small and clean. Runs before any work begins."""

from dataclasses import dataclass
from io import BytesIO

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from lms.learning.checkins.errors import FileBroken, FileEmpty, FileKindRefused, FileTooLarge
from lms.learning.checkins.rules.uploads import MOST_BYTES, MOST_MEGABYTES, PICTURES, kind_of, safe_name

pillow_heif.register_heif_opener()

LONGEST_SIDE = 2400
MOST_PIXELS = 60_000_000
_QUALITY = 85


@dataclass(frozen=True)
class Upload:
    """A file ready to be kept."""

    data: bytes
    name: str
    media_type: str


def prepare_upload(data: bytes, name: str) -> Upload:
    """Make a file ready: pictures turned upright, scaled and stripped of place and device, HEIC as JPEG.

    Raises FileTooLarge, FileEmpty, FileKindRefused, FileBroken, each tied to the field `files`.
    """
    shown = name.replace("\\", "/").rsplit("/", 1)[-1][:60]
    if len(data) > MOST_BYTES:
        raise FileTooLarge(field="files", name=shown, most=MOST_MEGABYTES)
    if not data:
        raise FileEmpty(field="files", name=shown)
    kind = kind_of(data)
    if kind is None:
        raise FileKindRefused(field="files", name=shown)
    if kind in PICTURES:
        data, kind = _clean_picture(data, kind, shown)
    return Upload(data, safe_name(name, kind), kind)


def _clean_picture(data: bytes, kind: str, name: str) -> tuple[bytes, str]:
    try:
        with Image.open(BytesIO(data)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise FileBroken(field="files", name=name)
            if kind == "image/gif":
                return _encode(picture.convert("RGBA"), "PNG"), "image/png"
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _as_kind(upright, kind)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise FileBroken(field="files", name=name) from error


def _as_kind(picture: Image.Image, kind: str) -> tuple[bytes, str]:
    if kind in ("image/png", "image/webp") and picture.mode in ("RGBA", "LA", "P", "PA"):
        return _encode(picture.convert("RGBA"), "PNG"), "image/png"
    if kind == "image/png":
        return _encode(picture, "PNG"), "image/png"
    return _encode(picture.convert("RGB"), "JPEG"), "image/jpeg"


def _encode(picture: Image.Image, form: str) -> bytes:
    # A new picture carries the pixels alone: no EXIF, no comments, no thumbnails of what was cropped away.
    plain = Image.new(picture.mode, picture.size)
    plain.paste(picture)
    out = BytesIO()
    plain.save(out, form, quality=_QUALITY, optimize=True)
    return out.getvalue()
