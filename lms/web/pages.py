"""What every page gets: language, navigation, headers, a request id."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, Response, g, request, session, url_for
from flask_login import current_user

from lms.kernel.parts import current_parts
from lms.kernel.text import as_language, current_language, speak, t, tn
from lms.kernel.work import begin_read
from lms.web import amounts, dates
from lms.web.assets import Assets
from lms.web.guards import current_actor
from lms.web.headers import harden, request_id_of
from lms.web.htmx import vary
from lms.web.ports import ports
from lms.web.templates import init_templates

log = structlog.get_logger("web")


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    icon: str
    url: str
    zh: str
    en: str
    current: bool = False


# Per role: its first screen and its places. A house test follows every address.
NAVIGATION: dict[str, tuple[Place, ...]] = {
    "operator": (
        Place("layout-dashboard", "/console", "控制台", "Console"),
        Place("tent", "/console/camps", "训练营", "Camps"),
        Place("calendar-range", "/console/cohorts", "期", "Cohorts"),
        Place("receipt-text", "/console/orders", "订单", "Orders"),
        Place("hand-coins", "/console/partners", "合伙人", "Partners"),
        Place("scale", "/console/plans", "分佣方案", "Plans"),
        Place("users", "/console/people", "人员", "People"),
        Place("award", "/console/certificates", "证书", "Certificates"),
        Place("activity", "/console/outbox", "后台任务", "Background work"),
        Place("scroll-text", "/console/audit", "操作记录", "Audit log"),
    ),
    "finance": (
        Place("layout-dashboard", "/finance", "财务", "Finance"),
        Place("landmark", "/finance/payouts", "提现", "Payouts"),
        Place("scale", "/finance/trial-balance", "账本", "Books"),
        Place("percent", "/console/plans", "分佣方案", "Plans"),
        Place("list-checks", "/finance/reconciliation", "对账", "Reconciliation"),
        Place("hand-coins", "/finance/collected", "代收款", "Collected"),
        Place("webhook", "/finance/notices", "支付通知", "Payment notices"),
        Place("chart-line", "/console", "控制台", "Console"),
        Place("bell", "/inbox", "通知", "Notifications"),
        Place("circle-user-round", "/me", "我的", "Me"),
    ),
    "tutor": (
        Place("lamp-desk", "/desk", "工作台", "Desk"),
        Place("inbox", "/desk/check-ins", "打卡", "Check-ins"),
        Place("messages-square", "/desk/questions", "提问", "Questions"),
        Place("life-buoy", "/desk/behind", "督学", "Behind"),
        Place("users", "/desk/cohorts", "班级", "Classes"),
    ),
    "partner": (
        Place("house", "/partner", "首页", "Home"),
        Place("images", "/partner/kit", "素材", "Kit"),
        Place("trophy", "/partner/board", "榜单", "Board"),
        Place("wallet", "/partner/wallet", "钱包", "Wallet"),
        Place("link", "/partner/links", "链接", "Links"),
        Place("circle-user-round", "/me", "我的", "Me"),
    ),
    "student": (
        Place("sun", "/today", "今日", "Today"),
        Place("map", "/calendar", "课程表", "Curriculum"),
        Place("message-circle-question-mark", "/questions", "答疑", "Questions"),
        Place("users", "/class", "班级", "Class"),
        Place("hand-coins", "/partner", "推广", "Partner"),
    ),
}
# An address belongs to the first of its roles that somebody has.
PREFIXES = (
    ("/finance", "finance"),
    ("/finance", "operator"),
    ("/console", "operator"),
    ("/console", "finance"),
    ("/desk", "tutor"),
    ("/partner", "partner"),
    ("/today", "student"),
    ("/learn", "student"),
)
NAMES = {
    "operator": ("控制台", "Console"),
    "finance": ("财务", "Finance"),
    "tutor": ("工作台", "Desk"),
    "partner": ("推广", "Partner"),
    "student": ("学习", "Learning"),
}
# One payout and one commission are looked at from the wallet.
_WALLET_PLACES = (("/partner/payouts/", "/partner/wallet"), ("/partner/earnings", "/partner/wallet"))
# Codes belong to the orders they are used on.
_ORDER_PLACES = (("/console/coupons", "/console/orders"),)
# Addresses inside a cohort that belong to a place of the student's.
_LEARN_PLACES = (
    ("/questions", "/questions"),
    ("/digests", "/questions"),
    ("/knowledge", "/questions"),
    ("/class", "/class"),
    ("/calendar", "/calendar"),
    ("/days", "/calendar"),
    ("/tasks", "/today"),
    ("/welcome", "/today"),
)


def _role_here(roles: frozenset[str]) -> str:
    """Find whose navigation to show: by the address, else the place this person was in last."""
    for prefix, role in PREFIXES:
        if request.path == prefix or request.path.startswith(prefix + "/"):
            if role in roles or (role == "tutor" and "operator" in roles):
                if session.get("place") != role:
                    session["place"] = role
                return role
    kept = session.get("place")
    if kept in roles:
        return str(kept)
    return next((role for role in NAVIGATION if role in roles), "student")


def _current_url(places: tuple[Place, ...]) -> str:
    path = request.path
    if path.startswith("/learn/"):
        rest = "/" + "/".join(path.split("/")[3:])
        return next((place for part, place in _LEARN_PLACES if rest.startswith(part)), "/today")
    path = next((place for part, place in (*_WALLET_PLACES, *_ORDER_PLACES) if path.startswith(part)), path)
    fitting = [place.url for place in places if path == place.url or path.startswith(place.url + "/")]
    return max(fitting, key=len, default="")


def _shell() -> dict[str, Any]:
    """Give the shell's variables, gathered once a request."""
    if "shell" not in g:
        g.shell = _gather_shell()
    shell: dict[str, Any] = g.shell
    return shell


def _gather_shell() -> dict[str, Any]:
    """Gather the shell's variables; a signed-out visitor has neither navigation nor inbox."""
    actor = current_actor()
    common: dict[str, Any] = {
        "lang": current_language(),
        "theme": request.cookies.get("theme"),
        "demo": current_parts().settings.demo,
        "now": dates.now(),
    }
    if not actor.is_signed_in or actor.person_id is None:
        return {**common, "me": None, "nav": []}
    role = _role_here(actor.roles)
    places = NAVIGATION[role]
    here = _current_url(places)
    common["demo_clock_url"] = "/demo/clock" if common["demo"] and actor.has("operator") else None
    return {
        **common,
        "me": current_user,
        "me_as": t(*NAMES[role]),
        "me_url": "/me",
        "inbox_url": "/inbox",
        "sign_out_url": url_for("security.logout"),
        "unread": ports.count_unread(begin_read(), actor.person_id),
        "nav": [Place(p.icon, p.url, p.zh, p.en, p.url == here) for p in places],
        "places": [
            (entries[0].url, *NAMES[name], entries[0].icon, name == role)
            for name, entries in NAVIGATION.items()
            if name in actor.roles
        ],
    }


def _begin() -> None:
    g.started = time.perf_counter()
    g.request_id = request_id_of(request)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    if request.endpoint == "static":
        return
    chosen = getattr(current_user, "language", None) if current_user else None
    accepted = request.accept_languages.best_match(["zh", "zh-CN", "en"], "zh") or "zh"
    speak(as_language(chosen or request.cookies.get("language") or accepted[:2]))


def _end(response: Response) -> Response:
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
    harden(response.headers, current_parts().settings, g.get("request_id", ""), secure=request.is_secure)
    response.headers.setdefault("Cache-Control", "no-store" if current_actor().is_signed_in else "no-cache")
    took = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)
    log.info("request", method=request.method, path=request.path, status=response.status_code, ms=took)
    return vary(response)


def init_pages(app: Flask, assets: Assets) -> None:
    """Give templates their globals and filters, and every answer its headers."""
    app.before_request(_begin)
    app.after_request(_end)
    app.context_processor(_shell)
    init_templates(app)
    app.jinja_env.globals.update(t=t, tn=tn, icon=assets.icon, asset=assets.url, zone_name=dates.zone_name)
    app.jinja_env.filters.update(when=dates.when, due=dates.due, day=dates.day, clock=dates.clock, span=dates.span)
    app.jinja_env.filters.update(yours=dates.yours)
    app.jinja_env.filters.update(money=amounts.money, price=amounts.price)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
