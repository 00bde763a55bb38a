"""Writes of the room, by topic: importing and publishing camps, cohorts, tutors."""

from lms.learning.camps.service.cohorts import (
    CohortChanges,
    CohortPlan,
    change_cohort,
    move_cohort,
    open_cohort,
    set_seats,
)
from lms.learning.camps.service.imports import (
    ImportOptions,
    ask_import,
    export_camp,
    import_camp,
    keep_draft,
)
from lms.learning.camps.service.publishing import archive_camp, publish_camp, rename_camp
from lms.learning.camps.service.tutors import assign_tutor, remove_tutor

__all__ = [
    "CohortChanges",
    "CohortPlan",
    "ImportOptions",
    "archive_camp",
    "ask_import",
    "assign_tutor",
    "change_cohort",
    "export_camp",
    "import_camp",
    "keep_draft",
    "move_cohort",
    "open_cohort",
    "publish_camp",
    "remove_tutor",
    "rename_camp",
    "set_seats",
]
