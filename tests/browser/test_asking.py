"""A student is stuck: what is known appears while typing, the rest goes to a tutor."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP, Enter
from tests.browser.hands import press, write
from tests.browser.looks import check, check_closely
from tests.browser.told import Told


def test_answers_appear_while_a_question_is_typed(enter: Enter, told: Told) -> None:
    page = enter("lin")
    page.goto(f"/learn/{told.running}/questions")
    check(page)
    box = page.get_by_role("textbox", name="卡在哪里")
    box.press_sequentially("量表要给中间项吗")
    known = page.locator("#suggestions").get_by_text("量表要不要给一个中间项？")
    expect(known).to_be_visible()
    expect(page.get_by_text("没想好的人")).to_be_visible()
    check_closely(page)
    box.fill("客户不肯当面试填，能不能远程看他操作？")
    expect(known).to_be_hidden()
    page.get_by_role("button", name="提交这个问题").tap()
    expect(page.get_by_role("heading", name="客户不肯当面试填")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("等助教回")).to_be_visible()
    check(page)
    page.goto(f"/learn/{told.running}/questions")
    expect(page.get_by_role("link", name=re.compile("客户不肯当面试填"))).to_be_visible()


def test_a_question_is_asked_with_the_keyboard_alone(enter: Enter, told: Told) -> None:
    page = enter("maya", LAPTOP)
    page.goto("/today")
    write(page, page.get_by_role("textbox", name="Stuck? Just ask"), "How do I time a tester without a stopwatch?")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/learn/{told.running}/questions"))
    check(page, "en")
    press(page, page.get_by_role("button", name="Ask this"))
    expect(page.get_by_role("heading", name="How do I time a tester")).to_be_visible()
    check(page, "en")


def test_somebody_joins_a_question_that_is_open_already(enter: Enter, told: Told) -> None:
    page = enter("xia")
    page.goto(f"/learn/{told.running}/questions")
    page.get_by_role("textbox", name="卡在哪里").press_sequentially("问卷工具导出表格图片怎么交")
    page.locator("#suggestions").get_by_role("button", name="我也想问").first.tap()
    expect(page.get_by_role("main").get_by_text("2 人在问")).to_be_visible()
    check(page)
