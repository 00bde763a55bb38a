"""Round the pages: language, words, money, security headers, and the stylesheet when it is built."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, render_template, request, send_from_directory
from werkzeug.exceptions import HTTPException

from lms.kernel.settings import ROOT
from lms.kernel.text import Language, Text, as_language, current_language, speak, t
from lms.sandbox.errors import ApiError
from lms.sandbox.pages import checkout, control, onboarding

_BUILD = ROOT / "static" / "build"
_SIGNS = {"cny": "¥", "usd": "$", "eur": "€", "gbp": "£", "hkd": "HK$"}
_WITHOUT_CENTS = {"jpy", "krw", "vnd"}
_STATUSES = {
    "open": Text("等待付款", "open"),
    "complete": Text("已完成", "complete"),
    "expired": Text("已过期", "expired"),
    "paid": Text("已付", "paid"),
    "unpaid": Text("未付", "unpaid"),
    "succeeded": Text("成功", "succeeded"),
    "pending": Text("处理中", "pending"),
    "failed": Text("失败", "failed"),
    "needs_response": Text("待答复", "needs a response"),
    "won": Text("胜诉", "won"),
    "lost": Text("败诉", "lost"),
    "dropped": Text("没有送出", "never sent"),
    "in_transit": Text("在途", "in transit"),
    "taken": Text("已送达", "taken"),
    "due": Text("待送", "due"),
    "held": Text("扣住", "held back"),
    "given_up": Text("放弃", "given up"),
    "unsent": Text("没有收件地址", "nowhere to send it"),
}


def init_pages(app: Flask) -> None:
    """Put every page on the app."""
    for blueprint in (checkout.pages, onboarding.pages, control.pages):
        app.register_blueprint(blueprint)
    app.jinja_env.globals.update(t=t, language=current_language, stylesheet=_stylesheet)
    app.jinja_env.filters.update(money=money, moment=_moment, spoken=_spoken)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_url_rule("/assets/<path:name>", "asset", _asset)
    app.before_request(_prepare)
    app.after_request(_protect)
    app.register_error_handler(ApiError, _refused)
    app.register_error_handler(404, _not_found)


def money(amount: int, currency: str) -> str:
    """Write an amount in minor units with its sign."""
    sign = _SIGNS.get(currency, f"{currency.upper()} ")
    minus, whole = "-" if amount < 0 else "", abs(amount)
    digits = f"{whole:,}" if currency in _WITHOUT_CENTS else f"{whole // 100:,}.{whole % 100:02}"
    return f"{minus}{sign}{digits}"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _spoken(status: str) -> str:
    return str(_STATUSES.get(status, status))


def _stylesheet() -> str | None:
    try:
        manifest = json.loads((_BUILD / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        # Not built yet: the pages are plain, and work.
        return None
    return f"/assets/{str(manifest['files']['app.css']).rpartition('/')[2]}"


def _asset(name: str) -> Response:
    return send_from_directory(_BUILD, name, max_age=86_400)


def _prepare() -> None:
    if request.path.startswith("/v1/"):
        return
    speak(_language())
    # A form of another site may not move money here, not even play money.
    if request.method != "GET" and request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        abort(403)


def _language() -> Language:
    asked = request.args.get("lang")
    if asked:
        return as_language(asked)
    return as_language(request.accept_languages.best_match(["zh", "en"]))


def _protect(response: Response) -> Response:
    if response.mimetype != "text/html":
        return response
    # Browsers hold redirects after a form to the same list, so the shop's own addresses stand in it.
    forms = " ".join(["'self'", *sorted(_origins())])
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; base-uri 'none';"
        f" frame-ancestors 'none'; form-action {forms}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _origins() -> set[str]:
    urls = [urlsplit(url) for url in g.get("leads_to", ())]
    return {f"{url.scheme}://{url.netloc}" for url in urls}


def _refused(error: ApiError) -> tuple[str | Response, int]:
    if request.accept_mimetypes.best == "application/json":
        return Response(json.dumps(error.body()), mimetype="application/json"), error.status
    return render_template("sandbox/refused.html", words=str(error)), error.status


def _not_found(_error: HTTPException) -> tuple[str, int]:
    return render_template("sandbox/refused.html", words=None), 404
