"""What every page must be, checked on every page that the test client fetches."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from flask import g, has_app_context
from flask.testing import FlaskClient

_VOID = set("area base br col embed hr img input link meta source track wbr".split())
_UNLABELLED = {"hidden", "submit", "button", "image"}


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.problems: list[str] = []
        self.ids: list[str] = []
        self.h1 = 0
        self.lang = ""
        self.title = ""
        self.labelled: set[str] = set()
        self.fields: list[tuple[str, dict[str, str | None], bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "html":
            self.lang = found.get("lang") or ""
        if "id" in found:
            self.ids.append(found["id"] or "")
        self._note_inline(tag, found)
        if tag == "h1":
            self.h1 += 1
        if tag == "label" and found.get("for"):
            self.labelled.add(found["for"] or "")
        if tag == "img" and "alt" not in found:
            self.problems.append("a picture without alt")
        if tag in ("input", "select", "textarea") and found.get("type") not in _UNLABELLED:
            self.fields.append((tag, found, "label" in self.stack))
        if tag not in _VOID:
            self.stack.append(tag)

    def _note_inline(self, tag: str, found: dict[str, str | None]) -> None:
        if "style" in found:
            self.problems.append(f"inline style on <{tag}>")
        if any(name.startswith("on") for name in found):
            self.problems.append(f"inline handler on <{tag}>")
        if tag == "script" and "src" not in found:
            self.problems.append("inline script")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.stack or self.stack[-1] != tag:
            self.problems.append(f"</{tag}> closes <{self.stack[-1] if self.stack else 'nothing'}>")
            if tag in self.stack:
                while self.stack.pop() != tag:
                    pass
            return
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] == "title" and "svg" not in self.stack:
            self.title += data


def problems_of(html: str) -> list[str]:
    """List what is wrong with a page's structure."""
    outline = _Outline()
    outline.feed(html)
    problems = list(outline.problems)
    if outline.stack:
        problems.append(f"left open: {outline.stack}")
    if outline.h1 != 1:
        problems.append(f"{outline.h1} h1 headings")
    if outline.lang not in ("zh-CN", "en"):
        problems.append(f"lang is {outline.lang!r}")
    if not outline.title.strip(" ·"):
        problems.append("no title")
    doubled = {i for i in outline.ids if outline.ids.count(i) > 1}
    if doubled:
        problems.append(f"ids used twice: {sorted(doubled)}")
    for tag, attrs, inside in outline.fields:
        named = attrs.get("aria-label") or attrs.get("aria-labelledby") or attrs.get("id") in outline.labelled
        if not named and not inside:
            problems.append(f"<{tag} name={attrs.get('name')!r}> has no label")
    return problems


class CheckingClient(FlaskClient):
    """A test client that refuses broken pages."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        # The test's own app context is reused by the request: what an earlier one knew is forgotten.
        for name in list(g) if has_app_context() else ():
            g.pop(name)
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and not response.is_streamed:
            html = response.get_data(as_text=True)
            if html.lstrip().lower().startswith("<!doctype html"):
                problems = problems_of(html)
                assert not problems, f"{response.request.path}: {problems}"
        return response
