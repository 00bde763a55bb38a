"""The fence around Flask-Security: its settings, words, pages, mails and limits, in one place."""

from datetime import timedelta
from typing import Any, cast

from flask import Flask, Response, after_this_request, g, make_response, redirect, url_for
from flask_login import user_logged_in
from flask_security import Security
from wtforms import Form as AnyForm

from lms.kernel.parts import EXTENSION, Parts, current_parts
from lms.people.accounts.choices import keep_choice
from lms.people.accounts.fence.passkeys import AnyPasskey
from lms.people.accounts.fence.passwords import BoundedPasswords
from lms.people.accounts.fence.sign_up import lead_on, sign_in_words, sign_up_words
from lms.people.accounts.fence.store import PersonStore
from lms.people.accounts.fence.two_step import keep_two_step
from lms.people.accounts.fence.words import DONE, MESSAGES, NOTES, OwnWords
from lms.people.accounts.forms import SignUpForm
from lms.people.accounts.mails import MAILS, OutboxMailUtil, render_for_account
from lms.people.accounts.models import Person
from lms.people.accounts.rules import Theme
from lms.web.guards import sign_in_url
from lms.web.htmx import go_sign_in, is_part
from lms.web.limits import limiter

_PAGES = "people/accounts/security/"

_FEATURES: dict[str, object] = {
    "REGISTERABLE": True,
    "CONFIRMABLE": True,
    "RECOVERABLE": True,
    "CHANGEABLE": True,
    "CHANGE_EMAIL": True,
    "TWO_FACTOR": True,
    "TWO_FACTOR_ENABLED_METHODS": ["authenticator", "email"],
    "MULTI_FACTOR_RECOVERY_CODES": True,
    "MULTI_FACTOR_RECOVERY_CODES_N": 8,
    "WEBAUTHN": True,
    "WAN_ALLOW_USER_HINTS": False,
    "TRACKABLE": False,
    "LOGOUT_METHODS": ["POST"],
    "USE_REGISTER_V2": True,
    "PASSWORD_CONFIRM_REQUIRED": False,
    "RETURN_GENERIC_RESPONSES": True,
    # A visitor from a landing page joins at once; a calm line asks to confirm the address later.
    "LOGIN_WITHOUT_CONFIRMATION": True,
    "DEFAULT_REMEMBER_ME": True,
    "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "CONFIRM_EMAIL_WITHIN": timedelta(days=7),
    "RESET_PASSWORD_WITHIN": timedelta(hours=4),
    "CHANGE_EMAIL_WITHIN": timedelta(hours=4),
    "PASSWORD_LENGTH_MIN": 8,
    "PASSWORD_SCHEMES": ["argon2"],
    # The browser of a signed-in tutor at a shared desk must not keep the pages.
    "CACHE_CONTROL": {"private": None, "no-store": None},
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
    "STATIC_FOLDER": None,
}
_PLACES = {
    # "/verify" belongs to certificates.
    "VERIFY_URL": "/sign-in-again",
    "WAN_VERIFY_URL": "/sign-in-again/passkey",
    "WAN_SIGNIN_URL": "/login/passkey",
    "WAN_REGISTER_URL": "/me/passkeys",
    "WAN_DELETE_URL": "/me/passkeys/delete",
    "TWO_FACTOR_SETUP_URL": "/me/two-step",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/login/code",
    "TWO_FACTOR_RESCUE_URL": "/login/rescue",
    "TWO_FACTOR_SELECT_URL": "/login/second-step",
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/me/recovery-codes",
    "MULTI_FACTOR_RECOVERY_URL": "/login/recovery-code",
    "CHANGE_EMAIL_URL": "/change-email",
    "POST_CHANGE_VIEW": "/me",
    "POST_CHANGE_EMAIL_VIEW": "/me",
    "CHANGE_EMAIL_ERROR_VIEW": "/me",
    "POST_CONFIRM_VIEW": "/",
    "CONFIRM_ERROR_VIEW": "/confirm",
}
_TEMPLATES = {
    "LOGIN_USER": "sign_in",
    "REGISTER_USER": "sign_up",
    "FORGOT_PASSWORD": "forgot",
    "RESET_PASSWORD": "reset",
    "CHANGE_PASSWORD": "change_password",
    "CHANGE_EMAIL": "change_email",
    "SEND_CONFIRMATION": "send_confirmation",
    "VERIFY": "sign_in_again",
    "TWO_FACTOR_SETUP": "two_step",
    "TWO_FACTOR_VERIFY_CODE": "code",
    "TWO_FACTOR_SELECT": "second_step",
    "MULTI_FACTOR_RECOVERY_CODES": "recovery_codes",
    "MULTI_FACTOR_RECOVERY": "recovery_code",
    "WAN_REGISTER": "passkeys",
    "WAN_SIGNIN": "passkey_sign_in",
    "WAN_VERIFY": "passkey_again",
}
_MAIL_TEMPLATES = {
    "REGISTER_EMAIL_TEMPLATE": "welcome",
    "REGISTER_EMAIL_EXISTING_TEMPLATE": "welcome_back",
    "EMAIL_TEMPLATE_CONFIRM": "confirm",
    "EMAIL_TEMPLATE_PASSWORD_RESET": "reset",
    "EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "password_changed",
    "EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "password_changed",
    "CHANGE_EMAIL_EMAIL_TEMPLATE": "change_email",
    "TWO_FACTOR_EMAIL_TEMPLATE": "code",
    "TWO_FACTOR_RESCUE_EMAIL_TEMPLATE": "rescue",
}
# Guessing is slow by argon2 already; this makes it pointless. Views of the fence, by endpoint.
_LIMITS = {
    "login": "10 per minute; 100 per hour",
    "register": "10 per minute; 60 per hour",
    "forgot_password": "5 per minute; 20 per hour",
    "reset_password": "10 per minute",
    "send_confirmation": "5 per minute; 20 per hour",
    "verify": "10 per minute",
    "two_factor_token_validation": "10 per minute; 60 per hour",
    "two_factor_rescue": "5 per minute; 20 per hour",
    "mf_recovery": "5 per minute; 20 per hour",
    "change_password": "10 per minute",
    "change_email": "5 per minute; 20 per hour",
}


def init_accounts(app: Flask) -> None:
    """Set up Flask-Security on our terms; the room's own routes come with its blueprint."""
    parts = cast(Parts, app.extensions[EXTENSION])
    _remember(app, parts)
    app.config.update({f"SECURITY_{name}": value for name, value in _settings(parts).items()})
    security = Security(
        app,
        PersonStore(),
        register_form=SignUpForm,
        mail_util_cls=OutboxMailUtil,
        password_util_cls=BoundedPasswords,
        webauthn_util_cls=AnyPasskey,
        render_template=cast(Any, _render),
    )
    words = OwnWords()
    security.i18n_domain = cast(Any, words)
    app.jinja_env.globals["_fsdomain"] = words.gettext
    security.want_json(lambda _request: False)
    security.unauthn_handler(_ask_to_sign_in)
    # Nobody signs in by a token in the address or a header, so no visitor's request is searched for one.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    security.login_context_processor(sign_in_words)
    security.register_context_processor(sign_up_words)
    app.view_functions["security.register"] = cast(Any, lead_on(cast(Any, app.view_functions["security.register"])))
    _limit(app)
    finish = "security.two_factor_setup_validate"
    kept = keep_two_step(cast(Any, app.view_functions[finish]), f"{_PAGES}two_step.html")
    app.view_functions[finish] = kept
    user_logged_in.connect(_greet, app)


def _settings(parts: Parts) -> dict[str, object]:
    settings = parts.settings
    return {
        **_FEATURES,
        **_PLACES,
        **{f"{name}_TEMPLATE": f"{_PAGES}{page}.html" for name, page in _TEMPLATES.items()},
        **{name: f"{MAILS}{mail}/body" for name, mail in _MAIL_TEMPLATES.items()},
        **{f"MSG_{name}": (name, _category(name)) for name in MESSAGES},
        "PASSWORD_SALT": settings.derived_secret("password"),
        "PASSWORD_HASH_PASSLIB_OPTIONS": _argon2(test=settings.mode == "test"),
        # Links by mail carry a hash of the password's hash or of the address. Neither can be guessed back, so a slow
        # hash, a third of a second for each mail, guards nothing. Links that are on their way stay good.
        "HASHING_SCHEMES": ["hex_sha256", "sha256_crypt"],
        "TOTP_SECRETS": {"1": settings.derived_secret("totp")},
        "TOTP_ISSUER": "Encamp",
        "WAN_RP_NAME": "Encamp",
        "TWO_FACTOR_RESCUE_MAIL": settings.mail_from,
        "TWO_FACTOR_VALIDITY_COOKIE": _cookie(settings.public_url.startswith("https://")),
        "TWO_FACTOR_ALWAYS_VALIDATE": False,
        "DATETIME_FACTORY": lambda: current_parts().clock.now(),
    }


def _argon2(*, test: bool) -> dict[str, int]:
    """Cost of a password: 19 MiB, two rounds, one lane (OWASP's first choice for argon2id)."""
    memory, rounds = (64, 1) if test else (19_456, 2)
    return {
        "argon2__memory_cost": memory,
        "argon2__time_cost": rounds,
        "argon2__parallelism": 1,
    }


def _cookie(secure: bool) -> dict[str, object]:
    return {"httponly": True, "secure": secure, "samesite": "Lax"}


def _category(name: str) -> str:
    """Tell the flash line how a message reads: done, refused, or for information."""
    if name in DONE:
        return "ok"
    return "note" if name in NOTES else "late"


def _render(template: str, **context: Any) -> str | Response:
    """Answer with a page of our own; one that shows errors is a 422, like every form of the house."""
    html = render_for_account(template, **context)
    if template.startswith(MAILS):
        return html
    forms = [value for value in context.values() if isinstance(value, AnyForm)]
    return make_response(html, 422 if any(form.errors for form in forms) else 200)


def _ask_to_sign_in(_mechanisms: object = None, headers: object = None) -> Response:
    if is_part():
        return go_sign_in(url_for("security.login"))
    return cast(Response, redirect(sign_in_url(), 303))


def _remember(app: Flask, parts: Parts) -> None:
    app.config.update(
        REMEMBER_COOKIE_NAME="encamp_remember",
        REMEMBER_COOKIE_DURATION=timedelta(days=90),
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=parts.settings.public_url.startswith("https:"),
    )


def _limit(app: Flask) -> None:
    for name, rate in _LIMITS.items():
        endpoint = f"security.{name}"
        view = app.view_functions[endpoint]
        app.view_functions[endpoint] = cast(Any, limiter.limit(rate, methods=["POST"])(view))


def _greet(_app: Flask, user: Person, **_values: object) -> None:
    """Let the rest of the request see the person who has just signed in, and light their pages as they like."""
    g.pop("actor", None)
    if user.theme == Theme.AUTO:
        return

    @after_this_request
    def light(response: Response) -> Response:
        keep_choice(response, "theme", user.theme)
        return response
