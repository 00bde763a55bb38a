"""What somebody is about to join who signs up or in on the way."""

import re
from urllib.parse import parse_qs, urlsplit

from lms.kernel.errors import NotFound
from lms.kernel.work import Read
from lms.learning.camps import queries as camps

_DOOR = re.compile(r"/c/([^/]+)/(?:checkout|join)")


def what_is_joined(read: Read, address: str) -> str:
    """Name the camp and the cohort that an address of joining leads to; empty for any other address."""
    asked = urlsplit(address)
    door = _DOOR.fullmatch(asked.path)
    code = parse_qs(asked.query).get("cohort", [""])[0]
    if door is None or not code:
        return ""
    try:
        cohort = camps.get_cohort(read, code)
    except NotFound:
        return ""
    return f"{cohort.camp_title} · {cohort.name}" if cohort.camp_slug == door[1] else ""
