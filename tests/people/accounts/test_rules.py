"""What a name, a zone and a role may be."""

from __future__ import annotations

import pytest

from lms.people.accounts import rules
from lms.people.accounts.errors import NameRefused, OwnRoleKept, UnknownRole, UnknownTimeZone
from lms.people.accounts.rules import Role


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("林晓", "林晓"),
        ("  Maya   Cole ", "Maya Cole"),
        ("𠮷野家", "𠮷野家"),
        ("👩‍🌾 小林 🏕️", "👩‍🌾 小林 🏕️"),
        ("<b>阿达</b>", "<b>阿达</b>"),
        ("e\u0301lan", "\u00e9lan"),
        ("علی‌رضا", "علی‌رضا"),
        ("林\u3000晓", "林 晓"),
        ("😀" * 40, "😀" * 40),
    ],
)
def test_names_are_kept_as_people_write_them(given: str, kept: str) -> None:
    assert rules.clean_name(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "   ",
        "\u200d\u200d",
        "a\nb",
        "a\x00b",
        "a\tb",
        "\u202eevil",
        "\u2066x",
        "x\u2028y",
        "字" * 41,
        "Z" + "\u0310" * 9,
        "\ud800",
    ],
)
def test_names_nobody_can_read_are_refused(given: str) -> None:
    with pytest.raises(NameRefused) as refused:
        rules.clean_name(given)
    assert refused.value.field == "display_name"
    assert "40" in refused.value.message().in_("en")


def test_only_zones_of_the_database_are_accepted() -> None:
    assert rules.check_time_zone("Europe/Paris") == "Europe/Paris"
    with pytest.raises(UnknownTimeZone):
        rules.check_time_zone("Mars/Olympus")


@pytest.mark.parametrize(
    ("given", "known"),
    [("Asia/Tokyo", "Asia/Tokyo"), (None, "Asia/Shanghai"), ("x", "Asia/Shanghai")],
)
def test_an_unknown_device_zone_becomes_the_default(given: str | None, known: str) -> None:
    assert rules.known_time_zone(given) == known


def test_all_offered_zones_exist() -> None:
    for zone in rules.OFFERED_TIME_ZONES:
        assert rules.check_time_zone(zone) == zone


def test_an_unknown_role_is_refused() -> None:
    assert rules.check_role("tutor") is Role.TUTOR
    with pytest.raises(UnknownRole):
        rules.check_role("admin")


def test_nobody_changes_their_own_roles() -> None:
    with pytest.raises(OwnRoleKept):
        rules.refuse_own_roles(7, 7)
    rules.refuse_own_roles(7, 8)
    rules.refuse_own_roles(None, 8)


def test_roles_stand_in_one_order() -> None:
    assert rules.sorted_roles({"operator", "student"}) == ["student", "operator"]


@pytest.mark.parametrize("url", ["/", "/me?x=1#top", "/c/写作", "/learn/AB/days/3"])
def test_a_path_of_ours_is_followed(url: str) -> None:
    assert rules.own_path(url) == url


@pytest.mark.parametrize(
    "url", ["", "me", "//x.example", "/\\x.example", "https://x.example", "javascript:x", "/a\nb", "/a\\b"]
)
def test_any_other_address_leads_to_the_first_page(url: str) -> None:
    assert rules.own_path(url) == "/"
