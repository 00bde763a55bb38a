"""The session ends while somebody writes: nothing typed is lost."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, PHONE, Enter
from tests.browser.looks import Watch, check, check_closely
from tests.browser.story import WORDS
from tests.browser.told import Told
from tests.factories.accounts import PASSWORD

AGAIN = WORDS + "\n第三题已经拆成两题。"


def _sign_in(page: Page, mail: str) -> None:
    page.get_by_label("邮箱").fill(mail)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def test_a_hand_in_survives_signing_in_again(enter: Enter, told: Told, watch: Watch) -> None:
    watch.expect(401)
    page = enter("bai")
    page.goto(told.task_url(4))
    page.locator("[name=text]").fill(AGAIN)
    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="交新的一版").tap()
    expect(page).to_have_url(re.compile("/login"))
    _sign_in(page, "bai@example.com")
    expect(page).to_have_url(re.compile(told.task_url(4)))
    expect(page.locator("[name=text]")).to_have_value(AGAIN)
    check(page)
    page.get_by_role("button", name="交新的一版").tap()
    expect(page.get_by_text("第 2 版交上去了")).to_be_visible()


def test_a_plain_form_is_kept_on_a_page_and_sent_again(enter: Enter, told: Told, watch: Watch) -> None:
    watch.expect(401)
    words = "同一个人填了两遍，算一份还是两份？"
    page = enter("bai", LAPTOP)
    page.goto(f"/learn/{told.running}/questions")
    page.get_by_role("textbox", name="卡在哪里").fill(words)
    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="提交这个问题").click()
    expect(page.get_by_role("heading", name="登录过期了，你写的都在")).to_be_visible()
    expect(page.get_by_text(words)).to_be_visible()
    check_closely(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="在新标签页登录").click()
    _sign_in(opened.value, "bai@example.com")
    expect(opened.value).to_have_url(re.compile("/today"))
    page.get_by_role("button", name="重新提交").click()
    expect(page.get_by_role("heading", name="同一个人填了两遍")).to_be_visible()


def test_a_page_without_scripts_keeps_the_words_too(enter: Enter, told: Told, watch: Watch) -> None:
    watch.expect(401)
    page = enter("xia", {**PHONE, "java_script_enabled": False})
    page.goto(told.task_url(4))
    page.locator("[name=text]").fill(AGAIN)
    page.context.clear_cookies(name="session")
    page.get_by_role("button", name="交上去").tap()
    expect(page.get_by_role("heading", name="登录过期了，你写的都在")).to_be_visible()
    expect(page.get_by_text("第三题已经拆成两题。")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="在新标签页登录").tap()
    _sign_in(opened.value, "xia@example.com")
    expect(opened.value).to_have_url(re.compile("/today"))
    page.get_by_role("button", name="重新提交").tap()
    expect(page.get_by_text("交上去了")).to_be_visible()
