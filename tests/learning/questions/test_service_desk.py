"""Which cohorts the desk of questions shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lms.learning.camps.rules import CohortState
from lms.learning.questions import queries, service
from tests.factories.camps import make_cohort, walk_to
from tests.factories.questions import make_class, make_question


def test_a_cohort_that_is_over_leaves_the_desk_once_nothing_waits(work: Any) -> None:
    with work() as w:
        room = make_class(w, 1)
        question = make_question(w, room, "回放在哪里看")
        room = replace(room, cohort=walk_to(w, room.cohort, CohortState.ENDED))

        def listed() -> list[str]:
            return [cohort.code for cohort in queries.desk_cohorts(w, room.desk(w))]

        assert listed() == [room.cohort.code]
        service.hide(w, room.desk(w), question.code, "重复")
        assert listed() == []
        living = make_cohort(w, camp=room.cohort.camp_slug, tutors=[room.tutor.id])
        assert listed() == []
        walk_to(w, living, CohortState.RUNNING)
        assert listed() == [living.code]
