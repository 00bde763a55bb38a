"""A stall with a gateway in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from lms.kernel.clock import FixedClock
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.work import Read, Work
from tests.factories.shop import Stall
from tests.fake_gateway import FakeGateway


@pytest.fixture
def gate(app: Flask, clock: FixedClock) -> Iterator[FakeGateway]:
    """Plug a gateway in memory in; it lives by the test's clock."""
    parts: Parts = app.extensions[EXTENSION]
    before = parts.gateway
    parts.gateway = found = FakeGateway(now=clock.now)
    yield found
    parts.gateway = before


@pytest.fixture
def stall(
    work: Callable[[], AbstractContextManager[Work]],
    read: Callable[[], Read],
    gate: FakeGateway,
    clock: FixedClock,
    drain: Callable[[], int],
) -> Stall:
    """Open a stall; the hourly comparison with the gateway has just run, so that it settles nothing by itself."""
    drain()
    return Stall(work, read, gate, clock.now)
