"""From a shared link to a seat, with the worker killed on the way; numbers equal a recount at the end."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.affiliates.contests.models import BoardEntry
from lms.affiliates.contests.rules import Period, start_of
from lms.affiliates.partners.queries import Partner
from lms.affiliates.tracking import models, service
from lms.affiliates.tracking.lookup import current_pointers
from lms.affiliates.tracking.queries import Counts, Link, default_link, numbers
from lms.affiliates.tracking.rules import TouchKind, program_day
from lms.affiliates.tracking.spool import Spool
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.work import SYSTEM, Read, Work, begin_work
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import service as enrollments
from lms.learning.enrollments.models import Enrollment
from lms.people.accounts.queries import Person, find_person_by_email
from lms.web.visitor import COOKIE
from tests.factories.accounts import PASSWORD, make_people
from tests.factories.camps import make_cohort
from tests.factories.enrollments import student_actor
from tests.factories.partners import make_partner
from tests.factories.tracking import PHONE, a_click
from tests.flows.killing import count
from tests.flows.playing import Flow, Phase, assert_same
from tests.flows.world import see

EMAIL = "friend@example.com"
BROWSER = {"User-Agent": PHONE}
Look = Callable[[], Read]
Begin = Callable[[], AbstractContextManager[Work]]


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 21, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass
class Scene:
    """A partner whose link leads to the one open cohort, and the spool that clicks wait in."""

    app: Flask
    folder: Path
    partner: Partner
    link: Link
    cohort: Cohort
    new_client: Callable[[], FlaskClient]
    sign_in: Callable[[FlaskClient, Any], None]
    written: list[bytes] = field(default_factory=list)
    visitor: str = ""

    def open_spool(self) -> Spool:
        """A fresh start of the web process: nothing remembered of the folder."""
        before = self.app.extensions.get("encamp.spool")
        if before is not None:
            before.close()
        spool = self.app.extensions["encamp.spool"] = Spool(self.folder)
        return spool

    def click(self) -> None:
        """The friend clicks twice, somebody else once; the second file is still being written."""
        friend, other = self.new_client(), self.new_client()
        for browser in (friend, friend, other):
            assert browser.get(f"/r/{self.link.code}", headers=BROWSER).status_code == 302
            if browser is friend:
                self.app.extensions["encamp.spool"].close()
        cookie = friend.get_cookie(COOKIE)
        assert cookie is not None
        self.visitor = cookie.value
        self.written = [path.read_bytes() for path in sorted(self.folder.iterdir())]

    def browser(self) -> FlaskClient:
        """The friend's browser, which still has the visitor's cookie."""
        found = self.new_client()
        found.set_cookie(COOKIE, self.visitor)
        return found

    def sign_up(self) -> None:
        form = {"display_name": "朋友", "password": PASSWORD, "time_zone": "Asia/Shanghai", "terms": "y"}
        assert self.browser().post("/register", data={**form, "email": EMAIL}).status_code == 302

    def join(self) -> None:
        browser = self.browser()
        with begin_work() as w:
            self.sign_in(browser, find_person_by_email(w, EMAIL))
        address = f"/c/{self.cohort.camp_slug}/join"
        assert browser.post(address, data={"cohort": self.cohort.code}).status_code == 303

    def deliver_again(self) -> None:
        """The same lines in new files, as after a restore from a copy."""
        for n, lines in enumerate(self.written):
            (self.folder / f"{n:020d}-again-0.clicks").write_bytes(lines)


@pytest.fixture
def scene(
    app: Flask,
    work: Begin,
    clock: FixedClock,
    drain: Callable[[], int],
    new_client: Callable[[], FlaskClient],
    sign_in: Any,
    mails: Path,
    tmp_path: Path,
) -> Iterator[Scene]:
    clock.at = at(9, 0)
    with work() as w:
        _, partner = make_partner(w)
        cohort = make_cohort(w, seats=5, starts_on=date(2026, 11, 28))
    drain()
    current_pointers().forget()
    with work() as w:
        link = default_link(w, partner.id)
    assert link is not None
    found = Scene(app, tmp_path / "spool", partner, link, cohort, new_client, sign_in)
    found.open_spool()
    yield found
    app.extensions.pop("encamp.spool").close()


# --- A recount ------------------------------------------------------------------


def recounted(read: Read) -> Counter[tuple[Any, ...]]:
    """Count clicks, sign-ups and enrollments per link and day from the rows themselves."""
    found: Counter[tuple[Any, ...]] = Counter()
    words = {TouchKind.CLICK: "clicks", TouchKind.SIGN_UP: "sign_ups"}
    for touch in read.session.scalars(select(models.Touch).where(models.Touch.counted)):
        found[touch.link_id, program_day(touch.at), words[TouchKind(touch.kind)]] += 1
    seated = select(Enrollment).where(Enrollment.state == "enrolled", Enrollment.referral.is_not(None))
    for one in read.session.scalars(seated):
        if one.referral:
            found[one.referral["link_id"], program_day(one.joined_at), "joined"] += 1
    return found


def assert_recount(read: Read, partner: Partner) -> None:
    """Hold roll-ups, board and the partner's numbers against a recount."""
    wanted = recounted(read)
    rolled: Counter[tuple[Any, ...]] = Counter()
    for row in read.session.scalars(select(models.LinkDay)):
        for word in ("clicks", "sign_ups", "joined"):
            rolled[row.link_id, row.day, word] += getattr(row, word)
    assert +rolled == wanted
    board: Counter[tuple[Any, ...]] = Counter()
    for (_, day, word), n in wanted.items():
        for period in Period:
            board[period, start_of(period, day), word] += n
    shown: Counter[tuple[Any, ...]] = Counter()
    for entry in read.session.scalars(select(BoardEntry).where(BoardEntry.partner_id == partner.id)):
        for word in ("clicks", "sign_ups", "joined"):
            shown[Period(entry.period), entry.starts_on, word] += getattr(entry, word)
    assert +shown == board
    total = numbers(read, partner.id).total
    assert total == Counts(*(sum(n for key, n in wanted.items() if key[2] == word) for word in Counts.__annotations__))


# --- The flow -------------------------------------------------------------------


def test_clicks_sign_ups_and_seats_are_exact_wherever_the_worker_dies(
    scene: Scene, make_flow: Callable[..., Flow], mails: Path, read: Look, drain: Callable[[], int], clock: FixedClock
) -> None:
    phases = [Phase(at(10, 0), scene.click), Phase(at(10, 10), scene.sign_up), Phase(at(10, 20), scene.join)]
    flow = make_flow(phases, folders=[scene.folder], after_put_back=scene.open_spool)
    undisturbed = flow.play()
    assert numbers(read(), scene.partner.id).total == Counts(clicks=2, sign_ups=1, joined=1)
    enrollment = read().session.scalars(select(Enrollment)).one()
    assert enrollment.referral is not None and enrollment.referral["partner_id"] == scene.partner.id
    assert_recount(read(), scene.partner)
    assert assert_same(undisturbed, flow.play_killed(every=7)) > 4
    assert_recount(read(), scene.partner)
    scene.open_spool()
    scene.deliver_again()
    clock.advance(timedelta(seconds=5))
    drain()
    assert see(mails) == undisturbed
    assert list(scene.folder.iterdir()) == []


def test_a_crowd_through_one_link_takes_the_seats_there_are(
    scene: Scene, work: Begin, read: Look, drain: Callable[[], int], clock: FixedClock
) -> None:
    """Twelve people, five seats: all clicked, so every seat counts for the link, and no more than the seats."""
    with work() as w:
        people = make_people(w, 12)
    spool = scene.open_spool()
    for person in people:
        spool.append(a_click(scene.link, clock.now(), f"visitor{person.id}"))
    spool.close()
    _at_once(scene, people)
    clock.advance(timedelta(seconds=1))
    drain()
    assert Counter(read().session.scalars(select(Enrollment.state))) == {"enrolled": 5, "waitlisted": 7}
    assert numbers(read(), scene.partner.id).total == Counts(clicks=12, sign_ups=0, joined=5)
    assert_recount(read(), scene.partner)
    with work() as w:
        leaver = w.session.scalars(select(Enrollment).where(Enrollment.state == "enrolled").limit(1)).one()
        enrollments.withdraw(w, SYSTEM, leaver.id, "own_wish")
    drain()
    assert count(read().session, models.ReferredJoin) == 6
    assert numbers(read(), scene.partner.id).total.joined == 5
    assert_recount(read(), scene.partner)


def _at_once(scene: Scene, people: list[Person]) -> None:
    start = threading.Barrier(len(people))

    def join(person: Person) -> None:
        with scene.app.app_context():
            try:
                start.wait()
                with begin_work() as w:
                    referral = service.resolve_referral(w, f"visitor{person.id}", person.id)
                    enrollments.join(w, student_actor(person), scene.cohort.code, referral)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=join, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
