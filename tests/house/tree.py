"""The source tree as the house tests read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LMS = ROOT / "lms"
TEMPLATES = ROOT / "templates"
FLOORS = ("people", "learning", "commerce", "affiliates")


def python_files(*tops: str) -> Iterator[Path]:
    """Give the project's Python files below the named folders."""
    for top in tops:
        yield from sorted((ROOT / top).rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def templates(*endings: str) -> Iterator[Path]:
    """Give the template files with one of the endings."""
    for path in sorted(TEMPLATES.rglob("*")):
        if path.is_file() and path.name.endswith(endings):
            yield path


def rel(path: Path) -> str:
    return str(path.relative_to(ROOT))


def rooms() -> Iterator[Path]:
    """Give the folder of every room."""
    for floor in FLOORS:
        for path in sorted((LMS / floor).iterdir()):
            if (path / "__init__.py").exists():
                yield path
    yield LMS / "home"
    yield LMS / "sandbox"


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Give the calls of functions or methods with one of the names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in names:
                yield node
