"""The app as it is measured: production settings, without what a load from one machine has no use for.

A load has no page to take a form token from, and signs in more often from one address than a school may.
"""

from lms.app import create_app
from lms.kernel.settings import Settings
from lms.web.limits import limiter

app = create_app(Settings.from_env())
app.config["WTF_CSRF_ENABLED"] = False
limiter.enabled = False
