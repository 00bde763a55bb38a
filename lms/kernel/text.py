"""Words in both languages, and Markdown made safe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from html import unescape
from typing import Literal

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

_language: ContextVar[Language] = ContextVar("language", default="zh")


def as_language(value: object, default: Language = "zh") -> Language:
    """Read a language code, falling back to `default` for anything unknown."""
    return "en" if value == "en" else "zh" if value == "zh" else default


def current_language() -> Language:
    """Name the language that is being spoken now (of the request, or of the mail being written)."""
    return _language.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak `language` inside the block."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def speak(language: Language) -> None:
    """Speak `language` from here on in this context (one request)."""
    _language.set(language)


@dataclass(frozen=True)
class Text:
    """A sentence written in both languages; places to fill are named in braces."""

    zh: str
    en: str

    def in_(self, language: Language, **values: object) -> str:
        """Give the sentence in one language with its places filled."""
        written = self.zh if language == "zh" else self.en
        return written.format(**values) if values else written

    def __str__(self) -> str:
        return self.in_(current_language())


def t(zh: str, en: str, **values: object) -> str:
    """Pick the written text of the language that is being spoken and fill its places."""
    written = zh if _language.get() == "zh" else en
    return written.format(**values) if values else written


def tn(n: int, zh: str, one: str, other: str, **values: object) -> str:
    """Like `t` for a counted thing; `{n}` is the number."""
    return t(zh, one if n == 1 else other, n=n, **values)


# --- Markdown ---------------------------------------------------------------

_markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

_TAGS = {
    *("a abbr b blockquote br caption center code col colgroup dd del details div dl dt em figcaption".split()),
    *("figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub".split()),
    *("summary sup table tbody td tfoot th thead tr u ul var".split()),
}
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "code": {"class"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "ol": {"start"},
    "details": {"open"},
}
_CODE_CLASS = re.compile(r"language-[\w+#-]{1,30}")


def _keep_attribute(tag: str, attribute: str, value: str) -> str | None:
    if tag == "code" and attribute == "class":
        return value if _CODE_CLASS.fullmatch(value) else None
    return value


def _lower_headings(tokens: list[Token]) -> None:
    """A page has one h1 of its own, so material that uses `#` starts at h2."""
    if not any(token.type == "heading_open" and token.tag == "h1" for token in tokens):
        return
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


def render_markdown(source: str) -> str:
    """Turn Markdown into HTML that is safe to show: raw HTML is cleaned, scripts and styles are dropped."""
    tokens = _markdown.parse(source)
    _lower_headings(tokens)
    html = str(_markdown.renderer.render(tokens, _markdown.options, {}))
    return nh3.clean(
        re.sub(r"<(/?)h1\b", r"<\1h2", html, flags=re.IGNORECASE),
        tags=_TAGS,
        clean_content_tags={"script", "style", "iframe", "object"},
        attributes=_ATTRIBUTES,
        attribute_filter=_keep_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )


def plain_text(html: str) -> str:
    """Strip HTML to its words, one line."""
    stripped = nh3.clean(html, tags=set(), clean_content_tags={"script", "style"})
    return re.sub(r"\s+", " ", unescape(stripped)).strip()
