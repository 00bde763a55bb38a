"""The main journeys without JavaScript: every step is a page."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP, PHONE, Enter
from tests.browser.looks import Watch
from tests.browser.story import WORDS
from tests.browser.test_student import UPLOAD
from tests.browser.told import Told
from tests.factories.accounts import PASSWORD

PLAIN_PHONE = {**PHONE, "java_script_enabled": False}
PLAIN_LAPTOP = {**LAPTOP, "java_script_enabled": False}


def test_a_visitor_joins(enter: Enter, told: Told) -> None:
    page = enter(device=PLAIN_PHONE)
    page.goto(f"/r/{told.camp_link}")
    page.get_by_role("region", name="报名").get_by_role("button", name="报名第").tap()
    page.get_by_label("称呼").fill("丁浩")
    page.get_by_label("邮箱").fill("dinghao@example.com")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="注册").tap()
    page.get_by_role("button", name="加入这一期").tap()
    expect(page.get_by_role("heading", name="欢迎，你的座位定了")).to_be_visible()
    page.get_by_role("link", name="打开第 0 天").tap()
    expect(page).to_have_url(re.compile(f"/learn/{told.enrolling}/days/0"))


def test_a_student_hands_in(enter: Enter, told: Told, watch: Watch) -> None:
    watch.expect(422)
    page = enter("he", PLAIN_PHONE)
    page.goto("/today")
    page.get_by_role("button", name="读完了").tap()
    expect(page.get_by_role("button", name="还没做完")).to_be_visible()
    page.goto(told.task_url())
    text = page.locator("[name=text]")
    text.fill("太短了。")
    page.get_by_role("button", name="交上去").tap()
    expect(page.get_by_role("alert").first).to_contain_text("要改")
    expect(text).to_have_value("太短了。")
    text.fill(WORDS)
    page.get_by_role("button", name="只存草稿").tap()
    expect(page.get_by_text("草稿已存。")).to_be_visible()
    expect(text).to_have_value(WORDS)
    page.locator("input[type=file]").set_input_files(UPLOAD)
    page.get_by_role("button", name="交上去").tap()
    expect(page.get_by_text("交上去了，按时。")).to_be_visible()
    expect(page.get_by_role("img", name="first-screen.jpg").first).to_be_visible()


def test_a_student_asks(enter: Enter, told: Told) -> None:
    page = enter("he", PLAIN_LAPTOP)
    page.goto(f"/learn/{told.running}/questions")
    page.get_by_role("textbox", name="卡在哪里").fill("量表要给中间项吗")
    page.get_by_role("button", name="先看看有没有答案").click()
    expect(page.get_by_text("没想好的人")).to_be_visible()
    page.get_by_role("textbox", name="卡在哪里").fill("纸质问卷要不要编号，方便以后核对？")
    page.get_by_role("button", name="提交这个问题").click()
    expect(page.get_by_role("heading", name="纸质问卷要不要编号")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("等助教回")).to_be_visible()
