"""Today after the last day: the right words for how far somebody has come."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.kernel.clock import FixedClock
from lms.learning.camps.rules import CohortState
from lms.learning.certificates import service as certificates
from lms.learning.certificates.rules import RevokeReason
from tests.conftest import STORY_NOW
from tests.factories.accounts import as_actor, cast
from tests.factories.camps import walk_to
from tests.factories.certificates import BEFORE_START, issue_all, make_class


@pytest.mark.parametrize(
    ("done", "said", "unsaid"),
    [
        (1, "再补 2 项必做任务就有证书", "马上签发"),
        (3, "够拿证书了", "再补"),
        (4, "4 项必做任务都交齐了，没有要补的", "还能补"),
    ],
)
def test_while_it_wraps_up_it_says_what_is_left(
    client: FlaskClient, work: Any, sign_in: Any, clock: FixedClock, done: int, said: str, unsaid: str
) -> None:
    clock.at = BEFORE_START
    with work() as w:
        lin = cast(w, "lin")
        cohort, _ = make_class(w, {lin: done})
    clock.at = STORY_NOW.replace(day=23)
    with work() as w:
        walk_to(w, cohort, CohortState.WRAPPING_UP)
    sign_in(client, lin)
    page = client.get("/today").text
    assert said in page and unsaid not in page


def test_a_certificate_is_said_to_stand_or_not(client: FlaskClient, work: Any, sign_in: Any, clock: FixedClock) -> None:
    clock.at = BEFORE_START
    with work() as w:
        lin, operator = cast(w, "lin"), as_actor(w, cast(w, "su"))
        cohort, _ = make_class(w, {lin: 4})
    clock.at = STORY_NOW.replace(day=23)
    with work() as w:
        (found,) = issue_all(w, walk_to(w, cohort, CohortState.WRAPPING_UP))
    sign_in(client, lin)
    assert "证书签发了" in client.get("/today").text
    with work() as w:
        certificates.revoke(w, operator, found.code, RevokeReason.HOLDER_WISH)
    assert "证书已撤销" in client.get("/today").text
