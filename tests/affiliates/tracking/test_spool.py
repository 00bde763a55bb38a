"""Clicks outlive the process and arrive once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.affiliates.tracking import jobs, models, queries, service
from lms.affiliates.tracking.rules import Click, Device
from lms.affiliates.tracking.spool import Spool, current_spool
from lms.kernel.db import db
from lms.kernel.parts import current_parts
from lms.kernel.work import Read, Work
from tests.factories.tracking import a_click, make_linked_partner

Open = Callable[[], AbstractContextManager[Work]]
Look = Callable[[], Read]


@pytest.fixture
def spool(app: Flask, tmp_path: Path) -> Iterator[Spool]:
    """A spool of its own for the app."""
    found = Spool(tmp_path / "spool")
    app.extensions["encamp.spool"] = found
    yield found
    found.close()
    app.extensions.pop("encamp.spool")


def ingest() -> None:
    db.session.rollback()
    jobs.ingest(current_parts())


def touches(read: Look) -> int:
    return read().session.scalar(select(func.count()).select_from(models.Touch)) or 0


def test_clicks_are_taken_in_while_the_file_is_written(spool: Spool, work: Open, read: Look) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
        now = w.now
    for n in range(5):
        spool.append(a_click(link, now, f"v{n}"))
    ingest()
    assert touches(read) == 5
    spool.append(a_click(link, now, "late"))
    ingest()
    ingest()
    assert touches(read) == 6
    assert len(list(spool._folder.iterdir())) == 1
    spool.close()
    ingest()
    assert list(spool._folder.iterdir()) == []
    assert queries.numbers(read(), partner.id).today.clicks == 6


def test_a_kill_between_commit_and_removal_counts_once(
    spool: Spool, work: Open, read: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
        now = w.now
    for n in range(2500):
        spool.append(a_click(link, now, f"v{n}"))
    spool.close()
    batches = []
    real = service.ingest_clicks

    def dies_in_the_second_batch(w: Work, clicks: list[Click]) -> int:
        batches.append(len(clicks))
        if len(batches) == 2:
            raise KeyboardInterrupt
        return real(w, clicks)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(service, "ingest_clicks", dies_in_the_second_batch)
        ingest()
    assert touches(read) == 1000
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Spool, "committed", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        ingest()
    assert touches(read) == 2500
    ingest()
    assert touches(read) == 2500
    assert list(spool._folder.iterdir()) == []
    assert queries.numbers(read(), partner.id).today.clicks == 2500


_WRITER = """
import sys, time
from datetime import datetime, UTC
from pathlib import Path
from lms.affiliates.tracking.rules import Click, Device
from lms.affiliates.tracking.spool import Spool

spool = Spool(Path(sys.argv[1]))
n = 0
while True:
    spool.append(Click(f"{sys.argv[2]}x{n}", datetime.now(UTC), int(sys.argv[3]), f"{sys.argv[2]}v{n}", Device.PHONE))
    n += 1
    if n == 300:
        print("ready", flush=True)
    if n > 300:
        time.sleep(0.001)
"""


def test_a_killed_web_process_loses_nothing(spool: Spool, work: Open, read: Look) -> None:
    with work() as w:
        _, link = make_linked_partner(w)
    folder = str(spool._folder)
    arguments = [sys.executable, "-c", textwrap.dedent(_WRITER), folder]
    writers = [
        subprocess.Popen([*arguments, name, str(link.id)], stdout=subprocess.PIPE, text=True) for name in ("a", "b")
    ]
    for writer in writers:
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
    ingest()
    for writer in writers:
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        assert writer.stdout is not None
        writer.stdout.close()
    written = sum(path.read_bytes().count(b"\n") for path in spool._folder.iterdir())
    assert written >= 600
    ingest()
    assert touches(read) == written
    assert list(spool._folder.iterdir()) == []


def test_threads_share_a_file_without_tearing_lines(spool: Spool, work: Open, read: Look) -> None:
    with work() as w:
        _, link = make_linked_partner(w)
        clicks = [a_click(link, w.now, f"v{n}") for n in range(400)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(spool.append, clicks))
    ingest()
    assert touches(read) == 400


def test_a_torn_line_is_left_out_and_the_rest_is_kept(spool: Spool, work: Open, read: Look) -> None:
    with work() as w:
        _, link = make_linked_partner(w)
        click = a_click(link, w.now)
    spool.append(click)
    spool.close()
    (path,) = spool._folder.iterdir()
    path.write_bytes(b"torn 12\n" + path.read_bytes() + b"half a li")
    ingest()
    assert touches(read) == 1
    assert list(spool._folder.iterdir()) == []


def test_a_click_of_an_unknown_link_is_left_out(spool: Spool, work: Open, read: Look) -> None:
    with work() as w:
        _, link = make_linked_partner(w)
        now = w.now
    spool.append(Click("c1", now, 10**9, "v", Device.PHONE))
    spool.append(a_click(link, now))
    spool.close()
    ingest()
    assert touches(read) == 1


def test_a_click_wins_before_it_is_taken_in(spool: Spool, work: Open, read: Look) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
        now = w.now
    spool.append(a_click(link, now, "v", code="fresh"))
    won = service.resolve_referral(read(), "v", None)
    assert won is not None and won["touch_code"] == "fresh"
    assert service.resolve_referral(read(), "other", None) is None
    own = service.resolve_referral(read(), "v", partner.person_id)
    assert own is not None and own["partner_id"] is None and own["self"] is True
    ingest()
    again = service.resolve_referral(read(), "v", None)
    assert again == won


def test_the_app_has_one_spool(app: Flask) -> None:
    assert current_spool() is current_spool()
    assert current_spool()._folder == current_parts().settings.instance / "spool"
