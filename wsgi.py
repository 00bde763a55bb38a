"""The web application; `gunicorn wsgi:app` and `flask` start here."""

from lms.app import create_app
from lms.kernel.settings import Settings

app = create_app(Settings.from_env())
