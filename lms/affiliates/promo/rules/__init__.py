"""What a text says once a partner's link is in it, and what each poster shows: pure decisions."""

from lms.affiliates.promo.rules.earning import Promise, fits, promise_of
from lms.affiliates.promo.rules.facts import (
    Day,
    EarlyPrice,
    Finished,
    Host,
    Maker,
    Offer,
    Week,
    day_text,
)
from lms.affiliates.promo.rules.posters import DESIGNS, Design, poster_data
from lms.affiliates.promo.rules.refusals import refusal_text
from lms.affiliates.promo.rules.texts import (
    CHANNELS,
    PromoText,
    UseKind,
    asset_key,
    by_promise,
    fill,
    is_asset,
    texts_of,
    turn_of_the_day,
)

__all__ = [
    "CHANNELS",
    "DESIGNS",
    "Day",
    "Design",
    "EarlyPrice",
    "Finished",
    "Host",
    "Maker",
    "Offer",
    "Promise",
    "PromoText",
    "UseKind",
    "Week",
    "asset_key",
    "by_promise",
    "day_text",
    "fill",
    "fits",
    "is_asset",
    "poster_data",
    "promise_of",
    "refusal_text",
    "texts_of",
    "turn_of_the_day",
]
