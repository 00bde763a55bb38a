"""Who tutors a cohort."""

from __future__ import annotations

from sqlalchemy import delete

from lms.kernel.db import insert_once
from lms.kernel.work import Actor, Work
from lms.learning.camps import models, queries


def assign_tutor(work: Work, who: Actor, cohort_id: int, person_id: int) -> None:
    """Let a person tutor a cohort; doing it twice changes nothing. Refuses: CohortNotFound."""
    cohort = queries.get_cohort_by_id(work, cohort_id)
    if insert_once(work, models.CohortTutor, ["cohort_id", "person_id"], cohort_id=cohort_id, person_id=person_id):
        work.audit("cohort.tutor_assigned", subject=f"cohort:{cohort.code}", after={"person_id": person_id})


def remove_tutor(work: Work, who: Actor, cohort_id: int, person_id: int) -> None:
    """End a person's work as tutor of a cohort, with immediate effect. Refuses: CohortNotFound."""
    cohort = queries.get_cohort_by_id(work, cohort_id)
    tutor = models.CohortTutor
    if queries.is_tutor(work, cohort_id, person_id):
        work.session.execute(delete(tutor).where(tutor.cohort_id == cohort_id, tutor.person_id == person_id))
        work.audit("cohort.tutor_removed", subject=f"cohort:{cohort.code}", before={"person_id": person_id})
