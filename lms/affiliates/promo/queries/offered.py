"""What there is to promote now, at which price, and what a sale of it earns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from lms.affiliates.commissions.queries import rates_for
from lms.affiliates.promo import rules
from lms.affiliates.promo.rules import Promise
from lms.commerce.shop.queries import Price, prices
from lms.kernel.money import Money, write_money
from lms.kernel.text import Language, Text, current_language
from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import queries as enrollments


@dataclass(frozen=True)
class Opening:
    """A cohort that takes students: its price, None where entry is free, and what a sale earns, if anything pays."""

    cohort: Cohort
    price: Price | None
    promise: Promise | None
    left: int

    @property
    def has_early_price(self) -> bool:
        """Say whether an early price holds now."""
        return self.early_until is not None

    @property
    def early_until(self) -> datetime | None:
        """Give the moment at which an early price ends."""
        return self.price.early_until if self.price else None

    @property
    def id(self) -> int:
        """Give the cohort's id."""
        return self.cohort.id

    @property
    def language(self) -> str:
        """Give the cohort's language."""
        return self.cohort.language

    @property
    def starts_on(self) -> date:
        """Give the cohort's first day."""
        return self.cohort.starts_on


@dataclass(frozen=True)
class Offered:
    """A cohort that takes students and what a sale of it earns."""

    cohort: Cohort
    promise: Promise


def list_offered(read: Read, group_id: int | None = None) -> dict[str, Opening]:
    """List the camps that take students by slug, each with the cohort a partner of the group best promotes.

    Seats before none, what earns before what does not, then as `rules.by_promise` says. At most five statements.
    """
    cohorts = camps.list_open_cohorts(read)
    if not cohorts:
        return {}
    left = enrollments.seats_left(read, [cohort.id for cohort in cohorts])
    costs = prices(read, [cohort.id for cohort in cohorts], read.now)
    rates = rates_for(read, {cohort.camp_id for cohort in cohorts if cohort.id in costs}, group_id)
    openings = []
    for cohort in cohorts:
        price, rate = costs.get(cohort.id), rates.get(cohort.camp_id)
        promise = rules.promise_of(price.now_minor, price.currency, rate.terms) if price and rate else None
        openings.append(Opening(cohort, price, promise, left.get(cohort.id, cohort.seats)))
    offered: dict[str, Opening] = {}
    for opening in rules.by_promise(openings, current_language()):
        offered.setdefault(opening.cohort.camp_slug, opening)
    return offered


def list_promises(read: Read) -> list[Offered]:
    """Say what anybody who becomes a partner now earns by a sale of each camp that takes students.

    Camps that are free, or for which nothing pays, are left out. At most five statements.
    """
    openings = list_offered(read).values()
    return [Offered(opening.cohort, opening.promise) for opening in openings if opening.promise]


def values_of(opening: Opening, language: Language, url: str) -> Mapping[str, str]:
    """Give what stands in the places of a camp's texts, in the camp's language."""
    cohort, price = opening.cohort, opening.price
    cost = Text("免费", "free").in_(language)
    if price is not None:
        cost = write_money(Money(price.now_minor, price.currency), language, short=True)
    start = rules.day_text(cohort.starts_on, language)
    return {"link": url, "camp": cohort.camp_title, "start": start, "price": cost}
