"""One served app for all journeys, and Debian's Chromium to walk them with."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.looks import Watch
from tests.browser.served import Served, serve
from tests.browser.story import tell
from tests.browser.told import Told
from tests.factories.tracking import PHONE as IPHONE

INSTALL = "apt-get install chromium fonts-noto-cjk"
HERE = "tests/browser/"
PATIENCE_MS = 10_000
ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --disable-extensions"
    # A quarter less work: fewer processes to start, and none kept ready for pages that nobody opens.
    " --in-process-gpu --process-per-site --renderer-process-limit=1"
    " --disable-features=PaintHolding,SpareRendererForSitePerProcess,Translate,OptimizationHints,MediaRouter"
)
# By its own name a browser without a window counts as a bot, and its clicks for nothing.
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36"
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "user_agent": IPHONE,
}
LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}, "user_agent": CHROME}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}

_unrun: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the journeys; without Chromium they are skipped, and the end of the run says so."""
    chromium = shutil.which("chromium")
    for item in items:
        if not item.nodeid.startswith(HERE):
            continue
        item.add_marker(pytest.mark.browser)
        if chromium is None:
            _unrun.append(item.nodeid)
            item.add_marker(pytest.mark.skip(reason=f"no Chromium: {INSTALL}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not looked at."""
    if _unrun:
        terminalreporter.section("NOT TESTED IN A BROWSER", red=True, bold=True)
        terminalreporter.line(f"{len(_unrun)} journeys were skipped: there is no Chromium. Install it: {INSTALL}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": shutil.which("chromium"), "args": ARGS.split()}


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The app, with the story told."""
    with serve(tmp_path_factory.mktemp("served")) as served:
        yield tell(served)


@pytest.fixture(scope="session")
def served(told: Told) -> Served:
    return told.served


@pytest.fixture(scope="session")
def base_url(told: Told) -> str:
    return told.served.url


class Enter(Protocol):
    """Open a page as somebody of the cast, or as a visitor."""

    def __call__(self, key: str | None = None, device: dict[str, Any] = PHONE, **options: Any) -> Page: ...


@dataclass
class Room:
    """The browser contexts of one test with the watch over them."""

    new_context: Callable[..., BrowserContext]
    told: Told
    watch: Watch = field(default_factory=Watch)

    def enter(self, key: str | None = None, device: dict[str, Any] = PHONE, **options: Any) -> Page:
        """Open a page; `language` is a visitor's, people of the cast bring their own."""
        language = options.pop("language", "zh")
        person = self.told.people[key] if key else None
        locale = LOCALES[person.language if person else language]
        context = self.new_context(**device, locale=locale, timezone_id="Asia/Shanghai", **options)
        context.set_default_timeout(PATIENCE_MS)
        if person:
            context.add_cookies([self.told.served.session_of(person.id)])  # type: ignore[list-item]
        self.watch.over(context)
        return context.new_page()


@pytest.fixture
def room(new_context: Callable[..., BrowserContext], told: Told) -> Iterator[Room]:
    expect.set_options(timeout=PATIENCE_MS)
    made = Room(new_context, told)
    yield made
    assert not made.watch.complaints, "\n".join(made.watch.complaints)


@pytest.fixture
def enter(room: Room) -> Enter:
    """`enter("lin")` gives a page on a phone, signed in as Lin; `enter("maya", LAPTOP)` on a laptop."""
    return room.enter


@pytest.fixture
def watch(room: Room) -> Watch:
    return room.watch
