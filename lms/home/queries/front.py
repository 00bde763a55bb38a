"""Reads of the pages anybody may see: the front page and a camp's landing page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from lms.commerce.shop.queries import Price, prices
from lms.kernel.text import current_language
from lms.kernel.work import Actor, Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Camp, Cohort, DayOutline, Landing, Story
from lms.learning.camps.rules import OVER, instant, zone_of
from lms.learning.enrollments import queries as enrollments
from lms.learning.enrollments.queries import Hold, MyCohort, Results
from lms.learning.enrollments.rules import EnrollmentState
from lms.people.accounts.queries import Person


@dataclass(frozen=True)
class Offer:
    """A cohort that takes students, with its free seats and its price; None where it is free."""

    cohort: Cohort
    left: int
    price: Price | None = None

    @property
    def is_full(self) -> bool:
        """Say whether joining means waiting in line."""
        return self.left <= 0

    @property
    def taken(self) -> int:
        """Count the seats that are gone."""
        return self.cohort.seats - max(self.left, 0)


@dataclass(frozen=True)
class OpenCamp:
    """A camp on the front page: its story, the cohort to join, and how many others are open too."""

    offer: Offer
    story: Story
    others: int


@dataclass(frozen=True)
class Stretch:
    """A week of the curriculum with its days."""

    title: str
    takeaway: str
    days: list[DayOutline]


@dataclass(frozen=True)
class LandingPage:
    """Everything a landing page shows. `offer` is the cohort chosen among `offers`; `mine` is set for who is in,
    `hold` for who is in line and has a seat kept to pay for.

    `others` are the camps that can be joined instead, looked up only where this one cannot be.
    """

    camp: Camp
    story: Story
    stretches: list[Stretch]
    offers: list[Offer]
    offer: Offer | None
    finished: Cohort | None
    results: Results | None
    tutors: list[Person]
    mine: MyCohort | None
    others: list[OpenCamp]
    hold: Hold | None = None

    @property
    def waits_here(self) -> bool:
        """Say whether the visitor is in line and no other cohort is offered; whoever waits may still join another."""
        if self.mine is None or self.mine.enrollment.state != EnrollmentState.WAITLISTED:
            return False
        return self.offer is None or self.offer.cohort.id == self.mine.cohort.id

    @property
    def is_settled(self) -> bool:
        """Say whether there is nothing for the visitor to join: they have a seat, or a place in this line."""
        if self.mine is None:
            return False
        return self.waits_here or self.mine.enrollment.state != EnrollmentState.WAITLISTED


def list_open_camps(read: Read) -> list[OpenCamp]:
    """List what can be joined now in four statements: the reader's language, free seats, the earliest start first."""
    cohorts = camps.list_open_cohorts(read)
    if not cohorts:
        return []
    stories = camps.list_stories(read, {cohort.camp_id for cohort in cohorts})
    by_camp: dict[int, list[Offer]] = {}
    for offer in _offers(read, cohorts):
        by_camp.setdefault(offer.cohort.camp_id, []).append(offer)
    found = [
        OpenCamp(chosen, stories.get(camp_id, Story()), len(offers) - 1)
        for camp_id, offers in by_camp.items()
        if (chosen := choose_offer(offers, "")) is not None
    ]
    language = current_language()
    # Sorting is stable: what is equal here stays in the order of its start.
    return sorted(found, key=lambda camp: (camp.offer.cohort.language != language, camp.offer.is_full))


def look_at_landing(read: Read, who: Actor, slug: str, wanted: str = "") -> LandingPage:
    """Gather a landing page in seven statements, two more for somebody signed in, one more for somebody in line,
    four where nothing is open.

    `wanted` is the code of one of the open cohorts; without it the one with a seat kept for the visitor is chosen,
    else the earliest with free seats. Refuses: CampNotFound.
    """
    landing = camps.get_landing(read, slug)
    offers = _offers(read, landing.open)
    mine = _mine(read, who, landing.camp)
    hold = _hold(read, mine)
    # A seat that is kept until tomorrow goes before cohorts that stay open longer.
    offer = choose_offer(offers, wanted or (mine.cohort.code if mine and hold else ""))
    finished = landing.finished[0] if landing.finished else None
    shown = offer.cohort if offer else finished
    return LandingPage(
        camp=landing.camp,
        story=landing.story,
        stretches=stretches_of(landing),
        offers=offers,
        offer=offer,
        finished=finished,
        results=_results(read, finished),
        tutors=camps.list_tutor_people(read, [shown.id]).get(shown.id, []) if shown else [],
        mine=mine,
        others=[] if offer else list_open_camps(read),
        hold=hold,
    )


def choose_offer(offers: Sequence[Offer], wanted: str) -> Offer | None:
    """Choose the offer that was asked for, else the first with free seats, else the first."""
    for offer in offers:
        if offer.cohort.code == wanted:
            return offer
    return next((offer for offer in offers if not offer.is_full), offers[0] if offers else None)


def stretches_of(landing: Landing) -> list[Stretch]:
    """Sort the days into the weeks that the story names; days outside any week follow on their own."""
    days = [day for day in landing.days if day.number > 0]
    named = [
        Stretch(week.title, week.takeaway, [day for day in days if week.first <= day.number <= week.last])
        for week in landing.story.weeks
    ]
    placed = {day.number for stretch in named for day in stretch.days}
    rest = [day for day in days if day.number not in placed]
    return [stretch for stretch in named if stretch.days] + ([Stretch("", "", rest)] if rest else [])


def _offers(read: Read, cohorts: Sequence[Cohort]) -> list[Offer]:
    if not cohorts:
        return []
    ids = [cohort.id for cohort in cohorts]
    left, costs = enrollments.seats_left(read, ids), prices(read, ids, read.now)
    return [Offer(cohort, left.get(cohort.id, cohort.seats), costs.get(cohort.id)) for cohort in cohorts]


def _results(read: Read, finished: Cohort | None) -> Results | None:
    if finished is None:
        return None
    began = instant(finished.starts_on, time(0), zone_of(finished.time_zone))
    results = enrollments.count_results(read, finished.id, began)
    return results if results.joined else None


def _mine(read: Read, who: Actor, camp: Camp) -> MyCohort | None:
    """Find the visitor's own place in a cohort of this camp that is not over yet."""
    if who.person_id is None:
        return None
    for mine in enrollments.list_my_cohorts(read, who.person_id):
        if mine.cohort.camp_id == camp.id and mine.cohort.state not in OVER:
            return mine
    return None


def _hold(read: Read, mine: MyCohort | None) -> Hold | None:
    """Find the seat that is kept for somebody in line until they have paid."""
    if mine is None or mine.enrollment.state != EnrollmentState.WAITLISTED:
        return None
    return enrollments.find_hold(read, mine.cohort.id, mine.enrollment.person_id)
