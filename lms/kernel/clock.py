"""Time comes from the work, and the work takes it from here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the time, aware, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is set; for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by


class ShiftedClock:
    """The machine's clock moved forward by what a small file says; for the demo only.

    A file, because web workers and the worker process must see one time and a reading must cost
    next to nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def shift(self) -> timedelta:
        """Read how far the clock is ahead of the machine's."""
        try:
            return timedelta(seconds=float(self._path.read_text()))
        except FileNotFoundError:
            return timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift()

    def move(self, by: timedelta) -> None:
        """Move the clock forward; going back is refused, since what happened has happened."""
        if by < timedelta(0):
            raise ValueError("the demo clock only moves forward")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        waiting = self._path.with_suffix(".new")
        waiting.write_text(str((self.shift() + by).total_seconds()))
        waiting.replace(self._path)
