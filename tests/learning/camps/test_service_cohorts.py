from __future__ import annotations

from lms.learning.camps import queries
from tests.factories.camps import make_cohort


def test_a_cohort_has_its_own_days_and_tasks(work):
    with work() as w:
        cohort = make_cohort(w)
        assert [d.number for d in queries.list_days(w, cohort.id)] == [0, 1, 2, 3]
        page = queries.get_day(w, cohort.id, 1)
        print(page)
        assert len(queries.list_tasks(w, cohort.id)) == 8
