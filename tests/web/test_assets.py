"""Assets: what is built, found by name, and said when it is missing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lms.web.assets import Assets, AssetsError, build

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "static" / "build"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"files": {"app.css": "build/app-1.css"}}))
    (folder / "icons.json").write_text(json.dumps({"tent": '<path d="M3 21"/>'}))
    return tmp_path


def test_a_name_becomes_the_hashed_address(made: Path) -> None:
    assert Assets(made).url("app.css") == "/static/build/app-1.css"


def test_an_unknown_name_is_refused_with_the_known_ones(made: Path) -> None:
    with pytest.raises(AssetsError, match=r"Known: app\.css"):
        Assets(made).url("other.css")


def test_an_icon_is_inline_and_hidden_from_screen_readers(made: Path) -> None:
    svg = Assets(made).icon("tent", '"><script>')
    assert svg.startswith('<svg class="&#34;&gt;&lt;script&gt; shrink-0"')
    assert 'aria-hidden="true"' in svg
    assert '<path d="M3 21"/></svg>' in svg


def test_an_unknown_icon_is_refused(made: Path) -> None:
    with pytest.raises(AssetsError, match="no lucide icon 'tnet'"):
        Assets(made).icon("tnet")


def test_files_that_are_not_built_are_named_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(AssetsError, match="run `flask assets build`"):
        Assets(tmp_path)


def test_a_build_without_packages_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(AssetsError, match="npm ci"):
        build(tmp_path)


def test_a_live_look_up_follows_a_new_build(made: Path) -> None:
    assets = Assets(made, live=True)
    manifest = made / "static" / "build" / "manifest.json"
    later = manifest.stat().st_mtime_ns + 1_000_000_000
    manifest.write_text(json.dumps({"files": {"app.css": "build/app-2.css"}}))
    os.utime(manifest, ns=(later, later))
    assert assets.url("app.css") == "/static/build/app-2.css"


@pytest.mark.skipif(not (PROJECT / "node_modules").is_dir(), reason="needs the packages of `npm ci`")
def test_a_second_build_changes_nothing() -> None:
    build(PROJECT)
    manifest = PROJECT / "static" / "build" / "manifest.json"
    before = manifest.stat().st_mtime_ns
    build(PROJECT)
    assert manifest.stat().st_mtime_ns == before
    listed = json.loads(manifest.read_text("utf-8"))["files"]
    assert {"app.css", "app.js", "htmx.js", "icon.svg", "share.png"} <= set(listed)
    assert all((PROJECT / "static" / path).is_file() for path in listed.values())
    assert {"NotoSansSC_900Black.ttf", "NotoSerifSC_700Bold.ttf", "NotoSansJP_400Regular.ttf"} <= {
        path.name for path in Assets(PROJECT).font_dir.iterdir()
    }
