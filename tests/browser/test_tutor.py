"""A tutor's evening: reading with four keys, then the day's questions in one digest."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import LAPTOP, Enter
from tests.browser.hands import press, write
from tests.browser.looks import Watch, check, check_closely
from tests.browser.told import TODAY, Told


def _expect_open(page: Page, told: Told, key: str) -> None:
    expect(page).to_have_url(re.compile(told.hand_ins[f"{key} {TODAY}"]))
    expect(page.locator("#student")).to_have_text(told.people[key].display_name)
    page.wait_for_load_state()  # the keys are heard once the scripts have come


def test_a_tutor_returns_one_and_accepts_the_next_with_four_keys(enter: Enter, told: Told, watch: Watch) -> None:
    watch.expect(422)
    page = enter("chen", LAPTOP)
    page.goto("/desk")
    check(page)
    page.goto("/desk/check-ins")
    check(page)
    page.keyboard.press("j")
    _expect_open(page, told, "zhou")
    check(page)
    page.keyboard.press("j")
    _expect_open(page, told, "liu")
    page.keyboard.press("k")
    _expect_open(page, told, "zhou")
    page.keyboard.press("r")
    expect(page.get_by_role("alert")).to_be_visible()
    write(page, page.locator("[name=comment]"), "第二位停在第三题，写一句你改了什么。")
    page.keyboard.press("Tab")
    page.keyboard.press("r")
    _expect_open(page, told, "liu")
    expect(page.get_by_text("已退回")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text("已通过")).to_be_visible()
    expect(page.locator("#student")).not_to_have_text(told.people["liu"].display_name)
    told.served.settle()
    student = enter("zhou")
    student.goto("/today")
    expect(student.get_by_text("写一句你改了什么")).to_be_visible()
    check(student)


def test_a_tutor_answers_the_day_in_one_digest(enter: Enter, told: Told) -> None:
    page = enter("chen", LAPTOP)
    page.goto("/desk/questions")
    check(page)
    group = page.get_by_role("listitem").filter(has_text="看着像同一个问题").filter(has_text="测试的人边填边问我")
    press(page, group.get_by_role("button", name="合成一条，一起回答"))
    expect(page).to_have_url(re.compile("/desk/questions/"))
    expect(page.get_by_text("测试的人边填边问，")).to_be_visible()
    check_closely(page)
    write(page, page.get_by_label("问题", exact=False).first, "测试的人问我问题，能回答吗？")
    write(page, page.locator("[name=answer]"), "先不答，**记下他停在哪里**。填完再聊。")
    press(page, page.get_by_role("button", name="写好了，进汇总"))
    expect(page.get_by_text("已回答，随当天汇总发布。")).to_be_visible()
    press(page, page.get_by_role("link", name="看一遍再发布"))
    check(page)
    press(page, page.get_by_role("button", name=re.compile("发布并通知")))
    expect(page.get_by_role("link", name="学员看到的样子")).to_be_visible()
    told.served.settle()
    _expect_own_item(enter("tang"), told)


def _expect_own_item(page: Page, told: Told) -> None:
    page.goto("/inbox")
    check(page)
    page.goto(f"/learn/{told.running}/digests")
    check(page)
    page.get_by_role("link", name=re.compile("你问的是第 1 条")).first.tap()
    own = page.get_by_role("link", name=re.compile("你问的是第 1 条"))
    expect(own).to_be_visible()
    own.tap()
    expect(page.get_by_text("先不答")).to_be_in_viewport()
    check(page)
