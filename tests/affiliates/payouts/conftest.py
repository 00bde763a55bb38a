"""A gateway in memory, a payout that may be sent, and rows run without the jobs of other rooms."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask

from lms.affiliates.payouts import service
from lms.kernel.db import db
from lms.kernel.work import Work
from lms.kernel.worker import drain as drain_rows
from tests.affiliates.payouts.gateways import MemoryGateway, plug
from tests.factories.payouts import ask, make_earner, make_finance

Open = Callable[[], AbstractContextManager[Work]]


@pytest.fixture
def drain(app: Flask) -> Callable[[], int]:
    """Run every event and errand that is due."""

    def run() -> int:
        db.session.rollback()
        return drain_rows(app, schedules=False)

    return run


@pytest.fixture
def gateway(app: Flask) -> Any:
    """A gateway in memory, plugged in for one test."""
    yield plug(app, MemoryGateway())
    plug(app, None)  # type: ignore[arg-type]


@pytest.fixture
def approved(work: Open, gateway: MemoryGateway) -> tuple[Any, int, str]:
    """A person, their partner's id, and the code of an approved payout of 50000 to their account."""
    with work() as w:
        person, partner = make_earner(w, kind="connect")
        code = ask(w, person).code
        service.approve(w, make_finance(w), code)
    return person, partner.id, code
