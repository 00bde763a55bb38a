"""Every setting, read once from the environment and typed. README documents each variable."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Mode = Literal["production", "demo", "test"]

ROOT = Path(__file__).resolve().parents[2]
DEMO_SECRET = "encamp-demo-secret-not-for-production"  # noqa: S105 - refused in production
SANDBOX_KEY = "sk_test_encamp_sandbox"
SANDBOX_SECRET = "whsec_encamp_sandbox"  # noqa: S105 - known to everybody, refused in production
_SHORTEST_SECRET = 32
STRIPE_API = "https://api.stripe.com"
STRIPE_PAGES = ("https://checkout.stripe.com", "https://connect.stripe.com")


class SettingsRefused(SystemExit):
    """The environment is not fit to start with; the message says which variable and what to do."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What an installation decides. See README, "Run it"."""

    mode: Mode
    secret_key: str
    database_url: str
    public_url: str
    instance: Path
    jobs_url: str
    limits_url: str
    files_url: str
    mail_url: str
    mail_from: str
    support_address: str
    trusted_proxies: int
    log_level: str
    max_upload_mb: int
    payout_minimum_minor: int
    payout_fee_minor: int
    stripe_secret_key: str
    stripe_webhook_secrets: tuple[str, ...]
    stripe_api_base: str
    stripe_payment_methods: tuple[str, ...]

    @property
    def demo(self) -> bool:
        """Tell whether demo accounts, the demo clock and the mail folder are switched on."""
        return self.mode == "demo"

    @property
    def takes_payments(self) -> bool:
        """Tell whether a payment gateway is set up; without one only free camps are on offer."""
        return bool(self.stripe_secret_key)

    @property
    def checkout_origins(self) -> tuple[str, ...]:
        """Name where the gateway's own pages lie that forms of ours lead to."""
        if not self.takes_payments:
            return ()
        return STRIPE_PAGES if self.stripe_api_base == STRIPE_API else (self.stripe_api_base,)

    def derived_secret(self, purpose: str) -> str:
        """Derive an independent secret for one purpose from the secret key."""
        return hmac.new(self.secret_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; refuse to start (SettingsRefused) on a missing or default secret."""
        env = os.environ if environ is None else environ
        mode = _mode(env.get("ENCAMP_MODE", "production"))
        instance = Path(env.get("INSTANCE_DIR", str(ROOT / "instance"))).resolve()
        production = mode == "production"
        mail_from = env.get("MAIL_FROM") or "Encamp <hello@example.com>"
        return cls(
            mode=mode,
            secret_key=_secret(env, mode),
            database_url=_database(env.get("DATABASE_URL") or f"sqlite:///{instance / 'encamp.sqlite3'}"),
            public_url=_required(env, "PUBLIC_URL", "" if production else "http://127.0.0.1:5000").rstrip("/"),
            instance=instance,
            jobs_url=env.get("JOBS_URL") or f"sqlite:///{instance / 'jobs.sqlite3'}",
            limits_url=env.get("LIMITS_URL") or "memory://",
            files_url=env.get("FILES_URL") or f"file://{instance / 'files'}",
            mail_url=_required(env, "MAIL_URL", "" if production else f"folder://{instance / 'mail'}"),
            mail_from=mail_from,
            support_address=env.get("SUPPORT_ADDRESS") or parseaddr(mail_from)[1],
            trusted_proxies=_number(env, "TRUSTED_PROXIES", 0),
            log_level=env.get("LOG_LEVEL") or "INFO",
            max_upload_mb=_number(env, "MAX_UPLOAD_MB", 64),
            payout_minimum_minor=_number(env, "PAYOUT_MINIMUM_MINOR", 10_000),
            payout_fee_minor=_number(env, "PAYOUT_FEE_MINOR", 0),
            stripe_secret_key=env.get("STRIPE_SECRET_KEY", "").strip(),
            stripe_webhook_secrets=_webhook_secrets(env, mode),
            stripe_api_base=_api_base(env.get("STRIPE_API_BASE") or STRIPE_API),
            stripe_payment_methods=_words(env.get("STRIPE_PAYMENT_METHODS") or "card,alipay,wechat_pay"),
        )


def _mode(value: str) -> Mode:
    modes: tuple[Mode, ...] = ("production", "demo", "test")
    for mode in modes:
        if value == mode:
            return mode
    raise SettingsRefused(f"ENCAMP_MODE is {value!r}; it must be production, demo or test.")


def _secret(env: Mapping[str, str], mode: Mode) -> str:
    given = env.get("SECRET_KEY", "")
    if mode != "production":
        return given or DEMO_SECRET
    if len(given) < _SHORTEST_SECRET or given == DEMO_SECRET:
        raise SettingsRefused(
            "SECRET_KEY is missing, too short or the demo's own. Set it to at least 32 random characters, "
            'for example from: python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return given


def _required(env: Mapping[str, str], name: str, fallback: str) -> str:
    value = env.get(name) or fallback
    if not value:
        raise SettingsRefused(f"{name} is not set. README, section “Run it”, says what it holds.")
    return value


def _number(env: Mapping[str, str], name: str, fallback: int) -> int:
    value = env.get(name)
    if not value:
        return fallback
    if not value.isdecimal():
        raise SettingsRefused(f"{name} is {value!r}; it must be a whole number.")
    return int(value)


def _words(value: str) -> tuple[str, ...]:
    return tuple(value.replace(",", " ").split())


def _webhook_secrets(env: Mapping[str, str], mode: Mode) -> tuple[str, ...]:
    """Read the secrets of all notice endpoints; what happens unseen at the gateway would be lost here."""
    secrets = _words(env.get("STRIPE_WEBHOOK_SECRET", ""))
    if env.get("STRIPE_SECRET_KEY", "").strip() and not secrets:
        raise SettingsRefused(
            "STRIPE_SECRET_KEY is set but STRIPE_WEBHOOK_SECRET is not, so no payment would be heard of. "
            "Add an endpoint for /webhooks/stripe in Stripe's pages and set its signing secret (whsec_…)."
        )
    if mode == "production" and (SANDBOX_SECRET in secrets or env.get("STRIPE_SECRET_KEY", "").strip() == SANDBOX_KEY):
        raise SettingsRefused(
            "STRIPE_SECRET_KEY or STRIPE_WEBHOOK_SECRET is the sandbox's own, which everybody knows: anybody could "
            "sign that an order is paid. Set those from Stripe's pages."
        )
    return secrets


def _api_base(url: str) -> str:
    """Refuse to send the key in the open, but to this machine."""
    found = urlsplit(url)
    if found.scheme == "https" or (found.scheme == "http" and found.hostname in ("127.0.0.1", "localhost")):
        return url.rstrip("/")
    raise SettingsRefused(f"STRIPE_API_BASE is {url!r}; it must begin with https:// or lie on this machine.")


def _database(url: str) -> str:
    """Name the driver that we ship, whatever short form the host hands out."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url
