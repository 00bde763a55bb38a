"""Somebody follows a partner's link, reads what the camp gives, signs up and is in."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP, Enter
from tests.browser.hands import press, write
from tests.browser.looks import check
from tests.browser.told import Told
from tests.factories.accounts import PASSWORD

LANDING = re.compile(r"/c/first-survey")
SIGN_UP = re.compile(r"/register\?next=")
CONFIRM = re.compile(r"/c/first-survey/join")


def test_a_visitor_follows_a_link_and_joins_on_a_phone(enter: Enter, told: Told) -> None:
    page = enter()
    page.goto(f"/r/{told.camp_link}")
    expect(page).to_have_url(LANDING)
    check(page)
    page.get_by_role("region", name="报名").get_by_role("button", name="报名第").tap()
    expect(page).to_have_url(SIGN_UP)
    check(page)
    page.get_by_label("称呼").fill("方舟")
    page.get_by_label("邮箱").fill("fangzhou@example.com")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="注册").tap()
    expect(page).to_have_url(CONFIRM)
    check(page)
    page.get_by_role("button", name="加入这一期").tap()
    expect(page).to_have_url(re.compile(f"/learn/{told.enrolling}/welcome"))
    expect(page.get_by_text("入营成功")).to_be_visible()
    check(page)
    page.goto("/today")
    expect(page.get_by_role("heading", name="第 0 天")).to_be_visible()
    check(page)
    told.served.settle()
    partner = enter("ada")
    partner.goto("/partner")
    expect(partner.get_by_text("读书群来了 1 人入营").first).to_be_visible()


def test_a_visitor_joins_with_the_keyboard_alone(enter: Enter, told: Told) -> None:
    page = enter(device=LAPTOP, language="en")
    page.goto("/")
    press(page, page.get_by_role("link", name="See the curriculum: Ask better questions"))
    expect(page).to_have_url(LANDING)
    check(page, "en")
    press(page, page.get_by_role("main").get_by_role("button", name="Join cohort").first)
    expect(page).to_have_url(SIGN_UP)
    write(page, page.get_by_label("Name"), "Owen Price")
    write(page, page.get_by_label("Email"), "owen@example.com")
    write(page, page.get_by_label("Password"), PASSWORD)
    press(page, page.get_by_role("checkbox"), "Space")
    press(page, page.get_by_role("button", name="Make my account"))
    expect(page).to_have_url(CONFIRM)
    check(page, "en")
    press(page, page.get_by_role("button", name="Join this cohort"))
    expect(page.get_by_role("heading", name="Welcome, your seat is yours")).to_be_visible()
    check(page, "en")
    press(page, page.get_by_role("link", name="Open day 0"))
    expect(page).to_have_url(re.compile(f"/learn/{told.enrolling}/days/0"))
    check(page, "en")
