"""Routes of the composed pages, by topic."""

from lms.home.routes import console, desk, front, health, partner, today, workings
from lms.home.routes.door import blueprint

__all__ = ["blueprint", "console", "desk", "front", "health", "partner", "today", "workings"]
