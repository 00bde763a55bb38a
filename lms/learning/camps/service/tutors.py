"""Who tutors a cohort."""

from __future__ import annotations

from sqlalchemy import delete

from lms.kernel.db import insert_once
from lms.kernel.work import Actor, Work
from lms.learning.camps import models, queries
from lms.learning.camps.errors import NotATutor
from lms.people.accounts import queries as accounts


def assign_tutor(work: Work, who: Actor, cohort_id: int, person_id: int) -> None:
    """Let a person tutor a cohort; doing it twice changes nothing. Refuses: CohortNotFound, NotATutor."""
    cohort = queries.get_cohort_by_id(work, cohort_id)
    if "tutor" not in accounts.roles_of(work, person_id):
        raise NotATutor(field="person", name=accounts.get_person(work, person_id).display_name)
    if insert_once(work, models.CohortTutor, ["cohort_id", "person_id"], cohort_id=cohort_id, person_id=person_id):
        work.audit("cohort.tutor_assigned", subject=f"cohort:{cohort.code}", after={"person_id": person_id})


def remove_tutor(work: Work, who: Actor, cohort_id: int, person_id: int) -> None:
    """End a person's work as tutor of a cohort, with immediate effect. Refuses: CohortNotFound."""
    cohort = queries.get_cohort_by_id(work, cohort_id)
    tutor = models.CohortTutor
    if queries.is_tutor(work, cohort_id, person_id):
        work.session.execute(delete(tutor).where(tutor.cohort_id == cohort_id, tutor.person_id == person_id))
        work.audit("cohort.tutor_removed", subject=f"cohort:{cohort.code}", before={"person_id": person_id})
