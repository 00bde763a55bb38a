"""Files by their digest, on a local folder or an object store (any fsspec URL)."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

import fsspec
from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Key, Model, key
from lms.kernel.parts import current_parts

if TYPE_CHECKING:
    from lms.kernel.work import Read, Work


class StoredFile(Model):
    """What a kept file is; its bytes lie under its digest. Rooms decide who may open it."""

    __tablename__ = "stored_file"

    id: Mapped[Key] = key()
    code: Mapped[str] = mapped_column(String(20), unique=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class Files:
    """Bytes under their SHA-256. Writing the same bytes twice is harmless, so it may happen before a commit."""

    def __init__(self, url: str) -> None:
        self._fs: Any
        self._fs, self._root = (
            fsspec.core.url_to_fs(url, auto_mkdir=True) if url.startswith("file:") else (fsspec.core.url_to_fs(url))
        )

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name[:2]}/{name}"

    def keep(self, data: bytes) -> str:
        """Store bytes and give their digest."""
        digest = hashlib.sha256(data).hexdigest()
        self.put(digest, data)
        return digest

    def put(self, name: str, data: bytes) -> None:
        """Store bytes under a name of your own (a cache key); the whole file appears at once."""
        path = self._path(name)
        if self._fs.exists(path):
            return
        waiting = f"{path}.{hashlib.sha256(data).hexdigest()[:12]}.part"
        self._fs.pipe_file(waiting, data)
        self._fs.mv(waiting, path)

    def read(self, name: str) -> bytes:
        """Read bytes back; FileNotFoundError when there are none."""
        return bytes(self._fs.cat_file(self._path(name)))

    def has(self, name: str) -> bool:
        return bool(self._fs.exists(self._path(name)))


def keep_file(work: Work, data: bytes, name: str, media_type: str) -> StoredFile:
    """Keep a file and its row; the bytes are written first and are harmless if the work rolls back."""
    digest = current_parts().files.keep(data)
    return work.add(
        StoredFile(
            code=work.new_code(16),
            digest=digest,
            name=name[:200],
            media_type=media_type,
            size=len(data),
            created_at=work.now,
        )
    )


def find_file(read: Read, code: str) -> StoredFile | None:
    """Find a kept file by its public code."""
    return read.session.scalars(select(StoredFile).where(StoredFile.code == code)).one_or_none()
