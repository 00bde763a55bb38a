"""The door: a Flask app of its own that answers like Stripe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask

from lms.kernel.settings import ROOT
from lms.sandbox.api import init_api
from lms.sandbox.pages.shell import init_pages
from lms.sandbox.sandbox import DEFAULT_KEY, EXTENSION, Sandbox


def create_sandbox(
    path: str | Path,
    *,
    webhook_url: str | None,
    webhook_secret: str,
    now: Callable[[], datetime],
    api_key: str = DEFAULT_KEY,
) -> Flask:
    """Build the stand-in for Stripe.

    `path` is its SQLite file or ":memory:"; `now` tells an aware time and may be moved forward. Notices go to
    `webhook_url`, signed with `webhook_secret`; without an address they are only written down. The thread that
    carries them runs from here on, so build the app in the process that serves it; `app.extensions["sandbox"].close()`
    ends it.
    """
    app = Flask("lms.sandbox", template_folder=str(ROOT / "templates"), static_folder=None)
    # A hosted page and an API call are small; anything larger is a mistake.
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    sandbox = Sandbox(path, now, webhook=(webhook_url, webhook_secret), api_key=api_key)
    app.extensions[EXTENSION] = sandbox
    init_api(app)
    init_pages(app)
    sandbox.courier.start()
    return app
