"""Two devices write the same draft: neither writes over what it has not seen."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from tests.factories.checkins import picture
from tests.learning.checkins.test_routes_student import PART, Stage, field_of, stage

__all__ = ["stage"]

FIRST, SECOND = "第一台写的几句。", "第二台接着写的几句。"


def _open(stage: Stage) -> dict[str, Any]:
    known = field_of(stage.client.get(stage.url).get_data(as_text=True), "known")
    return {**stage.form(), "known": known, "link": ""}


def _save(stage: Stage, form: dict[str, Any], text: str, **more: str) -> Any:
    return stage.client.post(f"{stage.url}/draft", data={**form, "text": text, **more})


def test_a_device_that_has_not_seen_the_newest_draft_does_not_write_over_it(stage: Stage) -> None:
    one, two = _open(stage), _open(stage)
    saved = _save(stage, one, FIRST)
    assert saved.status_code == 204
    refused = _save(stage, two, SECOND)
    assert refused.status_code == 409
    assert stage.page().values["text"] == FIRST
    # Whoever has seen it, and chooses to, goes on.
    assert refused.headers["Draft-Mark"] == saved.headers["Draft-Mark"]
    assert _save(stage, two, SECOND, known=refused.headers["Draft-Mark"]).status_code == 204
    assert stage.page().values["text"] == SECOND


def test_a_device_goes_on_from_what_it_saved_itself(stage: Stage) -> None:
    form = _open(stage)
    mark = _save(stage, form, FIRST).headers["Draft-Mark"]
    assert _save(stage, form, FIRST, known=mark).status_code == 204
    assert _save(stage, form, FIRST + SECOND, known=mark).status_code == 204
    # A request that was sent twice, its first answer lost, is no other device.
    assert _save(stage, form, FIRST + SECOND, known=mark).status_code == 204


def test_a_file_added_in_between_tells_the_form_its_new_mark(stage: Stage) -> None:
    form = _open(stage)
    data = {**form, "text": FIRST, "files": (BytesIO(picture()), "a.jpg")}
    part = stage.client.post(f"{stage.url}/files", data=data, headers=PART, content_type="multipart/form-data")
    assert part.status_code == 200
    assert _save(stage, form, FIRST + SECOND, known=part.headers["Draft-Mark"]).status_code == 204


def test_a_draft_saved_on_purpose_and_a_form_without_a_mark_always_win(stage: Stage) -> None:
    one, two = _open(stage), _open(stage)
    _save(stage, one, FIRST)
    assert _save(stage, two, SECOND, stay="1").status_code == 303
    del two["known"]
    assert _save(stage, two, FIRST).status_code == 204
