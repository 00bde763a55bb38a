"""A partner with a link, and a memory that knows of none yet."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.affiliates.tracking import queries
from lms.affiliates.tracking.lookup import current_pointers
from lms.affiliates.tracking.spool import current_spool
from lms.learning.camps.queries import Cohort
from tests.affiliates.tracking.staging import Open
from tests.factories.camps import make_cohort
from tests.factories.tracking import make_linked_partner


@pytest.fixture
def fresh_memory(app: Flask) -> None:
    """No link is remembered and no click waits, whatever the test before did."""
    current_pointers().forget()
    for path in current_spool()._paths():
        path.unlink()
    current_spool().close()


@pytest.fixture(params=["looked up", "remembered"])
def linked(
    fresh_memory: None, work: Open, client: FlaskClient, request: pytest.FixtureRequest
) -> tuple[Any, queries.Link, Cohort]:
    """A partner, their link and the cohort it leads to; the redirect knows the link or must look it up."""
    with work() as w:
        partner, link = make_linked_partner(w)
        cohort = make_cohort(w, starts_on=date(2027, 3, 1))
    if request.param == "remembered":
        client.head(f"/r/{link.code}")
    return partner, link, cohort
