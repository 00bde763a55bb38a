"""Many at once on both engines: no seat is given twice or lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from lms.kernel.db import db
from lms.kernel.work import SYSTEM, Work, begin_work
from lms.learning.enrollments import models, queries, service
from tests.factories.enrollments import make_students, student_actor
from tests.learning.enrollments.staging import Begin, Look, setting


def crowd(app: Flask, acts: list[Callable[[Work], Any]]) -> list[Any]:
    """Run every act in a work of its own thread, all starting together."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(min(len(acts), 20))
    gate = threading.Semaphore(20)

    def run(place: int) -> None:
        with gate, app.app_context():
            if place < start.parties:
                start.wait()
            try:
                with begin_work() as work:
                    results[place] = acts[place](work)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_hundred_people_for_the_last_ten_seats(app: Flask, work: Begin, read: Look) -> None:
    cohort, people = setting(work, 100, seats=10)
    codes = [lambda w, person=person: service.join(w, student_actor(person), cohort.code, None) for person in people]
    found = crowd(app, codes)
    assert Counter(one.state for one in found) == {"enrolled": 10, "waitlisted": 90}
    assert queries.count_seats(read(), cohort.id) == queries.Seats(10, 10, 90)
    line = sorted((one for one in found if one.state == "waitlisted"), key=lambda one: one.id)
    assert [queries.waiting_position(read(), one) for one in line] == list(range(1, 91))
    assert max(one.id for one in found if one.state == "enrolled") < line[0].id


def test_ten_clicks_at_once_make_one_enrollment(app: Flask, work: Begin, read: Look) -> None:
    cohort, (lin, *_) = setting(work)
    found = crowd(app, [lambda w: service.join(w, student_actor(lin), cohort.code, None)] * 10)
    assert len({one.id for one in found}) == 1
    assert queries.count_seats(read(), cohort.id).taken == 1
    assert read().session.scalar(select(func.count()).select_from(models.Enrollment)) == 1


def test_coming_and_going_at_once_leaves_no_seat_empty_while_people_wait(app: Flask, work: Begin, read: Look) -> None:
    cohort, people = setting(work, 30, seats=10)
    with work() as w:
        inside = make_students(w, cohort, people[:15])
    leaving = [lambda w, one=one: service.withdraw(w, SYSTEM, one.id, "operator") for one in inside[:8]]
    coming = [
        lambda w, person=person: service.join(w, student_actor(person), cohort.code, None) for person in people[15:]
    ]
    crowd(app, [act for pair in zip(leaving, coming, strict=False) for act in pair] + coming[8:])
    seats = queries.count_seats(read(), cohort.id)
    states = queries.count_states(read(), cohort.id)
    assert seats.taken == states["enrolled"] == 10
    assert states["withdrawn"] == 8
    assert seats.waiting == 30 - 10 - 8
