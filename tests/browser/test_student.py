"""A student's evening: Today, writing, losing nothing, handing in."""

import re

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import LAPTOP, Enter
from tests.browser.hands import expect_picture, press, write
from tests.browser.looks import Watch, check, check_closely
from tests.browser.story import WORDS
from tests.browser.told import Told
from tests.factories.checkins import picture

UPLOAD: FilePayload = {"name": "first-screen.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(300, 400))}


def _expect_draft(page: Page, told: Told, words: str) -> None:
    """Come back and find what was typed."""
    page.goto(told.task_url())
    expect(page.locator("[name=text]")).to_have_value(words)


def test_a_student_writes_loses_nothing_and_hands_in(enter: Enter, told: Told, watch: Watch) -> None:
    watch.expect(422)
    page = enter("lin")
    page.goto("/today")
    expect(page.get_by_role("heading", name=re.compile("第 5 天"))).to_be_visible()
    check(page)
    page.get_by_role("link", name="去打卡").tap()
    expect(page).to_have_url(re.compile(told.task_url()))
    check(page)
    text = page.locator("[name=text]")
    text.fill("太短了。")
    page.get_by_role("button", name="交上去").tap()
    expect(page.get_by_role("alert").first).to_contain_text("要改")
    expect(text).to_have_value("太短了。")
    check_closely(page)
    text.fill(WORDS)
    expect(page.get_by_text(re.compile("草稿 .* 已存"))).to_be_visible()
    _expect_draft(page, told, WORDS)
    page.locator("input[type=file]").set_input_files(UPLOAD)
    expect_picture(page.get_by_role("img", name="first-screen.jpg"))
    expect(text).to_have_value(WORDS)
    check_closely(page)
    page.get_by_role("button", name="交上去").tap()
    expect(page.get_by_text("交上去了，按时。")).to_be_visible()
    expect(page.get_by_text("等助教点评")).to_be_visible()
    expect_picture(page.get_by_role("img", name="first-screen.jpg").first)
    check(page)
    page.goto("/today")
    expect(page.get_by_role("main").get_by_text("等点评")).to_be_visible()
    check(page)


def test_a_student_hands_in_with_the_keyboard_alone(enter: Enter, told: Told) -> None:
    page = enter("maya", LAPTOP)
    page.goto("/today")
    check(page, "en")
    press(page, page.get_by_role("button", name="Mark as read"))
    expect(page.get_by_role("button", name="Not done yet")).to_be_visible()
    press(page, page.get_by_role("main").get_by_role("link", name="Check in", exact=True))
    expect(page).to_have_url(re.compile(told.task_url()))
    write(page, page.locator("[name=text]"), WORDS)
    page.locator("input[type=file]").set_input_files(UPLOAD)
    expect_picture(page.get_by_role("img", name="first-screen.jpg"))
    press(page, page.get_by_role("button", name="Hand in"))
    expect(page.get_by_text("Handed in, on time.")).to_be_visible()
    check(page, "en")


def test_days_ahead_stay_locked_and_say_when_they_open(enter: Enter, told: Told, watch: Watch) -> None:
    watch.expect(403)
    page = enter("maya")
    page.goto(f"/learn/{told.running}/calendar")
    check(page, "en")
    page.goto(f"/learn/{told.running}/days/7")
    check(page, "en")
    page.goto(f"/learn/{told.running}/days/5")
    check(page, "en")
    page.goto(f"/learn/{told.running}/class")
    check(page, "en")
