"""Routes of the ledger: the books, and the payout account."""

from lms.commerce.ledger.routes import books, funding
from lms.commerce.ledger.routes.door import blueprint

__all__ = ["blueprint", "books", "funding"]
