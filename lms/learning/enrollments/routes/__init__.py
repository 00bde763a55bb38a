"""Pages of the enrollments room."""

from lms.learning.enrollments.routes import console, joining
from lms.learning.enrollments.routes.door import blueprint

__all__ = ["blueprint", "console", "joining"]
