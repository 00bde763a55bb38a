"""What a partner might post today."""

from dataclasses import dataclass
from datetime import date

from lms.affiliates.partners.queries import Partner
from lms.affiliates.promo import rules
from lms.affiliates.promo.queries.offered import Opening, list_offered, values_of
from lms.affiliates.promo.rules import Design
from lms.affiliates.tracking.queries import Link, default_link, link_url
from lms.affiliates.tracking.rules import program_day
from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Story

_COUNTDOWN_DAYS = 14


@dataclass(frozen=True)
class Post:
    """What to post today. `text` has the partner's own link in it, which is `url` (`shown` without scheme).

    `design` is the poster that goes with it; `more_texts` wait in the kit, beside the other posters.
    """

    opening: Opening
    asset: str
    channel: str
    title: str
    text: str
    url: str
    link_code: str
    design: Design
    more_texts: int

    @property
    def camp_slug(self) -> str:
        """Name the camp in addresses."""
        return self.opening.cohort.camp_slug

    @property
    def camp_title(self) -> str:
        """Give the camp's title."""
        return self.opening.cohort.camp_title

    @property
    def cohort_name(self) -> str:
        """Give the name of the cohort that is promoted."""
        return self.opening.cohort.name

    @property
    def shown(self) -> str:
        """Give the address as people read it."""
        return self.url.split("://", 1)[-1]


def post_of_today(read: Read, partner: Partner, link: Link | None = None) -> Post | None:
    """Pick what a partner might post today: of the camp best promoted now, a text and a poster by turns.

    At most six statements when `link`, the main link, is at hand. None when no camp is open, the camp has no texts,
    or the main link is still being made.
    """
    opening = next(iter(list_offered(read, partner.group_id).values()), None)
    link = link or default_link(read, partner.id)
    if opening is None or link is None:
        return None
    cohort, day = opening.cohort, program_day(read.now)
    story = camps.list_stories(read, [cohort.camp_id]).get(cohort.camp_id, Story())
    url = link_url(link.code, cohort.camp_slug)
    texts = rules.texts_of(cohort.camp_slug, story.copy, values_of(opening, cohort.language, url))
    text = rules.turn_of_the_day(texts, day)
    if text is None:
        return None
    return Post(
        opening=opening,
        asset=text.asset,
        channel=text.channel,
        title=text.title,
        text=text.text,
        url=url,
        link_code=link.code,
        design=_design(opening, day),
        more_texts=len(texts) - 1,
    )


def _design(opening: Opening, day: date) -> Design:
    near = (opening.cohort.starts_on - day).days <= _COUNTDOWN_DAYS
    turns = [Design.COUNTDOWN, Design.HEADLINE] if near else [Design.HEADLINE, Design.OUTLINE]
    if opening.has_early_price:
        turns.insert(0, Design.OFFER)
    return rules.turn_of_the_day(turns, day) or Design.HEADLINE
