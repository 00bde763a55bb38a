"""Addresses of the room: the public check, the holder's own pages, the console."""

from lms.learning.certificates.routes import console, mine, runs, verify
from lms.learning.certificates.routes.blueprint import blueprint

__all__ = ["blueprint", "console", "mine", "runs", "verify"]
