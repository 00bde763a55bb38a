"""Settings refuse what is not fit for production."""

from __future__ import annotations

import pytest

from lms.kernel.settings import DEMO_SECRET, SANDBOX_KEY, SANDBOX_SECRET, Settings, SettingsRefused

GOOD = {"SECRET_KEY": "x" * 40, "PUBLIC_URL": "https://camp.example.com/", "MAIL_URL": "smtp://mail.example.com"}


def test_a_complete_environment_starts() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.mode == "production"
    assert settings.public_url == "https://camp.example.com"
    assert settings.database_url.startswith("sqlite:///")
    assert not settings.demo


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_a_missing_variable_is_named(missing: str) -> None:
    with pytest.raises(SettingsRefused, match=missing):
        Settings.from_env({name: value for name, value in GOOD.items() if name != missing})


@pytest.mark.parametrize("secret", ["", "short", DEMO_SECRET])
def test_a_weak_or_known_secret_is_refused(secret: str) -> None:
    with pytest.raises(SettingsRefused, match="SECRET_KEY"):
        Settings.from_env({**GOOD, "SECRET_KEY": secret})


@pytest.mark.parametrize(("name", "value"), [("ENCAMP_MODE", "staging"), ("TRUSTED_PROXIES", "two")])
def test_a_value_that_means_nothing_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsRefused, match=name):
        Settings.from_env({**GOOD, name: value})


@pytest.mark.parametrize("short", ["postgres://u@h/d", "postgresql://u@h/d"])
def test_short_forms_of_database_addresses_are_understood(short: str) -> None:
    assert Settings.from_env({**GOOD, "DATABASE_URL": short}).database_url == "postgresql+psycopg://u@h/d"


def test_secrets_for_purposes_differ() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.derived_secret("a") != settings.derived_secret("b") != settings.secret_key


PAYING = {**GOOD, "STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_a, whsec_b"}


def test_payment_is_set_up_by_a_key_and_a_secret() -> None:
    settings = Settings.from_env(PAYING)
    assert settings.takes_payments
    assert settings.stripe_webhook_secrets == ("whsec_a", "whsec_b")
    assert settings.stripe_payment_methods == ("card", "alipay", "wechat_pay")
    assert settings.checkout_origins == ("https://checkout.stripe.com", "https://connect.stripe.com")
    alone = Settings.from_env(GOOD)
    assert not alone.takes_payments and alone.checkout_origins == ()


def test_a_key_without_a_secret_for_notices_is_refused() -> None:
    with pytest.raises(SettingsRefused, match="STRIPE_WEBHOOK_SECRET"):
        Settings.from_env({**PAYING, "STRIPE_WEBHOOK_SECRET": " "})


def test_the_key_goes_nowhere_in_the_open() -> None:
    local = Settings.from_env({**PAYING, "STRIPE_API_BASE": "http://127.0.0.1:5001/"})
    assert local.checkout_origins == ("http://127.0.0.1:5001",)
    for base in ("http://stripe.example.com", "ftp://127.0.0.1", "127.0.0.1:5001"):
        with pytest.raises(SettingsRefused, match="STRIPE_API_BASE"):
            Settings.from_env({**PAYING, "STRIPE_API_BASE": base})


@pytest.mark.parametrize(
    "known", [{"STRIPE_WEBHOOK_SECRET": f"whsec_a,{SANDBOX_SECRET}"}, {"STRIPE_SECRET_KEY": SANDBOX_KEY}]
)
def test_what_everybody_knows_of_the_sandbox_signs_nothing_in_production(known: dict[str, str]) -> None:
    with pytest.raises(SettingsRefused, match="everybody knows"):
        Settings.from_env({**PAYING, **known})
    assert Settings.from_env({**PAYING, **known, "ENCAMP_MODE": "demo"}).takes_payments
