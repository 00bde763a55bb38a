"""What outlives an enrollment: asked before somebody is removed."""

from __future__ import annotations

from typing import Any

from lms.home.queries.kept import what_is_kept
from lms.kernel.clock import FixedClock
from lms.learning.certificates import service
from lms.learning.certificates.rules import RevokeReason
from lms.web.ports import Kept, ports
from tests.conftest import STORY_NOW
from tests.factories.accounts import as_actor, cast
from tests.factories.certificates import BEFORE_START, issue_all, make_class


def test_check_ins_and_a_certificate_that_stands_are_kept(work: Any, read: Any, clock: FixedClock) -> None:
    clock.at = BEFORE_START
    with work() as w:
        cohort, (lin, maya) = make_class(w, {cast(w, "lin"): 4, cast(w, "maya"): 0})
        operator = as_actor(w, cast(w, "su"))
    clock.at = STORY_NOW
    with work() as w:
        (found,) = issue_all(w, cohort)
    assert ports.what_is_kept is what_is_kept
    assert what_is_kept(read(), lin.id) == Kept(4, found.serial, f"/console/certificates/{found.code}")
    assert what_is_kept(read(), maya.id) == Kept()
    with work() as w:
        service.revoke(w, operator, found.code, RevokeReason.HOLDER_WISH)
    assert what_is_kept(read(), lin.id) == Kept(4)
