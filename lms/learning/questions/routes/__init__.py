"""Addresses of the questions room."""

from lms.learning.questions.routes import desk, digests, student
from lms.learning.questions.routes.door import blueprint

__all__ = ["blueprint", "desk", "digests", "student"]
