"""The only wiring: settings and parts become an app."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

import structlog
from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.affiliates.commissions.wording import what_refund_leaves, what_was_earned
from lms.affiliates.partners import queries as partners
from lms.affiliates.promo import queries as promo
from lms.affiliates.tracking import queries as tracking
from lms.affiliates.tracking import service as tracking_service
from lms.affiliates.tracking.shortcut import Shortcut
from lms.commerce.gateway.rules import Gateway
from lms.commerce.gateway.service import Connection, connect
from lms.commerce.shop import queries as shop
from lms.home.queries.joining import what_is_joined
from lms.home.queries.kept import what_is_kept
from lms.home.queries.sources import where_sources_lead
from lms.kernel.clock import Clock, ShiftedClock, SystemClock
from lms.kernel.codes import RandomCodes
from lms.kernel.db import db, init_db
from lms.kernel.files import Files
from lms.kernel.jobs import make_huey, waker
from lms.kernel.mail import Mailer
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.settings import ROOT, Settings
from lms.kernel.text import current_language
from lms.kernel.typeset import Typesetter
from lms.learning.enrollments import queries as enrollments
from lms.people.accounts.setup import init_accounts
from lms.people.messages import queries as messages
from lms.people.messages.mailer import make_mailer
from lms.subscriptions import SUBSCRIPTIONS
from lms.web.assets import Assets
from lms.web.htmx import htmx
from lms.web.limits import limiter
from lms.web.pages import init_pages
from lms.web.ports import ports
from lms.web.refusals import init_refusals
from lms.web.templates import Templates

csrf = CSRFProtect()
migrate = Migrate(directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
babel = Babel()

ROOMS = (
    "lms.people.accounts",
    "lms.people.messages",
    "lms.learning.camps",
    "lms.learning.enrollments",
    "lms.learning.checkins",
    "lms.learning.questions",
    "lms.learning.certificates",
    "lms.commerce.ledger",
    "lms.commerce.gateway",
    "lms.commerce.shop",
    "lms.affiliates.partners",
    "lms.affiliates.tracking",
    "lms.affiliates.commissions",
    "lms.affiliates.payouts",
    "lms.affiliates.promo",
    "lms.affiliates.contests",
    "lms.home",
)


def create_app(settings: Settings, **replaced: Any) -> Flask:
    """Make an app from its settings; tests replace single parts (clock, mailer, codes, …) by name."""
    app = Flask("lms", root_path=str(ROOT), static_folder="static", template_folder="templates")
    app.jinja_environment = Templates
    app.wsgi_app = Shortcut(app)  # type: ignore[method-assign]
    _configure(app, settings)
    assets = Assets(ROOT)
    app.extensions[EXTENSION] = _parts(settings, assets, replaced)
    init_db(app, settings.database_url)
    migrate.init_app(app, db)
    htmx.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=lambda: "zh_Hans_CN" if current_language() == "zh" else "en")
    limiter.init_app(app)
    init_accounts(app)
    init_pages(app, assets)
    app.jinja_env.globals["support_address"] = settings.support_address
    init_refusals(app)
    _plug_ports()
    _open_rooms(app, settings)
    return app


def _plug_ports() -> None:
    """Answer from upper rooms what lower ones ask."""
    ports.resolve_referral = tracking_service.resolve_referral
    ports.may_use_coupon = tracking_service.may_use_coupon
    ports.may_open_day = enrollments.may_open_day
    ports.share_url = tracking.share_url
    ports.invite = promo.invite
    ports.what_is_kept = what_is_kept
    ports.what_is_joined = what_is_joined
    ports.what_leaving_means = shop.what_leaving_means
    ports.count_unread = messages.count_unread
    ports.partner_names = partners.names_of
    ports.partner_codes = partners.codes_of
    ports.what_was_earned = what_was_earned
    ports.what_refund_leaves = what_refund_leaves
    ports.where_sources_lead = where_sources_lead
    ports.partner_of_handle = partners.find_approved


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        PREFERRED_URL_SCHEME=settings.public_url.split(":", 1)[0],
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_ENABLED=settings.mode != "test",
        RATELIMIT_STORAGE_URI=settings.limits_url,
        RATELIMIT_ENABLED=settings.mode != "test",
        TESTING=settings.mode == "test",
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        cache_logger_on_first_use=False,
    )


def _parts(settings: Settings, assets: Assets, replaced: dict[str, Any]) -> Parts:
    settings.instance.mkdir(parents=True, exist_ok=True)
    mailer: Mailer = replaced.pop("mailer", None) or make_mailer(settings)
    real: dict[str, Any] = {
        "settings": settings,
        "clock": _clock(settings),
        "codes": RandomCodes(),
        "mailer": mailer,
        "files": Files(settings.files_url),
        "typesetter": Typesetter(ROOT / "templates", assets.font_dir),
        "subscriptions": SUBSCRIPTIONS,
        "gateway": _gateway(settings),
    }
    if settings.mode != "test":
        real["wake"] = waker(make_huey(settings))
    return Parts(**{**real, **replaced})


def _clock(settings: Settings) -> Clock:
    return ShiftedClock(settings.instance / "demo-clock") if settings.demo else SystemClock()


def _gateway(settings: Settings) -> object:
    """Connect the payment gateway, when there is a key, at its first use."""

    def open_it() -> Gateway:
        return connect(settings.stripe_secret_key, settings.stripe_api_base, settings.stripe_payment_methods)

    return Connection(open_it) if settings.takes_payments else None


def _open_rooms(app: Flask, settings: Settings) -> None:
    for room in ROOMS:
        app.register_blueprint(import_module(f"{room}.routes").blueprint)
    # Signed by the gateway, which knows no token of ours.
    csrf.exempt(app.view_functions["gateway.hear_stripe"])
    if settings.demo:
        from lms.demo.routes import blueprint as demo

        app.register_blueprint(demo)
    from lms.cli import add_commands

    add_commands(app)
