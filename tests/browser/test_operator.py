"""An operator brings a camp, opens a cohort, looks at a day, lets a partner in and moves the demo's clock."""

import io
import re
import zipfile
from datetime import datetime, timedelta

from playwright.sync_api import FilePayload, Page, expect

from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.settings import ROOT
from tests.browser.conftest import LAPTOP, Enter
from tests.browser.looks import Watch, check, check_closely
from tests.browser.served import ZONE
from tests.browser.told import Told


def _zip(files: dict[str, bytes]) -> FilePayload:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return {"name": "camp.zip", "mimeType": "application/zip", "buffer": out.getvalue()}


def _example(slug: str) -> dict[str, bytes]:
    folder = ROOT / "examples" / "camps"
    return {str(path.relative_to(folder)): path.read_bytes() for path in (folder / slug).rglob("*") if path.is_file()}


def _now(told: Told) -> datetime:
    parts: Parts = told.served.app.extensions[EXTENSION]
    return parts.clock.now().astimezone(ZONE)


def _hour(told: Told) -> str:
    return _now(told).strftime("%H:")


def test_a_camp_comes_from_a_zip_and_a_cohort_is_opened(enter: Enter, told: Told) -> None:
    page = enter("sam", LAPTOP)
    page.goto("/console")
    check(page, "en")
    page.goto("/console/camps/import")
    check(page, "en")
    page.locator("input[type=file]").set_input_files(_zip(_example("clear-writing")))
    page.get_by_role("button", name="Import").click()
    expect(page).to_have_url(re.compile("/console/camps/imports/"))
    expect(page.get_by_role("progressbar")).to_be_visible()
    check(page, "en")
    told.served.settle()
    expect(page.get_by_text("is in: revision 1")).to_be_visible()
    check_closely(page, "en")
    page.get_by_role("link", name="See the camp").click()
    check(page, "en")
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("link", name="New cohort").first.click()
    check(page, "en")
    _open_cohort(page, told)


def _open_cohort(page: Page, told: Told) -> None:
    starts = _now(told).date() + timedelta(days=9)
    page.locator("[name=starts_on]").fill(starts.isoformat())
    page.locator("[name=seats]").fill("20")
    page.get_by_role("checkbox", name=told.people["chen"].display_name).check()
    page.get_by_role("button", name="Set it up").click()
    expect(page).to_have_url(re.compile("/console/cohorts/(?!new)"))
    check(page, "en")
    page.get_by_role("button", name="Open enrollment").click()
    expect(page.get_by_role("main").get_by_text("Enrolling").first).to_be_visible()
    page.locator("a[href$='/preview/3']").click()
    expect(page.get_by_text("Students see it from")).to_be_visible()
    check(page, "en")


def test_a_broken_camp_changes_nothing_and_says_what_to_fix(enter: Enter, told: Told) -> None:
    page = enter("sam", LAPTOP)
    page.goto("/console/camps/import")
    page.locator("input[type=file]").set_input_files(_zip({"broken/camp.toml": b"title = "}))
    page.get_by_role("button", name="Import").click()
    expect(page).to_have_url(re.compile("/console/camps/imports/"))
    told.served.settle()
    expect(page.get_by_text("Not imported, and nothing changed.")).to_be_visible()
    expect(page.get_by_text("camp.toml").first).to_be_visible()
    check(page, "en")


def test_a_file_that_is_no_archive_is_refused_at_its_field(enter: Enter, watch: Watch) -> None:
    watch.expect(422)
    page = enter("sam", LAPTOP)
    page.goto("/console/camps/import")
    letter: FilePayload = {"name": "letter.zip", "mimeType": "application/zip", "buffer": b"no archive at all"}
    page.locator("input[type=file]").set_input_files(letter)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("alert")).to_contain_text("to fix")
    check_closely(page, "en")


def test_an_applicant_becomes_a_partner(enter: Enter, told: Told) -> None:
    page = enter("su")
    page.goto("/console/partners?state=applied")
    check(page)
    page.get_by_role("link", name=re.compile("路远")).tap()
    expect(page.get_by_text("我在社区教长辈用手机。")).to_be_visible()
    check(page)
    page.get_by_role("button", name="通过", exact=True).tap()
    expect(page.get_by_role("main").get_by_text("已通过").first).to_be_visible()
    told.served.settle()
    partner = enter("lu")
    partner.goto("/partner/links")
    expect(partner.get_by_text("/r/").first).to_be_visible()
    check(partner)


def test_the_demo_clock_moves_an_hour(enter: Enter, told: Told) -> None:
    page = enter("sam", LAPTOP)
    page.goto("/console")
    before = _hour(told)
    bar = page.get_by_role("region", name="Demo")
    expect(bar.locator("time")).to_contain_text(before)
    bar.get_by_role("button", name="+1 hour").click()
    expect(page.get_by_text("The clock has moved on.")).to_be_visible()
    assert _hour(told) != before
    expect(bar.locator("time")).to_contain_text(_hour(told))
