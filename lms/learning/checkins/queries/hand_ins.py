"""One hand-in as its student sees it: the form, the versions, the files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lms.kernel.errors import Refusal
from lms.kernel.files import StoredFile
from lms.kernel.work import Actor, Read
from lms.learning.camps.queries import Task, cohort_task_source
from lms.learning.checkins import models as tables
from lms.learning.checkins.queries.cards import HANDED_IN, Author, Said, Stored, list_stored, task_card
from lms.learning.checkins.rules import mark_of, require_hand_in
from lms.learning.checkins.rules.uploads import PICTURES
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.queries import Enrollment
from lms.people.accounts.queries import person_source


@dataclass(frozen=True)
class FileLine:
    """A file of a draft or a version."""

    code: str
    name: str
    media_type: str
    revision: int | None

    @property
    def is_picture(self) -> bool:
        """Say whether it can be shown as a picture."""
        return self.media_type in PICTURES


@dataclass(frozen=True)
class ReviewLine:
    """A verdict with its author."""

    revision: int
    verdict: str
    comment: str
    at: datetime
    tutor: Author


@dataclass(frozen=True)
class Version:
    """One version as it was handed in, its files and its review."""

    number: int
    text: str
    link: str
    number_value: float | None
    received_at: datetime
    files: list[FileLine] = field(default_factory=list)
    review: ReviewLine | None = None


@dataclass(frozen=True)
class LastSaid:
    """The tutor's latest words to a student in this cohort, with the day they were about."""

    said: Said
    day_number: int


@dataclass(frozen=True)
class HandInPage:
    """What the hand-in page shows: the draft's values, its files, the versions so far, the last review."""

    task: Task
    stored: Stored | None
    files: list[FileLine]
    versions: list[Version]
    last_said: LastSaid | None
    card: Any

    @property
    def revision(self) -> int:
        """Give the number of the latest version, 0 for none."""
        return self.stored.revisions if self.stored else 0

    @property
    def draft_mark(self) -> str:
        """Give the mark of the draft as it is kept, empty for none."""
        return mark_of(self.stored.draft) if self.stored else ""

    def may_hand_in(self, now: datetime) -> bool:
        """Say whether a (new) version is taken now."""
        if self.stored is None:
            return True
        try:
            require_hand_in(self.stored.state, self.stored.timing, self.task.cutoff_at, now)
        except Refusal:
            return False
        return True

    @property
    def values(self) -> dict[str, str]:
        """Give what the form starts with: the draft, else the latest version."""
        if self.stored and self.stored.draft:
            return {name: str(self.stored.draft.get(name, "")) for name in ("text", "link", "number")}
        if self.versions:
            latest = self.versions[0]
            number = "" if latest.number_value is None else f"{latest.number_value:g}"
            return {"text": latest.text, "link": latest.link, "number": number}
        return {"text": "", "link": "", "number": ""}


def count_hand_ins(read: Read, enrollment_id: int) -> int:
    """Count the tasks that somebody handed something in for; void ones and mere ticks are left out."""
    row = tables.CheckIn
    handed_in = select(func.count()).where(
        row.enrollment_id == enrollment_id, row.revisions > 0, row.state.in_(HANDED_IN)
    )
    return read.session.scalar(handed_in) or 0


def list_files(read: Read, check_in_id: int) -> list[FileLine]:
    """List all files of a check-in: of the draft (revision None) and of every version."""
    file = tables.CheckInFile
    rows = read.session.execute(
        select(file.code, file.name, file.media_type, file.revision_number)
        .where(file.check_in_id == check_in_id)
        .order_by(file.id)
    )
    return [FileLine(*row) for row in rows]


def list_draft_files(read: Read, enrollment_id: int, task_id: int) -> list[FileLine]:
    """List the files that go with the next version."""
    file, row = tables.CheckInFile, tables.CheckIn
    rows = read.session.execute(
        select(file.code, file.name, file.media_type, file.revision_number)
        .join(row, row.id == file.check_in_id)
        .where(row.enrollment_id == enrollment_id, row.cohort_task_id == task_id)
        .where(file.revision_number.is_(None))
        .order_by(file.id)
    )
    return [FileLine(*one) for one in rows]


def list_versions(read: Read, check_in_id: int, files: Sequence[FileLine]) -> list[Version]:
    """List the versions of a check-in with files and reviews, the latest first."""
    row, review, tutor = tables.CheckInRevision, tables.Review, person_source()
    found: Any = read.session.execute(
        select(
            row.number,
            row.text,
            row.link,
            row.number_value,
            row.received_at,
            review.verdict,
            review.comment,
            review.created_at,
            tutor.c.code,
            tutor.c.display_name,
        )
        .join(
            review,
            (review.check_in_id == row.check_in_id) & (review.revision_number == row.number),
            isouter=True,
        )
        .join(tutor, tutor.c.id == review.tutor_id, isouter=True)
        .where(row.check_in_id == check_in_id)
        .order_by(row.number.desc())
    )
    rows: list[tuple[Any, ...]] = [
        (*one[:5], [file for file in files if file.revision == one[0]], _review(one[0], one[5:])) for one in found
    ]
    return [Version(*row) for row in rows]


def _review(revision: int, columns: Sequence[Any]) -> ReviewLine | None:
    verdict, comment, at, code, name = columns
    return ReviewLine(revision, verdict, comment, at, Author(code, name)) if verdict else None


def hand_in_page(read: Read, enrollment: Enrollment, task: Task) -> HandInPage:
    """Gather the hand-in page of one task for one student."""
    stored = list_stored(read, enrollment.id, task.day_id).get(task.id)
    files = list_files(read, stored.id) if stored else []
    return HandInPage(
        task=task,
        stored=stored,
        files=[file for file in files if file.revision is None],
        versions=list_versions(read, stored.id, files) if stored and stored.revisions else [],
        last_said=_last_said(read, enrollment.id),
        card=task_card(task, stored, read.now),
    )


def _last_said(read: Read, enrollment_id: int) -> LastSaid | None:
    from_task = cohort_task_source()
    row, review, tutor = tables.CheckIn, tables.Review, person_source()
    found = read.session.execute(
        select(
            review.verdict,
            review.comment,
            review.created_at,
            tutor.c.code,
            tutor.c.display_name,
            from_task.c.day_number,
        )
        .join(row, row.id == review.check_in_id)
        .join(from_task, from_task.c.id == row.cohort_task_id)
        .join(tutor, tutor.c.id == review.tutor_id)
        .where(row.enrollment_id == enrollment_id, review.comment != "")
        .order_by(review.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    verdict, comment, at, code, name, number = found
    return LastSaid(Said(verdict, comment, at, Author(code, name)), number)


def find_file(read: Read, who: Actor, code: str) -> StoredFile | None:
    """Find a file for its student or for staff of the cohort; None for everybody else."""
    file, row = tables.CheckInFile, tables.CheckIn
    found = read.session.execute(
        select(row.person_id, row.cohort_id, file.file_id)
        .join(row, row.id == file.check_in_id)
        .where(file.code == code)
    ).one_or_none()
    if found is None:
        return None
    person_id, cohort_id, file_id = found
    if who.person_id != person_id and not enrollments.is_cohort_staff(read, who, cohort_id):
        return None
    return read.session.get(StoredFile, file_id)
