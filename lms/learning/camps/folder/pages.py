"""A lesson as a page: Markdown to safe HTML with places for the addresses of files and other days."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from urllib.parse import unquote, urlsplit

from lms.kernel.text import render_markdown

FILE_PLACE = "camp-file:"
DAY_PLACE = "camp-day:"
FILES = "files/"

_SOURCE = re.compile(r'(<img\b[^>]*?\ssrc=")([^"]*)(")')
_TARGET = re.compile(r'(<a\b[^>]*?\shref=")([^"]*)(")')
_DEAD_LINK = re.compile(r'(<a\b[^>]*?)\shref=""')
_PLACE = re.compile(r'((?:src|href)=")(camp-file|camp-day):([^"]*)"')


def is_relative(address: str) -> bool:
    """Tell whether an address in a lesson means a file of the same folder."""
    try:
        parts = urlsplit(address)
    except ValueError:  # something that looks like a host in brackets and is none
        return False
    return not (parts.scheme or parts.netloc) and bool(parts.path) and not parts.path.startswith("/")


def resolve(address: str, page: str) -> str | None:
    """Give the path below the folder that an address on a page means; None when it leads out of the folder."""
    path = unquote(urlsplit(address).path)
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    return None if joined.startswith("..") or joined == "." else joined


def list_addresses(html: str) -> tuple[list[str], list[str]]:
    """List the addresses of pictures and of links in rendered HTML, each once, in order."""
    pictures = [unescape(found[2]) for found in _SOURCE.finditer(html)]
    links = [unescape(found[2]) for found in _TARGET.finditer(html)]
    return list(dict.fromkeys(pictures)), list(dict.fromkeys(links))


def render_day(markdown: str, codes: Mapping[str, str]) -> str:
    """Render a lesson of the stored form; `codes` maps paths under `files/` to public codes of files.

    Pictures and attachments become `camp-file:CODE`, links to other days `camp-day:NUMBER`; a relative
    address that means nothing any more is taken out, its words stay.
    """

    def place(found: re.Match[str]) -> str:
        address = unescape(found[2])
        return f"{found[1]}{escape(_place(address, codes), quote=True)}{found[3]}"

    html = _TARGET.sub(place, _SOURCE.sub(place, render_markdown(markdown)))
    html = re.sub(r'<img\b[^>]*?\ssrc=""[^>]*>', "", html)
    return _DEAD_LINK.sub(r"\1", html)


def _place(address: str, codes: Mapping[str, str]) -> str:
    if address.startswith("#"):
        return ""
    if not is_relative(address):
        return address
    path = resolve(address, "days/day.md") or ""
    if path in codes:
        return FILE_PLACE + codes[path]
    day = re.fullmatch(r"days/(\d{1,4})\.md", path)
    return f"{DAY_PLACE}{int(day[1])}" if day else ""


def resolve_places(html: str, cohort_code: str, number: int) -> str:
    """Fill the places of a cohort's day with the addresses that its students use."""
    return fill_places(
        html,
        file_at=lambda code: f"/files/camps/{cohort_code}/{number}/{code}",
        day_at=lambda day: f"/learn/{cohort_code}/days/{day}",
    )


def fill_places(html: str, *, file_at: Callable[[str], str], day_at: Callable[[str], str]) -> str:
    """Fill the places with addresses of the caller's choice."""

    def fill(found: re.Match[str]) -> str:
        address = file_at(found[3]) if found[2] == "camp-file" else day_at(found[3])
        return f'{found[1]}{escape(address, quote=True)}"'

    return _PLACE.sub(fill, html) if "camp-" in html else html
