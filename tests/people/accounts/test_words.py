"""Flask-Security says nothing that we have not written."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask_security import core

from lms.kernel.text import speaking
from lms.people.accounts.fence.words import DONE, MESSAGES, NOTES, OwnWords

# Features that are switched off here never speak.
_OFF = re.compile(r"^(US_|USERNAME_|OAUTH_|PHONE_|LOGIN_E|PASSWORDLESS|INVALID_LOGIN|GENERIC_US|REFRESH_TOKEN)")


def test_every_message_of_the_features_in_use_is_written() -> None:
    missing = {name for name in core._default_messages if not _OFF.match(name)} - MESSAGES.keys()
    assert not missing


def test_no_message_is_written_for_nothing() -> None:
    assert core._default_messages.keys() >= MESSAGES.keys()
    assert MESSAGES.keys() >= DONE | NOTES


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_the_values_of_a_message_are_those_it_is_given(name: str) -> None:
    given = set(re.findall(r"%\((\w+)\)", core._default_messages[name][0]))
    for language in ("zh", "en"):
        places = set(re.findall(r"{(\w+)}", MESSAGES[name].in_(language)))
        assert places <= given | _ALSO_GIVEN.get(name, set())


_ALSO_GIVEN = {"GENERIC_RECOVERY": {"email"}}


def test_a_message_is_said_in_the_language_being_spoken(app: Flask) -> None:
    words = OwnWords()
    with speaking("en"):
        assert words.gettext("PASSWORD_INVALID_LENGTH", length=8) == "A password has at least 8 characters."
    with speaking("zh"):
        assert words.gettext("PASSWORD_INVALID_LENGTH", length=8) == "密码至少 8 个字符。"


def test_a_string_that_names_no_message_stays(app: Flask) -> None:
    assert OwnWords().gettext("%(n)s things", n=2) == "2 things"


def test_messages_are_ours_in_the_app(app: Flask) -> None:
    assert app.config["SECURITY_MSG_LOGIN"] == ("LOGIN", "note")
    assert app.config["SECURITY_MSG_PASSWORD_CHANGE"] == ("PASSWORD_CHANGE", "ok")
    assert app.config["SECURITY_MSG_INVALID_PASSWORD"] == ("INVALID_PASSWORD", "late")
