"""Addresses of the commissions room: what was earned and the plans, and finance's page of a partner's money."""

from lms.affiliates.commissions.routes import finance, pages, plans
from lms.affiliates.commissions.routes.door import blueprint

__all__ = ["blueprint", "finance", "pages", "plans"]
