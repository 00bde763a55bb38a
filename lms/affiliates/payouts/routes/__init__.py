"""Routes of the payouts room, by who uses them."""

from lms.affiliates.payouts.routes import batches, destination, finance, listing, wallet
from lms.affiliates.payouts.routes.door import blueprint

__all__ = ["batches", "blueprint", "destination", "finance", "listing", "wallet"]
