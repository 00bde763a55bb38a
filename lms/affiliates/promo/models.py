"""Tables of the promo room."""

from datetime import date

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.affiliates.promo.rules import UseKind
from lms.kernel.db import Key, Model, key, one_of, ref


class PromoUse(Model):
    """How often a partner took an asset on a day."""

    __tablename__ = "promo_use"
    __table_args__ = (one_of("kind", UseKind), UniqueConstraint("asset", "partner_id", "kind", "day"))

    id: Mapped[Key] = key()
    partner_id: Mapped[int] = ref("partner.id")
    asset: Mapped[str] = mapped_column(String(101))
    kind: Mapped[str] = mapped_column(String(10))
    day: Mapped[date]
    count: Mapped[int] = mapped_column(default=0)
