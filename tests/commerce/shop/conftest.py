"""A stall with a gateway in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.kernel.clock import FixedClock
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.work import Read, Work
from lms.learning.camps.queries import Cohort
from lms.people.accounts.queries import Person
from tests.factories.partners import make_someone
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


@pytest.fixture
def operator(client: FlaskClient, work: Callable[[], AbstractContextManager[Work]], sign_in: Any) -> FlaskClient:
    """A browser in which somebody of the console and of finance is signed in."""
    with work() as w:
        person = make_someone(w, "苏", roles=("operator", "finance"))
    sign_in(client, person)
    return client


@pytest.fixture
def shop(stall: Stall) -> tuple[Cohort, Person]:
    """A cohort that costs something, and somebody who may buy a seat in it."""
    cohort, (person,) = stall.open(1)
    return cohort, person
