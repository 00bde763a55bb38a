"""What bad input is, where it can be typed, and a small camp in which every address leads somewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import select

from lms.affiliates.partners import service as partners
from lms.affiliates.partners.wording import VERSION
from lms.affiliates.tracking import service as tracking
from lms.affiliates.tracking.queries import default_link
from lms.kernel.work import Actor, Work
from lms.learning.camps.rules import CohortState
from lms.learning.certificates.models import Certificate
from lms.learning.checkins import service as checkins
from lms.learning.checkins.models import CheckIn, CheckInFile
from lms.learning.checkins.service import prepare_upload
from lms.learning.questions import service as questions
from lms.learning.questions.models import Digest, DigestItem, KnowledgeEntry
from lms.people.accounts.queries import Person, roles_of
from lms.people.messages.mails import sign_unsubscribe
from lms.people.messages.models import Notice
from lms.people.messages.rules import TopicGroup
from tests.factories.accounts import make_person
from tests.factories.camps import make_cohort, walk_to
from tests.factories.certificates import issue_all
from tests.factories.checkins import task_of, values
from tests.factories.enrollments import make_enrollment
from tests.factories.messages import make_notice
from tests.factories.partners import make_applicant

MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}{n}{0.__class__}%s'
RARE = "𠮷田 阿不都热合曼·吾守尔 👩‍🚀🏳️‍🌈 e\u0301"
# Mostly of letters that need no escaping: a body of escapes takes longer to read than all that is tried with it.
LONG = "字" * 200 + "long" * 6_000
CONTROL = "a\x01\x08\x0b\x1f\x7f\u202e\ufffeb"
NUL = "a\x00b"
DIGITS = "9" * 5000
ODD_NUMBER = "-1e999"
BAD = {"mixed": MARKUP + RARE + CONTROL, "long": LONG, "nul": NUL, "digits": DIGITS, "odd number": ODD_NUMBER}
# What no page may hold: our words come back escaped or not at all.
RAW = re.compile(r"<script>alert|<img src=x onerror|49\{n\}|<class 'str'>")
ROLES = ("student", "tutor", "operator", "partner", "finance")


@dataclass(frozen=True)
class Place:
    """The codes of everything there is, and one person who may open all of it."""

    person: Person
    codes: dict[str, str]

    def address(self, rule: str, **over: str) -> str:
        """Fill a route's address; `over` replaces parameters by name."""

        def fill(found: re.Match[str]) -> str:
            kind, name = found[1] or "", found[2]
            if name in over and not kind.startswith("any"):
                return quote(over[name], safe="")
            if kind.startswith("any"):
                return kind[4:-1].split(",")[0].strip(" '\"")
            return self.codes[name] if name in self.codes else self.codes[f"{_area(rule)}:{name}"]

        return re.sub(r"<(?:([^:<>]+):)?([^<>]+)>", fill, rule)


def _area(rule: str) -> str:
    """Name what a bare `<code>` stands for: the words of the address before it."""
    return "/".join(part for part in rule.split("/<", maxsplit=1)[0].split("/") if part)


def make_place(work: Work) -> Place:
    """Set up a running cohort in which one person is student, tutor and partner, with something of everything."""
    person = make_person(work, RARE[:9], email="all@example.com", roles=[role for role in ROLES if role != "partner"])
    who = Actor(person.id, roles_of(work, person.id))
    until = work.now + timedelta(days=30)
    plan: dict[str, Any] = {"starts_on": date(2026, 11, 19), "enrolls_until": until, "completion_percent": 25}
    cohort = make_cohort(work, tutors=[person.id], **plan)
    enrollment = make_enrollment(work, cohort, person)
    cohort = walk_to(work, cohort, CohortState.RUNNING)
    task, other, reading = task_of(work, cohort, 3), task_of(work, cohort, 0), task_of(work, cohort, 3, "read")
    checkins.add_file(work, who, task.code, prepare_upload("清单".encode(), "清单.txt"))
    checkins.check_in(work, who, task.code, values(text=f"我写了这些：{MARKUP}"))
    asked = questions.ask(work, who, cohort.code, f"这样写可以吗 {MARKUP}")
    questions.write_answer(work, who, asked.code, f"可以吗 {MARKUP}", f"可以。{MARKUP} {RARE}")
    digest = work.session.scalars(select(Digest)).one()
    questions.publish_digest(work, who, cohort.code, digest.day)
    waiting = questions.ask(work, who, cohort.code, f"另一件事怎么办 {MARKUP}")
    partner = partners.become_partner(work, who, VERSION)
    tracking.make_default_link(work, partner)
    link = default_link(work, partner.id)
    walk_to(work, cohort, CohortState.WRAPPING_UP)
    issue_all(work, cohort)
    opened = make_cohort(work, camp=cohort.camp_slug, starts_on=(work.now + timedelta(days=3)).date())
    newcomer = make_enrollment(work, opened, make_person(work, "新人", email="newcomer@example.com"))
    stranger, applicant = make_applicant(work)
    make_notice(work, person, topic="learning/enrollments/suspended", values=_suspended(MARKUP))
    assert link is not None

    def one(column: Any) -> str:
        return str(work.session.scalars(select(column).order_by(column.class_.id.desc()).limit(1)).one())

    codes = {
        "slug": cohort.camp_slug,
        "c:slug": cohort.camp_slug,
        "learn:code": cohort.code,
        "task_code": other.code,
        "reading": reading.code,
        "file_code": one(CheckInFile.code),
        "files/check-ins:code": one(CheckInFile.code),
        "qcode": waiting.code,
        "dcode": digest.code,
        "icode": one(DigestItem.code),
        "ecode": one(KnowledgeEntry.code),
        "verify:code": one(Certificate.code),
        "certificates:code": one(Certificate.code),
        "console/certificates:code": one(Certificate.code),
        "inbox:code": one(Notice.code),
        "r:code": link.code,
        "partner/links:code": link.code,
        "console/partners:code": partner.code,
        "console/people:code": person.code,
        "console/cohorts:code": cohort.code,
        "desk/cohorts:code": cohort.code,
        "desk/check-ins:code": one(CheckIn.code),
        "console/camps/imports:code": "ZZZZZZZZ",
        "console/camps:code": "ZZZZZZZZ",
        "files/camps:code": "ZZZZZZZZ",
        "cohort_code": cohort.code,
        "person_code": person.code,
        "student": enrollment.code,
        "design": "classic",
        "number": "1",
        "row_id": "1",
        "id_": "1",
        "token": "ZZZZZZZZ",
        "name": "20261121104800-000000-0123456789",
        "signed": sign_unsubscribe(person.code, next(iter(TopicGroup))),
        "open_cohort": opened.code,
        "newcomer": newcomer.code,
        "applicant": applicant.code,
        "stranger": stranger.code,
        "question": asked.code,
    }
    return Place(person, codes)


def _suspended(reason: str) -> dict[str, str]:
    return {"camp": "营", "cohort": "期", "starts_on": "2026-11-21", "reason": reason}


def fields_of(place: Place) -> dict[str, dict[str, str]]:
    """List what a form of each route holds, filled in well; a route without fields is a button."""
    codes = place.codes
    agreed = {"version": VERSION, "digest": "x", "agreed": "y"}
    hand_in = {"text": "写好了这一段。", "link": "https://example.com/a", "number": "1", "opened": "x", "seen": "0"}
    answer = {"text": "怎么写问题", "answer": "这样写。"}
    asked = {"text": "怎么分段", "task": codes["reading"], "item": codes["icode"], "tried": codes["ecode"]}
    account = {"display_name": "新人", "time_zone": "Asia/Shanghai"}
    new = {"email": "new@example.com", "password": "a-quiet-camp-fire", "next": "/today", "terms": "y"}
    entry = {"email": "all@example.com", "password": "a-quiet-camp-fire", "next": "/today", "remember": "y"}
    change = {"password": "a-quiet-camp-fire", "new_password": "b-quiet-camp-fire"}
    return {
        "accounts.set_language": {"language": "en", "next": "/"},
        "accounts.set_theme": {"theme": "dark", "next": "/"},
        "accounts.save_profile": {**account, "language": "zh"},
        "certificates.choose_spelling": {"display_name": "林晓"},
        "certificates.refresh_card": {},
        "checkins.accept": {"comment": "好", "revision": "1"},
        "checkins.give_back": {"comment": "再写一句", "revision": "1"},
        "checkins.claim": {},
        "checkins.release": {},
        "checkins.void": {"reason": "抄来的"},
        "checkins.restore": {},
        "checkins.hand_in": hand_in,
        "checkins.draft": hand_in,
        "checkins.add_files": hand_in,
        "checkins.remove_file": hand_in,
        "checkins.tick": {"done": "1"},
        "contests.choose_shown": {"hidden": "y", "amounts_hidden": "y"},
        "enrollments.join": {"cohort": codes["open_cohort"]},
        "enrollments.withdraw": {},
        "messages.follow": {},
        "messages.read_all": {"up_to": codes["inbox:code"]},
        "messages.choose": {"group": next(iter(TopicGroup)).value},
        "messages.choose_quiet_hours": {"starts": "22:00", "ends": "07:00"},
        "messages.unsubscribe": {"again": "1"},
        "partners.join": agreed,
        "partners.send_application": {**agreed, "about": "同学群"},
        "promo.used": {"asset": "x", "kind": "copy"},
        "questions.ask": asked,
        "questions.keep_question_draft": {"text": "怎么分段"},
        "questions.solve": {"entry": codes["ecode"], "text": "怎么分段", "question": codes["qcode"]},
        "questions.follow": {},
        "questions.unfollow": {},
        "questions.thank": {},
        "questions.add_synonym": {"a": "证书", "b": "证明"},
        "questions.remove_synonym": {},
        "questions.answer": {**answer, "when": "now"},
        "questions.draft": answer,
        "questions.autosave": answer,
        "questions.preview": answer,
        "questions.claim": {},
        "questions.release": {},
        "questions.split": {},
        "questions.hide": {"reason": "重复"},
        "questions.unhide": {},
        "questions.merge": {"code": codes["qcode"], "into": codes["question"]},
        "questions.publish": {},
        "questions.correct": {"answer": "改好了", "note": "改了一句"},
        "questions.hide_entry": {},
        "questions.show_entry": {},
        "tracking.new_link": {"label": "朋友圈", "campaign": "moments", "camp": codes["slug"]},
        "tracking.archive": {},
        "tracking.rename": {"code": "writer"},
        "security.register": {**account, **new},
        "security.login": entry,
        "security.forgot_password": {"email": "all@example.com"},
        "security.reset_password": {"password": "a-quiet-camp-fire"},
        "security.send_confirmation": {"email": "all@example.com"},
        "security.confirm_email": {},
        "security.change_password": change,
        "security.change_email": {"email": "new@example.com"},
        "security.verify": {"password": "a-quiet-camp-fire"},
        "security.logout": {"next": "/"},
        "security.two_factor_setup": {"setup": "authenticator", "phone": ""},
        "security.two_factor_setup_validate": {"code": "123456"},
        "security.two_factor_token_validation": {"code": "123456"},
        "security.two_factor_rescue": {"help_setup": "email"},
        "security.tf_select": {"which": "email"},
        "security.mf_recovery": {"code": "123456"},
        "security.mf_recovery_codes": {},
        "security.wan_register": {"name": "phone", "usage": "secondary"},
        "security.wan_register_response": {"credential": "{}"},
        "security.wan_signin": {"identity": "all@example.com", "remember": "y"},
        "security.wan_signin_response": {"credential": "{}"},
        "security.wan_verify": {},
        "security.wan_verify_response": {"credential": "{}"},
        "security.wan_delete": {"name": "phone"},
    }


# Names of what addresses carry behind the question mark.
ASKED = (
    "act after at before by c camp code cohort currency format item language link next period person q revision role "
    "show size slug state task text version"
).split()


def is_open(app: Flask, endpoint: str) -> bool:
    """Tell whether a route is for visitors, students, tutors or partners: not for those who run the house."""
    guard = getattr(app.view_functions[endpoint], "guard", None)
    return guard is None or guard.kind != "role" or not guard.roles.isdisjoint({"tutor", "partner", "student"})


__all__ = ["ASKED", "BAD", "RAW", "Place", "fields_of", "is_open", "make_place"]
