"""A plan side by side with its next version, explained by a sale: what partners and the console see alike."""

from dataclasses import dataclass

from lms.affiliates.commissions import queries, rules
from lms.affiliates.commissions.queries import Plan, Version
from lms.affiliates.commissions.rules import Terms
from lms.kernel.money import Money
from lms.kernel.work import Read
from lms.learning.camps import queries as camps

EXAMPLE = Money(39_900, "CNY")
"""The sale that a share is explained with as long as nothing was ever priced."""


@dataclass(frozen=True)
class Sheet:
    """A plan with the version in force, and that beside the one to come: (version, what it pays of the example)."""

    plan: Plan
    current: Version | None
    columns: list[tuple[Version, int]]
    example: Money


def sheet_of(read: Read, plan: Plan, versions: list[Version], prices: dict[int, Money]) -> Sheet:
    """Put the version in force beside the one that will follow it."""
    current = queries.in_force(versions, read.now)
    coming = queries.still_to_come(versions, read.now)
    shown = [version for version in (current, coming[0] if coming else None) if version]
    example = example_of(plan, prices)
    return Sheet(plan, current, [(version, pays(version.terms, example)) for version in shown], example)


def example_of(plan: Plan, prices: dict[int, Money]) -> Money:
    """Choose the sale that a plan is explained with: a seat of its camp, else the newest seat there is."""
    newest = next(reversed(prices.values()), EXAMPLE)
    return prices.get(plan.camp_id, newest) if plan.camp_id is not None else newest


def pays(terms: Terms, example: Money) -> int:
    """Give what terms pay for the example, in its minor units."""
    return rules.capped(rules.pay(example.minor, terms), example.minor, terms)


def camp_titles(read: Read) -> dict[int, str]:
    """Name the camps that plans may be for."""
    return {camp.id: camp.title for camp in camps.list_camps(read)}
