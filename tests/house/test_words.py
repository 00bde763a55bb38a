"""Every word that people see stands in both languages, through t(), tn(), label() or Text()."""

from __future__ import annotations

import ast
import re
from html.parser import HTMLParser

from tests.house.tree import parsed, python_files, rel, templates

CJK = re.compile(r"[\u3400-\u9fff\u3000-\u303f\uff01-\uff60]")
SPOKEN = {"t", "tn", "Text", "label"}
# Names and marks that are the same in every language.
SAME = re.compile(
    r"^[\W\d_]*(?:(?:Encamp|启营|QR|PDF|PNG|CSV|SVG|ZIP|URL|Markdown|RSS|Esc|J|K|A|R|English|中文)[\W\d_]*)*$"
)
ATTRIBUTES = {"aria-label", "title", "placeholder", "alt", "content", "data-copied", "data-confirm", "summary"}
# Code names that are typed or read as they are.
CODES = {"camps.", "light dark", "data-refused"}
# What is written in both languages at once, or is data rather than words.
FREE_PYTHON = (
    "lms/demo/",
    "lms/learning/questions/rules/",
    "lms/learning/questions/rules.py",
    "lms/learning/camps/folder/",
)

# Date patterns, and pairs of words that are handed to t() elsewhere.
PATTERNS = ("lms/web/dates.py", "lms/web/pages.py", "lms/people/accounts/forms.py")


def _spoken_constants(tree: ast.AST) -> set[int]:
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SPOKEN or name == "Place" or name == "mail_text":
                inside |= {id(child) for child in ast.walk(node)}
    return inside


def test_no_chinese_outside_the_spoken_functions() -> None:
    found = []
    for path in python_files("lms"):
        if rel(path).startswith(FREE_PYTHON):
            continue
        tree = parsed(path)
        spoken = _spoken_constants(tree)
        docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CJK.search(node.value):
                if id(node) not in spoken and id(node) not in docs:
                    found.append(f"{rel(path)}:{node.lineno} {node.value[:30]!r}")
    found = [entry for entry in found if not entry.startswith(PATTERNS)]
    assert not found, "Write it as t(zh, en) or Text(zh, en):\n" + "\n".join(found)


def test_both_languages_are_written() -> None:
    found = []
    for path in python_files("lms"):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in ("t", "Text", "label") or len(node.args) < 2:
                continue
            zh, en = node.args[0], node.args[1]
            if isinstance(zh, ast.Constant) and isinstance(en, ast.Constant):
                problem = _pair_problem(str(zh.value), str(en.value))
                if problem:
                    found.append(f"{rel(path)}:{node.lineno} {problem}: {zh.value!r} / {en.value!r}")
    assert not found, "\n".join(found)


_PAIR = re.compile(
    r"""\bt\(\s*(?P<q1>['"])(?P<zh>(?:\\.|(?!(?P=q1)).)*)(?P=q1)\s*,\s*(?P<q2>['"])(?P<en>(?:\\.|(?!(?P=q2)).)*)(?P=q2)""",
    re.S,
)


def _pair_problem(zh: str, en: str) -> str | None:
    if not en.strip() or not zh.strip():
        # Counters (人, 条) have no English word.
        return None if zh == en or len(zh) == 1 else "one language is empty"
    if CJK.search(en) and not re.search(r"启营|中文", en):
        return "Chinese in the English text"
    if _places(zh) != _places(en):
        return "the places to fill differ"
    if not CJK.search(zh) and len(re.findall(r"[A-Za-z]{3,}", zh)) > 1 and zh == en:
        return "not translated"
    if re.search(r"[!！]", zh + en):
        return "an exclamation mark"
    return None


def _places(text: str) -> set[str]:
    """Give the places to fill; `why_zh` and `why_en` are one place, and dates name their month apart."""
    found = {re.sub(r"_(zh|en)$", "", name) for name in re.findall(r"\{(\w+)", text)}
    same = {"m": "month", "name": "month", "name2": "month2", "y": "year", "d": "day"}
    return {same.get(name, name) for name in found}


def test_templates_write_both_languages() -> None:
    found = []
    for path in templates(".html", ".txt"):
        source = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S)
        for match in _PAIR.finditer(source):
            problem = _pair_problem(match["zh"], match["en"])
            if problem:
                found.append(f"{rel(path)} {problem}: {match['zh']!r} / {match['en']!r}")
    assert not found, "\n".join(found)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("kbd", "code", "script", "style"):
            self.skip += 1
        names = dict(attrs)
        for name, value in attrs:
            if name not in ATTRIBUTES or not value or _silent(value):
                continue
            if tag == "meta" and names.get("name") in ("viewport", "htmx-config", "format-detection", "color-scheme"):
                continue
            if tag == "meta" and names.get("property") == "og:type":
                continue
            self.found.append(f'{name}="{value}"')

    def handle_endtag(self, tag: str) -> None:
        if tag in ("kbd", "code", "script", "style"):
            self.skip -= 1

    def handle_data(self, data: str) -> None:
        if not self.skip and not _silent(data):
            self.found.append(data.strip()[:40])


def _silent(words: str) -> bool:
    return (
        words.strip() in CODES
        or bool(SAME.match(words.strip()))
        or not re.search(r"[A-Za-z]{2,}|[\u3400-\u9fff]", words)
    )


def test_no_word_stands_bare_in_a_template() -> None:
    found = []
    for path in templates(".html"):
        source = path.read_text("utf-8")
        for pattern in (r"\{#.*?#\}", r"\{%.*?%\}", r"\{\{.*?\}\}"):
            source = re.sub(pattern, "", source, flags=re.S)
        words = _Words()
        words.feed(source)
        found += [f"{rel(path)}: {word}" for word in words.found]
    assert not found, "Write it as {{ t('…', '…') }}:\n" + "\n".join(found)
