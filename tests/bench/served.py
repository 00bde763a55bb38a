"""The app as it is measured: production settings, without the form token that a load has no page for."""

from lms.app import create_app
from lms.kernel.settings import Settings

app = create_app(Settings.from_env())
app.config["WTF_CSRF_ENABLED"] = False
