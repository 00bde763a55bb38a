"""Reads of the partner home."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.affiliates.commissions import queries as commissions
from lms.affiliates.contests import queries as contests
from lms.affiliates.contests.queries import Rank
from lms.affiliates.contests.rules import Measure
from lms.affiliates.partners.queries import Partner
from lms.affiliates.promo.queries import Post, post_of_today
from lms.affiliates.promo.rules import Promise
from lms.affiliates.tracking import queries as tracking
from lms.affiliates.tracking.queries import Link, LinkLine, Numbers
from lms.affiliates.tracking.rules import Happening, Seen
from lms.home.queries.partner_money import Money, look_at_money
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
    """Everything the partner home shows.

    `money` is None for who never earned any; they see by `promise` what a sale would bring, None where entry is
    free or nothing pays. `ranks` compare by `measure`.
    """

    partner: Partner
    numbers: Numbers
    link: Link | None
    links: list[LinkLine]
    measure: Measure
    ranks: Sequence[Rank]
    happenings: list[Happening]
    post: Post | None
    money: Money | None
    promise: Promise | None

    @property
    def steps(self) -> list[Step]:
        """Give clicks, sign-ups and enrollments of the day, each against yesterday by now.

        With money the sales stand in the place of enrollments.
        """
        now, before, total = self.numbers.today, self.numbers.yesterday_by_now, self.numbers.total
        steps = [
            Step("clicks", now.clicks, now.clicks - before.clicks, total.clicks),
            Step("sign_ups", now.sign_ups, now.sign_ups - before.sign_ups, total.sign_ups),
        ]
        sold = self.money
        if sold is None:
            return [*steps, Step("joined", now.joined, now.joined - before.joined, total.joined)]
        return [*steps, Step("sales", sold.today, sold.today - sold.before, sold.total)]


def look_at_partner_home(read: Read, partner: Partner) -> PartnerHome:
    """Gather the partner home in at most fifteen statements, however many links, sales and partners there are."""
    links = [line for line in tracking.list_links(read, partner.id) if line.link.archived_at is None]
    link = next((line.link for line in links if line.link.is_default), None)
    money = look_at_money(read, partner.id)
    post = post_of_today(read, partner, link) if link else None
    measure = Measure.SALES if money else Measure.JOINED
    currency = money.main.currency if money else ""
    return PartnerHome(
        partner=partner,
        numbers=tracking.numbers(read, partner.id),
        link=link,
        links=sorted(links, key=lambda line: line.counts.clicks, reverse=True)[:MOST_LINKS],
        measure=measure,
        ranks=contests.ranks_now(read, partner.id, measure, currency),
        happenings=tracking.recent_happenings(read, partner.id, MOST_HAPPENINGS, _sales(read, partner.id, money)),
        post=post,
        money=money,
        promise=post.opening.promise if post and not money else None,
    )


def _sales(read: Read, partner_id: int, money: Money | None) -> list[Seen]:
    """List the last sales as things that came through a link; nothing is asked for who never earned."""
    found = commissions.recent_sales(read, partner_id, MOST_HAPPENINGS * 5) if money else []
    return [
        Seen("sale", one.paid_at, one.link_id or 0, one.place, one.amount_minor, one.currency, one.coupon)
        for one in found
    ]
