"""A partner's ten minutes: copy, show a code, save a poster, look at the board."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Enter
from tests.browser.hands import clipboard, expect_picture
from tests.browser.looks import check, check_closely
from tests.browser.told import Told

CLIPBOARD = ["clipboard-read", "clipboard-write"]


def _expect_own_link(page: Page, told: Told) -> None:
    assert f"{told.served.url}/r/{told.link}" in clipboard(page)


def test_a_partner_copies_shows_and_saves(enter: Enter, told: Told) -> None:
    page = enter("ada", PHONE, permissions=CLIPBOARD)
    page.goto("/partner")
    check(page)
    page.get_by_role("button", name="复制文案").tap()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    _expect_own_link(page, told)
    page.goto("/partner/kit")
    page.get_by_role("main").get_by_role("button", name="复制", exact=True).first.tap()
    expect(page.get_by_role("button", name="已复制").first).to_be_visible()
    _expect_own_link(page, told)
    check(page)
    page.get_by_role("link", name="我的二维码").tap()
    sheet = page.get_by_role("dialog", name="当面给人扫")
    expect_picture(sheet.get_by_role("img"))
    check_closely(page)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_a_poster_comes_with_the_partners_code(enter: Enter) -> None:
    page = enter("ada")
    page.goto("/partner/kit")
    poster = page.get_by_role("list").get_by_role("img").first
    expect_picture(poster)
    poster.tap()
    expect_picture(page.get_by_role("main").get_by_role("img").first)
    check(page)


def test_a_partner_looks_at_the_board_and_the_links(enter: Enter) -> None:
    page = enter("ada")
    for url in ("/partner/board", "/partner/board?period=month", "/partner/links", "/partner/kit/handbook"):
        page.goto(url)
        check(page)
