"""Links, clicks and referred enrollments for tests."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from lms.affiliates.partners.queries import Partner
from lms.affiliates.tracking import service
from lms.affiliates.tracking.queries import Link, default_link
from lms.affiliates.tracking.rules import Click, Device
from lms.kernel.work import Work
from tests.factories.partners import make_partner

_numbers = count(1)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"


def make_linked_partner(work: Work, name: str = "Ada Lin") -> tuple[Partner, Link]:
    """Make an approved partner with the main link."""
    _, partner = make_partner(work, name)
    service.make_default_link(work, partner)
    link = default_link(work, partner.id)
    assert link is not None
    return partner, link


def a_click(link: Link, at: datetime, visitor: str = "v1", code: str = "") -> Click:
    """Make a click, not recorded yet."""
    return Click(code or f"c{next(_numbers)}", at, link.id, visitor, Device.PHONE)


def click(work: Work, link: Link, at: datetime, visitor: str = "v1") -> Click:
    """Record a click."""
    one = a_click(link, at, visitor)
    service.ingest_clicks(work, [one])
    return one
