"""Where clicks wait for a second: a file per process that survives the process.

A writer holds a shared lock on the segment it appends to and starts a new one every few seconds. The
ingester reads every segment; the ones nobody holds any more (rotated, or their process died) it removes
after the commit. Read twice, a click is still recorded once: its code is unique in the database.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Lock
from typing import cast

import structlog
from flask import Flask, current_app

from lms.affiliates.tracking.rules import Click, read_line, write_line
from lms.kernel.parts import EXTENSION, Parts

_EXTENSION = "encamp.spool"
_SEGMENT_SECONDS = 2.0
_SEGMENT_BYTES = 256 * 1024
_SUFFIX = ".clicks"

log = structlog.get_logger("tracking")


class Spool:
    """The spool of one app: appends for the web process, segments for the ingester."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which may be shared by all processes of one machine."""
        self._folder = folder
        self._lock = Lock()
        self._names = count()
        self._fd = -1
        self._pid = 0
        self._opened = 0.0
        self._size = 0
        # How far the ingester has committed a segment that is still being written.
        self._done: dict[str, int] = {}

    def append(self, click: Click) -> None:
        """Write one click; when this returns, the line outlives the process."""
        line = write_line(click)
        with self._lock:
            if not self._is_fresh():
                self._rotate()
            written = os.write(self._fd, line)
            self._size += written
            if written != len(line):
                # A torn line must not swallow the next one.
                self._release()
                raise OSError("the click spool is full")

    def close(self) -> None:
        """Let go of the segment, so that the ingester may remove it."""
        with self._lock:
            self._release()

    def segments(self) -> Iterator["Segment"]:
        """Give the segments in order of their making, each held while it is looked at."""
        for path in self._paths():
            with _held(path, self._done.get(path.name, 0)) as segment:
                if segment is not None:
                    yield segment

    def committed(self, segment: "Segment") -> None:
        """Note that everything read from a segment is committed; one that is closed is removed."""
        if segment.closed:
            segment.path.unlink(missing_ok=True)
            self._done.pop(segment.path.name, None)
        else:
            self._done[segment.path.name] = segment.offset + segment.length

    def peek(self, visitor: str) -> list[Click]:
        """List the clicks of one visitor that may not be in the database yet."""
        found = []
        wanted = f" {visitor} ".encode()
        for path in self._paths():
            with suppress(FileNotFoundError):
                lines = path.read_bytes().split(b"\n")
                found += [click for line in lines if wanted in line and (click := read_line(line))]
        return found

    def _paths(self) -> list[Path]:
        with suppress(FileNotFoundError):
            return sorted(path for path in self._folder.iterdir() if path.suffix == _SUFFIX)
        return []

    def _is_fresh(self) -> bool:
        return (
            self._fd >= 0
            and self._pid == os.getpid()
            and self._size < _SEGMENT_BYTES
            and time.monotonic() - self._opened < _SEGMENT_SECONDS
        )

    def _rotate(self) -> None:
        # After a fork this closes a copy only: the parent's descriptor keeps the lock.
        self._release()
        self._folder.mkdir(parents=True, exist_ok=True)
        while True:
            name = f"{time.time_ns():020d}-{os.getpid()}-{next(self._names)}{_SUFFIX}"
            fd = os.open(self._folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(fd, fcntl.LOCK_SH)
            # The ingester may have removed the empty file between the two calls.
            if os.fstat(fd).st_nlink:
                break
            os.close(fd)
        self._fd, self._pid, self._size, self._opened = fd, os.getpid(), 0, time.monotonic()

    def _release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1


@dataclass(frozen=True)
class Segment:
    """What is new in one file of the spool. `closed`: nobody writes to it any more."""

    path: Path
    offset: int
    length: int
    closed: bool
    clicks: list[Click]


@contextmanager
def _held(path: Path, offset: int) -> Iterator[Segment | None]:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        # The lock is tried first: what is read afterwards from a closed file is all of it.
        closed = _is_closed(fd)
        yield _read(path, fd, offset, closed)
    finally:
        os.close(fd)


def _is_closed(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: Path, fd: int, offset: int, closed: bool) -> Segment:
    with os.fdopen(os.dup(fd), "rb") as file:
        file.seek(offset)
        data = file.read()
    whole = data[: data.rfind(b"\n") + 1]
    clicks = []
    for line in whole.splitlines() if not closed else data.splitlines():
        click = read_line(line)
        if click is None:
            log.warning("spool.torn", segment=path.name)
        else:
            clicks.append(click)
    return Segment(path, offset, len(whole), closed, clicks)


def current_spool() -> Spool:
    """Give the spool of the app at work."""
    return spool_of(current_app)


def spool_of(app: Flask) -> Spool:
    """Give the spool of an app."""
    spool = app.extensions.get(_EXTENSION)
    if spool is None:
        parts = cast(Parts, app.extensions[EXTENSION])
        spool = app.extensions.setdefault(_EXTENSION, Spool(parts.settings.instance / "spool"))
    return cast(Spool, spool)
