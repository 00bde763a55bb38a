"""Joining, the welcome page, leaving, and the operator's list; strangers and refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.kernel.audit import AuditEntry
from lms.kernel.clock import FixedClock
from lms.kernel.work import Read, Work
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import queries
from lms.people.accounts.queries import Person
from lms.web.ports import Kept, ports
from tests.factories.accounts import cast, make_people, make_person
from tests.factories.camps import make_cohort
from tests.factories.enrollments import make_enrollment, make_students

Begin = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


def token_of(client: FlaskClient, url: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(url).get_data(as_text=True))
    assert found
    return found[1]


class Gate:
    def __init__(self, work: Begin, client: FlaskClient, enter: Callable[..., None]) -> None:
        with work() as w:
            self.cohort: Cohort = make_cohort(w, seats=2)
            self.lin: Person = make_person(w, "林晓")
            self.others = make_people(w, 3)
        self.client, self.enter = client, enter
        self.join = f"/c/{self.cohort.camp_slug}/join"
        self.welcome = f"/learn/{self.cohort.code}/welcome"

    def press(self, client: FlaskClient | None = None, **over: Any) -> Any:
        client = client or self.client
        token = token_of(client, f"{self.join}?cohort={self.cohort.code}")
        return client.post(self.join, data={"csrf_token": token, "cohort": self.cohort.code, **over})


@pytest.fixture
def gate(work: Begin, client: FlaskClient, sign_in: Callable[..., None]) -> Gate:
    return Gate(work, client, sign_in)


def test_one_tap_joins_and_says_what_happens_next(gate: Gate, read: Look) -> None:
    gate.enter(gate.client, gate.lin)
    answer = gate.press()
    assert answer.status_code == 303
    assert answer.location.endswith(gate.welcome)
    html = gate.client.get(gate.welcome).get_data(as_text=True)
    assert "你的座位定了" in html
    assert queries.find_enrollment(read(), gate.cohort.id, gate.lin.id) is not None


def test_visitors_sign_up_and_come_back_to_one_tap(gate: Gate) -> None:
    token = token_of(gate.client, "/login")
    answer = gate.client.post(gate.join, data={"csrf_token": token, "cohort": gate.cohort.code})
    assert answer.status_code == 303
    assert "/register" in answer.location
    assert "join" in answer.location
    gate.enter(gate.client, gate.lin)
    back = gate.client.get(f"{gate.join}?cohort={gate.cohort.code}")
    assert "就差这一下" in back.get_data(as_text=True)


def test_joining_twice_leads_to_the_same_place(gate: Gate, read: Look) -> None:
    gate.enter(gate.client, gate.lin)
    token = token_of(gate.client, f"{gate.join}?cohort={gate.cohort.code}")
    for _ in range(2):
        answer = gate.client.post(gate.join, data={"csrf_token": token, "cohort": gate.cohort.code})
        assert answer.location.endswith(gate.welcome)
    assert queries.count_seats(read(), gate.cohort.id).taken == 1
    assert gate.client.get(f"{gate.join}?cohort={gate.cohort.code}").status_code == 303


def test_a_full_cohort_tells_the_place_in_line(gate: Gate, work: Begin) -> None:
    with work() as w:
        make_students(w, gate.cohort, gate.others)
    gate.enter(gate.client, gate.lin)
    assert "候补名单" in gate.client.get(f"{gate.join}?cohort={gate.cohort.code}").get_data(as_text=True)
    gate.press()
    assert "第 2 位" in gate.client.get(gate.welcome).get_data(as_text=True)


def test_a_closed_cohort_refuses_in_words(gate: Gate, work: Begin, clock: FixedClock) -> None:
    from lms.kernel.work import SYSTEM
    from lms.learning.camps.service import change_cohort

    with work() as w:
        change_cohort(w, SYSTEM, gate.cohort.id, enrolls_until=clock.now() - timedelta(days=1))
    gate.enter(gate.client, gate.lin)
    answer = gate.press()
    assert answer.status_code == 409
    assert "截止" in answer.get_data(as_text=True)


def test_another_camps_cohort_is_not_found(gate: Gate) -> None:
    gate.enter(gate.client, gate.lin)
    token = token_of(gate.client, f"{gate.join}?cohort={gate.cohort.code}")
    data = {"csrf_token": token, "cohort": gate.cohort.code}
    assert gate.client.post("/c/no-such-camp/join", data=data).status_code == 404
    assert gate.client.post(gate.join, data={**data, "cohort": "NONE"}).status_code == 404


def test_strangers_have_no_welcome(gate: Gate) -> None:
    assert gate.client.get(gate.welcome).status_code == 303
    gate.enter(gate.client, gate.lin)
    assert gate.client.get(gate.welcome).status_code == 404


def test_leaving_asks_first_and_moves_the_next_up(gate: Gate, work: Begin, read: Look) -> None:
    with work() as w:
        make_students(w, gate.cohort, [gate.lin, *gate.others])
    gate.enter(gate.client, gate.lin)
    url = f"/learn/{gate.cohort.code}/withdraw"
    token = token_of(gate.client, url)
    assert gate.client.post(url, data={"csrf_token": token}).status_code == 303
    assert queries.find_enrollment(read(), gate.cohort.id, gate.lin.id) is None
    moved = queries.find_enrollment(read(), gate.cohort.id, gate.others[1].id)
    assert moved is not None
    assert moved.state == "enrolled"


class Console(Gate):
    def __init__(self, work: Begin, client: FlaskClient, enter: Callable[..., None]) -> None:
        super().__init__(work, client, enter)
        with work() as w:
            self.found = make_students(w, self.cohort, [self.lin, *self.others])
            enter(client, cast(w, "su"))
        self.list = f"/console/cohorts/{self.cohort.code}/students"
        self.token = token_of(client, self.list)

    def act(self, place: int, act: str, **data: str) -> Any:
        url = f"{self.list}/{self.found[place].code}/{act}"
        return self.client.post(url, data={"csrf_token": self.token, **data})


@pytest.fixture
def console(work: Begin, client: FlaskClient, sign_in: Callable[..., None]) -> Console:
    return Console(work, client, sign_in)


def test_the_list_shows_and_filters_by_state(console: Console) -> None:
    html = console.client.get(console.list).get_data(as_text=True)
    assert "林晓" in html
    assert "候补 2" in html
    waiting = console.client.get(f"{console.list}?state=waitlisted").get_data(as_text=True)
    assert "同学 3" in waiting
    assert "林晓" not in waiting


def test_only_operators_see_the_list(console: Console, new_client: Callable[[], FlaskClient]) -> None:
    other = new_client()
    assert other.get(console.list).status_code == 303
    console.enter(other, console.lin)
    assert other.get(console.list).status_code == 403


def test_suspending_needs_a_reason_and_is_audited(console: Console, read: Look) -> None:
    refused = console.act(0, "suspend", reason=" ")
    assert refused.status_code == 422
    assert "写一句原因" in refused.get_data(as_text=True)
    assert console.act(0, "suspend", reason="等材料").status_code == 303
    assert queries.get_enrollment(read(), console.found[0].id).state == "suspended"
    entry = read().session.scalars(select(AuditEntry).where(AuditEntry.act == "enrollment.changed")).one()
    assert entry.after == {"state": "suspended", "why": "等材料"}
    html = console.client.get(f"{console.list}/{console.found[0].code}").get_data(as_text=True)
    assert "等材料" in html
    assert console.act(0, "resume").status_code == 303


def test_removing_says_first_what_it_means(console: Console, work: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "what_is_kept", lambda *_: Kept(3, "EC-7Q4K", "/console/certificates/7Q4K"))
    page = console.client.get(f"{console.list}/{console.found[0].code}").get_data(as_text=True)
    assert "/expel" in page and "/withdraw" in page
    html = console.client.get(f"{console.list}/{console.found[0].code}/expel").get_data(as_text=True)
    for said in ("移出 林晓", "3 份打卡", "EC-7Q4K", "候补第一位 同学 2", "候补还剩 1 人", "不能再加入"):
        assert said in html
    waiting = console.client.get(f"{console.list}/{console.found[3].code}/withdraw").get_data(as_text=True)
    assert "还剩 1 人" in waiting and "份打卡" not in waiting
    assert console.client.get(f"{console.list}/{console.found[3].code}/expel").status_code == 409
    refused = console.act(0, "withdraw", reason=" ")
    assert refused.status_code == 422
    assert "写一句原因" in refused.get_data(as_text=True) and "3 份打卡" in refused.get_data(as_text=True)


def test_removing_gives_the_seat_to_the_line(console: Console, read: Look) -> None:
    assert console.act(0, "expel", reason="抄袭").status_code == 303
    assert queries.get_enrollment(read(), console.found[2].id).state == "enrolled"
    assert console.act(3, "move-up").status_code == 409
    assert console.act(1, "withdraw", reason="换到下一期").status_code == 303
    html = console.client.get(f"{console.list}/{console.found[1].code}").get_data(as_text=True)
    assert "换到下一期" in html
    assert queries.get_enrollment(read(), console.found[3].id).state == "enrolled"


def test_seats_can_be_added_but_not_taken_from_people(console: Console, read: Look) -> None:
    url = f"/console/cohorts/{console.cohort.code}/seats"
    assert console.client.post(url, data={"csrf_token": console.token, "seats": "3"}).status_code == 303
    assert queries.count_seats(read(), console.cohort.id) == queries.Seats(3, 3, 1)
    refused = console.client.post(url, data={"csrf_token": console.token, "seats": "1"})
    assert refused.status_code == 422
    assert "不能少于" in refused.get_data(as_text=True)
    assert console.client.post(url, data={"csrf_token": console.token, "seats": "x"}).status_code == 422


def test_a_student_of_another_cohort_is_not_found(console: Console, work: Begin) -> None:
    with work() as w:
        other = make_cohort(w, camp=console.cohort.camp_slug)
        stranger = make_enrollment(w, other, console.lin)
    assert console.client.get(f"{console.list}/{stranger.code}").status_code == 404


def test_welcome_says_why_somebody_is_suspended(console: Console, new_client: Callable[[], FlaskClient]) -> None:
    console.act(0, "suspend", reason="等材料")
    other = new_client()
    console.enter(other, console.lin)
    html = other.get(console.welcome).get_data(as_text=True)
    assert "等材料" in html
    assert "留着" in html
