"""Reads of the partner home."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.affiliates.contests import queries as contests
from lms.affiliates.contests.queries import Rank
from lms.affiliates.partners.queries import Partner
from lms.affiliates.promo.queries import Post, post_of_today
from lms.affiliates.tracking import queries as tracking
from lms.affiliates.tracking.queries import Counts, Link, LinkLine, Numbers
from lms.affiliates.tracking.rules import Happening
from lms.kernel.work import Read

MOST_LINKS = 4
MOST_HAPPENINGS = 6


@dataclass(frozen=True)
class Step:
    """One of today's numbers with its difference to yesterday at the same time of day."""

    name: str
    today: int
    more: int
    total: int


@dataclass(frozen=True)
class PartnerHome:
    """Everything the partner home shows."""

    partner: Partner
    numbers: Numbers
    link: Link | None
    links: list[LinkLine]
    ranks: Sequence[Rank]
    happenings: list[Happening]
    post: Post | None

    @property
    def steps(self) -> list[Step]:
        """Give clicks, sign-ups and enrollments of the day, each against yesterday by now."""
        now, before, total = self.numbers.today, self.numbers.yesterday_by_now, self.numbers.total
        return [
            _step("clicks", now.clicks, before.clicks, total),
            _step("sign_ups", now.sign_ups, before.sign_ups, total),
            _step("joined", now.joined, before.joined, total),
        ]


def _step(name: str, today: int, before: int, total: Counts) -> Step:
    return Step(name, today, today - before, getattr(total, name))


def look_at_partner_home(read: Read, partner: Partner) -> PartnerHome:
    """Gather the partner home in eight statements, whatever the number of links, clicks and partners."""
    links = [line for line in tracking.list_links(read, partner.id) if line.link.archived_at is None]
    link = next((line.link for line in links if line.link.is_default), None)
    return PartnerHome(
        partner,
        tracking.numbers(read, partner.id),
        link,
        sorted(links, key=lambda line: line.counts.clicks, reverse=True)[:MOST_LINKS],
        contests.ranks_now(read, partner.id),
        tracking.recent_happenings(read, partner.id, MOST_HAPPENINGS),
        post_of_today(read, partner, link) if link else None,
    )
