"""What staff and holders see of certificates on both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from lms.kernel.clock import FixedClock
from lms.learning.certificates import queries, service
from lms.learning.certificates.queries import Place
from tests.factories.certificates import hand_in
from tests.learning.certificates.staging import Begin, Look, issued


def test_the_run_says_who_waits_and_why(stage: Any, work: Begin, read: Look, drain: Any, clock: FixedClock) -> None:
    cohort, joined, _ = stage([4, 4, 1, 2], names=["林晓", "小🦩", "阿达", "周可"])
    issued(work, cohort)
    drain()
    with work() as w:
        hand_in(w, joined[3], 3)
    run = queries.get_run(read(), cohort.code)
    assert [line.place for line in run.students] == [Place.ISSUED, Place.HELD, Place.NOT_YET, Place.DUE]
    assert run.students[2].lacking == 2
    assert run.is_open and not run.is_moving
    with work() as w:
        service.issue_due(w, cohort.id)
    assert queries.get_run(read(), cohort.code).is_moving
    clock.advance(timedelta(minutes=11))
    assert queries.get_run(read(), cohort.code).count(Place.LATE) == 1


def test_a_number_is_found_as_typed_and_the_list_by_name_or_address(stage: Any, work: Begin, read: Look) -> None:
    cohort, _, people = stage([4, 4], names=["林晓", "阿达"])
    first, second = issued(work, cohort)
    look = read()
    typed = first.serial.lower().replace("-", " ")
    found = queries.find_certificate(look, typed)
    assert found is not None and found.code == first.code
    assert queries.find_certificate(look, "nothing") is None

    def listed(words: str, show: queries.ListFilter = queries.ListFilter.ALL) -> list[str]:
        return [line.certificate.code for line in queries.list_lines(look, show, words)]

    assert listed("") == [second.code, first.code]
    assert listed(first.serial) == [first.code]
    assert listed("阿达") == [second.code]
    assert listed(people[0].email) == [first.code]
    assert listed("%") == []
    assert listed("", queries.ListFilter.REVOKED) == []
    assert listed("", queries.ListFilter.VALID) == [second.code, first.code]


def test_a_student_sees_how_much_is_lacking(stage: Any, work: Begin, read: Look) -> None:
    cohort, _, people = stage([2, 4])
    issued(work, cohort)
    (chance,) = queries.list_chances(read(), people[0].id)
    assert (chance.done, chance.needed, chance.lacking) == (2, 3, 1)
    assert queries.list_chances(read(), people[1].id) == []
