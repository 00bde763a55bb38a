"""The stage: scenes with their moments, a clock that follows them, and a mailer that keeps what is still news."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import event

from lms.demo.cast import BY_KEY, DOORS
from lms.demo.till import Till, open_till
from lms.kernel.audit import Witness, witness
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.mail import Mail, Mailer
from lms.kernel.parts import current_parts
from lms.kernel.work import Actor, Work, begin_work
from lms.kernel.worker import drain
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person

NEWS = timedelta(days=2)

Act = Callable[[Work], None]
Step = Callable[[], None]


class RecentMailer:
    """Hands on only mails that the demo's own accounts would still have unread."""

    def __init__(self, mailer: Mailer, clock: FixedClock, since: datetime) -> None:
        self._mailer, self._clock, self._since = mailer, clock, since
        self._wanted = {BY_KEY[key].email for key in DOORS}

    def send(self, mail: Mail) -> None:
        """Hand a mail on, or let it go."""
        if mail.to in self._wanted and self._clock.now() >= self._since:
            self._mailer.send(mail)


@dataclass
class Stage:
    """What the scenes share. Scenes later than `now` do not happen, so the season fits any hour of the day."""

    app: Flask
    now: datetime
    clock: FixedClock
    till: Till
    dice: Random = field(default_factory=lambda: Random(20))  # noqa: S311 - a told story, the same every time
    people: dict[str, Person] = field(default_factory=dict)
    cohorts: dict[str, Cohort] = field(default_factory=dict)
    links: dict[str, list[int]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)  # of orders, payouts and the like, by the story's name
    _scenes: list[tuple[datetime, int, Step, str]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    # --- Writing scenes ---

    def scene(self, at: datetime, act: Act, deed: str = "") -> None:
        """Let something happen at a moment; `deed` "key endpoint" says which member of staff does what."""

        def play() -> None:
            with begin_work() as work:
                act(work)

        self.steps(at, play, deed)

    def steps(self, at: datetime, play: Step, deed: str = "") -> None:
        """Let something happen that takes more than one work, since the gateway is called between them."""
        heapq.heappush(self._scenes, (at, next(self._order), play, deed))

    def settle(self, at: datetime, *, jobs: bool = False) -> None:
        """Let the worker do at a moment what is due; `jobs` runs those of the clock too."""

        def work_off() -> None:
            drain(self.app, schedules=jobs)

        self.steps(at, work_off)

    def moment(self, day: date, hour: float, zone: str) -> datetime:
        """Give a wall clock time of a zone on a day; `hour` with fractions."""
        return datetime.combine(day, time(0), ZoneInfo(zone)) + timedelta(seconds=round(hour * 3600))

    def lately(self, since: datetime, share: float) -> datetime:
        """Give a moment between another and now."""
        return since + (self.now - since) * share

    def today(self, zone: str) -> date:
        """Give today's date in a zone."""
        return self.now.astimezone(ZoneInfo(zone)).date()

    # --- Playing ---

    def person_id(self, key: str) -> int:
        """Give the id of somebody who is there already."""
        return self.people[key].id

    def actor(self, key: str) -> Actor:
        """Act as somebody of the cast."""
        return Actor(self.people[key].id, frozenset(BY_KEY[key].roles), "web")

    def partner(self, key: str) -> Actor:
        """Act as somebody who has become a partner."""
        return Actor(self.people[key].id, frozenset({"student", "partner"}), "web")

    def play(self) -> None:
        """Play every scene in order of its moment; scenes may add later ones."""
        while self._scenes and self._scenes[0][0] <= self.now:
            at, _, play, deed = heapq.heappop(self._scenes)
            self.clock.at = max(at, self.clock.at)
            with self._seen_as(deed):
                play()

    def hear(self) -> None:
        """Take in what the gateway has told since."""
        with begin_work() as work:
            self.till.deliver(work)

    @contextmanager
    def _seen_as(self, deed: str) -> Iterator[None]:
        """Let the audit trail name the member of staff, as the guard does for a request."""
        key, _, endpoint = deed.partition(" ")
        seen = Witness(self.people[key].id, "web", endpoint, "", "") if deed else None
        token = witness.set(seen)
        try:
            yield
        finally:
            witness.reset(token)


@contextmanager
def stage(app: Flask, since: timedelta) -> Iterator[Stage]:
    """Set the stage `since` ago: the app's clock and mailer are the season's until it has been told."""
    parts = current_parts()
    before = (parts.clock, parts.mailer, parts.wake, parts.gateway)
    clock, mailer = parts.clock, parts.mailer
    now = clock.now().replace(microsecond=0)
    told = FixedClock(now - since)
    parts.clock, parts.mailer, parts.wake = told, RecentMailer(mailer, told, now - NEWS), _let_sleep
    try:
        methods = parts.settings.stripe_payment_methods
        with _unhurried_disk(), open_till(parts.settings.instance, told.now, methods) as till:
            parts.gateway = till.gateway
            yield Stage(app, now, told, till)
    finally:
        parts.clock, parts.mailer, parts.wake, parts.gateway = before


@contextmanager
def _unhurried_disk() -> Iterator[None]:
    """Let SQLite leave the disk's timing to the machine: a season cut short is told anew anyway."""
    engine = db.engine
    if engine.dialect.name != "sqlite":
        yield
        return
    db.session.remove()
    engine.dispose()
    event.listen(engine, "connect", _wait_for_no_disk)
    try:
        yield
    finally:
        event.remove(engine, "connect", _wait_for_no_disk)
        db.session.remove()
        engine.dispose()


def _wait_for_no_disk(connection: Any, _record: object) -> None:
    connection.execute("pragma synchronous=off")


def _let_sleep() -> None:
    """The season drains the outbox itself, at the story's moments."""
