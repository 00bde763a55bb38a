"""Front-end files: built once into `static/build` and `static/vendor`, then looked up by name.

`python -m lms.web.assets [root]` builds them; nothing here needs Flask's application or the network.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup, escape

FONTS = {
    "noto-sans-sc": ("400Regular", "700Bold", "900Black"),
    "noto-serif-sc": ("400Regular", "700Bold"),
    "noto-sans-jp": ("400Regular", "700Bold"),
}
KEPT_SECONDS = 86_400  # A page that is open during a build still asks for the files it was given.

_SVG_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_SPACE = re.compile(r"\s+")


class AssetsError(RuntimeError):
    """Say in one sentence what is missing and which command makes it."""


class Assets:
    """Look up what `build` made.

    `root` is the project's folder. With `live` the manifest is read again when a build replaced it
    (for a development server); otherwise it is read once.
    """

    def __init__(self, root: Path, prefix: str = "/static/", live: bool = False) -> None:
        self._build = root / "static" / "build"
        self._prefix = prefix
        self._live = live
        self._stamp = -1
        self._files: dict[str, str] = {}
        self._icons: dict[str, str] = {}
        self._read()
        self.icon = lru_cache(maxsize=4096)(self._icon)

    @property
    def font_dir(self) -> Path:
        """Return the folder with the fonts of documents and posters."""
        return self._build / "fonts"

    def url(self, name: str) -> str:
        """Return the address of a built file, such as `app.css`; an unknown name is refused."""
        if self._live:
            self._read()
        try:
            return self._prefix + self._files[name]
        except KeyError:
            raise AssetsError(f"There is no asset {name!r}. Known: {', '.join(sorted(self._files))}.") from None

    def _icon(self, name: str, classes: str = "size-5") -> Markup:
        """Return a lucide icon as inline SVG, hidden from screen readers; an unknown name is refused."""
        try:
            body = self._icons[name]
        except KeyError:
            raise AssetsError(f"There is no lucide icon {name!r}.") from None
        return Markup(
            f'<svg class="{escape(classes)} shrink-0" viewBox="0 0 24 24" fill="none"'
            ' stroke="currentColor" stroke-width="2" stroke-linecap="round"'
            f' stroke-linejoin="round" aria-hidden="true">{body}</svg>'
        )

    def _read(self) -> None:
        manifest = self._build / "manifest.json"
        try:
            stamp = manifest.stat().st_mtime_ns
            if stamp == self._stamp:
                return
            self._files = json.loads(manifest.read_text("utf-8"))["files"]
            self._icons = json.loads((self._build / "icons.json").read_text("utf-8"))
        except FileNotFoundError as error:
            raise AssetsError(
                f"The front-end files are not built ({error.filename} is missing): run `flask assets build`."
            ) from None
        self._stamp = stamp


def build(root: Path) -> None:
    """Make every file pages and documents need, from `node_modules` and our own sources.

    Does nothing when no input has changed. Refuses with `AssetsError` when a package is missing.
    """
    static, modules = root / "static", root / "node_modules"
    if not (modules / "lucide-static").is_dir():
        raise AssetsError(f"{modules} is missing: run `npm ci` (or `make setup`) first.")
    mark = _fingerprint(root)
    manifest = static / "build" / "manifest.json"
    if _is_current(manifest, mark, static):
        return
    (static / "build").mkdir(parents=True, exist_ok=True)
    _copy_fonts(modules, static / "build" / "fonts")
    files = {
        "htmx.js": _place(static, "vendor", "htmx.js", _input(modules / "htmx.org/dist/htmx.min.js")),
        "app.js": _place(static, "build", "app.js", _bundle(static / "scripts" / "app")),
        "app.css": _place(static, "build", "app.css", _css(root)),
    }
    for source in (*static.glob("scripts/*.js"), *static.glob("images/*.*")):
        files[source.name] = _place(static, "build", source.name, source.read_bytes())
    _replace(static / "build" / "icons.json", _icons(modules / "lucide-static" / "icons"))
    content = {"fingerprint": mark, "files": dict(sorted(files.items()))}
    _replace(manifest, json.dumps(content, indent=1).encode())
    _prune(static, set(files.values()))


def _fingerprint(root: Path) -> str:
    """Hash everything the result depends on: our sources, the templates, the package lock, this file."""
    digest = hashlib.sha256()
    for path in (Path(__file__), root / "package-lock.json", *_sources(root)):
        digest.update(path.name.encode() + b"\0" + _input(path))
    return digest.hexdigest()


def _sources(root: Path) -> Iterator[Path]:
    yield from sorted((root / "templates").rglob("*.html"))
    for folder in ("css", "scripts", "images"):
        yield from sorted(path for path in (root / "static" / folder).rglob("*") if path.is_file())


def _is_current(manifest: Path, mark: str, static: Path) -> bool:
    try:
        content = json.loads(manifest.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    if content.get("fingerprint") != mark:
        return False
    fonts = (static / "build" / "fonts" / name for name in _font_names())
    return all(path.is_file() for path in (*(static / f for f in content["files"].values()), *fonts))


def _css(root: Path) -> bytes:
    """Run Tailwind over the templates; classes must stand whole in them."""
    target = root / "static" / "build" / f"app-{os.getpid()}.tmp.css"
    source = root / "static" / "css" / "app.css"
    command = [_tailwind(), "--input", str(source), "--output", str(target), "--minify"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssetsError(f"Tailwind could not build {source}: {done.stderr.strip()}")
        return target.read_bytes()
    finally:
        target.unlink(missing_ok=True)


def _tailwind() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "tailwindcss"
    found = str(beside) if beside.is_file() else shutil.which("tailwindcss")
    if not found:
        raise AssetsError("The tailwindcss program is missing: install the `build` group of packages.")
    return found


def _bundle(folder: Path) -> bytes:
    """Join our scripts in the order of their names; each is closed in itself."""
    return b"".join(path.read_bytes().rstrip() + b"\n" for path in sorted(folder.glob("*.js")))


def _icons(folder: Path) -> bytes:
    """Return every icon's inner markup by name, as JSON."""
    icons: dict[str, str] = {}
    for path in sorted(folder.glob("*.svg")):
        found = _SVG_BODY.search(path.read_text("utf-8"))
        if found:
            icons[path.stem] = _SPACE.sub(" ", found[1]).replace("> <", "><").strip()
    return json.dumps(icons).encode()


def _font_names() -> Iterator[str]:
    for family, weights in FONTS.items():
        stem = "Noto" + "".join(
            part.upper() if part in ("sc", "jp") else part.title() for part in family.split("-")[1:]
        )
        yield from (f"{stem}_{weight}.ttf" for weight in weights)


def _copy_fonts(modules: Path, target: Path) -> None:
    """Copy the weights documents use and the licences they are given under."""
    target.mkdir(parents=True, exist_ok=True)
    names = set(_font_names())
    for family in FONTS:
        package = modules / "@expo-google-fonts" / family
        if not package.is_dir():
            raise AssetsError(f"{package} is missing: run `npm ci` (or `make setup`) first.")
        _copy(package / "LICENSE_FONT", target / f"{family}-LICENSE.txt")
        for font in package.glob("*/*.ttf"):
            if font.name in names:
                _copy(font, target / font.name)


def _copy(source: Path, target: Path) -> None:
    """Copy a large file unless it is already there, whole or not at all."""
    if target.is_file() and target.stat().st_size == source.stat().st_size:
        return
    beside = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    shutil.copyfile(source, beside)
    beside.replace(target)


def _place(static: Path, folder: str, name: str, content: bytes) -> str:
    """Write a file under a name with its hash and return its path below `static`."""
    stem, dot, ending = name.rpartition(".")
    path = f"{folder}/{stem}-{hashlib.sha256(content).hexdigest()[:10]}{dot}{ending}"
    (static / folder).mkdir(parents=True, exist_ok=True)
    _replace(static / path, content)
    return path


def _replace(target: Path, content: bytes) -> None:
    beside = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    beside.write_bytes(content)
    beside.replace(target)


def _prune(static: Path, kept: Iterable[str]) -> None:
    """Remove files of builds that nobody can have open any more."""
    keep = {static / path for path in kept}
    old = time.time() - KEPT_SECONDS
    for path in (*static.glob("build/*-*.*"), *static.glob("vendor/*-*.*")):
        if path not in keep and path.is_file() and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)


def _input(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise AssetsError(f"{path} is missing: run `npm ci` (or `make setup`) first.") from None


if __name__ == "__main__":
    try:
        build(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
    except AssetsError as problem:
        sys.exit(str(problem))
