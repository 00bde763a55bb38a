"""What every page must be in a real browser: fits its width, can be touched, speaks its language, says no error."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, WebError

from lms.kernel.settings import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
LANGUAGES = {"zh": "zh-CN", "en": "en"}
SMALLEST = 44

# Targets that may be smaller than a finger, each with its reason: CSS selector → why.
SMALL_TARGETS: dict[str, str] = {
    "main .prose a": "links inside rendered text",
    "[role=alert] li a": "lines of a form's summary: as tall as the text, and the field itself is below",
}

_SMALL = """
([smallest, allowed]) => {
  const wanted = 'a[href], button, summary, select, textarea, input:not([type=hidden]), [role=button], [role=tab]';
  const inText = (one) => getComputedStyle(one).display.startsWith('inline') && [...one.parentElement.childNodes].some(
    (node) => node !== one && node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  const box = (one) => {
    const frame = one.matches('input')
      && (one.closest('label, .input') || document.querySelector(`label[for="${one.id}"]`));
    const boxes = [one, frame].filter(Boolean).map((each) => each.getBoundingClientRect());
    return { width: Math.max(...boxes.map((b) => b.width)), height: Math.max(...boxes.map((b) => b.height)) };
  };
  const hidden = (one) => !one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    || one.closest('[inert]') || (one.matches('.sr-only') && !one.matches('input'));
  return [...document.querySelectorAll(wanted)]
    .filter((one) => !hidden(one) && !one.disabled && !(allowed && one.matches(allowed)) && !inText(one))
    .map((one) => [one, box(one)])
    .filter(([, b]) => b.width + 0.5 < smallest || b.height + 0.5 < smallest)
    .map(([one, b]) => `${Math.round(b.width)}×${Math.round(b.height)} ${one.outerHTML.slice(0, 160)}`);
}
"""

_WIDE = """
() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const over = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > room + 1);
  const named = over.slice(0, 3).map((one) => one.outerHTML.slice(0, 160));
  return [`${document.documentElement.scrollWidth} > ${room}`, ...named];
}
"""


# What moves has no colour yet: axe waits for the transitions of a theme that has just changed.
_AT_REST = """
async (options) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await Promise.all(document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity)
    .map((one) => one.finished.catch(() => {})));
  await frame();
  return axe.run(document, options);
}
"""


@dataclass
class Watch:
    """Collects what a browser complains about while a test runs."""

    complaints: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def over(self, context: BrowserContext) -> None:
        """Listen to every page of a context."""
        context.on("console", self._on_console)
        context.on("weberror", self._on_failure)

    def expect(self, *statuses: int) -> None:
        """Take answers with these statuses as part of the story; the browser logs each refused request."""
        self.expected.update(statuses)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        status = re.search(r"responded with a status of (\d+)", message.text)
        if status and int(status[1]) in self.expected:
            return
        self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _on_failure(self, failure: WebError) -> None:
        self.complaints.append(f"script: {failure.error}")


def small_targets(page: Page) -> list[str]:
    """List what a finger would miss."""
    found: list[str] = page.evaluate(_SMALL, [SMALLEST, ", ".join(SMALL_TARGETS)])
    return found


def too_wide(page: Page) -> list[str]:
    """Say what makes the page scroll sideways."""
    found: list[str] = page.evaluate(_WIDE)
    return found


def problems(page: Page, language: str) -> list[str]:
    """List what is wrong with the page as it stands; phones are also looked at 360 px wide."""
    found = []
    if page.locator("html").get_attribute("lang") != LANGUAGES[language]:
        found.append(f"lang is {page.locator('html').get_attribute('lang')}, not {LANGUAGES[language]}")
    found += [f"too wide: {what}" for what in too_wide(page)]
    size = page.viewport_size
    if size and size["width"] < 640:
        found += [f"small target: {what}" for what in small_targets(page)]
        page.set_viewport_size({"width": 360, "height": size["height"]})
        found += [f"too wide at 360: {what}" for what in too_wide(page)]
        page.set_viewport_size(size)
    return found


def check(page: Page, language: str = "zh") -> None:
    """Refuse a page that does not fit, cannot be touched or speaks the wrong language."""
    found = problems(page, language)
    assert not found, page.url + "\n" + "\n".join(found)


def check_closely(page: Page, language: str = "zh") -> None:
    """Refuse a page that `check` refuses or axe does; for states that no address alone leads to."""
    check(page, language)
    found = violations(page)
    assert not found, page.url + "\n" + "\n".join(found)


# --- axe ------------------------------------------------------------------------


@cache
def _axe() -> str:
    return AXE.read_text("utf-8")


def violations(page: Page) -> list[str]:
    """Let axe look at the page as it stands."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe())
    options = {"resultTypes": ["violations"], "preload": False}
    result = page.evaluate(_AT_REST, options)
    return [
        f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')}"
        for one in result["violations"]
        for node in one["nodes"][:3]
    ]
