"""How people use a page: the keyboard alone, the clipboard, pictures that have come."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def tab_to(page: Page, target: Locator, most: int = 90) -> Locator:
    """Walk with Tab until the target has the focus; refused when the keyboard cannot reach it."""
    expect(target).to_be_visible()
    for _ in range(most):
        if target.evaluate("one => one === document.activeElement"):
            return target
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {target}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Reach a control with Tab and press it."""
    tab_to(page, target)
    page.keyboard.press(key)


def write(page: Page, target: Locator, words: str) -> None:
    """Reach a field with Tab and type over what is in it."""
    tab_to(page, target)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(words)


def expect_picture(picture: Locator) -> None:
    """Wait until a picture has come and can be seen."""
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0


def clipboard(page: Page) -> str:
    """Give what was copied."""
    found: str = page.evaluate("() => navigator.clipboard.readText()")
    return found
