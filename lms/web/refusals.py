"""The only translator of refusals and failures into answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from lms.kernel.db import db
from lms.kernel.errors import Refusal
from lms.kernel.text import Text
from lms.web.htmx import go_sign_in, is_part, refuse_part
from lms.web.intake import drop_nul
from lms.web.resend import keep_and_ask

log = structlog.get_logger("web")

TITLES: dict[int, Text] = {
    400: Text("这个请求没看懂", "We could not read that"),
    401: Text("请先登录", "Please sign in"),
    403: Text("这里不对你开放", "This door is not yours"),
    404: Text("没有这一页", "There is no such page"),
    405: Text("不能这样打开", "This cannot be opened this way"),
    409: Text("现在做不了这一步", "This cannot be done now"),
    410: Text("已经失效", "No longer here"),
    413: Text("内容太大了", "That is too large"),
    415: Text("这种文件打不开", "We cannot open this kind of file"),
    422: Text("还差一点", "Almost there"),
    429: Text("歇一会儿再来", "One moment, please"),
    500: Text("我们这边出错了", "Something broke on our side"),
    503: Text("忙不过来了", "We are busy"),
}
TEXTS: dict[int, Text] = {
    400: Text("返回上一页，重新打开后再试一次。", "Go back, reload the page and try again."),
    401: Text("登录后回到这里继续。", "Sign in and carry on from here."),
    403: Text(
        "你的账号没有打开它的权限。如果你认为应该有，请联系运营。",
        "Your account does not open it. If it should, ask the people running the camp.",
    ),
    404: Text("地址可能抄漏了，或者内容已经移走。", "The address may be incomplete, or the page has moved."),
    405: Text("从页面上的按钮进来就好。", "Use the button on the page instead."),
    409: Text("内容刚刚变了，刷新后再试。", "It has just changed. Reload and try again."),
    410: Text("这个链接不再有效。", "This link no longer works."),
    413: Text("请换一个小一点的文件再传。", "Please choose a smaller file."),
    415: Text("请换一种格式再传。", "Please use another format."),
    422: Text("改一下标出的地方再提交。", "Fix what is marked and send it again."),
    429: Text("操作太频繁，等一分钟再试。", "Too many tries. Wait a minute and try again."),
    500: Text("我们已经记下，稍后再试一次。", "We have a record of it. Please try again shortly."),
    503: Text("几秒后再试一次就好。", "Try again in a few seconds."),
}
SAFE = Text("你之前保存的内容都在，没有受影响。", "Everything you saved before is still there.")
_OUT_OF_RANGE = "22003"  # PostgreSQL's numeric_value_out_of_range
RETRY_AFTER = {429: "60", 503: "5"}


def answer(status: int, text: Text | str | None = None, *, onward: tuple[str, str] | None = None) -> Response:
    """Say no: as a page, or as the flash line of the page that asked for a part.

    `onward` is the address and the words of the page's button; without it the way leads to the start.
    """
    known = status if status in TITLES else 400 if status < 500 else 500
    words = str(text or TEXTS[known])
    if is_part():
        part = render_template("errors/_refusal.html", status=status, title=str(TITLES[known]), text=words)
        return refuse_part(part, status)
    url, label = onward or ("/", str(Text("回到首页", "Back to the start")))
    html = render_template(
        "errors/error.html",
        status=status,
        title=str(TITLES[known]),
        text=words,
        safe=[] if status in (404, 410) else [str(SAFE)],
        action_url=url,
        action_label=label,
        request_id=g.get("request_id", ""),
    )
    response = make_response(html, status)
    if status in RETRY_AFTER:
        response.headers["Retry-After"] = RETRY_AFTER[status]
    return response


def _on_refusal(refusal: Refusal) -> Response:
    return answer(refusal.status, refusal.message())


def _on_http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    response = answer(error.code or 500)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _on_stale_form(_error: CSRFError) -> Response:
    if is_part():
        return go_sign_in(request.headers.get("Referer") or "/")
    return keep_and_ask()


def _on_failure(error: Exception) -> Response:
    db.session.rollback()
    if _is_beyond(error):
        return answer(404)
    log.exception("request.failed", path=request.path, method=request.method)
    return answer(503 if _is_busy(error) else 500)


def _is_busy(error: Exception) -> bool:
    """Tell whether SQLite waited for the write lock in vain."""
    if not isinstance(error, OperationalError):
        return False
    return isinstance(error.orig, sqlite3.OperationalError) and "locked" in str(error.orig)


def _is_beyond(error: Exception) -> bool:
    """Tell whether a number was asked for that no row can have: beyond 64 bits."""
    if isinstance(error, DataError):
        return getattr(error.orig, "sqlstate", "") == _OUT_OF_RANGE
    return isinstance(error, OverflowError) and "SQLite INTEGER" in str(error)


def init_refusals(app: Flask) -> None:
    """Register the handlers, and what spares them the unreadable."""
    app.before_request(drop_nul)
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(CSRFError, _on_stale_form)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_failure)


@contextmanager
def refusals_on(form: FlaskForm) -> Iterator[None]:
    """Turn a refusal that names a field of the form into an error at that field; others pass on.

    After the block `form.errors` tells whether there was one.
    """
    try:
        yield
    except Refusal as refusal:
        if refusal.field is None or refusal.field not in form:
            raise
        field = form[refusal.field]
        field.errors = [*field.errors, str(refusal)]
