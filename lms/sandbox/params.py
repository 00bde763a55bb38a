"""Form bodies as Stripe reads them: `line_items[0][price_data][currency]=cny` becomes a tree, read leaf by leaf."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from lms.sandbox.errors import ApiError, missing

Tree = dict[str, Any]
_PIECES = re.compile(r"[^\[\]]+|(?<=\[)(?=\])")
_ID = re.compile(r"[A-Za-z0-9_]{1,120}")


def read_form(pairs: Iterable[tuple[str, str]]) -> Tree:
    """Build the tree of a form body or query; lists keep their index as key."""
    tree: Tree = {}
    for name, value in pairs:
        pieces = _PIECES.findall(name) or [name]
        branch = tree
        for piece in pieces[:-1]:
            below = branch.setdefault(piece or str(len(branch)), {})
            if not isinstance(below, dict):
                raise ApiError("Invalid parameters: a value and a hash share a name", param=name)
            branch = below
        branch[pieces[-1] or str(len(branch))] = value
    return tree


class Params:
    """Reads a tree leaf by leaf; what nobody asked for is refused in the end, as Stripe does."""

    def __init__(self, tree: Tree, path: str = "") -> None:
        self._tree = tree
        self._path = path
        self._read: set[str] = set()
        self._below: list[Params] = []

    def name(self, key: str) -> str:
        """Write a parameter's full name, as errors show it."""
        return f"{self._path}[{key}]" if self._path else key

    def _take(self, key: str) -> Any:
        self._read.add(key)
        return self._tree.get(key)

    def has(self, key: str) -> bool:
        """Say whether a parameter was sent."""
        return key in self._tree

    def text(self, key: str, default: str | None = None) -> str | None:
        """Read a string; an empty one is refused."""
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value, str):
            raise ApiError(f"Invalid string: {value}", param=self.name(key))
        if not value:
            raise ApiError(
                f"You passed an empty string for '{self.name(key)}'.",
                code="parameter_invalid_empty",
                param=self.name(key),
            )
        return value

    def need(self, key: str) -> str:
        """Read a string that must be there."""
        value = self.text(key)
        if value is None:
            raise missing(self.name(key))
        return value

    def id(self, key: str) -> str | None:
        """Read the id of something."""
        value = self.text(key)
        if value is not None and not _ID.fullmatch(value):
            raise ApiError(f"Invalid id: '{value}'", code="resource_missing", param=self.name(key))
        return value

    def url(self, key: str) -> str | None:
        """Read a web address."""
        value = self.text(key)
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
            raise ApiError("Not a valid URL", code="url_invalid", param=self.name(key))
        return value

    def need_url(self, key: str) -> str:
        """Read a web address that must be there."""
        value = self.url(key)
        if value is None:
            raise missing(self.name(key))
        return value

    def number(self, key: str, default: int | None = None, least: int = 1) -> int | None:
        """Read a whole number that is at least `least`."""
        value = self.text(key)
        if value is None:
            return default
        if not re.fullmatch(r"-?\d{1,18}", value):
            raise ApiError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=self.name(key))
        if int(value) < least:
            raise ApiError(
                f"This value must be greater than or equal to {least}.",
                code="parameter_invalid_integer",
                param=self.name(key),
            )
        return int(value)

    def amount(self, key: str) -> int:
        """Read an amount in minor units that must be there."""
        value = self.number(key)
        if value is None:
            raise missing(self.name(key))
        if value > 99_999_999:
            raise ApiError("Amount must be no more than 999,999.99", code="amount_too_large", param=self.name(key))
        return value

    def currency(self, key: str = "currency") -> str:
        """Read a currency; Stripe takes either case and answers in lower case."""
        value = self.need(key).lower()
        if not re.fullmatch(r"[a-z]{3}", value):
            raise ApiError(f"Invalid currency: {value}.", param=self.name(key))
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """Read true or false."""
        value = self.text(key)
        if value not in (None, "true", "false"):
            raise ApiError(f"Invalid boolean: {value}", param=self.name(key))
        return default if value is None else value == "true"

    def choice(self, key: str, options: tuple[str, ...], default: str | None = None) -> str | None:
        """Read one of a few words."""
        value = self.text(key, default)
        if value is not None and value not in options:
            raise ApiError(f"Invalid {self.name(key)}: must be one of {', '.join(options)}", param=self.name(key))
        return value

    def below(self, key: str) -> Params:
        """Go one step down; an absent hash is an empty one."""
        value = self._take(key)
        if value is not None and not isinstance(value, dict):
            raise ApiError("Invalid object", param=self.name(key))
        found = Params(value or {}, self.name(key))
        self._below.append(found)
        return found

    def items(self, key: str) -> list[Params]:
        """Go down into every entry of a list of hashes."""
        value = self._take(key)
        if value is not None and not isinstance(value, dict):
            raise ApiError("Invalid array", param=self.name(key))
        found = [
            Params(entry if isinstance(entry, dict) else {}, f"{self.name(key)}[{at}]")
            for at, entry in (value or {}).items()
        ]
        self._below += found
        return found

    def texts(self, key: str) -> list[str]:
        """Read a list of strings."""
        value = self._take(key)
        if value is None:
            return []
        if not isinstance(value, dict) or not all(isinstance(entry, str) for entry in value.values()):
            raise ApiError("Invalid array", param=self.name(key))
        return list(value.values())

    def metadata(self, key: str = "metadata") -> dict[str, str]:
        """Read metadata: at most 50 keys of 40 characters, values of 500."""
        value = self._take(key) or {}
        if not isinstance(value, dict) or not all(isinstance(entry, str) for entry in value.values()):
            raise ApiError("Metadata must be a hash of strings", param=self.name(key))
        if len(value) > 50 or any(len(name) > 40 or len(entry) > 500 for name, entry in value.items()):
            raise ApiError(
                "Metadata takes 50 keys of up to 40 characters and values of up to 500 characters",
                param=self.name(key),
            )
        return {name: entry for name, entry in value.items() if entry}

    def ignore(self, *keys: str) -> None:
        """Know parameters that change nothing here."""
        self._read.update(keys)

    def unread(self) -> Iterator[str]:
        """Name every parameter that nobody asked for."""
        for key in self._tree:
            if key not in self._read:
                yield self.name(key)
        for below in self._below:
            yield from below.unread()

    def refuse_unread(self) -> None:
        """Refuse the first parameter that nobody asked for."""
        for name in self.unread():
            raise ApiError(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
