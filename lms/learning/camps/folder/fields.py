"""Reading the values of camp.toml and of front matter: what is wrong becomes a line of the report."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import time
from typing import Any

from lms.learning.camps.folder.draft import Report

LONGEST = 20_000


def read_clock(value: object) -> time | None:
    """Read a wall time as written, "06:00"; None when it is none.

    YAML reads a bare 06:00 as sixty-based 360 and TOML a bare 06:00:00 as a time: both mean the same.
    """
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0, tzinfo=None)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * 60:
        return time(value // 60, value % 60)
    if isinstance(value, str):
        hour, colon, minute = value.strip().partition(":")
        if colon and hour.isascii() and minute.isascii() and hour.isdigit() and minute.isdigit() and len(minute) == 2:
            return time(int(hour), int(minute)) if int(hour) < 24 and int(minute) < 60 else None
    return None


class Fields:
    """The values of one table of a file. Each reading takes a value; what is left over is noted as unknown."""

    def __init__(self, values: Mapping[str, Any], path: str, report: Report, where: str = "") -> None:
        self._values = dict(values)
        self._path = path
        self._report = report
        self._where = where

    def _refuse(self, name: str, zh: str, en: str, **values: object) -> None:
        self._report.refuse(self._path, f"{{name}} {zh}", f"{{name}} {en}", name=f"{self._where}{name}", **values)

    def text(self, name: str, default: str = "", *, required: bool = False, most: int = LONGEST) -> str:
        """Take words, trimmed."""
        value = self._values.pop(name, None)
        if value is None:
            if required:
                self._refuse(name, "没有写，这一项必填。", "is missing and needed.")
            return default
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)  # YAML reads a title like 2026 as a number
        if not isinstance(value, str):
            self._refuse(name, "应该是一段文字。", "should be words.")
            return default
        words = value.replace("\r\n", "\n").strip()
        if required and not words:
            self._refuse(name, "是空的，这一项必填。", "is empty and needed.")
        if len(words) > most:
            self._refuse(name, "太长，最多 {most} 个字。", "is too long: at most {most} characters.", most=most)
        if "\x00" in words:
            self._refuse(name, "里有不能保存的字符。", "holds a character that cannot be kept.")
        return words

    def word(self, name: str, allowed: Collection[str], default: str | None = None) -> str:
        """Take one of a few words; without a default it is needed."""
        value: object = self._values.pop(name, default)
        if isinstance(value, str) and value in allowed:
            return value
        listed = ", ".join(allowed)
        self._refuse(name, "只能是：{listed}。", "must be one of: {listed}.", listed=listed)
        return default or next(iter(allowed))

    def words(self, name: str, allowed: Collection[str], default: tuple[str, ...]) -> tuple[str, ...]:
        """Take a list of a few known words, each once."""
        found = self.texts(name)
        if found is None:
            return default
        if len(set(found)) != len(found) or not set(found) <= set(allowed):
            listed = ", ".join(allowed)
            self._refuse(
                name, "只能从这些里选，各一次：{listed}。", "may hold each of these once: {listed}.", listed=listed
            )
            return default
        return found

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Take a list of words; None when it is not there."""
        value = self._values.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            self._refuse(name, "应该是一列文字。", "should be a list of words.")
            return None
        return tuple(one.strip() for one in value)

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """Take a whole number between two bounds."""
        value = self._values.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self._refuse(
                name,
                "应该是 {low} 到 {high} 之间的整数。",
                "should be a whole number from {low} to {high}.",
                low=low,
                high=high,
            )
            return default
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Take true or false."""
        value = self._values.pop(name, default)
        if isinstance(value, bool):
            return value
        self._refuse(name, "应该是 true 或 false。", "should be true or false.")
        return default

    def clock(self, name: str, default: time | None = None) -> time | None:
        """Take a wall time such as "06:00"."""
        value = self._values.pop(name, None)
        if value is None:
            return default
        read = read_clock(value)
        if read is None:
            self._refuse(name, "应该是 06:00 这样的时间。", "should be a time like 06:00.")
        return read or default

    def table(self, name: str) -> Fields | None:
        """Take one table."""
        value = self._values.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, dict):
            self._refuse(name, "应该是一组「名字 = 值」。", "should be a table of names and values.")
            return None
        return Fields(value, self._path, self._report, f"{self._where}{name}.")

    def tables(self, name: str) -> list[Fields]:
        """Take a list of tables."""
        value = self._values.pop(name, None) or []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self._refuse(name, "应该是一列「名字 = 值」。", "should be a list of tables.")
            return []
        return [
            Fields(one, self._path, self._report, f"{self._where}{name}[{place}].")
            for place, one in enumerate(value, start=1)
        ]

    def close(self) -> None:
        """Note what nobody took: most often a slip in a name."""
        for name in self._values:
            self._report.note(
                self._path,
                "{name} 不认识，没有读。",
                "{name} is not known and was not read.",
                name=f"{self._where}{name}",
            )
