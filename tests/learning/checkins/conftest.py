"""What the tests of check-ins share."""

from __future__ import annotations

import pytest

from tests.learning.checkins.staging import Begin, Desk, Look, Stage


@pytest.fixture
def stage(work: Begin, read: Look) -> Stage:
    return Stage(work, read)


@pytest.fixture
def desk(work: Begin, read: Look) -> Desk:
    return Desk(work, read)
