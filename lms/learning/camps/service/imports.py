"""Importing a camp from a folder, and giving it back as one."""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Mapping
from dataclasses import asdict
from typing import TypedDict, Unpack

from sqlalchemy import func, select

from lms.kernel.db import lock
from lms.kernel.files import StoredFile, keep_file
from lms.kernel.parts import current_parts
from lms.kernel.text import as_language
from lms.kernel.work import Actor, Read, Work
from lms.learning.camps import models
from lms.learning.camps.errors import CampNotFound, NothingToTeach
from lms.learning.camps.folder.draft import CampDraft, DayDraft, Report, Story, TaskDraft
from lms.learning.camps.folder.read import Choice, read_folder
from lms.learning.camps.folder.write import write_folder
from lms.learning.camps.rules import CampState, ImportState

ERRAND = "camps.import"
ARCHIVE_TYPE = "application/zip"
_MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".zip": "application/zip",
    ".mp3": "audio/mpeg",
}


class ImportOptions(TypedDict, total=False):
    """What may be chosen with an import; `name` is the folder's own name, for a slug where nothing gives one."""

    slug: str
    language: str
    language_dir: str
    name: str


def import_camp(work: Work, who: Actor, files: Mapping[str, bytes], **options: Unpack[ImportOptions]) -> Report:
    """Read a folder (path → bytes) and keep it as a camp, or as a new revision of the camp of that slug.

    All or nothing: with errors in the report nothing was kept. A folder that says the same as the
    current revision makes none.
    """
    reading = read_folder(files, Choice(**options))
    return keep_draft(work, who, reading.draft, reading.report) if reading.draft else reading.report


def keep_draft(work: Work, who: Actor, draft: CampDraft, report: Report) -> Report:
    """Keep what was read from a folder; gives the report with slug and revision."""
    camp = _camp(work, draft)
    digest = _digest(draft)
    report.slug = camp.slug
    current = work.session.get(models.CampRevision, camp.current_revision_id) if camp.current_revision_id else None
    if current is not None and current.digest == digest:
        report.revision, report.unchanged = current.number, True
        return report
    latest = work.session.scalar(
        select(func.max(models.CampRevision.number)).where(models.CampRevision.camp_id == camp.id)
    )
    revision = work.add(
        models.CampRevision(
            camp_id=camp.id,
            number=(latest or 0) + 1,
            story=draft.story.to_json(),
            digest=digest,
            imported_by=who.person_id,
            created_at=work.now,
        )
    )
    _keep_days(work, revision.id, draft)
    _keep_files(work, camp.id, revision.id, draft.files)
    camp.title, camp.language, camp.current_revision_id = draft.title, draft.language, revision.id
    work.audit("camp.imported", subject=f"camp:{camp.slug}", after={"revision": revision.number})
    report.revision = revision.number
    return report


def _camp(work: Work, draft: CampDraft) -> models.Camp:
    camp_id = work.session.scalar(select(models.Camp.id).where(models.Camp.slug == draft.slug))
    if camp_id is not None:
        return lock(work, models.Camp, camp_id)
    return work.add(
        models.Camp(
            code=work.new_code(8),
            slug=draft.slug,
            title=draft.title,
            language=draft.language,
            state=CampState.DRAFT,
            created_at=work.now,
        )
    )


def _digest(draft: CampDraft) -> str:
    plain = {
        "title": draft.title,
        "language": draft.language,
        "story": draft.story.to_json(),
        "days": [asdict(day) for day in draft.days],
        "files": {path: hashlib.sha256(data).hexdigest() for path, data in draft.files.items()},
    }
    return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()


def _keep_days(work: Work, revision_id: int, draft: CampDraft) -> None:
    rows = [
        models.CampDay(
            revision_id=revision_id,
            number=day.number,
            title=day.title,
            goal=day.goal,
            minutes=day.minutes,
            unlock_time=day.unlock,
            body=day.body,
        )
        for day in draft.days
    ]
    work.session.add_all(rows)
    work.session.flush()
    work.session.add_all(
        models.TaskDef(**{**asdict(task), "asks": list(task.asks)}, camp_day_id=row.id, position=position)
        for row, day in zip(rows, draft.days, strict=True)
        for position, task in enumerate(day.tasks, start=1)
    )
    work.session.flush()


def _keep_files(work: Work, camp_id: int, revision_id: int, files: Mapping[str, bytes]) -> None:
    file = models.CampFile
    known: dict[tuple[str, str], int] = {
        (digest, name): file_id
        for digest, name, file_id in work.session.execute(
            select(StoredFile.digest, StoredFile.name, StoredFile.id)
            .join(file, file.file_id == StoredFile.id)
            .join(models.CampRevision, models.CampRevision.id == file.revision_id)
            .where(models.CampRevision.camp_id == camp_id)
        )
    }
    for path, data in files.items():
        name = posixpath.basename(path)
        kept = known.get((hashlib.sha256(data).hexdigest(), name[:200]))
        if kept is None:
            media_type = _MEDIA_TYPES.get(posixpath.splitext(name)[1].lower(), "application/octet-stream")
            kept = keep_file(work, data, name, media_type).id
        work.session.add(file(revision_id=revision_id, path=path, file_id=kept))
    work.session.flush()


# --- Uploads ----------------------------------------------------------------


def ask_import(work: Work, who: Actor, data: bytes, **options: Unpack[ImportOptions]) -> str:
    """Keep an uploaded archive and have it imported by the worker; gives the code of its progress page."""
    archive = keep_file(work, data, options.get("name", "camp.zip"), ARCHIVE_TYPE)
    asked = work.add(
        models.CampImport(
            code=work.new_code(12),
            state=ImportState.WAITING,
            file_id=archive.id,
            options=dict(options),
            report={},
            asked_by=who.person_id,
            created_at=work.now,
        )
    )
    work.errand(ERRAND, key=f"{ERRAND}:{asked.code}", payload={"import_id": asked.id})
    return asked.code


# --- Export -----------------------------------------------------------------


def export_camp(read: Read, slug: str) -> dict[str, bytes]:
    """Give a camp's current revision as a folder in our own layout. Refuses: CampNotFound, NothingToTeach."""
    camp = read.session.scalars(select(models.Camp).where(models.Camp.slug == slug)).one_or_none()
    if camp is None:
        raise CampNotFound
    revision = read.session.get(models.CampRevision, camp.current_revision_id) if camp.current_revision_id else None
    if revision is None:
        raise NothingToTeach
    draft = CampDraft(
        slug=camp.slug,
        title=camp.title,
        language=as_language(camp.language),
        story=Story.from_json(revision.story),
        days=_load_days(read, revision.id),
        files=_load_files(read, revision.id),
    )
    return write_folder(draft)


def _load_days(read: Read, revision_id: int) -> tuple[DayDraft, ...]:
    day, task = models.CampDay, models.TaskDef
    rows = read.session.scalars(select(day).where(day.revision_id == revision_id).order_by(day.number)).all()
    tasks: dict[int, list[TaskDraft]] = {row.id: [] for row in rows}
    for one in read.session.scalars(select(task).where(task.camp_day_id.in_(tasks)).order_by(task.position)):
        tasks[one.camp_day_id].append(
            TaskDraft(
                key=one.key,
                kind=one.kind,
                title=one.title,
                minutes=one.minutes,
                required=one.required,
                instructions=one.instructions,
                asks=tuple(one.asks),
                min_length=one.min_length,
                number_label=one.number_label,
            )
        )
    return tuple(
        DayDraft(
            number=row.number,
            title=row.title,
            goal=row.goal,
            minutes=row.minutes,
            unlock=row.unlock_time,
            body=row.body,
            tasks=tuple(tasks[row.id]),
        )
        for row in rows
    )


def _load_files(read: Read, revision_id: int) -> dict[str, bytes]:
    files = current_parts().files
    rows = read.session.execute(
        select(models.CampFile.path, StoredFile.digest)
        .join(StoredFile, StoredFile.id == models.CampFile.file_id)
        .where(models.CampFile.revision_id == revision_id)
        .order_by(models.CampFile.path)
    )
    return {path: files.read(digest) for path, digest in rows}
