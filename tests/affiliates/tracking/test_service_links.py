"""Links on both engines: made, refused, moved, shared."""

from __future__ import annotations

from typing import Any

import pytest

from lms.affiliates.partners.errors import HandleFixed
from lms.affiliates.tracking import queries, service
from lms.affiliates.tracking.errors import CampaignTaken, DefaultLinkKept, LabelMissing, TooManyLinks, UnknownCamp
from lms.kernel.errors import NotFound
from lms.kernel.work import Actor
from tests.affiliates.tracking.staging import Look, Open
from tests.factories.camps import make_cohort
from tests.factories.partners import make_someone
from tests.factories.tracking import click, make_linked_partner


def actor(partner: Any) -> Actor:
    return Actor(partner.person_id, frozenset({"partner"}))


def test_a_link_for_one_place(work: Open, read: Look) -> None:
    with work() as w:
        partner, main = make_linked_partner(w)
        cohort = make_cohort(w)
        link = service.make_link(w, actor(partner), " 宿舍  群 ", "Dorm", cohort.camp_slug)
        unnamed = service.make_link(w, actor(partner), "朋友圈")
    assert (link.label, link.campaign, link.camp_id) == ("宿舍 群", "dorm", cohort.camp_id)
    assert link.code[0].isdecimal() and unnamed.campaign
    look = read()
    assert [line.link.id for line in queries.list_links(look, partner.id)] == [main.id, unnamed.id, link.id]
    assert queries.find_campaign(look, partner.id, "DORM") == link


def test_links_that_are_refused(work: Open) -> None:
    with work() as w:
        partner, main = make_linked_partner(w)
        other, _ = make_linked_partner(w, "Bo Chen")
        link = service.make_link(w, actor(partner), "宿舍群", "dorm")
    for refusal, arguments in [(CampaignTaken, ("x", "dorm")), (LabelMissing, ("",)), (UnknownCamp, ("x", "", "no"))]:
        with pytest.raises(refusal), work() as w:
            service.make_link(w, actor(partner), *arguments)
    with pytest.raises(DefaultLinkKept), work() as w:
        service.archive_link(w, actor(partner), main.code)
    with pytest.raises(NotFound), work() as w:
        service.archive_link(w, actor(other), link.code)
    with work() as w:
        assert service.archive_link(w, actor(partner), link.code) == service.archive_link(w, actor(partner), link.code)


def test_there_are_enough_links(work: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_LINKS", 2)
    with work() as w:
        partner, _ = make_linked_partner(w)
        service.make_link(w, actor(partner), "宿舍群")
    with pytest.raises(TooManyLinks), work() as w:
        service.make_link(w, actor(partner), "朋友圈")


def test_the_handle_moves_the_main_link_until_it_is_used(work: Open, read: Look) -> None:
    with work() as w:
        partner, link = make_linked_partner(w)
        service.change_handle(w, actor(partner), "ada2026")
    assert queries.find_link(read(), "ADA2026") is not None
    assert queries.find_link(read(), link.code) is None
    with work() as w:
        other, two = make_linked_partner(w, "Bo Chen")
        click(w, two, w.now)
    with pytest.raises(HandleFixed), work() as w:
        service.change_handle(w, actor(other), "bo2026")


def test_what_a_holder_shares(work: Open, read: Look) -> None:
    with work() as w:
        partner, _ = make_linked_partner(w)
        person = make_someone(w)
    assert queries.share_url(read(), partner.person_id, "short") == "http://localhost/r/adalin/short"
    assert queries.share_url(read(), person.id, "short") == "http://localhost/c/short"
