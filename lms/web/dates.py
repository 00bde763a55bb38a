"""Dates as people say them: relative near now, absolute otherwise, always in a named zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date, format_time, get_timezone_name
from flask import g
from flask_login import current_user

from lms.kernel.parts import current_parts
from lms.kernel.text import current_language, t, tn

DEFAULT_ZONE = "Asia/Shanghai"


def viewer_zone() -> ZoneInfo:
    """Give the time zone of the person who looks."""
    name = getattr(current_user, "time_zone", None) if current_user else None
    return zone(name)


@lru_cache(maxsize=600)  # listing the known zones walks the file system, some 5 ms each time
def zone(name: str | None) -> ZoneInfo:
    """Read a time zone's name; unknown and missing ones become the default."""
    return ZoneInfo(name) if name in available_timezones() else ZoneInfo(DEFAULT_ZONE)


def now() -> datetime:
    """Give the moment of this request, fixed once."""
    if "now" not in g:
        g.now = current_parts().clock.now()
    moment: datetime = g.now
    return moment


def _locale() -> str:
    return "zh_Hans_CN" if current_language() == "zh" else "en_GB"


def _local(instant: datetime, tz: str | ZoneInfo | None) -> datetime:
    return instant.astimezone(tz if isinstance(tz, ZoneInfo) else zone(tz) if tz else viewer_zone())


def clock(instant: datetime, tz: str | ZoneInfo | None = None) -> str:
    """Write the time of day, such as 18:48."""
    return format_time(_local(instant, tz), "HH:mm", locale=_locale())


def day(value: date | datetime, tz: str | ZoneInfo | None = None, *, weekday: bool = True) -> str:
    """Write a date; the year only when it is not this one."""
    local = _local(value, tz).date() if isinstance(value, datetime) else value
    this_year = local.year == _local(now(), tz).year
    if current_language() == "zh":
        pattern = ("M月d日" if this_year else "yyyy年M月d日") + (" EEE" if weekday else "")
    else:
        pattern = ("EEE, " if weekday else "") + ("d MMM" if this_year else "d MMM yyyy")
    return format_date(local, pattern, locale=_locale())


def _near(local: datetime, tz: str | ZoneInfo | None) -> str:
    days = (local.date() - _local(now(), tz).date()).days
    if days == 0:
        return t("今天", "today")
    if days == 1:
        return t("明天", "tomorrow")
    if days == -1:
        return t("昨天", "yesterday")
    return day(local.date(), tz, weekday=abs(days) < 7)


def when(instant: datetime, tz: str | ZoneInfo | None = None) -> str:
    """Write a moment: minutes ago, today 18:48, yesterday, or the date."""
    ago = now() - instant
    if timedelta(0) <= ago < timedelta(minutes=1):
        return t("刚刚", "just now")
    if timedelta(0) <= ago < timedelta(hours=1):
        return tn(int(ago.total_seconds() // 60), "{n} 分钟前", "{n} minute ago", "{n} minutes ago")
    local = _local(instant, tz)
    return t("{day} {clock}", "{day}, {clock}", day=_near(local, tz), clock=clock(local, local.tzinfo))  # type: ignore[arg-type]


def due(instant: datetime, tz: str | ZoneInfo | None = None) -> str:
    """Write a deadline: 今天 22:00 截止，还有 3 小时. A given zone that is not the reader's shows both clocks."""
    local = _local(instant, tz)
    # Midnight reads as the end of the day before it.
    shown = local - timedelta(minutes=1) if (local.hour, local.minute) == (0, 0) else local
    at = "24:00" if shown is not local else clock(local, local.tzinfo)  # type: ignore[arg-type]
    said = t("{day} {at} 截止", "due {day} at {at}", day=_near(shown, tz), at=at) + (yours(instant, tz) if tz else "")
    left = instant - now()
    if timedelta(0) < left < timedelta(hours=24):
        return t("{said}，还有 {left}", "{said}, {left} left", said=said, left=span(left))
    return said


def yours(instant: datetime, tz: str | ZoneInfo) -> str:
    """Add the reader's own clock to a time of another zone: （你那里 14:00）; empty where both show the same."""
    own = getattr(current_user, "time_zone", None) if current_user else None
    there, here = _local(instant, tz), _local(instant, own)
    if own is None or there.replace(tzinfo=None) == here.replace(tzinfo=None):
        return ""
    at = clock(here, own)
    if there.date() != here.date():
        at = f"{day(here.date(), own, weekday=False)} {at}"
    return t("（你那里 {at}）", " ({at} for you)", at=at)


def span(length: timedelta) -> str:
    """Write how long: 3 hours, 12 minutes."""
    minutes = int(length.total_seconds() // 60)
    if minutes >= 48 * 60:
        return tn(minutes // 1440, "{n} 天", "{n} day", "{n} days")
    if minutes >= 60:
        return tn(minutes // 60, "{n} 小时", "{n} hour", "{n} hours")
    return tn(max(minutes, 1), "{n} 分钟", "{n} minute", "{n} minutes")


def zone_name(tz: str) -> str:
    """Write a zone for people, with its present distance: 中国标准时间 UTC+8 / China Standard Time UTC+8."""
    local = now().astimezone(zone(tz))
    return f"{_spoken_zone(zone(tz).key, local.year, _locale())} {_distance(local)}"


@lru_cache(maxsize=1200)
def _spoken_zone(key: str, year: int, locale: str) -> str:
    """Give the standard name where the clock never changes, otherwise the one that holds all year."""
    winter, summer = (datetime(year, month, 1, tzinfo=zone(key)).utcoffset() for month in (1, 7))
    return get_timezone_name(zone(key), locale=locale, zone_variant="standard" if winter == summer else None)


def _distance(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta(0)).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
