"""Texts with links in them and what posters show."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from lms.affiliates.commissions.rules import Terms
from lms.affiliates.promo import rules
from lms.affiliates.promo.errors import PosterRefused
from lms.affiliates.promo.rules import Day, Design, EarlyPrice, Finished, Host, Maker, Offer, Promise, Week, lengths
from lms.commerce.shop.rules import CouponTerms


@dataclass(frozen=True)
class Written:
    channel: str
    title: str
    text: str


VALUES = {"link": "https://encamp.example/r/ada", "camp": "清晰写作营", "start": "12 月 12 日", "price": "¥399"}
MAKER = Maker("林小满", "xiaoman", "https://encamp.example/r/xiaoman/clear-writing", "encamp.example/r/xiaoman")
OFFER = Offer(
    title="清晰写作营",
    language="zh",
    promise="21 天，\n写得清楚。",
    summary="每天写一小件，每一件都有人逐句点评。",
    minutes_per_day=50,
    host=Host("徐若岚", "主讲，报社编辑出身", "这 21 天只练一件事。"),
    weeks=[Week("写短", 1, 7), Week("写透", 8, 14), Week("写给人看", 15, 21)],
    days=[Day(n, f"第 {n} 件小事") for n in range(1, 22)],
    cohort_name="第 13 期",
    starts_on=date(2026, 12, 12),
    seats=100,
    seats_left=64,
    finished=Finished("第 11 期", date(2026, 11, 8), 62, 58, 80, 21),
    now=datetime(2026, 11, 21, 18, 48, tzinfo=ZoneInfo("Asia/Shanghai")),
)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{camp}，{start} 开营：{link}", "清晰写作营，12 月 12 日 开营：https://encamp.example/r/ada"),
        ("用 {花括号} 和 {0} 也行", "用 {花括号} 和 {0} 也行"),
        ("早鸟 {price}", "早鸟 ¥399"),
        ("{link}{link}", "https://encamp.example/r/adahttps://encamp.example/r/ada"),
        ("\n没有链接\n", "没有链接"),
    ],
)
def test_a_text_gets_link_camp_start_and_price(text: str, filled: str) -> None:
    assert rules.fill(text, VALUES) == filled


def test_texts_come_in_the_order_of_the_channels() -> None:
    written = [Written("private", "c", "{link}"), Written("moments", "a", "{camp}"), Written("odd", "d", "x")]
    texts = rules.texts_of("clear-writing", written, VALUES)
    assert [(text.asset, text.title) for text in texts] == [
        ("clear-writing/moments-2", "a"),
        ("clear-writing/private-1", "c"),
        ("clear-writing/odd-3", "d"),
    ]
    assert all(rules.is_asset(text.asset) for text in texts)


@pytest.mark.parametrize("key", ["", "a", "a/", "/a", "a/b/c", "A/b", "阿/b", f"{'a' * 61}/b"])
def test_other_words_name_no_asset(key: str) -> None:
    assert not rules.is_asset(key)


def test_everyone_has_a_turn() -> None:
    days = [date(2026, 11, day) for day in range(20, 24)]
    turns = [rules.turn_of_the_day("abc", day) for day in days]
    assert set(turns) == set("abc") and turns[0] == turns[3]
    assert rules.turn_of_the_day([], days[0]) is None


@dataclass(frozen=True)
class Opening:
    id: int
    language: str
    starts_on: date
    left: int = 10
    promise: Promise | None = None
    early_until: datetime | None = None


def _earning(id_: int, amount: int, day: int = 9, currency: str = "CNY", until: int = 0) -> Opening:
    promise = Promise(amount, amount * 5, currency, "20")
    early = datetime(2026, 12, until, tzinfo=UTC) if until else None
    return Opening(id_, "zh", date(2026, 12, day), promise=promise, early_until=early)


def test_what_can_be_recommended_best_comes_first() -> None:
    foreign = Opening(1, "en", date(2026, 11, 25))
    full, late, soon = (Opening(n, "zh", date(2026, 12, day)) for n, day in ((2, 1), (3, 20), (4, 9)))
    found = rules.by_promise([foreign, replace(full, left=0), late, soon], "zh")
    assert [one.id for one in found] == [4, 3, 1, 2]


def test_what_earns_most_and_ends_soonest_comes_before_what_is_free() -> None:
    free = Opening(1, "zh", date(2026, 11, 25))
    most, later, sooner = _earning(2, 7980, 20), _earning(3, 5980, until=8), _earning(4, 5980, until=3)
    dollars, full = _earning(5, 9900, currency="USD"), replace(_earning(6, 9000), left=0)
    found = rules.by_promise([free, later, full, dollars, sooner, most], "zh")
    assert [one.id for one in found] == [2, 4, 3, 5, 1, 6]


@pytest.mark.parametrize(
    ("text", "most", "kept"),
    [
        ("每天一小件。结营有作品。", 30, "每天一小件。结营有作品。"),
        ("每天一小件。结营有作品。", 8, "每天一小件。"),
        ("每天写一小件，写的都是真要发出去的东西。", 12, "每天写一小件…"),
        ("One piece a day. Then a note.", 12, "One piece a day."),
        ("没有句号也行", 4, "没有句…"),
        ("Costs 3.50 a day. Really.", 60, "Costs 3.50 a day. Really."),
        ("", 10, ""),
    ],
)
def test_a_summary_ends_with_a_sentence(text: str, most: float, kept: str) -> None:
    assert lengths.whole_sentences(text, most) == kept


def test_titles_lose_their_heads_together() -> None:
    titles = ["Days 1–2: Decide", "Days 3–5: Write and test it all"]
    assert lengths.without_heads(titles, 30) == titles
    assert lengths.without_heads(titles, 12) == ["Decide", "Write and test it all"]
    assert lengths.first_clause("主讲，报社编辑出身", 5) == "主讲"
    assert lengths.first_fitting(5, "清晰写作营 · 第 13 期", "第 13 期") == "第 13 期"


@pytest.mark.parametrize("design", [design for design in Design if design is not Design.OFFER])
def test_every_poster_but_the_offer_names_its_partner_and_no_price(design: Design) -> None:
    data = rules.poster_data(design, OFFER, MAKER)
    assert (data["partner"], data["address"], data["url"]) == (MAKER.name, MAKER.address, MAKER.url)
    assert "¥" not in str(data) and "$" not in str(data)


def test_the_countdown_counts_days_and_seats() -> None:
    data = rules.poster_data(Design.COUNTDOWN, OFFER, MAKER)
    assert (data["days"], data["seats_left"], data["seats_total"]) == (21, 64, 100)
    assert data["title"] == "清晰写作营 · 第 13 期" and data["when"] == "12 月 12 日 开营"
    assert data["as_of"] == "截至 11 月 21 日 18:48"
    late = rules.poster_data(Design.COUNTDOWN, replace(OFFER, starts_on=date(2026, 11, 20)), MAKER)
    assert late["days"] == 0


def test_the_outline_picks_days_that_fit() -> None:
    long = [Day(n, "很长的标题" * 8 if n == 4 else f"第 {n} 件小事") for n in range(1, 22)]
    data = rules.poster_data(Design.OUTLINE, replace(OFFER, days=long), MAKER)
    assert [stage["days"] for stage in data["stages"]] == ["第 1–7 天", "第 8–14 天", "第 15–21 天"]
    assert [item["day"] for item in data["stages"][0]["items"]] == ["第 1 天", "第 3 天", "第 6 天"]
    assert all(len(stage["items"]) <= 4 for stage in data["stages"])
    assert data["finale"] == "第 21 天：第 21 件小事"
    short = replace(OFFER, days=[Day(1, "很长的标题" * 8)], weeks=[])
    assert rules.poster_data(Design.OUTLINE, short, MAKER)["finale"] == "第 1 天：结营"


@pytest.mark.parametrize(
    ("weeks", "stages", "items", "headline"),
    [
        (3, 3, 3, "每天做什么"),
        (4, 4, 2, "每天做什么"),
        (5, 5, 1, "每天做什么"),
        (6, 6, 0, "一段一段走"),
        (14, 9, 0, "一段一段走"),
    ],
)
def test_the_outline_of_a_longer_camp_shows_fewer_days(weeks: int, stages: int, items: int, headline: str) -> None:
    days = [Day(n, f"第 {n} 件小事") for n in range(1, weeks * 7 + 1)]
    named = [Week(f"练第 {n} 件", n * 7 - 6, n * 7) for n in range(1, weeks + 1)]
    data = rules.poster_data(Design.OUTLINE, replace(OFFER, days=days, weeks=named), MAKER)
    assert [len(stage["items"]) for stage in data["stages"]] == [items] * stages
    assert data["headline"] == [f"{weeks * 7} 天，", headline]
    assert data["stages"][-1]["days"].endswith(f"–{weeks * 7} 天")
    if weeks == 14:
        assert (data["stages"][-1]["title"], data["stages"][-1]["days"]) == ("还有 6 段", "第 57–98 天")


@pytest.mark.parametrize(
    ("last", "spans"), [(2, []), (7, ["1–7"]), (16, ["1–7", "8–16"]), (24, ["1–7", "8–14", "15–21", "22–24"])]
)
def test_the_outline_of_a_camp_without_named_weeks_goes_by_the_calendar(last: int, spans: list[str]) -> None:
    days = [Day(n, f"第 {n} 件小事") for n in range(1, last + 1)]
    data = rules.poster_data(Design.OUTLINE, replace(OFFER, days=days, weeks=[]), MAKER)
    assert [(one["title"], one["days"]) for one in data["stages"]] == [
        (f"第 {n} 周", f"第 {span} 天") for n, span in enumerate(spans, 1)
    ]


def test_results_count_everybody_who_began() -> None:
    data = rules.poster_data(Design.RESULTS, OFFER, MAKER)
    assert data["headline"] == ["62 人出发", "58 人到达"] and (data["total"], data["done"]) == (62, 58)
    assert data["highlights"][0]["value"] == "93.5%"
    assert "80%" in data["note"] and "11 月 8 日" in data["note"]
    for finished in (None, Finished("第 1 期", date(2026, 1, 1), 0, 0, 80, 21)):
        with pytest.raises(PosterRefused):
            rules.poster_data(Design.RESULTS, replace(OFFER, finished=finished), MAKER)


def test_a_letter_is_in_the_hosts_own_words() -> None:
    data = rules.poster_data(Design.LETTER, OFFER, MAKER)
    assert data["paragraphs"][0] == "这 21 天只练一件事。" and data["signature"] == "徐若岚"
    for host in (None, Host("徐若岚", "", "")):
        assert rules.poster_data(Design.LETTER, replace(OFFER, host=host), MAKER)["paragraphs"] == []


def test_posters_speak_the_language_of_the_camp() -> None:
    english = replace(OFFER, language="en", cohort_name="Cohort 13")
    assert rules.poster_data(Design.COUNTDOWN, english, MAKER)["when"] == "Starts 12 December"
    assert rules.poster_data(Design.RESULTS, english, MAKER)["headline"] == ["62 set out", "58 arrived"]


def test_a_refusal_names_the_field_in_both_languages() -> None:
    text = rules.refusal_text("too-long", "sub")
    assert "简介" in text.zh and "summary" in text.en
    assert "🌾" in rules.refusal_text("characters", "partner", "🌾").zh
    assert rules.refusal_text("odd", "odd").en


EARLY = EarlyPrice(29_900, 39_900, "CNY", datetime(2026, 11, 25, 22, 0, tzinfo=ZoneInfo("Asia/Shanghai")))


def test_the_offer_tells_an_early_price_as_long_as_it_holds() -> None:
    shown = rules.poster_data(Design.OFFER, replace(OFFER, early=EARLY), MAKER)
    assert shown["headline"] == ["早点来，", "少花 ¥100"] and shown["emphasis"] == "¥100"
    assert (shown["currency"], shown["price"], shown["was"]) == ("¥", "299", "399")
    assert shown["until"] == "早鸟价到 11 月 25 日 22:00"
    dollars = replace(EARLY, now_minor=12_950, was_minor=119_900, currency="USD")
    english = rules.poster_data(Design.OFFER, replace(OFFER, early=dollars, language="en"), MAKER)
    assert english["headline"] == ["Come early,", "save $1,069.50"]
    assert (english["currency"], english["price"], english["was"]) == ("$", "129.50", "1,199")
    assert english["until"] == "Early price until 25 Nov, 22:00"


@pytest.mark.parametrize("early", [None, replace(EARLY, until=OFFER.now)])
def test_no_offer_without_an_early_price(early: EarlyPrice | None) -> None:
    with pytest.raises(PosterRefused):
        rules.poster_data(Design.OFFER, replace(OFFER, early=early), MAKER)


@pytest.mark.parametrize(
    ("price", "terms", "amount"),
    [
        (39_900, Terms(percent_bps=2000), 7_980),
        (9_999, Terms(percent_bps=6000, cap_bps=5000), 4_999),
        (33_333, Terms(percent_bps=1650), 5_500),
    ],
)
def test_a_promise_is_what_the_terms_pay_under_the_cap(price: int, terms: Terms, amount: int) -> None:
    found = rules.promise_of(price, "CNY", terms)
    assert found is not None and found.amount_minor == amount


def test_nothing_is_promised_where_it_comes_to_nothing() -> None:
    assert rules.promise_of(1, "CNY", Terms(percent_bps=2000)) is None
    assert rules.promise_of(0, "CNY", Terms(percent_bps=2000)) is None


@pytest.mark.parametrize(
    ("coupon", "expected"),
    [
        (CouponTerms(percent_bps=1000), True),
        (CouponTerms(percent_bps=1000, camp_id=1), True),
        (CouponTerms(percent_bps=1000, camp_id=2), False),
        (CouponTerms(percent_bps=1000, cohort_id=8), False),
        (CouponTerms(amount_minor=500, currency="CNY"), True),
        (CouponTerms(amount_minor=500, currency="USD"), False),
    ],
)
def test_a_coupon_fits_where_it_takes_something_off(coupon: CouponTerms, expected: bool) -> None:
    assert rules.fits(coupon, 1, 7, "CNY") is expected
