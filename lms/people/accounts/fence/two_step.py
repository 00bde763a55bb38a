"""A mistyped code leaves the set-up of the second step where it was, with the same secret to enter."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import Response, current_app, session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_security import Security
from flask_security.forms import TwoFactorSetupForm, TwoFactorVerifyCodeForm
from flask_security.utils import check_and_get_token_status

AUTHENTICATOR = "authenticator"

View = Callable[..., ResponseReturnValue]


def keep_two_step(view: View, template: str) -> View:
    """Show the same code to scan again where the view would start over with a new one; 422, nothing was changed."""

    @wraps(view)
    def finish(token: str) -> ResponseReturnValue:
        answer = view(token)
        within = current_app.config["SECURITY_TWO_FACTOR_SETUP_WITHIN"]
        expired, invalid, state = check_and_get_token_status(token, "tf_setup", within)
        if expired or invalid or not current_user.is_authenticated:
            return answer
        if current_user.tf_totp_secret == state["totp_secret"]:
            return answer
        return _ask_again(template, token, state)

    return finish


def _ask_again(template: str, token: str, state: dict[str, Any]) -> Response:
    security = cast(Security, current_app.extensions["security"])
    form = TwoFactorVerifyCodeForm(formdata=None)
    form.code.errors = [_said()]
    code = {}
    if state["method"] == AUTHENTICATOR:
        made = security.totp_factory.fetch_setup_values(state["totp_secret"], current_user)
        code = {"authr_qrcode": made["image"], "authr_key": made["key"]}
    return cast(
        Response,
        security.render_template(
            template,
            two_factor_setup_form=TwoFactorSetupForm(formdata=None),
            two_factor_verify_code_form=form,
            chosen_method=state["method"],
            changing=True,
            state_token=token,
            **code,
        ),
    )


def _said() -> str:
    """Take what the view has flashed; it belongs beside the field."""
    flashed: list[tuple[str, str]] = session.pop("_flashes", [])
    said = flashed.pop()[1] if flashed else ""
    if flashed:
        session["_flashes"] = flashed
    return said
