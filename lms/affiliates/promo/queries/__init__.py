"""Reads of the promo room: kits, posters, what to post today, and what a sale would earn."""

from lms.affiliates.promo.queries.inviting import invite
from lms.affiliates.promo.queries.kits import Kit, count_users, find_kit
from lms.affiliates.promo.queries.offered import Offered, Opening, list_offered, list_promises
from lms.affiliates.promo.queries.posters import get_offer, make_poster
from lms.affiliates.promo.queries.today import Post, post_of_today

__all__ = [
    "Kit",
    "Offered",
    "Opening",
    "Post",
    "count_users",
    "find_kit",
    "get_offer",
    "invite",
    "list_offered",
    "list_promises",
    "make_poster",
    "post_of_today",
]
