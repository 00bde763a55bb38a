"""Reads of the tracking room."""

from lms.affiliates.tracking.queries.counts import (
    Counts,
    LinkLine,
    Moved,
    Numbers,
    list_links,
    moved_within,
    numbers,
    program_totals,
    recent_happenings,
)
from lms.affiliates.tracking.queries.links import (
    Link,
    default_link,
    find_campaign,
    find_link,
    get_own_link,
    link_label,
    link_source,
    link_url,
    may_change_handle,
    share_url,
)
from lms.affiliates.tracking.queries.touches import candidates, link_partners

__all__ = [
    "Counts",
    "Link",
    "LinkLine",
    "Moved",
    "Numbers",
    "candidates",
    "default_link",
    "find_campaign",
    "find_link",
    "get_own_link",
    "link_label",
    "link_partners",
    "link_source",
    "link_url",
    "list_links",
    "may_change_handle",
    "moved_within",
    "numbers",
    "program_totals",
    "recent_happenings",
    "share_url",
]
