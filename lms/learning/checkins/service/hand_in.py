"""A student's side: drafts, handing in, ticking off."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.kernel.work import Actor, Work
from lms.learning.camps.rules import TaskKind
from lms.learning.checkins import models as tables
from lms.learning.checkins.errors import CheckInVoided, DraftElsewhere, NotForHandIn, StaleForm
from lms.learning.checkins.events import CheckedIn
from lms.learning.checkins.rules import (
    Asked,
    CheckInState,
    HandInValues,
    count_length,
    mark_of,
    problems,
    require_hand_in,
    timing,
)
from lms.learning.checkins.rules.hand_in import MOST_CHARACTERS, read_number
from lms.learning.checkins.service.place import Place, hold, require_place


def save_draft(work: Work, who: Actor, task_code: str, values: HandInValues, known: str | None = None) -> str:
    """Keep what is typed so far and give its mark; nothing is handed in.

    `known` is the mark of the draft that the form last saw; without it what comes in always wins.
    Raises DraftElsewhere when another device has saved since, NotFound, WorkClosed, DayLocked, NotForHandIn.
    """
    place = _at_check_in(work, who, task_code)
    row = hold(work, place)
    draft = draft_of(values)
    if known is not None and mark_of(row.draft) not in ("", known, mark_of(draft)):
        raise DraftElsewhere
    row.draft = draft
    row.touched_at = work.now
    return mark_of(draft)


def draft_of(values: HandInValues) -> dict[str, Any]:
    """Give a draft as it is kept; an empty one is kept as nothing."""
    kept = {
        "text": values.text[:MOST_CHARACTERS],
        "link": values.link[:1000],
        "number": values.number[:40],
    }
    if not any(kept.values()):
        return {}
    return {**kept, "count": count_length(kept["text"])}


def check_in(
    work: Work,
    who: Actor,
    task_code: str,
    values: HandInValues,
    opened_at: datetime | None = None,
    seen: int | None = None,
) -> tables.CheckIn:
    """Hand in a version. The same version again is the same answer; another one is a new revision.

    `opened_at` is when the form was opened (for the grace), `seen` the number of versions it knew of.
    Raises the refusals of `problems` tied to their fields, StaleForm, AlreadyAccepted, ChangeClosed,
    CheckInVoided, NotForHandIn, WorkClosed, DayLocked, NotFound.
    """
    place = _at_check_in(work, who, task_code)
    row = hold(work, place)
    files = _draft_files(work, row)
    values = HandInValues(values.text, values.link.strip(), values.number, len(files))
    if row.revisions and _is_latest(work, row, values, files):
        return row
    require_hand_in(row.state, row.timing, place.task.cutoff_at, work.now)
    if seen is not None and seen < row.revisions:
        raise StaleForm(revision=row.revisions)
    missing = problems(Asked(place.task.asks, place.task.min_length), values)
    if missing:
        raise missing[0]
    _hand_in(work, place, row, values, opened_at)
    _copy_files(work, row, files)
    return row


def tick(work: Work, who: Actor, task_code: str, done: bool) -> tables.CheckIn:
    """Tick a reading or watching task off, or take the tick back. Twice is once.

    Raises NotForHandIn, CheckInVoided, WorkClosed, DayLocked, NotFound.
    """
    place = require_place(work, who, task_code)
    if place.task.kind == TaskKind.CHECK_IN:
        raise NotForHandIn
    row = hold(work, place)
    if row.state == CheckInState.VOIDED:
        raise CheckInVoided
    if done and row.state != CheckInState.ACCEPTED:
        # A tick taken back by mistake keeps the time it was first set.
        row.first_submitted_at = row.first_submitted_at or work.now
        row.timing = row.timing or timing(work.now, place.task.cutoff_at, None)
        row.submitted_at, row.state = work.now, CheckInState.ACCEPTED
        _tell(work, row)
    elif not done:
        row.state = CheckInState.DRAFT
    row.touched_at = work.now
    work.session.flush()
    return row


def _at_check_in(work: Work, who: Actor, task_code: str) -> Place:
    place = require_place(work, who, task_code)
    if place.task.kind != TaskKind.CHECK_IN:
        raise NotForHandIn
    return place


def _hand_in(work: Work, place: Place, row: tables.CheckIn, values: HandInValues, opened_at: datetime | None) -> None:
    row.revisions += 1
    work.session.add(
        tables.CheckInRevision(
            check_in_id=row.id,
            number=row.revisions,
            text=values.text,
            link=values.link,
            number_value=read_number(values.number),
            opened_at=opened_at,
            received_at=work.now,
        )
    )
    if row.first_submitted_at is None:
        row.first_submitted_at = work.now
        row.timing = timing(work.now, place.task.cutoff_at, opened_at)
    row.state, row.submitted_at, row.touched_at = CheckInState.SUBMITTED, work.now, work.now
    row.draft = {}
    _tell(work, row)
    work.session.flush()


def _tell(work: Work, row: tables.CheckIn) -> None:
    work.tell(
        CheckedIn(
            happened_at=work.now,
            check_in_id=row.id,
            enrollment_id=row.enrollment_id,
            cohort_id=row.cohort_id,
            timing=row.timing or "",
        )
    )


def _draft_files(work: Work, row: tables.CheckIn) -> list[tables.CheckInFile]:
    file = tables.CheckInFile
    return list(
        work.session.scalars(
            select(file).where(file.check_in_id == row.id, file.revision_number.is_(None)).order_by(file.id)
        )
    )


def _copy_files(work: Work, row: tables.CheckIn, files: list[tables.CheckInFile]) -> None:
    """Give the version its own lines of the files, so that the next draft may change without touching it."""
    work.session.add_all(
        tables.CheckInFile(
            check_in_id=row.id,
            revision_number=row.revisions,
            file_id=file.file_id,
            code=work.new_code(16),
            name=file.name,
            media_type=file.media_type,
        )
        for file in files
    )
    work.session.flush()


def _is_latest(work: Work, row: tables.CheckIn, values: HandInValues, files: list[tables.CheckInFile]) -> bool:
    """Say whether the latest version already is what comes in: a double click, or a second tab."""
    revision, file = tables.CheckInRevision, tables.CheckInFile
    latest = work.session.execute(
        select(revision.text, revision.link, revision.number_value).where(
            revision.check_in_id == row.id, revision.number == row.revisions
        )
    ).one()
    if tuple(latest) != (values.text, values.link, read_number(values.number)):
        return False
    if row.state not in (CheckInState.SUBMITTED, CheckInState.ACCEPTED):
        return False
    kept = work.session.scalars(
        select(file.file_id).where(file.check_in_id == row.id, file.revision_number == row.revisions)
    )
    return sorted(kept) == sorted(one.file_id for one in files)
