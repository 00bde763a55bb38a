"""What each poster shows, from the camp's story and real numbers, shortened to what its place holds."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from lms.affiliates.promo.errors import PosterRefused
from lms.affiliates.promo.rules.facts import Day, Maker, Offer, Week, day_text, lines_of, month_name, starts_text
from lms.affiliates.promo.rules.lengths import first_clause, first_fitting, whole_sentences, without_heads
from lms.affiliates.promo.rules.refusals import refusal_text
from lms.kernel.money import Money, write_money
from lms.kernel.text import Language, Text
from lms.kernel.widths import width

# What each place holds at its smallest step, in full-width characters.
_ITEM_WIDTH = 18.0
_FINALE_WIDTH = 19.0
_TITLE_WIDTH = 17.0
_STAGE_WIDTH = 11.0
_KICKER_WIDTH = 17.0
_RESULT_KICKER_WIDTH = 19.0
_ROLE_WIDTH = 24.0
_SUMMARY_WIDTH = 62.0
_OFFER_TITLE_WIDTH = 20.0
# How many days of each stretch the page holds beside so many stretches; with more it shows the stretches alone.
_ITEMS = {1: 3, 2: 3, 3: 3, 4: 2, 5: 1}
_STAGES = 9
_WEEK = 7


class Design(StrEnum):
    """The posters there are. The one of the offer shows an early price for as long as it holds."""

    HEADLINE = "headline"
    COUNTDOWN = "countdown"
    OUTLINE = "outline"
    LETTER = "letter"
    RESULTS = "results"
    OFFER = "offer"


DESIGNS: Mapping[Design, Text] = {
    Design.HEADLINE: Text("开营", "Opening"),
    Design.COUNTDOWN: Text("倒计时", "Countdown"),
    Design.OUTLINE: Text("课程表", "Day by day"),
    Design.LETTER: Text("一封信", "A letter"),
    Design.RESULTS: Text("往期结果", "Results"),
    Design.OFFER: Text("早鸟价", "Early price"),
}


def poster_data(design: Design, offer: Offer, maker: Maker) -> dict[str, Any]:
    """Give the data of a poster for the typesetter; what the camp does not say is missing there.

    Refuses PosterRefused for results as long as no cohort has finished, for the offer without an early price.
    The disclosure is drawn by the template wherever a partner is named.
    """
    common = {"lang": offer.language, "partner": maker.name, "code": maker.code, "url": maker.url}
    common["address"] = maker.address
    return common | _BUILDERS[design](offer)


def _headline(offer: Offer) -> dict[str, Any]:
    say = offer.language
    minutes = Text("每天约 {n} 分钟", "{n} min a day").in_(say, n=offer.minutes_per_day)
    return {
        "palette": "pine",
        "headline": lines_of(offer.promise),
        "sub": whole_sentences(offer.summary, _SUMMARY_WIDTH),
        "kicker": first_fitting(_KICKER_WIDTH, offer.cohort_name),
        "facts": [
            {"value": day_text(offer.starts_on, say, short=True), "label": Text("开营", "first day").in_(say)},
            {"value": Text("{n} 天", "{n} days").in_(say, n=len(offer.days)), "label": minutes},
            {
                "value": Text("{n} 席", "{n} seats").in_(say, n=offer.seats),
                "label": Text("满员可候补", "then a list").in_(say),
            },
        ],
    }


def _countdown(offer: Offer) -> dict[str, Any]:
    say = offer.language
    now = offer.now
    as_of = Text("截至 {day} {clock}", "as of {day}, {clock}")
    return {
        "palette": "ink",
        "days": max(0, (offer.starts_on - now.date()).days),
        "title": first_fitting(_TITLE_WIDTH, f"{offer.title} · {offer.cohort_name}", offer.title),
        "when": starts_text(offer.starts_on, say),
        "seats_left": min(offer.seats_left, offer.seats),
        "seats_total": offer.seats,
        "as_of": as_of.in_(say, day=day_text(now.date(), say, short=True), clock=f"{now:%H:%M}"),
    }


def _outline(offer: Offer) -> dict[str, Any]:
    say = offer.language
    days = offer.days
    weeks = _weeks(offer)
    most = _ITEMS.get(len(weeks), 0)
    daily = Text("{n} 天，\n每天做什么", "{n} days,\nday by day")
    weekly = Text("{n} 天，\n一段一段走", "{n} days,\nstep by step")
    heads = (daily if most else weekly).in_(say, n=len(days))
    span = Text("第 {first}–{last} 天", "Days {first}–{last}")
    titles = without_heads([week.title for week in weeks], _STAGE_WIDTH)
    stages = [
        {
            "title": title,
            "days": span.in_(say, first=week.first, last=week.last),
            "items": _items([day for day in days[:-1] if week.first <= day.number <= week.last], most, say),
        }
        for week, title in zip(weeks, titles, strict=True)
    ]
    return {
        "palette": "paper",
        "kicker": starts_text(offer.starts_on, say),
        "headline": lines_of(heads),
        "stages": stages,
        "finale": _finale(days, say),
    }


def _weeks(offer: Offer) -> list[Week]:
    """Give the stretches of a camp, calendar weeks where it names none; past the ninth the rest becomes one."""
    say, last = offer.language, max((day.number for day in offer.days), default=0)
    week, rest = Text("第 {n} 周", "Week {n}"), Text("还有 {n} 段", "{n} more")
    starts = list(range(1, last - 1, _WEEK))  # a day or two at the end belong to the week before
    ends = zip(starts, [*(first - 1 for first in starts[1:]), last], strict=False)
    weeks = list(offer.weeks) or [Week(week.in_(say, n=n), *span) for n, span in enumerate(ends, start=1)]
    if len(weeks) <= _STAGES:
        return weeks
    shown, left = weeks[: _STAGES - 1], weeks[_STAGES - 1 :]
    return [*shown, Week(rest.in_(say, n=len(left)), left[0].first, left[-1].last)]


def _items(days: Sequence[Day], most: int, say: Language) -> list[dict[str, str]]:
    """Pick days whose titles fit one line, spread from the first to the last."""
    fitting = [day for day in days if width(day.title) <= _ITEM_WIDTH]
    step = max(1, (len(fitting) - 1) // max(1, most - 1))
    chosen = fitting[::step][:most] if len(fitting) > most else fitting
    number = Text("第 {n} 天", "Day {n}")
    return [{"day": number.in_(say, n=day.number), "text": day.title} for day in chosen]


def _finale(days: Sequence[Day], say: Language) -> str:
    if not days:
        return ""
    last = Text("第 {n} 天：{title}", "Day {n}: {title}").in_(say, n=days[-1].number, title=days[-1].title)
    if width(last) <= _FINALE_WIDTH:
        return last
    return Text("第 {n} 天：结营", "Day {n}: the finish").in_(say, n=days[-1].number)


def _letter(offer: Offer) -> dict[str, Any]:
    host, say = offer.host, offer.language
    plain = Text(
        "{camp}，{start}开营，一共 {n} 天，每天约 {minutes} 分钟。每天的题目都公开，先看再定。",
        "{camp} starts on {start}: {n} days, about {minutes} minutes a day. Every day’s task is public, so look first.",
    ).in_(
        say,
        camp=offer.title,
        start=day_text(offer.starts_on, say),
        n=len(offer.days),
        minutes=offer.minutes_per_day,
    )
    return {
        "palette": "warm",
        "heading": lines_of(Text("写给还没开始的你", "To you, who\nhas not begun").in_(say)),
        "greeting": Text("你好：", "Hello,").in_(say),
        # Without the host's own words there is no letter to sign.
        "paragraphs": [host.quote, offer.summary, plain] if host and host.quote else [],
        "signature": host.name if host else "",
        "role": first_clause(host.role, _ROLE_WIDTH) if host else "",
        "seal": Text("启营", "启营").in_(say),
        "date": Text("{y} 年 {m} 月", "{month} {y}").in_(
            say, y=offer.now.year, m=offer.now.month, month=month_name(offer.now.month)
        ),
    }


def _results(offer: Offer) -> dict[str, Any]:
    past, say = offer.finished, offer.language
    if past is None or not past.joined:
        raise PosterRefused(refusal_text("missing", "total"))
    share = f"{past.completed / past.joined:.1%}"
    done = Text("{n} 人", "{n}").in_(say, n=past.completed)
    heads = Text("{joined} 人出发\n{done} 人到达", "{joined} set out\n{done} arrived")
    counted = Text(
        "完成＝交齐 {percent}% 以上必做任务。统计至 {day}，开营后退出的人也算在内。",
        "Finished means at least {percent}% of the required work. Counted to {day}, leavers included.",
    )
    return {
        "palette": "pine",
        "kicker": first_fitting(_RESULT_KICKER_WIDTH, f"{offer.title} · {past.name}", past.name),
        "headline": lines_of(heads.in_(say, joined=past.joined, done=past.completed)),
        "emphasis": done,
        "total": past.joined,
        "done": past.completed,
        "highlights": [
            {"value": share, "label": Text("完成率", "finished").in_(say)},
            {
                "value": Text("{n} 天", "{n} days").in_(say, n=past.days),
                "label": Text("每天一小件", "a piece a day").in_(say),
            },
        ],
        "note": counted.in_(say, percent=past.percent, day=day_text(past.ended_on, say)),
        "call": Text("{name}，{day} 出发", "{name} starts {day}").in_(
            say, name=offer.cohort_name, day=day_text(offer.starts_on, say, short=True)
        ),
    }


def _offer(offer: Offer) -> dict[str, Any]:
    early, say = offer.early, offer.language
    if early is None or early.until <= offer.now:
        raise PosterRefused(Text("早鸟价已经结束。", "the early price is over."))
    saved = write_money(Money(early.was_minor - early.now_minor, early.currency), say, short=True)
    heads = Text("早点来，\n少花 {saved}", "Come early,\nsave {saved}")
    symbol, price = _in_parts(Money(early.now_minor, early.currency), say)
    until = Text("早鸟价到 {day} {clock}", "Early price until {day}, {clock}")
    return {
        "palette": "ember",
        "title": first_fitting(_OFFER_TITLE_WIDTH, f"{offer.title} · {offer.cohort_name}", offer.title),
        "headline": lines_of(heads.in_(say, saved=saved)),
        "emphasis": saved,
        "currency": symbol,
        "price": price,
        "was": _in_parts(Money(early.was_minor, early.currency), say)[1],
        "until": until.in_(say, day=day_text(early.until.date(), say, short=True), clock=f"{early.until:%H:%M}"),
        "terms": starts_text(offer.starts_on, say),
    }


def _in_parts(amount: Money, say: Language) -> tuple[str, str]:
    """Give the currency's sign and the figures of a price."""
    written = write_money(amount, say, short=True)
    figures = written.lstrip("".join(char for char in written if not char.isdigit()))
    return written[: -len(figures)], figures


_BUILDERS: Mapping[Design, Callable[[Offer], dict[str, Any]]] = {
    Design.HEADLINE: _headline,
    Design.COUNTDOWN: _countdown,
    Design.OUTLINE: _outline,
    Design.LETTER: _letter,
    Design.RESULTS: _results,
    Design.OFFER: _offer,
}
