"""The console's pages of camps and cohorts."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest

from lms.kernel.work import SYSTEM
from lms.learning.camps import queries, service
from lms.learning.camps.folder.archive import read_zip, write_zip
from lms.web.ports import ports
from tests.factories.camps import camp_folder, make_camp, make_cohort

HTMX = {"HX-Request": "true"}
NEW_COHORT = {
    "camp": "short-writing",
    "starts_on": "2026-12-07",
    "time_zone": "Asia/Shanghai",
    "cutoff": "22:00",
    "seats": "30",
    "completion_percent": "80",
    "certificate_style": "classic",
}


@pytest.fixture
def cohort(work: Any, people: dict[str, Any]) -> queries.Cohort:
    """A cohort on its first day, with a tutor of its own."""
    with work() as w:
        return make_cohort(w, tutors=[people["tutor"].id], state="running")


@pytest.fixture
def planned(work: Any, people: dict[str, Any]) -> queries.Cohort:
    """A cohort that has not started."""
    with work() as w:
        return make_cohort(w, starts_on=date(2026, 12, 7), state="draft")


def upload(client: Any, data: bytes, **fields: str) -> Any:
    return client.post("/console/camps/import", data={"archive": (io.BytesIO(data), "course.zip"), **fields})


# --- Camps ------------------------------------------------------------------


def test_an_upload_is_imported_and_the_progress_page_turns_into_the_report(as_: Any, drain: Any) -> None:
    client = as_("operator")
    sent = upload(client, write_zip(camp_folder(), "course-main"))
    assert sent.status_code == 303
    waiting = client.get(sent.location)
    assert "排队中" in waiting.text and "hx-get" in waiting.text and "刷新" in waiting.text
    drain()
    done = client.get(sent.location, headers=HTMX)
    assert "导入好了" in done.text and "<html" not in done.text and "hx-get" not in done.text
    assert "短写作营" in client.get("/console/camps").text
    assert "第 2 课" in client.get("/console/camps/short-writing").text


def test_a_folder_that_cannot_be_read_changes_nothing_and_says_what_to_fix(as_: Any, drain: Any, read: Any) -> None:
    files = camp_folder() | {"days/2-again.md": b"# Again"}
    client = as_("operator")
    sent = upload(client, write_zip(files, "course"))
    drain()
    page = client.get(sent.location).text
    assert "什么都没有改" in page and "days/02-day.md, days/2-again.md" in page
    assert queries.list_camps(read()) == []


@pytest.mark.parametrize(
    ("data", "fields", "said"),
    [
        (b"no zip at all", {}, "不是 zip 文件"),
        (b"", {}, "这一项要填"),
        (write_zip(camp_folder(), "x"), {"slug": "Bad Slug"}, "只用小写字母"),
        (write_zip(camp_folder(), "x"), {"language": "xx"}, "请从列表里选"),
    ],
)
def test_a_bad_upload_comes_back_with_words_at_the_field(as_: Any, data: bytes, fields: Any, said: str) -> None:
    client = as_("operator")
    answer = upload(client, data, **fields) if data else client.post("/console/camps/import", data=fields)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_camp_is_renamed_published_and_taken_down(as_: Any, work: Any, read: Any) -> None:
    with work() as w:
        service.import_camp(w, SYSTEM, camp_folder())
    client = as_("operator")
    assert client.post("/console/camps/short-writing/title", data={"title": "新名字"}).status_code == 303
    assert client.post("/console/camps/short-writing/title", data={"title": " "}).status_code == 422
    client.post("/console/camps/short-writing/publish")
    assert queries.get_landing(read(), "short-writing").camp.title == "新名字"
    client.post("/console/camps/short-writing/archive")
    assert queries.get_camp(read(), "short-writing").state == "archived"


def test_an_export_can_be_imported_again_and_changes_nothing(as_: Any, work: Any) -> None:
    with work() as w:
        make_camp(w)
    data = as_("operator").get("/console/camps/short-writing/export").data
    with work() as w:
        report = service.import_camp(w, SYSTEM, read_zip(data))
    assert report.unchanged and report.revision == 1


def test_a_day_of_a_camp_is_shown_with_its_picture(as_: Any, work: Any) -> None:
    with work() as w:
        make_camp(w)
    client = as_("operator")
    page = client.get("/console/camps/short-writing/days/1").text
    picture = re.search(r'src="(/console/camps/short-writing/files/\w+)"', page)
    assert picture is not None
    assert client.get(picture[1]).mimetype == "image/png"
    assert client.get("/console/camps/short-writing/days/99").status_code == 404
    assert client.get("/console/camps/short-writing/days/1?revision=9").status_code == 404


# --- Cohorts ----------------------------------------------------------------


def test_a_cohort_is_set_up_with_its_tutors(as_: Any, work: Any, people: dict[str, Any], read: Any) -> None:
    with work() as w:
        make_camp(w)
    client = as_("operator")
    assert 'value="22:00"' in client.get("/console/cohorts/new").text
    sent = client.post("/console/cohorts/new", data={**NEW_COHORT, "tutors": [people["tutor"].code]})
    assert sent.status_code == 303
    page = client.get(sent.location).text
    assert "第 1 期 短写作营" in page and "Cole" in page
    assert [c.name for c in queries.list_tutored(read(), people["tutor"].id)] == ["第 1 期"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("starts_on", "", "请填日期"),
        ("starts_on", "soon", "请填日期"),
        ("starts_on", "2026-11-20", "不能早于今天"),
        ("time_zone", "Mars/Base", "没有这个时区"),
        ("cutoff", "late", "请填时间"),
        ("seats", "0", "请填 1 到"),
        ("seats", "many", "请填整数"),
        ("completion_percent", "101", "请填 1 到 100"),
        ("certificate_style", "gold", "请从列表里选"),
        ("camp", "no-such", "请从列表里选"),
        ("tutors", "NOBODY", "请从列表里选"),
    ],
)
def test_bad_input_comes_back_with_words_at_the_field(as_: Any, work: Any, field: str, value: str, said: str) -> None:
    with work() as w:
        make_camp(w)
    answer = as_("operator").post("/console/cohorts/new", data={**NEW_COHORT, field: value})
    assert answer.status_code == 422
    assert said in answer.text


def test_enrollment_must_end_after_it_begins(as_: Any, work: Any) -> None:
    with work() as w:
        make_camp(w)
    window = {"enrolls_from": "2026-12-03T10:00", "enrolls_until": "2026-12-02T10:00"}
    answer = as_("operator").post("/console/cohorts/new", data=NEW_COHORT | window)
    assert answer.status_code == 422 and "报名截止要晚于报名开始" in answer.text


def test_a_cohort_moves_along_its_states(as_: Any, planned: queries.Cohort, read: Any) -> None:
    client = as_("operator")
    url = f"/console/cohorts/{planned.code}"
    assert client.post(f"{url}/move", data={"to": "enrolling"}).status_code == 303
    assert client.post(f"{url}/move", data={"to": "canceled"}).status_code == 422
    assert client.post(f"{url}/move", data={"to": "ended", "why": "x"}).status_code == 409
    assert client.post(f"{url}/move", data={"to": "nowhere"}).status_code == 422
    assert client.post(f"{url}/move", data={"to": "canceled", "why": "报名太少"}).status_code == 303
    assert "报名太少" in client.get(url).text
    assert queries.get_cohort(read(), planned.code).state == "canceled"


def test_dates_change_before_the_start_and_not_after(
    as_: Any, planned: queries.Cohort, cohort: queries.Cohort, read: Any
) -> None:
    client = as_("operator")
    changed = {**NEW_COHORT, "name": "冬季期", "starts_on": "2026-12-14"}
    assert client.post(f"/console/cohorts/{planned.code}/edit", data=changed).status_code == 303
    found = queries.get_cohort(read(), planned.code)
    assert (found.name, found.starts_on, found.ends_on) == ("冬季期", date(2026, 12, 14), date(2026, 12, 16))
    answer = client.post(f"/console/cohorts/{cohort.code}/edit", data=changed)
    assert answer.status_code == 422 and "已经开营" in answer.text


def test_tutors_come_and_go(as_: Any, cohort: queries.Cohort, people: dict[str, Any], read: Any) -> None:
    client, code = as_("operator"), people["other tutor"].code
    assert client.post(f"/console/cohorts/{cohort.code}/tutors", data={"person": code}).status_code == 303
    assert queries.is_tutor(read(), cohort.id, people["other tutor"].id)
    client.post(f"/console/cohorts/{cohort.code}/tutors/{code}/remove")
    assert not queries.is_tutor(read(), cohort.id, people["other tutor"].id)
    wrong = client.post(f"/console/cohorts/{cohort.code}/tutors", data={"person": people["student"].code})
    assert wrong.status_code == 422


def test_staff_see_any_day_without_waiting(as_: Any, cohort: queries.Cohort) -> None:
    page = as_("tutor").get(f"/console/cohorts/{cohort.code}/preview/3")
    assert page.status_code == 200 and "第 3 天的材料" in page.text and "学员要到" in page.text
    assert as_("tutor").get(f"/console/cohorts/{cohort.code}/preview/9").status_code == 404


# --- Strangers --------------------------------------------------------------

PAGES = [
    "/console/camps",
    "/console/camps/import",
    "/console/camps/short-writing",
    "/console/camps/short-writing/export",
    "/console/camps/short-writing/days/1",
    "/console/cohorts/new",
]


@pytest.mark.parametrize("url", PAGES)
def test_camps_are_for_operators_only(as_: Any, client: Any, cohort: queries.Cohort, url: str) -> None:
    assert client.get(url).status_code == 303
    assert [as_(who).get(url).status_code for who in ("student", "tutor", "operator")] == [403, 403, 200]


@pytest.mark.parametrize("tail", ["", "/preview/1"])
def test_a_cohort_is_seen_by_operators_and_its_own_tutors(
    as_: Any, client: Any, cohort: queries.Cohort, tail: str
) -> None:
    url = f"/console/cohorts/{cohort.code}{tail}"
    assert client.get(url).status_code == 303
    statuses = [as_(who).get(url).status_code for who in ("student", "other tutor", "tutor", "operator")]
    assert statuses == [403, 403, 200, 200]


def test_a_tutor_lists_only_their_own_cohorts_and_changes_none(
    as_: Any, cohort: queries.Cohort, planned: queries.Cohort
) -> None:
    client = as_("tutor")
    page = client.get("/console/cohorts").text
    assert cohort.code in page and planned.code not in page
    for tail in ("edit", "move", "tutors"):
        assert client.post(f"/console/cohorts/{cohort.code}/{tail}").status_code == 403


def test_pictures_of_a_locked_day_are_closed(
    as_: Any, client: Any, cohort: queries.Cohort, monkeypatch: pytest.MonkeyPatch, read: Any
) -> None:
    found = re.search(r'src="([^"]+)"', queries.get_day(read(), cohort.id, 1).body_html)
    assert found is not None
    url = found[1]
    assert url.startswith(f"/files/camps/{cohort.code}/1/")
    assert client.get(url).status_code == 303
    monkeypatch.setattr(ports, "may_open_day", lambda _read, _who, _cohort, number: number == 1)
    statuses = {who: as_(who).get(url).status_code for who in ("student", "tutor", "operator")}
    assert statuses == {"student": 200, "tutor": 200, "operator": 200}
    assert as_("student").get(url.replace("/1/", "/2/")).status_code == 403
    monkeypatch.setattr(ports, "may_open_day", lambda *_: False)
    assert as_("student").get(url).status_code == 403
    assert as_("operator").get(url[:-4] + "0000").status_code == 404


def test_the_pages_speak_english(as_: Any, people: dict[str, Any], cohort: queries.Cohort, work: Any) -> None:
    client = as_("operator")
    client.post("/language", data={"language": "en"})
    for url in (*PAGES[:2], PAGES[2], "/console/cohorts", "/console/cohorts/new", f"/console/cohorts/{cohort.code}"):
        assert client.get(url).status_code == 200
