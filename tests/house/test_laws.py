"""The five laws and the budgets, as tests. A failing message says what to do."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.tree import FLOORS, LMS, ROOT, TEMPLATES, calls, parsed, python_files, rel, rooms, templates

DOORS = {"service", "queries", "events", "rules", "errors"}
WIRING = {"lms/app.py", "lms/subscriptions.py", "lms/cli.py"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager", "base"}
ROOM_FILES = {
    "__init__", "errors", "rules", "models", "queries", "service", "forms", "routes",
    "events", "handlers", "jobs", "gateway", "webhooks",
}  # fmt: skip

# Budget exceptions, each with its reason.
LONG_FILES: dict[str, str] = {
    "lms/kernel/outbox.py": "one topic: the table, its words and the writing of rows",
    "lms/kernel/worker.py": "one topic: taking and running rows",
}
LONG_FUNCTIONS: dict[str, str] = {}
LONG_TEMPLATES: dict[str, str] = {}


def test_only_the_work_commits() -> None:
    found = [
        f"{rel(path)}:{call.lineno}"
        for path in python_files("lms")
        if rel(path) != "lms/kernel/work.py"
        for call in calls(parsed(path), "commit")
        if isinstance(call.func, ast.Attribute)
    ]
    assert not found, f"Only lms/kernel/work.py commits. Use begin_work() instead at: {found}"


def test_only_htmx_speaks_hx() -> None:
    found = [
        rel(path)
        for path in python_files("lms")
        if rel(path) != "lms/web/htmx.py" and re.search(r"[\"']HX-", path.read_text("utf-8"))
    ]
    assert not found, f"Only lms/web/htmx.py reads or writes HX- headers; call its functions in: {found}"


def _imports(tree: ast.Module) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return names


def test_rooms_enter_each_other_by_the_door() -> None:
    found = []
    for path in python_files("lms"):
        where = rel(path)
        if where in WIRING:
            continue
        own = ".".join(path.relative_to(ROOT).parts[:3])
        for name in _imports(parsed(path)):
            parts = name.split(".")
            if len(parts) > 3 and parts[0] == "lms" and parts[1] in FLOORS and ".".join(parts[:3]) != own:
                if parts[3] not in DOORS:
                    found.append(f"{where} imports {name}")
    assert not found, f"Other rooms show only {sorted(DOORS)}: {found}"


def test_no_relationship_crosses_rooms() -> None:
    found = []
    for path in LMS.rglob("models*.py"):
        tree = parsed(path)
        own = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
        for call in calls(tree, "relationship"):
            target = call.args[0] if call.args else None
            if isinstance(target, ast.Constant) and str(target.value).split(".")[-1] not in own:
                found.append(f"{rel(path)}:{call.lineno} {target.value}")
    assert not found, f"A relationship stays inside its room; offer a *_source() instead: {found}"


def test_files_have_the_rooms_words() -> None:
    found = []
    for room in rooms():
        for path in room.iterdir():
            name = path.stem if path.suffix == ".py" else path.name
            if path.name == "__pycache__":
                continue
            if name in FORBIDDEN_NAMES:
                found.append(rel(path))
        count = len([path for path in room.iterdir() if path.name != "__pycache__"])
        if count > 14:
            found.append(f"{rel(room)} has {count} files and folders")
    assert not found, f"Name files by topic, and split a room that has outgrown itself: {found}"


def test_files_keep_their_length() -> None:
    found = {
        rel(path): n
        for path in python_files("lms")
        if (n := len(path.read_text("utf-8").splitlines())) > 300 and rel(path) not in LONG_FILES
    }
    assert not found, f"At most 300 lines a file; make a folder of the same name with files by topic: {found}"


def test_functions_keep_their_length_and_arguments() -> None:
    found = []
    for path in python_files("lms"):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            where = f"{rel(path)}:{node.name}"
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            names = [a.arg for a in node.args.args if a.arg not in ("self", "cls")]
            if length > 40 and where not in LONG_FUNCTIONS:
                found.append(f"{where} is {length} lines")
            if len(names) > 6:
                found.append(f"{where} takes {len(names)} positional arguments")
    assert not found, f"At most 40 lines and 6 positional arguments a function: {found}"


def test_templates_keep_their_length() -> None:
    found = {
        rel(path): n
        for path in templates(".html", ".txt")
        if (n := len(path.read_text("utf-8").splitlines())) > 150 and rel(path) not in LONG_TEMPLATES
    }
    assert not found, f"At most 150 lines a template; take a part out: {found}"


def test_every_template_belongs_to_a_room() -> None:
    known = {
        "ui",
        "errors",
        "home",
        "demo",
        "sandbox",
        *(f"{floor}/{room.name}" for floor in FLOORS for room in (LMS / floor).iterdir()),
    }
    found = []
    for path in templates(".html", ".txt", ".typ"):
        parts = path.relative_to(TEMPLATES).parts
        if parts[0] == "base.html" or parts[0] in known or "/".join(parts[:2]) in known:
            continue
        found.append(rel(path))
    assert not found, f"templates/<floor>/<room>/…: {found}"


def test_every_part_is_included_by_a_page() -> None:
    words = " ".join(path.read_text("utf-8") for path in templates(".html"))
    code = " ".join(path.read_text("utf-8") for path in python_files("lms"))
    found = []
    for path in templates(".html"):
        if not path.name.startswith("_") or path.parent.name == "errors":
            continue
        name = str(path.relative_to(TEMPLATES))
        # A row of a list is a macro: the part that brings it alone calls what the pages call.
        rows = re.findall(r"from '([^']+/rows\.html)' import", path.read_text("utf-8"))
        if any(words.count(f"from '{library}'") > 1 for library in rows):
            continue
        if not re.search(rf"(include|import|from)\s*\(?\s*[^%]*{re.escape(name)}", words):
            found.append(name if name in code else f"{name} (used by nothing)")
    assert not found, f"A part that is returned alone is also included by its page: {found}"


def test_no_classes_in_python_and_none_built_from_pieces() -> None:
    classes = re.compile(
        r"[\"'](?:[^\"']*\s)?(?:btn|badge|text-muted|bg-base|flex|grid-cols)-[\w/-]+(?:\s[^\"']*)?[\"']"
    )
    found = [
        rel(path) for path in python_files("lms") if "assets.py" not in path.name and classes.search(path.read_text())
    ]
    pieces = re.compile(r"(?:btn|badge|bg|text|border|w|h|size|grid-cols)-\{\{")
    found += [rel(path) for path in templates(".html") if pieces.search(path.read_text("utf-8"))]
    assert not found, f"Tailwind classes stand whole in templates: {found}"


def test_no_inline_script_or_style() -> None:
    bad = re.compile(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son(?:click|change|submit|load|input)=|javascript:", re.I
    )
    found = [
        rel(path)
        for path in templates(".html")
        if "/mail/" not in rel(path) and bad.search(re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.S))
    ]
    assert not found, f"The content policy forbids inline scripts and styles: {found}"


@pytest.mark.parametrize("room", list(rooms()), ids=rel)
def test_a_room_has_its_door_sign(room: object) -> None:
    sign = ast.get_docstring(parsed(room / "__init__.py"))  # type: ignore[operator]
    assert sign and len(sign) > 20, f"{room}: __init__.py says what the room owns, hears and tells"
