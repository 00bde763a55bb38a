"""The console's forms for the sweep of bad input, filled in well."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZipFile

from tests.flows.bad_input import Place


def console_fields_of(place: Place) -> dict[str, dict[str, Any]]:
    """List what a form of each route holds, as `fields_of` does for the outside; bytes are a file to send."""
    codes = place.codes
    cohort = {
        "name": "冬季",
        "starts_on": "2026-12-12",
        "time_zone": "Asia/Shanghai",
        "cutoff": "22:00",
        "completion_percent": "80",
        "certificate_style": "classic",
        "enrolls_from": "2026-11-22T09:00",
        "enrolls_until": "2026-12-11T09:00",
    }
    person = codes["person_code"]
    return {
        "accounts.grant": {"role": "finance"},
        "accounts.revoke": {"role": "finance"},
        "camps.add_tutor": {"person": person},
        "camps.archive": {},
        "camps.change_cohort": cohort,
        "camps.move_cohort": {"to": "ended", "why": "到期"},
        "camps.open_cohort": {**cohort, "camp": codes["slug"], "seats": "30", "tutors": person},
        "camps.publish": {},
        "camps.remove_tutor": {},
        "camps.rename": {"title": "短写作营"},
        "contests.hide_amounts": {"amounts_hidden": "y"},
        "camps.start_import": {"archive": _archive(), "slug": "from-afar", "language": "zh", "language_dir": "zh"},
        "certificates.issue": {},
        "certificates.redraw": {},
        "certificates.reinstate": {"reinstate_note": "查清了"},
        "certificates.reissue": {"display_name": "林晓", "language": "en", "style": "modern", "reissue_note": "更正"},
        "certificates.revoke": {"reason": "holder_wish", "revoke_note": "来信"},
        "enrollments.change_seats": {"seats": "40"},
        "enrollments.move_up": {},
        "enrollments.remove": {"reason": "抄袭"},
        "enrollments.resume": {},
        "enrollments.suspend": {"reason": "等材料"},
        "home.retry_row": {},
        "partners.approve": {},
        "partners.decline": {"reason": "先不"},
        "partners.resume": {},
        "partners.suspend": {"reason": "查一查"},
    }


def console_codes_of(place: Place) -> dict[str, dict[str, str]]:
    """Name what a route is tried on where the place's own would be refused before its form is read."""
    codes = place.codes
    newcomer = {"code": codes["open_cohort"], "student": codes["newcomer"]}
    applicant = {"code": codes["applicant"]}
    stranger = {"code": codes["stranger"]}
    return {
        "accounts.grant": stranger,
        "accounts.revoke": stranger,
        "camps.change_cohort": {"code": codes["open_cohort"]},
        "camps.add_tutor": {"code": codes["open_cohort"]},
        "enrollments.remove": newcomer,
        "enrollments.suspend": newcomer,
        "partners.approve": applicant,
        "partners.decline": applicant,
    }


def _archive() -> bytes:
    kept = BytesIO()
    with ZipFile(kept, "w") as archive:
        archive.writestr("camp/01-first.md", "# 第一天\n\n写三句话。\n")
    return kept.getvalue()
