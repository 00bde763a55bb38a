"""What there is to promote now, at which price, and what a sale of it earns."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.affiliates.commissions.queries import expected_rate, rates_for_everybody
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
    """A cohort that takes students, with its price; None where entry is free."""

    cohort: Cohort
    price: Price | None

    @property
    def has_early_price(self) -> bool:
        """Say whether an early price holds now."""
        return self.price is not None and self.price.early_until is not None


@dataclass(frozen=True)
class Offered:
    """A cohort that takes students and what a sale of it earns."""

    cohort: Cohort
    promise: Promise


def list_offered(read: Read) -> dict[str, Cohort]:
    """List the camps that take students by slug, each with its earliest cohort that has seats left.

    Camps in the reader's language come first, those with seats before full ones, then the earliest start.
    """
    cohorts = camps.list_open_cohorts(read)
    left = enrollments.seats_left(read, [cohort.id for cohort in cohorts]) if cohorts else {}
    offered: dict[str, Cohort] = {}
    for cohort in rules.by_promise(cohorts, left, current_language()):
        offered.setdefault(cohort.camp_slug, cohort)
    return offered


def priced(read: Read, cohort: Cohort) -> Opening:
    """Look up what a cohort costs; one statement."""
    return Opening(cohort, prices(read, [cohort.id], read.now).get(cohort.id))


def promise_for(read: Read, partner_id: int, opening: Opening) -> Promise | None:
    """Say what a partner earns by a sale of a cohort now; None where it is free or nothing pays. One statement."""
    price = opening.price
    if price is None:
        return None
    found = expected_rate(read, opening.cohort.camp_id, partner_id)
    return rules.promise_of(price.now_minor, price.currency, found.terms) if found else None


def list_promises(read: Read) -> list[Offered]:
    """Say what anybody who becomes a partner now earns by a sale of each camp that takes students.

    Camps that are free, or for which nothing pays, are left out. Five statements.
    """
    cohorts = list(list_offered(read).values())
    costs = prices(read, [cohort.id for cohort in cohorts], read.now) if cohorts else {}
    rates = rates_for_everybody(read, [cohort.camp_id for cohort in cohorts if cohort.id in costs])
    found = []
    for cohort in cohorts:
        price, rate = costs.get(cohort.id), rates.get(cohort.camp_id)
        promise = rules.promise_of(price.now_minor, price.currency, rate.terms) if price and rate else None
        if promise:
            found.append(Offered(cohort, promise))
    return found


def values_of(opening: Opening, language: Language, url: str) -> Mapping[str, str]:
    """Give what stands in the places of a camp's texts, in the camp's language."""
    cohort, price = opening.cohort, opening.price
    cost = Text("免费", "free").in_(language)
    if price is not None:
        cost = write_money(Money(price.now_minor, price.currency), language, short=True)
    start = rules.day_text(cohort.starts_on, language)
    return {"link": url, "camp": cohort.camp_title, "start": start, "price": cost}
