"""Events exactly once, errands at least once, failures visible: on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.kernel import worker
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.errors import NotFound
from lms.kernel.outbox import ErrandKind, Event, OutboxRow, Pump, RowState, Schedule, Subscriptions, decode, encode
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.work import Work, begin_work

Drain = Callable[[], int]


@dataclass(frozen=True, kw_only=True)
class KettleBoiled(Event):
    kettle: str
    on: date

    @property
    def order_key(self) -> str | None:
        return self.kettle if self.kettle != "loose" else None


heard: list[tuple[str, str]] = []
broken: set[str] = set()
performed: list[str] = []


def make_tea(work: Work, event: KettleBoiled) -> None:
    work.errand("pour", key=f"pour:{event.kettle}", payload={"cup": event.kettle})
    if "make_tea" in broken:
        raise ValueError("no leaves")
    heard.append(("tea", event.kettle))


def fill_bottle(work: Work, event: KettleBoiled) -> None:
    heard.append(("bottle", event.kettle))


def _perform(parts: Parts, key: str, prepared: dict[str, Any]) -> dict[str, Any]:
    if "pour" in broken:
        raise ConnectionError("spilled")
    performed.append(key)
    return {"poured": prepared["cup"]}


def _record(work: Work, payload: dict[str, Any], result: dict[str, Any]) -> None:
    heard.append(("poured", result["poured"]))


ticks: list[str] = []
KITCHEN = Subscriptions(
    events=[(KettleBoiled, make_tea), (KettleBoiled, fill_bottle)],
    errands=[ErrandKind(name="pour", prepare=lambda read, payload: payload, perform=_perform, record=_record)],
    schedules=[
        Schedule(name="hourly", every=timedelta(hours=1), run=lambda work: ticks.append("hourly")),
        Pump(name="pump", every=timedelta(seconds=1), run=lambda parts: ticks.append("pump")),
    ],
)


@pytest.fixture(autouse=True)
def kitchen(app: Flask) -> Iterator[None]:
    parts: Parts = app.extensions[EXTENSION]
    before, parts.subscriptions = parts.subscriptions, KITCHEN
    for kept in (heard, broken, performed, ticks):
        kept.clear()
    yield
    parts.subscriptions = before


def boil(kettle: str = "blue") -> None:
    with begin_work() as work:
        work.tell(KettleBoiled(happened_at=work.now, kettle=kettle, on=date(2026, 11, 21)))


def rows() -> list[OutboxRow]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def test_every_handler_hears_and_the_errand_follows(drain: Drain) -> None:
    boil()
    assert heard == []
    drain()
    assert sorted(heard) == [("bottle", "blue"), ("poured", "blue"), ("tea", "blue")]
    assert {row.state for row in rows()} == {RowState.DONE}
    assert drain() == 0


def test_what_is_told_in_a_work_that_fails_was_never_told(drain: Drain) -> None:
    with pytest.raises(ValueError, match="stop"), begin_work() as work:
        work.tell(KettleBoiled(happened_at=work.now, kettle="blue", on=date(2026, 11, 21)))
        raise ValueError("stop")
    drain()
    assert heard == []


def test_a_failing_handler_leaves_nothing_and_is_tried_again(drain: Drain, clock: FixedClock) -> None:
    broken.add("make_tea")
    boil()
    drain()
    assert heard == [("bottle", "blue")]
    assert [row.name for row in rows()] == ["KettleBoiled", "KettleBoiled"]
    assert "no leaves" in rows()[0].error
    broken.clear()
    drain()
    assert ("tea", "blue") not in heard
    clock.advance(timedelta(seconds=6))
    drain()
    assert ("tea", "blue") in heard
    assert rows()[0].error == ""


def test_a_row_that_fails_too_often_is_dead_until_somebody_retries(drain: Drain, clock: FixedClock) -> None:
    broken.add("make_tea")
    boil()
    for _ in range(worker.MOST_ATTEMPTS):
        drain()
        clock.advance(timedelta(hours=7))
    assert rows()[0].state == RowState.DEAD
    assert [row.id for row in worker.list_dead()] == [rows()[0].id]
    assert worker.count_rows().dead == 1
    broken.clear()
    with begin_work() as work:
        worker.retry(work, rows()[0].id)
    drain()
    assert ("tea", "blue") in heard
    with pytest.raises(NotFound), begin_work() as work:
        worker.retry(work, rows()[0].id)


def test_an_errand_is_asked_once_by_its_key(drain: Drain) -> None:
    boil("blue")
    boil("blue")
    drain()
    assert performed == ["pour:blue"]


def test_an_errand_without_its_kind_is_a_bug(app: Flask) -> None:
    with pytest.raises(LookupError, match="juggle"), begin_work() as work:
        work.errand("juggle", key="x", payload={})


def test_a_killed_worker_loses_nothing(drain: Drain, clock: FixedClock) -> None:
    boil()
    taken = worker.claim()
    assert len(taken) == 2
    db.session.remove()
    drain()
    assert heard == []
    clock.advance(worker.LEASE + timedelta(seconds=1))
    drain()
    assert sorted(heard)[0] == ("bottle", "blue")
    for claimed in taken:
        worker.run(claimed)
    assert len(heard) == 3, "a worker that wakes up late must not run what another one has done"


def test_rows_of_one_key_run_in_order_even_when_the_first_fails(drain: Drain, clock: FixedClock) -> None:
    broken.add("make_tea")
    boil("blue")
    boil("blue")
    boil("loose")
    drain()
    tea = [row for row in rows() if row.handler.endswith("make_tea")]
    assert [row.attempts for row in tea] == [1, 0, 1]
    broken.clear()
    clock.advance(timedelta(minutes=1))
    drain()
    assert [name for what, name in heard if what == "tea"].count("blue") == 2


def test_an_errand_runs_again_when_its_answer_was_lost(drain: Drain, clock: FixedClock) -> None:
    broken.add("pour")
    boil()
    drain()
    assert rows()[-1].attempts == 1
    broken.clear()
    clock.advance(timedelta(seconds=6))
    drain()
    assert performed == ["pour:blue"]


def test_the_clock_runs_each_job_once_per_turn(drain: Drain, clock: FixedClock) -> None:
    drain()
    drain()
    assert ticks == ["hourly", "pump"]
    clock.advance(timedelta(minutes=1))
    drain()
    assert ticks == ["hourly", "pump", "pump"]
    clock.advance(timedelta(hours=5))
    drain()
    assert ticks.count("hourly") == 2


def test_values_of_events_survive_the_way_through_json() -> None:
    value = {"at": datetime.fromisoformat("2026-11-21T18:48:00+08:00"), "days": [date(2026, 1, 2), None, "x", 3]}
    assert decode(encode(value)) == value
    with pytest.raises(TypeError, match="plain values"):
        encode({"x": object()})
