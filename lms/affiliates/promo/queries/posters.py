"""What posters show."""

from datetime import tzinfo
from zoneinfo import ZoneInfo

from lms.affiliates.partners.queries import Partner
from lms.affiliates.promo import rules
from lms.affiliates.promo.errors import NotOffered
from lms.affiliates.promo.queries.offered import list_offered
from lms.affiliates.promo.rules import Day, Design, EarlyPrice, Finished, Host, Maker, Offer, Week
from lms.affiliates.tracking.queries import default_link, get_own_link, link_url
from lms.commerce.shop.queries import Price
from lms.kernel.work import Read
from lms.learning.camps import queries as camps
from lms.learning.camps.queries import Landing
from lms.learning.enrollments import queries as enrollments


def get_offer(read: Read, slug: str, group_id: int | None = None) -> Offer:
    """Gather what the posters of a camp show to a partner of a group; refuses NotOffered."""
    opening = list_offered(read, group_id).get(slug)
    if opening is None:
        raise NotOffered
    cohort = opening.cohort
    landing = camps.get_landing(read, slug)
    story = landing.story
    host = story.host
    zone = ZoneInfo(cohort.time_zone)
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
        seats_left=opening.left,
        finished=_finished(read, landing),
        now=read.now.astimezone(zone),
        early=_early(opening.price, zone),
    )


def _early(price: Price | None, zone: tzinfo) -> EarlyPrice | None:
    if price is None or price.early_until is None:
        return None
    return EarlyPrice(price.now_minor, price.list_minor, price.currency, price.early_until.astimezone(zone))


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
    """Give the data of a partner's poster for the typesetter; refuses NotOffered, NotFound, PosterRefused."""
    offer = get_offer(read, slug, partner.group_id)
    link = get_own_link(read, partner.id, link_code) if link_code else default_link(read, partner.id)
    if link is None:
        raise NotOffered
    address = link_url(link.code).split("://", 1)[-1]
    return rules.poster_data(design, offer, Maker(partner.name, partner.code, link_url(link.code, slug), address))
