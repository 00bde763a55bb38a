"""When a message may ring, what may be switched off, and how a topic is named."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from lms.kernel.text import Text
from lms.people.messages.errors import TopicUnknown


class Channel(StrEnum):
    """How a message reaches a person; the in-app notice is always kept, so only mail is a choice."""

    MAIL = "mail"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class TopicGroup(StrEnum):
    """What people switch on and off together."""

    LESSONS = "lessons"
    ANSWERS = "answers"
    CAMPS = "camps"
    PARTNER = "partner"
    OTHER = "other"


GROUP_LABELS = {
    TopicGroup.LESSONS: Text("打卡与点评", "Check-ins and reviews"),
    TopicGroup.ANSWERS: Text("提问与答疑汇总", "Questions and digests"),
    TopicGroup.CAMPS: Text("报名、班期与证书", "Seats, cohorts and certificates"),
    TopicGroup.PARTNER: Text("推广与合伙", "Partner news"),
    TopicGroup.OTHER: Text("其他通知", "Everything else"),
}
GROUP_HINTS = {
    TopicGroup.LESSONS: Text("截止前的提醒、老师的点评。", "Reminders before the cutoff, reviews of your work."),
    TopicGroup.ANSWERS: Text("你的问题有了回答、当天的汇总发布。", "Answers to your questions, the digest of the day."),
    TopicGroup.CAMPS: Text("候补到位、日程变动、结营证书。", "A seat that came free, changed dates, your certificate."),
    TopicGroup.PARTNER: Text("申请结果、有人通过你的链接报名。", "Your application, joins through your link."),
    TopicGroup.OTHER: Text("上面没有列出的事。", "What is not listed above."),
}
_ROOM_GROUPS = {
    "checkins": TopicGroup.LESSONS,
    "questions": TopicGroup.ANSWERS,
    "camps": TopicGroup.CAMPS,
    "enrollments": TopicGroup.CAMPS,
    "certificates": TopicGroup.CAMPS,
}
_FLOOR_GROUPS = {"affiliates": TopicGroup.PARTNER}
_TOPIC_PARTS = 3


@dataclass(frozen=True)
class QuietHours:
    """A daily window without mail, in the person's own zone; may run over midnight."""

    starts: time
    ends: time

    def holds(self, clock: time) -> bool:
        """Say whether a wall clock time lies in the window: from the start, up to the end."""
        if self.starts <= self.ends:
            return self.starts <= clock < self.ends
        return clock >= self.starts or clock < self.ends


# Nobody has to set anything to sleep through the night.
DEFAULT_QUIET = QuietHours(time(23, 0), time(7, 0))


def group_of(topic: str) -> TopicGroup:
    """Give the group of a topic "floor/room/name"; refuses TopicUnknown for another shape."""
    parts = topic.split("/")
    if len(parts) != _TOPIC_PARTS or not all(part.replace("_", "").isalnum() for part in parts):
        raise TopicUnknown(topic=topic)
    floor, room, _ = parts
    return _ROOM_GROUPS.get(room) or _FLOOR_GROUPS.get(floor) or TopicGroup.OTHER


def template_of(topic: str, part: str) -> str:
    """Name the template of one part of a topic's mail: "subject.txt", "body.txt", "body.html"."""
    group_of(topic)
    floor, room, name = topic.split("/")
    return f"{floor}/{room}/mail/{name}/{part}"


def when_to_send(
    wanted: datetime,
    now: datetime,
    quiet: QuietHours | None,
    zone: str,
    expires_at: datetime | None = None,
) -> datetime | None:
    """Give the moment a mail goes out, or None when it would come too late to be of use.

    All times are aware. In quiet hours a mail waits for their end. When that would be after
    `expires_at` it goes before they begin; when that is past already it goes at once, because
    what it speaks of does not wait. Never before `now`, never after `expires_at`.
    """
    wanted = max(wanted, now)
    if expires_at is not None and wanted > expires_at:
        return None
    window = _window_around(wanted, quiet, zone)
    if window is None:
        return wanted
    begins, ends = window
    if expires_at is None or ends <= expires_at:
        return ends
    return begins if begins >= now else wanted


def _window_around(moment: datetime, quiet: QuietHours | None, zone: str) -> tuple[datetime, datetime] | None:
    """Give the last moment before and the first moment after the quiet hours around a moment."""
    if quiet is None or quiet.starts == quiet.ends:
        return None
    local = moment.astimezone(ZoneInfo(zone))
    if not quiet.holds(local.time()):
        return None
    first_day = local.date()
    if quiet.starts > quiet.ends and local.time() < quiet.ends:
        first_day -= timedelta(days=1)
    last_day = first_day if quiet.starts <= quiet.ends else first_day + timedelta(days=1)
    begins = _instant(datetime.combine(first_day, quiet.starts), zone) - timedelta(seconds=1)
    ends = _instant(datetime.combine(last_day, quiet.ends), zone)
    # Clocks set back repeat an hour: the end must still lie after the moment itself.
    return begins, max(ends, moment.astimezone(UTC))


def _instant(wall: datetime, zone: str) -> datetime:
    """Read a wall clock time as the later of its two meanings, so that quiet is never cut short."""
    return wall.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
