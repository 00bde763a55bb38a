"""States, handles and signatures of partners."""

from datetime import UTC, datetime

import pytest

from lms.affiliates.partners import rules
from lms.affiliates.partners.errors import (
    AboutMissing,
    AgreementChanged,
    HandleInvalid,
    OwnDecision,
    PartnerStateRefused,
    ReasonMissing,
)
from lms.affiliates.partners.queries import agreement_digests
from lms.affiliates.partners.rules import PartnerState
from lms.affiliates.partners.wording import CLAUSES, VERSION, agreement_text

_S = PartnerState


@pytest.mark.parametrize(
    ("state", "to", "needed"),
    [
        (_S.APPLIED, _S.APPROVED, True),
        (_S.APPLIED, _S.DECLINED, True),
        (_S.APPROVED, _S.APPROVED, False),
        (_S.APPROVED, _S.SUSPENDED, True),
        (_S.SUSPENDED, _S.APPROVED, True),
        (_S.DECLINED, _S.APPLIED, True),
        (_S.DECLINED, _S.APPROVED, True),
    ],
)
def test_allowed_moves(state: PartnerState, to: PartnerState, needed: bool) -> None:
    assert rules.move(state, to) is needed


@pytest.mark.parametrize(
    ("state", "to"),
    [
        (_S.APPLIED, _S.SUSPENDED),
        (_S.APPROVED, _S.APPLIED),
        (_S.APPROVED, _S.DECLINED),
        (_S.SUSPENDED, _S.APPLIED),
        (_S.SUSPENDED, _S.DECLINED),
        (_S.DECLINED, _S.SUSPENDED),
    ],
)
def test_refused_moves(state: PartnerState, to: PartnerState) -> None:
    with pytest.raises(PartnerStateRefused):
        rules.move(state, to)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Ada Lin", "adalin"),
        ("阿达 Ada", "ada"),
        ("José Álvarez", "josealvarez"),
        ("林晓", "pabcde"),
        ("Li", "pabcde"),
        ("Admin", "pabcde"),
        ("A" * 40, "a" * 16),
        ("🌾", "pabcde"),
    ],
)
def test_handles_come_from_the_letters_of_a_name(name: str, first: str) -> None:
    candidates = rules.handle_candidates(name, ["ABCDE", "12345"])
    assert candidates[0] == first
    assert all(rules.check_handle(candidate) == candidate for candidate in candidates)


@pytest.mark.parametrize("typed", ["", "ab", "1abc", "a-b-c", "阿达阿达", "a" * 17, "official", "a b c", "abc/def"])
def test_handles_that_are_refused(typed: str) -> None:
    with pytest.raises(HandleInvalid):
        rules.check_handle(typed)


def test_a_handle_is_kept_in_lower_case() -> None:
    assert rules.check_handle(" ZhouKe ") == "zhouke"


@pytest.mark.parametrize("about", ["", "   ", "字" * 1001])
def test_an_application_has_some_words(about: str) -> None:
    with pytest.raises(AboutMissing):
        rules.clean_about(about)


def test_a_refusal_has_a_reason() -> None:
    assert rules.clean_reason("  刷屏  ") == "刷屏"
    assert len(rules.clean_reason("因" * 900)) == 500
    with pytest.raises(ReasonMissing):
        rules.clean_reason(" \n ")


def test_nobody_decides_about_themselves() -> None:
    rules.refuse_own_decision(1, 2)
    rules.refuse_own_decision(None, 2)
    with pytest.raises(OwnDecision):
        rules.refuse_own_decision(2, 2)


def test_the_digest_tells_which_text_was_signed() -> None:
    digests = agreement_digests()
    assert rules.signed_language(VERSION, digests["en"], VERSION, digests, "zh") == "en"
    assert rules.signed_language(VERSION, None, VERSION, digests, "zh") == "zh"
    for version, digest in [("2025-01", digests["zh"]), (VERSION, "0" * 64), (VERSION, "")]:
        with pytest.raises(AgreementChanged):
            rules.signed_language(version, digest, VERSION, digests, "zh")


def test_both_texts_of_the_agreement_say_the_same_clauses() -> None:
    zh, en = agreement_text("zh"), agreement_text("en")
    assert zh.count("\n## ") == en.count("\n## ") == len(CLAUSES)
    assert zh.count("\n\n") == en.count("\n\n")
    assert VERSION in zh and VERSION in en


def test_a_signed_version_keeps_its_words() -> None:
    # Changed words need a new version: somebody may have signed this one.
    assert {VERSION: agreement_digests()} == {
        "2026-11": {
            "zh": "b4fa84ec915e017e176ed30075cd496d7343c49ee3162cd3b9fb22587f37c94f",
            "en": "560252c6af513f50f0d19e3fa79b2a7ea432a590bef9f2cba4a9eb2b168c1699",
        }
    }


_AT = datetime(2026, 11, 21, tzinfo=UTC)
_BEFORE, _AFTER = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "decided_at", "expected"),
    [
        (_S.APPLIED, None, False),
        (_S.APPROVED, _BEFORE, True),
        (_S.APPROVED, _AT, True),
        (_S.APPROVED, _AFTER, False),
        (_S.SUSPENDED, _AFTER, True),
        (_S.SUSPENDED, _AT, False),
        (_S.SUSPENDED, _BEFORE, False),
        (_S.DECLINED, _AFTER, False),
    ],
)
def test_who_was_approved_at_a_moment(state: PartnerState, decided_at: datetime | None, expected: bool) -> None:
    assert rules.was_approved(state, decided_at, _AT) is expected
