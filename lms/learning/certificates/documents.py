"""What stands on a certificate and on the share card: data for the designs, nothing drawn here."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_month_names

from lms.kernel.text import Language, Text
from lms.learning.certificates.rules import Days, Snapshot, serial

_HOUSE = Text("启营", "Encamp")
_HOUSE_ROLE = Text("训练营主办方", "Organiser of the camp")
_COHORT = Text("第 {n} 期", "Cohort {n}")
_DAY = Text("{year} 年 {month} 月 {day} 日", "{day} {name} {year}")
_SAME_MONTH = Text("{year} 年 {month} 月 {day} 日至 {day2} 日", "{day} to {day2} {name} {year}")
_SAME_YEAR = Text("{year} 年 {month} 月 {day} 日至 {month2} 月 {day2} 日", "{day} {name} to {day2} {name2} {year}")
_SPAN = Text("{first}至 {last}", "{first} to {last}")
_TASKS = Text("完成必做任务 {done} / {total} 项", "{done} of {total} required tasks done")
_HEADLINE = (Text("{n} 天，", "{n} days."), Text("我走完了", "I made it."))
_DAYS_DONE = Text("天打卡", "days checked in")
_DAYS_MADE_UP = Text("天打卡，{n} 天补上", "days, {n} made up")
_TASKS_DONE = Text("必做任务", "required tasks")


VERIFY = "/verify"
_MOST_ADDRESS = 32


def verify_path(code: str) -> str:
    """Give the path of the public page of a certificate."""
    return f"{VERIFY}/{code}"


def other_language(language: Language) -> Language:
    """Give the language a certificate was not issued in."""
    return "en" if language == "zh" else "zh"


def day_words(day: date, language: Language) -> str:
    """Write a date in full, as on paper."""
    return _DAY.in_(language, **_parts(day))


def span_words(starts_on: date, ends_on: date, language: Language) -> str:
    """Write the stretch from one date to another without saying anything twice."""
    if starts_on == ends_on:
        return day_words(starts_on, language)
    last = {f"{name}2": value for name, value in _parts(ends_on).items()}
    if (starts_on.year, starts_on.month) == (ends_on.year, ends_on.month):
        return _SAME_MONTH.in_(language, **_parts(starts_on), **last)
    if starts_on.year == ends_on.year:
        return _SAME_YEAR.in_(language, **_parts(starts_on), **last)
    return _SPAN.in_(language, first=day_words(starts_on, language), last=day_words(ends_on, language))


def cohort_words(snapshot: Snapshot, language: Language) -> str:
    """Give the cohort's name; a plain numbered one is said in the language asked for."""
    numbered = _COHORT.in_(snapshot.camp_language, n=snapshot.cohort_number)
    return _COHORT.in_(language, n=snapshot.cohort_number) if snapshot.cohort == numbered else snapshot.cohort


def tasks_words(snapshot: Snapshot, language: Language) -> str:
    """Say how many required tasks were done."""
    return _TASKS.in_(language, done=snapshot.tasks_done, total=snapshot.tasks_total)


def achievement_words(snapshot: Snapshot, language: Language) -> str:
    """Give the camp's own words for what was achieved, in the other language the count instead."""
    written = snapshot.achievement if language == snapshot.camp_language else ""
    return written or tasks_words(snapshot, language)


def certificate_data(
    snapshot: Snapshot, code: str, issued_at: datetime, language: Language, public_url: str
) -> dict[str, Any]:
    """Give the fields of the designs certificate-classic and certificate-modern."""
    issued_on = issued_at.astimezone(ZoneInfo(snapshot.time_zone)).date()
    url = public_url + verify_path(code)
    return {
        "lang": language,
        "palette": "leaf",
        "name": snapshot.name,
        "camp": snapshot.camp,
        "cohort": cohort_words(snapshot, language),
        "dates": span_words(snapshot.starts_on, snapshot.ends_on, language),
        "achievement": achievement_words(snapshot, language),
        "serial": serial(code),
        "url": url,
        "url_text": _without_scheme(url),
        "signer": snapshot.signer or _HOUSE.in_(language),
        "signer_role": snapshot.signer_role or _HOUSE_ROLE.in_(language),
        "issued": day_words(issued_on, language),
        "date_iso": issued_on.isoformat(),
    }


def card_data(
    snapshot: Snapshot, days: Days, code: str, language: Language, share_url: str, public_url: str
) -> dict[str, Any]:
    """Give the fields of the design share-card; a partner's link carries the partner's name and the disclosure."""
    # The serial stands beside it, so the address of the form is enough; a long one would not fit the line.
    address = _without_scheme(public_url + VERIFY)
    data: dict[str, Any] = {
        "lang": language,
        "palette": "pine",
        "headline": [line.in_(language, n=days.total) for line in _HEADLINE],
        "name": snapshot.name,
        "camp": snapshot.camp,
        "cohort": cohort_words(snapshot, language),
        "days": days.total,
        "made_up": list(days.made_up),
        "missed": list(days.missed),
        "numbers": _card_numbers(days, language),
        "serial": serial(code),
        "verify": address if len(address) <= _MOST_ADDRESS else "",
        "url": share_url,
    }
    if share_url != landing_url(snapshot.camp_slug, public_url):
        data["partner"] = snapshot.name
    return data


def landing_url(camp_slug: str, public_url: str) -> str:
    """Give the address of a camp's page."""
    return f"{public_url}/c/{camp_slug}"


def _card_numbers(days: Days, language: Language) -> list[dict[str, str]]:
    made_up = len(days.made_up)
    label = _DAYS_MADE_UP.in_(language, n=made_up) if made_up else _DAYS_DONE.in_(language)
    return [
        {"value": str(len(days.done) + made_up), "label": label},
        {"value": f"{days.tasks_done}/{days.tasks_total}", "label": _TASKS_DONE.in_(language)},
    ]


def _parts(day: date) -> dict[str, object]:
    name = get_month_names("wide", locale="en")[day.month]
    return {"year": day.year, "month": day.month, "day": day.day, "name": name}


def _without_scheme(url: str) -> str:
    return url.split("://", 1)[-1]
