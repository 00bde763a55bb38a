"""What a text says once a partner's link is in it, and what each poster shows: pure decisions."""

from lms.affiliates.promo.rules.posters import (
    DESIGNS,
    Day,
    Design,
    Finished,
    Host,
    Maker,
    Offer,
    Week,
    day_text,
    poster_data,
)
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
    "Finished",
    "Host",
    "Maker",
    "Offer",
    "PromoText",
    "UseKind",
    "Week",
    "asset_key",
    "by_promise",
    "day_text",
    "fill",
    "is_asset",
    "poster_data",
    "refusal_text",
    "texts_of",
    "turn_of_the_day",
]
