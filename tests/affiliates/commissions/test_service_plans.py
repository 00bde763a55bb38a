"""Which version of which plan pays, and what may be published, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from lms.affiliates.commissions import queries, service
from lms.affiliates.commissions.errors import (
    BeginsTooSoon,
    NoticeTooShort,
    PlanExists,
    ShareAboveCap,
)
from lms.affiliates.commissions.models import PlanVersion
from lms.affiliates.commissions.rules import Terms
from lms.affiliates.partners import service as partners
from lms.kernel.work import SYSTEM, begin_read
from tests.affiliates.commissions.conftest import Open, Scene
from tests.conftest import counting

LATER = timedelta(days=30)


def test_the_most_special_plan_in_force_pays(scene: Scene, work: Open, app: Flask) -> None:
    camp = scene.sale.cohort.camp_id
    with work() as w:
        group = partners.set_group(w, SYSTEM, scene.ada.code, "", "金牌").group_id
        for name, camp_id, group_id, bps in (
            ("G", None, group, 2200),
            ("C", camp, None, 2400),
            ("CG", camp, group, 2600),
        ):
            code = service.make_plan(w, SYSTEM, name, camp_id, group_id)
            service.publish_version(w, SYSTEM, code, Terms(percent_bps=bps))
            found = queries.plan_for(w, camp, group, w.now)
            assert found is not None and found.terms.percent_bps == bps
        with pytest.raises(PlanExists):
            service.make_plan(w, SYSTEM, "again", camp, group)
        other = queries.plan_for(w, camp + 1, group, w.now)
        assert other is not None and other.terms.percent_bps == 2200
        nobody = queries.plan_for(w, camp + 1, None, w.now)
        assert nobody is not None and nobody.terms.percent_bps == 2000
    with counting(app) as n:
        rate = queries.expected_rate(begin_read(), camp, scene.ada.id)
    assert rate is not None and rate.terms.percent_bps == 2600
    assert n.statements == 1


def test_versions_are_published_in_order_and_never_change(scene: Scene, work: Open) -> None:
    with work() as w:
        again = service.publish_version(w, SYSTEM, scene.plan, Terms(percent_bps=2000))
        assert again.number == 1
        with pytest.raises(NoticeTooShort):
            service.publish_version(w, SYSTEM, scene.plan, Terms(percent_bps=1900), w.now)
        lower = service.publish_version(w, SYSTEM, scene.plan, Terms(percent_bps=1900, floor_bps=3000))
        assert not lower.is_offered
        lower = service.publish_version(w, SYSTEM, scene.plan, Terms(percent_bps=1900))
        assert lower.is_offered and lower.effective_from >= w.now + timedelta(days=7)
        with pytest.raises(BeginsTooSoon):
            service.publish_version(w, SYSTEM, scene.plan, Terms(percent_bps=2500), w.now)
        with pytest.raises(ShareAboveCap):
            service.publish_version(w, SYSTEM, scene.plan, Terms(percent_bps=6000))
        found = queries.plan_for(w, scene.sale.cohort.camp_id, None, w.now)
        assert found is not None and found.version.number == 1
    scene.clock.advance(timedelta(days=9))
    rate = queries.expected_rate(begin_read(), scene.sale.cohort.camp_id, scene.ada.id)
    assert rate is not None and rate.version.number == lower.number
    with pytest.raises(DBAPIError), work() as w:
        w.session.execute(update(PlanVersion).values(number=9))


def test_a_special_plan_cannot_lower_what_is_paid_without_notice(scene: Scene, work: Open) -> None:
    with work() as w:
        code = service.make_plan(w, SYSTEM, "Camp", scene.sale.cohort.camp_id)
        with pytest.raises(NoticeTooShort):
            service.publish_version(w, SYSTEM, code, Terms(percent_bps=1500), w.now)
