"""Files of a draft."""

from hashlib import sha256

from sqlalchemy import delete, func, select

from lms.kernel.errors import NotFound
from lms.kernel.files import StoredFile, keep_file
from lms.kernel.work import Actor, Work
from lms.learning.camps.rules import TaskKind
from lms.learning.checkins import models as tables
from lms.learning.checkins.errors import NotForHandIn, TooManyFiles
from lms.learning.checkins.rules.uploads import MOST_FILES
from lms.learning.checkins.service.place import hold, require_place
from lms.learning.checkins.service.uploads import Upload


def add_file(work: Work, who: Actor, task_code: str, upload: Upload) -> None:
    """Add a file to the draft; the same file again changes nothing.

    Raises TooManyFiles, NotForHandIn, WorkClosed, DayLocked, NotFound.
    """
    place = require_place(work, who, task_code)
    if place.task.kind != TaskKind.CHECK_IN:
        raise NotForHandIn
    row, file = hold(work, place), tables.CheckInFile
    there = _draft_digests(work, row.id)
    if sha256(upload.data).hexdigest() in there:
        return
    if len(there) >= MOST_FILES:
        raise TooManyFiles(field="files", most=MOST_FILES)
    kept = keep_file(work, upload.data, upload.name, upload.media_type)
    row.touched_at = work.now
    work.add(
        file(
            check_in_id=row.id,
            revision_number=None,
            file_id=kept.id,
            code=work.new_code(16),
            name=kept.name,
            media_type=kept.media_type,
        )
    )


def _draft_digests(work: Work, check_in_id: int) -> list[str]:
    file = tables.CheckInFile
    return list(
        work.session.scalars(
            select(StoredFile.digest)
            .join(file, file.file_id == StoredFile.id)
            .where(file.check_in_id == check_in_id, file.revision_number.is_(None))
        )
    )


def remove_file(work: Work, who: Actor, task_code: str, file_code: str) -> None:
    """Take a file out of the draft; versions handed in keep theirs. Twice is once. Raises NotFound, WorkClosed."""
    place = require_place(work, who, task_code)
    row, file = hold(work, place), tables.CheckInFile
    mine = select(func.count()).where(file.code == file_code, file.check_in_id != row.id)
    if work.session.scalar(mine):
        raise NotFound
    work.session.execute(
        delete(file).where(file.code == file_code, file.check_in_id == row.id, file.revision_number.is_(None))
    )
    row.touched_at = work.now
