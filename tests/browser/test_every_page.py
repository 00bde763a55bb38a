"""axe finds nothing on any page: phone and laptop, light and dark. Each page also fits and can be touched."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import LAPTOP, PHONE, Enter
from tests.browser.looks import Watch, problems, violations
from tests.browser.told import CAMP, TODAY, Told

SIZES = {"wide": LAPTOP["viewport"], "narrow": PHONE["viewport"]}

Pages = Callable[[Told], list[str]]


def _visitor(told: Told) -> list[str]:
    return [
        "/",
        f"/c/{CAMP}",
        "/login",
        "/register",
        "/reset",
        "/confirm",
        "/login/passkey",
        "/r/no-such-code",
        "/terms",
        "/verify",
        "/verify?code=EC-0000-0000-0000",
        f"/verify/{told.certificate}",
        "/partner",
        "/partner/agreement",
        "/no-such-page",
    ]


def _student(told: Told) -> list[str]:
    learn = f"/learn/{told.running}"
    return [
        "/today",
        f"{learn}/welcome",
        f"{learn}/calendar",
        f"{learn}/days/{TODAY}",
        f"{learn}/days/7",
        f"{learn}/class",
        f"{learn}/questions?text=量表要给中间项吗",
        f"{learn}/questions/{told.asked['scale']}",
        f"{learn}/digests",
        f"{learn}/digests/{told.digest}",
        f"{learn}/knowledge?q=量表",
        f"{learn}/withdraw",
        f"/c/{CAMP}/join?cohort={told.enrolling}",
        told.task_url(),
        told.task_url(4),
        "/inbox",
        "/me",
        "/me/messages",
        "/me/two-step",
        "/me/recovery-codes",
        "/me/passkeys",
        "/change",
        "/change-email",
        "/certificates",
        "/partner/apply",
        f"/c/{CAMP}/checkout?cohort={told.priced}",
        "/orders",
        f"/orders/{told.open_order}",
    ]


def _graduate(told: Told) -> list[str]:
    return ["/today", "/certificates", f"/certificates/{told.certificate}"]


def _tutor(told: Told) -> list[str]:
    return [
        "/desk",
        "/desk/check-ins",
        f"/desk/check-ins/{told.hand_ins[f'gao {TODAY}']}",
        "/desk/questions",
        f"/desk/questions/{told.asked['gao']}",
        "/desk/questions/synonyms",
        f"/desk/digests/{told.digest}",
        "/desk/behind",
        "/desk/cohorts",
        f"/desk/cohorts/{told.running}/progress",
    ]


def _partner(told: Told) -> list[str]:
    return [
        "/partner",
        "/partner/kit",
        f"/partner/kit/qr?camp={CAMP}",
        f"/partner/kit/{CAMP}/posters/headline",
        "/partner/kit/handbook",
        "/partner/board",
        "/partner/links",
        f"/partner/links/{told.link}/qr",
        "/partner/plan",
        "/partner/earnings",
        f"/partner/earnings/{told.line}",
        "/partner/wallet",
        "/partner/wallet/destination",
        f"/partner/payouts/{told.payout}",
    ]


def _operator(told: Told) -> list[str]:
    return [
        "/console",
        "/console/camps",
        f"/console/camps/{CAMP}",
        f"/console/camps/{CAMP}/days/3",
        "/console/camps/import",
        "/console/cohorts",
        "/console/cohorts/new",
        f"/console/cohorts/{told.running}",
        f"/console/cohorts/{told.enrolling}/preview/3",
        f"/console/cohorts/{told.running}/students",
        f"/console/cohorts/{told.ending}/certificates",
        "/console/certificates",
        f"/console/certificates/{told.certificate}",
        "/console/people",
        "/console/partners",
        f"/console/partners/{told.applicant}",
        "/console/outbox",
        "/console/audit",
        "/demo/mail",
        f"/console/cohorts/{told.priced}/offer",
        "/console/coupons",
        "/console/orders",
        f"/console/orders/{told.order}",
        "/console/plans",
        f"/console/plans/{told.plan}",
        "/console/board",
    ]


def _finance(told: Told) -> list[str]:
    return [
        "/finance",
        "/finance/payouts",
        f"/finance/payouts/{told.payout}",
        "/finance/payouts/batches",
        f"/finance/partners/{told.ada_partner}",
        "/finance/collected",
        "/finance/funding",
        "/me/collected",
        "/finance/notices",
        "/finance/reconciliation",
        "/finance/trial-balance",
        "/finance/accounts/held",
    ]


ROLES: dict[str, tuple[str | None, str, Pages]] = {
    "visitor": (None, "en", _visitor),
    "student": ("xia", "zh", _student),
    "graduate": ("june", "en", _graduate),
    "tutor": ("chen", "zh", _tutor),
    "partner": ("ada", "zh", _partner),
    "operator": ("sam", "en", _operator),
    "finance": ("fin", "zh", _finance),
}


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_a_role_keeps_anybody_out(role: str, enter: Enter, told: Told, watch: Watch) -> None:
    watch.expect(403, 404)
    key, language, pages = ROLES[role]
    page = enter(key, LAPTOP, language=language, bypass_csp=True, reduced_motion="reduce")
    found: list[str] = []
    for at, url in enumerate(pages(told)):
        page.goto(url)
        found += [f"{url} {what}" for what in _look(page, language, is_first=at == 0)]
    assert not found, "\n".join(found)


def _look(page: Page, language: str, *, is_first: bool) -> list[str]:
    """Look wide in the light and narrow in the dark; at a role's first screen also the other way round."""
    found = []
    looks = [("wide", "light"), ("narrow", "dark")] + [("wide", "dark"), ("narrow", "light")] * is_first
    for size, theme in looks:
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        found += [f"{size}, {theme}: {what}" for what in problems(page, language) + violations(page)]
    return found
