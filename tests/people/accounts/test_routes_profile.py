"""The own profile, language and light, as a browser sees them."""

from __future__ import annotations

from typing import Any

from tests.factories.accounts import cast
from tests.people.accounts.staging import person_of, post


def test_a_profile_is_changed_and_speaks_the_new_language(client: Any, work: Any, sign_in: Any) -> None:
    with work() as w:
        lin = cast(w, "lin")
    sign_in(client, lin)
    data = {"display_name": "Lin", "language": "en", "time_zone": "Europe/Paris"}
    answer = post(client, "/me/profile", data, "/me")
    assert answer.status_code == 303
    page = client.get("/me").get_data(as_text=True)
    assert 'lang="en"' in page and "Lin" in page and "Europe/Paris" in page


def test_a_profile_with_mistakes_comes_back_as_part_too(client: Any, work: Any, sign_in: Any) -> None:
    with work() as w:
        sign_in(client, cast(w, "lin"))
    data = {"display_name": "", "language": "zh", "time_zone": "Asia/Shanghai"}
    assert post(client, "/me/profile", data, "/me").status_code == 422
    answer = post(client, "/me/profile", data, "/me", headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer.get_data(as_text=True).lstrip().startswith('<section id="profile"')
    bad_zone = {**data, "display_name": "林", "time_zone": "Mars/Olympus"}
    assert post(client, "/me/profile", bad_zone, "/me").status_code == 422


def test_language_and_light_are_kept_for_visitors_and_people(client: Any, work: Any, sign_in: Any) -> None:
    answer = post(client, "/theme", {"theme": "dark", "next": "/terms"})
    assert answer.location == "/terms"
    assert 'data-theme="encamp-night"' in client.get("/terms").get_data(as_text=True)
    assert post(client, "/language", {"language": "en", "next": "https://evil.example"}).location == "/"
    with work() as w:
        lin = cast(w, "lin")
    sign_in(client, lin)
    post(client, "/language", {"language": "en", "next": "/me"}, "/me")
    post(client, "/theme", {"theme": "light", "next": "/me"}, "/me")
    person = person_of("lin@example.com")
    assert person is not None and (person.language, person.theme) == ("en", "light")
