"""Reading camp.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import time

from lms.kernel.text import LANGUAGES
from lms.learning.camps.folder.draft import Copy, Faq, Host, Report, Side, Story, Week
from lms.learning.camps.folder.fields import Fields

CAMP_FILE = "camp.toml"
CHANNELS = ("moments", "group", "private")
COPY_PLACES = frozenset({"link", "camp", "start", "price"})
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 60
_TAKEN = frozenset({"import", "imports"})  # addresses of the console beside the camps'

_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Head:
    """What camp.toml says about the camp as a whole; empty words where it says nothing."""

    slug: str
    title: str
    language: str
    story: Story


def is_slug(text: str) -> bool:
    """Tell whether a text can stand in an address: small letters, digits, single hyphens, at most 60."""
    return len(text) <= LONGEST_SLUG and text not in _TAKEN and SLUG.fullmatch(text) is not None


def suggest_slug(name: str) -> str:
    """Make a slug from a folder's or an archive's name; empty when nothing of it can stand in an address."""
    return re.sub(r"[^a-z0-9]+", "-", plain_name(name).lower()).strip("-")[:LONGEST_SLUG].strip("-")


def plain_name(name: str) -> str:
    """Take from an archive's name what its packing added: .zip, and the branch that GitHub writes behind."""
    return re.sub(r"-(main|master)$", "", re.sub(r"\.zip$", "", name, flags=re.IGNORECASE))


def read_head(data: bytes, report: Report) -> Head:
    """Read camp.toml; what is wrong with it becomes lines of the report."""
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        report.refuse(CAMP_FILE, "不是 UTF-8 编码，请另存为 UTF-8。", "It is not UTF-8. Save it as UTF-8.")
        return Head("", "", "", Story())
    except tomllib.TOMLDecodeError as error:
        report.refuse(CAMP_FILE, "读不出来：{error}", "It cannot be read: {error}", error=error)
        return Head("", "", "", Story())
    fields = Fields(values, CAMP_FILE, report)
    head = Head(
        slug=fields.text("slug", most=LONGEST_SLUG),
        title=fields.text("title", required=True, most=120),
        language=fields.word("language", LANGUAGES) if "language" in values else "",
        story=_story(fields, report),
    )
    fields.close()
    return head


def _story(fields: Fields, report: Report) -> Story:
    usual = Story()
    return Story(
        promise=fields.text("promise", most=200),
        summary=fields.text("summary", most=1000),
        outcomes=fields.texts("outcomes") or (),
        audience=fields.texts("audience") or (),
        not_for=fields.texts("not_for") or (),
        before=_side(fields.table("before")),
        after=_side(fields.table("after")),
        host=_host(fields.table("host")),
        weeks=_weeks(fields.tables("weeks"), report),
        faq=tuple(_faq(one) for one in fields.tables("faq")),
        copy=tuple(_copy(one, report) for one in fields.tables("copy")),
        minutes_per_day=fields.whole("minutes_per_day", usual.minutes_per_day, 1, 24 * 60),
        unlock=fields.clock("unlock", usual.unlock) or time(0),
        cutoff=fields.clock("cutoff", usual.cutoff) or time(0),
        completion_percent=fields.whole("completion_percent", usual.completion_percent, 1, 100),
        achievement=fields.text("achievement", most=500),
    )


def _side(fields: Fields | None) -> Side | None:
    if fields is None:
        return None
    side = Side(
        label=fields.text("label", most=60),
        text=fields.text("text", required=True, most=2000),
        caption=fields.text("caption", most=500),
    )
    fields.close()
    return side


def _host(fields: Fields | None) -> Host | None:
    if fields is None:
        return None
    host = Host(
        name=fields.text("name", required=True, most=80),
        role=fields.text("role", most=200),
        quote=fields.text("quote", most=1000),
    )
    fields.close()
    return host


def _weeks(tables: list[Fields], report: Report) -> tuple[Week, ...]:
    weeks: list[Week] = []
    for place, fields in enumerate(tables, start=1):
        week = Week(
            title=fields.text("title", required=True, most=120),
            takeaway=fields.text("takeaway", most=300),
            first=fields.whole("from", 1, 0, 999),
            last=fields.whole("to", 999, 0, 999),
        )
        fields.close()
        if week.last < week.first or (weeks and week.first <= weeks[-1].last):
            report.refuse(
                CAMP_FILE,
                "weeks[{place}] 的天数要从小到大，不能和上一段重叠。",
                "weeks[{place}] must run upwards and not overlap the one before.",
                place=place,
            )
        weeks.append(week)
    return tuple(weeks)


def _faq(fields: Fields) -> Faq:
    faq = Faq(
        question=fields.text("question", required=True, most=300),
        answer=fields.text("answer", required=True, most=3000),
    )
    fields.close()
    return faq


def _copy(fields: Fields, report: Report) -> Copy:
    copy = Copy(
        channel=fields.word("channel", CHANNELS),
        title=fields.text("title", most=120),
        text=fields.text("text", required=True, most=3000),
    )
    fields.close()
    places = _PLACE.findall(copy.text)
    if copy.text and "link" not in places:
        report.refuse(
            CAMP_FILE,
            "素材「{title}」里没有 {{link}}，合伙人的链接放不进去。",
            "The copy “{title}” has no {{link}}, so a partner’s link has no place in it.",
            title=copy.title,
        )
    if unknown := sorted(set(places) - COPY_PLACES):
        report.refuse(
            CAMP_FILE,
            "素材「{title}」里的 {{{unknown}}} 不认识，可以用 {{link}}、{{camp}}、{{start}}、{{price}}。",
            "The copy “{title}” has {{{unknown}}}, which means nothing. Use {{link}}, {{camp}}, {{start}}, {{price}}.",
            title=copy.title,
            unknown=unknown[0],
        )
    return copy
