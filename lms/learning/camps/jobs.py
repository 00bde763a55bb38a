"""The errand that imports an uploaded archive."""

from __future__ import annotations

from typing import cast

from lms.kernel.files import StoredFile
from lms.kernel.outbox import ErrandKind, Payload
from lms.kernel.parts import Parts
from lms.kernel.work import Actor, Read, Work, begin_work
from lms.learning.camps import models, service
from lms.learning.camps.errors import ArchiveRefused
from lms.learning.camps.folder.archive import read_zip
from lms.learning.camps.folder.draft import Report
from lms.learning.camps.folder.read import Choice, Reading, read_folder
from lms.learning.camps.rules import ImportState
from lms.learning.camps.service.imports import ERRAND

_TELL_EVERY = 10  # lessons between two notes of progress


def _prepare(read: Read, payload: Payload) -> Payload:
    asked = read.session.get_one(models.CampImport, payload["import_id"])
    archive = read.session.get_one(StoredFile, asked.file_id)
    return {"id": asked.id, "digest": archive.digest, "options": asked.options}


def _perform(parts: Parts, key: str, prepared: Payload) -> Payload:
    def watch(done: int, total: int) -> None:
        if done == 1 or done % _TELL_EVERY == 0:
            _note_progress(prepared["id"], done, total)

    try:
        reading = read_folder(read_zip(parts.files.read(prepared["digest"])), Choice(**prepared["options"]), watch)
    except ArchiveRefused as refusal:
        report = Report()
        report.refuse("", refusal.message().zh, refusal.message().en)
        reading = Reading(None, report)
    if reading.draft is not None:
        for data in reading.draft.files.values():
            parts.files.keep(data)  # the slow part of keeping, done before the work; the same bytes cost nothing there
    return {"reading": reading}


def _note_progress(import_id: int, done: int, total: int) -> None:
    with begin_work() as work:
        asked = work.session.get_one(models.CampImport, import_id)
        if asked.state in (ImportState.WAITING, ImportState.READING):
            asked.state = ImportState.READING
            asked.report = {"done": done, "total": total}


def _record(work: Work, payload: Payload, result: Payload) -> None:
    reading = cast(Reading, result["reading"])
    asked = work.session.get_one(models.CampImport, payload["import_id"])
    report = reading.report
    if reading.draft is not None:
        who = Actor(asked.asked_by, frozenset({"operator"}), "errand")
        report = service.keep_draft(work, who, reading.draft, report)
    asked.state = ImportState.DONE if report.is_good else ImportState.FAILED
    asked.report = report.to_json()
    asked.finished_at = work.now


IMPORT = ErrandKind(name=ERRAND, prepare=_prepare, perform=_perform, record=_record)
