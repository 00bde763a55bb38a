"""Reads of the promo room."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from lms.affiliates.partners.queries import Partner
from lms.affiliates.promo import rules
from lms.affiliates.promo.errors import NotOffered
from lms.affiliates.promo.models import PromoUse
from lms.affiliates.promo.rules import DESIGNS, Day, Design, Finished, Host, Maker, Offer, PromoText, Week, asset_key
from lms.affiliates.tracking.queries import Link, default_link, get_own_link, link_url, list_links
from lms.affiliates.tracking.rules import program_day
from lms.kernel.text import current_language
from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Cohort, Landing, Story
from lms.learning.enrollments import queries as enrollments

_COUNTDOWN_DAYS = 14


@dataclass(frozen=True)
class Kit:
    """A camp's kit for one partner: texts and posters carry `link`, which leads to `url`.

    `links` are the partner's live links to choose from, `camps` the open camps by slug, `uses` how many
    partners have used an asset.
    """

    cohort: Cohort
    link: Link
    url: str
    texts: list[PromoText]
    designs: list[Design]
    links: list[Link]
    camps: dict[str, str]
    uses: dict[str, int]

    @property
    def shown(self) -> str:
        """Give the address as people read it."""
        return self.url.split("://", 1)[-1]


@dataclass(frozen=True)
class Post:
    """What to post today. `text` has the partner's own link in it, which is `url` (`shown` without scheme).

    `design` is the poster that goes with it; `more_texts` wait in the kit, beside the other posters.
    """

    camp_slug: str
    camp_title: str
    cohort_name: str
    asset: str
    channel: str
    title: str
    text: str
    url: str
    link_code: str
    design: Design
    more_texts: int

    @property
    def shown(self) -> str:
        """Give the address as people read it."""
        return self.url.split("://", 1)[-1]


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


def find_kit(read: Read, partner: Partner, slug: str = "", link_code: str = "") -> Kit | None:
    """Make a partner's kit of a camp, the first offered one by default; None when nothing is open yet.

    `link_code` names the place it is for. Refuses NotOffered for a camp that is not open, NotFound for a
    link that is not the partner's.
    """
    offered = list_offered(read)
    if slug and slug not in offered:
        raise NotOffered
    links = [line.link for line in list_links(read, partner.id) if not line.link.archived_at]
    link = _chosen(read, partner, links, link_code)
    if not offered or link is None:
        return None
    cohort = offered[slug] if slug else next(iter(offered.values()))
    landing = camps.get_landing(read, cohort.camp_slug)
    url = link_url(link.code, cohort.camp_slug)
    texts = rules.texts_of(cohort.camp_slug, landing.story.copy, _values(cohort, landing, url))
    designs = [design for design in DESIGNS if landing.finished or design is not Design.RESULTS]
    assets = [text.asset for text in texts] + [asset_key(cohort.camp_slug, design) for design in designs]
    titles = {one.camp_slug: one.camp_title for one in offered.values()}
    return Kit(cohort, link, url, texts, designs, links, titles, count_users(read, assets))


def _chosen(read: Read, partner: Partner, links: list[Link], code: str) -> Link | None:
    if code:
        return get_own_link(read, partner.id, code)
    return next((link for link in links if link.is_default), None)


def _values(cohort: Cohort, landing: Landing, url: str) -> Mapping[str, str]:
    return {"link": url, "camp": cohort.camp_title, "start": rules.day_text(cohort.starts_on, landing.camp.language)}


def count_users(read: Read, assets: Collection[str]) -> dict[str, int]:
    """Count the partners who have used each asset; assets nobody used are left out."""
    rows = read.session.execute(
        select(PromoUse.asset, func.count(PromoUse.partner_id.distinct()))
        .where(PromoUse.asset.in_(assets))
        .group_by(PromoUse.asset)
    )
    return {asset: users for asset, users in rows}  # noqa: C416 - a Row is not a pair to the type checker


def get_offer(read: Read, slug: str) -> Offer:
    """Gather what the posters of a camp show; refuses NotOffered."""
    cohort = list_offered(read).get(slug)
    if cohort is None:
        raise NotOffered
    landing = camps.get_landing(read, slug)
    story = landing.story
    host = story.host
    return Offer(
        title=cohort.camp_title,
        language=landing.camp.language,
        promise=story.promise,
        summary=story.summary,
        minutes_per_day=story.minutes_per_day,
        host=Host(host.name, host.role, host.quote) if host else None,
        weeks=[Week(week.title, week.first, week.last) for week in story.weeks],
        days=[Day(day.number, day.title) for day in landing.days if day.number > 0],
        cohort_name=cohort.name,
        starts_on=cohort.starts_on,
        seats=cohort.seats,
        seats_left=enrollments.seats_left(read, [cohort.id]).get(cohort.id, cohort.seats),
        finished=_finished(read, landing),
        now=read.now.astimezone(ZoneInfo(cohort.time_zone)),
    )


def _finished(read: Read, landing: Landing) -> Finished | None:
    """Count the latest finished cohort, everybody who began included."""
    if not landing.finished:
        return None
    cohort = landing.finished[0]
    days = [day for day in camps.list_days(read, cohort.id) if day.number > 0]
    if not days:
        return None
    results = enrollments.count_results(read, cohort.id, days[0].unlocks_at)
    return Finished(
        cohort.name,
        cohort.ends_on,
        results.joined,
        results.completed,
        cohort.completion_percent,
        cohort.days_total,
    )


def make_poster(read: Read, partner: Partner, slug: str, design: Design, link_code: str = "") -> dict[str, object]:
    """Give the data of a partner's poster for the typesetter; refuses NotOffered, NotFound."""
    offer = get_offer(read, slug)
    link = get_own_link(read, partner.id, link_code) if link_code else default_link(read, partner.id)
    if link is None:
        raise NotOffered
    return rules.poster_data(design, offer, Maker(partner.name, partner.code, link_url(link.code, slug)))


def post_of_today(read: Read, partner: Partner, link: Link | None = None) -> Post | None:
    """Pick what a partner might post today: the first camp offered, a text and a poster by turns.

    Three statements when `link`, the main link, is at hand. None when no camp is open, the camp has no texts,
    or the main link is still being made.
    """
    cohort = next(iter(list_offered(read).values()), None)
    link = link or default_link(read, partner.id)
    if cohort is None or link is None:
        return None
    story = camps.list_stories(read, [cohort.camp_id]).get(cohort.camp_id, Story())
    url, day = link_url(link.code, cohort.camp_slug), program_day(read.now)
    start = rules.day_text(cohort.starts_on, cohort.language)
    values = {"link": url, "camp": cohort.camp_title, "start": start}
    texts = rules.texts_of(cohort.camp_slug, story.copy, values)
    text = rules.turn_of_the_day(texts, day)
    if text is None:
        return None
    near = (cohort.starts_on - day).days <= _COUNTDOWN_DAYS
    turns = [Design.COUNTDOWN, Design.HEADLINE] if near else [Design.HEADLINE, Design.OUTLINE]
    design = rules.turn_of_the_day(turns, day) or Design.HEADLINE
    return Post(
        camp_slug=cohort.camp_slug,
        camp_title=cohort.camp_title,
        cohort_name=cohort.name,
        asset=text.asset,
        channel=text.channel,
        title=text.title,
        text=text.text,
        url=url,
        link_code=link.code,
        design=design,
        more_texts=len(texts) - 1,
    )
