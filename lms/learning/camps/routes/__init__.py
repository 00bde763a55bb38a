"""Pages of the room: camps and imports, cohorts, files."""

from lms.learning.camps.routes import camps, cohorts, files
from lms.learning.camps.routes.blueprint import blueprint

__all__ = ["blueprint", "camps", "cohorts", "files"]
