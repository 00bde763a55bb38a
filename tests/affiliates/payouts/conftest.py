"""Rows that are due, run without the clock's jobs: those of other rooms are none of these tests' business."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from lms.kernel.db import db
from lms.kernel.worker import drain as drain_rows


@pytest.fixture
def drain(app: Flask) -> Callable[[], int]:
    """Run every event and errand that is due."""

    def run() -> int:
        db.session.rollback()
        return drain_rows(app, schedules=False)

    return run
