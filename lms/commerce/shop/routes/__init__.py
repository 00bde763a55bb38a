"""The shop's addresses: buying, and the console's side of it."""

from lms.commerce.shop.routes import buying, checkout, collected, console, coupons, orders, refunds, selling
from lms.commerce.shop.routes.door import blueprint

__all__ = ["blueprint", "buying", "checkout", "collected", "console", "coupons", "orders", "refunds", "selling"]
