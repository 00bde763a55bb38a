"""Sends kept files. The room that owns them has decided that this person may see them."""

from __future__ import annotations

from io import BytesIO

from flask import Response, send_file

from lms.kernel.errors import NotFound
from lms.kernel.parts import current_parts

# A drawing may hold scripts: it is shown only where it cannot run any.
_DRAWING = "image/svg+xml"
_SHOWN = {_DRAWING, "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"}


def send_bytes(data: bytes, *, media_type: str, name: str, download: bool = False, seconds: int = 3600) -> Response:
    """Send bytes privately; kinds that a browser might run are offered as a download."""
    response = send_file(
        BytesIO(data),
        mimetype=media_type if media_type in _SHOWN else "application/octet-stream",
        as_attachment=download or media_type not in _SHOWN,
        download_name=name,
        max_age=seconds,
    )
    response.headers["Cache-Control"] = f"private, max-age={seconds}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if media_type == _DRAWING:
        response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def send_stored(digest: str, *, media_type: str, name: str, download: bool = False) -> Response:
    """Send a kept file by its digest; NotFound when its bytes are gone."""
    try:
        data = current_parts().files.read(digest)
    except FileNotFoundError:
        raise NotFound from None
    return send_bytes(data, media_type=media_type, name=name, download=download)
