"""The last piece is in: the certificate appears, and anybody can check it."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP, Enter
from tests.browser.hands import expect_picture
from tests.browser.looks import check
from tests.browser.story import hand_in, required
from tests.browser.told import Told


def test_a_certificate_appears_when_enough_is_done(enter: Enter, told: Told) -> None:
    page = enter("yun")
    page.goto("/certificates")
    expect(page.get_by_text("再交 2 项必做任务")).to_be_visible()
    check(page)
    for day in (5, 6):
        with told.served.work() as work:
            hand_in(told, work, "yun", required(work, told.ending)[day])
    page.reload()
    expect(page.get_by_role("heading", name="云朵，你走完了。")).to_be_visible()
    expect_picture(page.get_by_role("img", name="云朵的结营分享卡"))
    check(page)
    pdf = page.request.get(page.get_by_role("link", name="下载证书 PDF").get_attribute("href") or "")
    assert pdf.status == 200
    assert pdf.body().startswith(b"%PDF")
    page.get_by_role("link", name="看验证页").tap()
    expect(page.get_by_role("heading", name="证书有效")).to_be_visible()
    check(page)
    stranger = enter(device=LAPTOP, language="en")
    stranger.goto(page.url)
    expect(stranger.get_by_role("heading", name="Valid")).to_be_visible()
    check(stranger, "en")
    stranger.get_by_role("link", name="Check another number").click()
    expect(stranger).to_have_url(re.compile("/verify"))
    check(stranger, "en")
