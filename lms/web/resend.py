"""Nothing typed is lost: a form whose session ended is kept on a page and can be sent again."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for

_NEVER_KEPT = {"csrf_token", "password", "new_password", "new_password_confirm", "password_confirm"}


def keep_and_ask() -> Response:
    """Show what was sent, a way to sign in, and one button that sends it again; 401, nothing was changed.

    Passwords are never shown again: such forms simply start over.
    """
    if any("password" in name for name in request.form):
        return make_response(redirect(request.path, 303))
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in _NEVER_KEPT]
    html = render_template(
        "errors/resend.html",
        action=request.full_path.rstrip("?"),
        kept=kept,
        shown=[value for name, value in kept if len(value) > 12],
        lost_files=any(upload.filename for upload in request.files.values()),
        sign_in_url=url_for("security.login"),
    )
    return make_response(html, 401)
