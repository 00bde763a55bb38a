"""What becomes of uploaded pictures and other files."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from lms.learning.checkins import errors, service
from lms.learning.checkins.rules.uploads import MOST_BYTES
from tests.factories.checkins import picture


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def test_pictures_lose_place_and_device_and_stand_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "A phone"
    exif.get_ifd(0x8825)[1] = "N"
    kept = service.prepare_upload(picture(size=(80, 40), exif=exif), "a.jpg")
    assert opened(kept.data).size == (40, 80)
    assert not opened(kept.data).getexif()
    assert b"A phone" not in kept.data


def test_heic_becomes_jpeg_whatever_it_is_called() -> None:
    kept = service.prepare_upload(picture("HEIF"), "照片.png")
    assert (kept.media_type, kept.name) == ("image/jpeg", "照片.jpg")
    assert opened(kept.data).format == "JPEG"


def test_large_pictures_are_made_smaller() -> None:
    assert max(opened(service.prepare_upload(picture(size=(3000, 1000)), "a.jpg").data).size) == 2400


@pytest.mark.parametrize(
    ("data", "refusal", "status"),
    [
        (b"\x00" * (MOST_BYTES + 1), errors.FileTooLarge, 413),
        (b"MZ\x90\x00\x03", errors.FileKindRefused, 415),
        (b"\x89PNG\r\n\x1a\n broken", errors.FileBroken, 422),
        (picture()[:200], errors.FileBroken, 422),
        (b"", errors.FileEmpty, 422),
    ],
)
def test_bad_files_are_refused_by_content(data: bytes, refusal: type[Exception], status: int) -> None:
    with pytest.raises(refusal) as refused:
        service.prepare_upload(data, "photo.jpg")
    assert refused.value.status == status  # type: ignore[attr-defined]
    assert refused.value.field == "files"  # type: ignore[attr-defined]
