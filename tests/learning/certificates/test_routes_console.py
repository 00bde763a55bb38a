"""The operators' pages of certificates; strangers and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from lms.kernel.work import Read
from lms.learning.certificates import queries
from tests.factories.certificates import hand_in
from tests.learning.certificates.staging import PART, Begin, Scene, SignIn, post

Look = Callable[[], Read]


def test_the_list_filters_and_finds(client: FlaskClient, scene: Scene, sign_in: SignIn) -> None:
    sign_in(client, scene.people["su"])
    assert scene.certificate.serial in client.get("/console/certificates").get_data(as_text=True)
    found = {
        "q=林": True,
        f"q={scene.certificate.serial}": True,
        "q=nobody": False,
        "show=valid": True,
        "show=revoked": False,
        "show=held": False,
        "show=late": False,
        "show=nonsense": True,
        f"cohort={scene.cohort.code}": True,
    }
    for query, there in found.items():
        html = client.get(f"/console/certificates?{query}").get_data(as_text=True)
        assert (f"/console/certificates/{scene.code}" in html) is there, query
    assert client.get("/console/certificates?cohort=NOPE").status_code == 404


def test_revoking_needs_a_reason_and_says_so(client: FlaskClient, scene: Scene, sign_in: SignIn, read: Look) -> None:
    sign_in(client, scene.people["su"])
    url = f"/console/certificates/{scene.code}"
    refused = post(client, f"{url}/revoke", {"revoke_note": "写好的备注"})
    assert refused.status_code == 422
    html = refused.get_data(as_text=True)
    assert "选一个原因" in html and "写好的备注" in html
    answer = post(client, f"{url}/revoke", {"reason": "issued_in_error"})
    assert (answer.status_code, answer.location) == (303, url)
    assert not queries.get_certificate(read(), scene.code).is_valid
    assert post(client, f"{url}/revoke", {"reason": "issued_in_error"}).status_code == 409
    assert post(client, f"{url}/reinstate").status_code == 303
    assert queries.get_certificate(read(), scene.code).is_valid


def test_a_correction_is_made_and_refused_at_its_field(
    client: FlaskClient, scene: Scene, sign_in: SignIn, read: Look
) -> None:
    sign_in(client, scene.people["su"])
    url = f"/console/certificates/{scene.code}"
    form = {"display_name": "林晓", "language": "zh", "style": scene.certificate.style}
    same = post(client, f"{url}/reissue", form)
    assert same.status_code == 422 and "不用重新签发" in same.get_data(as_text=True)
    empty = post(client, f"{url}/reissue", {**form, "display_name": ""})
    assert empty.status_code == 422
    assert post(client, f"{url}/reissue", {**form, "language": "fr"}).status_code == 422
    assert post(client, f"{url}/reissue", {**form, "display_name": "林晓彤"}).status_code == 303
    assert queries.get_certificate(read(), scene.code).snapshot.name == "林晓彤"
    drawing = client.get(url).get_data(as_text=True)
    assert "文件正在生成" in drawing and 'hx-select="#files"' in drawing
    assert post(client, f"{url}/redraw").status_code == 303


def test_the_run_counts_and_issues(
    client: FlaskClient, scene: Scene, sign_in: SignIn, work: Begin, read: Look, drain: Callable[[], int]
) -> None:
    sign_in(client, scene.people["su"])
    url = f"/console/cohorts/{scene.cohort.code}/certificates"
    html = client.get(url).get_data(as_text=True)
    assert "还差 2 项" in html and "现在签发" not in html and "every 3s" not in html
    with work() as w:
        line = next(one for one in queries.get_run(w, scene.cohort.code).students if one.certificate is None)
        from lms.learning.enrollments.queries import get_enrollment_by_code

        hand_in(w, get_enrollment_by_code(w, line.enrollment_code), 3)
    assert "现在签发" in client.get(url).get_data(as_text=True)
    assert post(client, url).status_code == 303
    part = client.get(url, headers=PART).get_data(as_text=True)
    assert "every 3s" in part and "<html" not in part
    assert queries.count_certificates(read(), scene.cohort.id) == 2
    drain()
    assert "every 3s" not in client.get(url, headers=PART).get_data(as_text=True)


@pytest.mark.parametrize("who", ["lin", "chen", None])
def test_the_console_is_for_operators(client: FlaskClient, scene: Scene, sign_in: SignIn, who: str | None) -> None:
    if who:
        sign_in(client, scene.people[who])
    wanted = 403 if who else 303
    for url in (
        "/console/certificates",
        f"/console/certificates/{scene.code}",
        f"/console/cohorts/{scene.cohort.code}/certificates",
    ):
        assert client.get(url).status_code == wanted
    answer = post(client, f"/console/certificates/{scene.code}/revoke", {"reason": "holder_wish"})
    assert answer.status_code == (403 if who else 401)
