"""What has happened before the browser opens: one camp, four cohorts, the cast. Told through the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial

from lms.affiliates.partners import service as partners
from lms.affiliates.partners.queries import agreement_in_force, find_partner
from lms.affiliates.tracking import queries as tracking
from lms.affiliates.tracking import service as tracking_service
from lms.kernel.clock import FixedClock
from lms.kernel.db import db
from lms.kernel.parts import EXTENSION, Parts
from lms.kernel.settings import ROOT
from lms.kernel.work import Read, Work
from lms.kernel.worker import drain
from lms.learning.camps import queries as camps
from lms.learning.camps import service as camp_service
from lms.learning.camps.queries import Cohort, Task
from lms.learning.certificates import queries as certificates
from lms.learning.checkins import service as checkins
from lms.learning.checkins.rules import HandInValues
from lms.learning.checkins.service import Upload
from lms.learning.enrollments import service as enrollments
from lms.learning.questions import service as questions
from lms.learning.questions.rules import cohort_day
from tests.browser.sale import ask_for_money, price_a_cohort, sell_a_seat
from tests.browser.served import ZONE, Served
from tests.browser.told import CAMP, TODAY, Told
from tests.factories.accounts import PASSWORD, make_person
from tests.factories.checkins import picture

PLACE = "读书群"

# key → name, role besides student, language
STAFF = {
    "su": ("苏曼", ("operator",), "zh"),
    "sam": ("Sam", ("operator",), "en"),
    "chen": ("陈老师", ("tutor",), "zh"),
    "cole": ("Cole Bennett", ("tutor",), "en"),
    "fin": ("何静", ("finance",), "zh"),
    "ada": ("阿达", (), "zh"),
    "lu": ("路远", (), "zh"),
}
# Students of the running cohort; each journey has its own, so that none depends on another.
RUNNING = {
    "lin": ("林晓", "zh"),
    "maya": ("Maya Thornton", "en"),
    "he": ("何远", "zh"),
    "tang": ("唐一", "zh"),
    "bai": ("白露", "zh"),
    "zhou": ("周然", "zh"),
    "liu": ("刘小满", "zh"),
    "gao": ("高宁", "zh"),
    "xia": ("夏木", "zh"),
}
BY_THE_FORM = ("bai", "xia")  # a password takes its time; the others come with their cookie
ON_THE_DESK = ("zhou", "liu", "gao")
LAST_DAY = {"yun": ("云朵", "zh"), "june": ("June Whitfield", "en")}
# Seven of eight make a certificate: June has one, Yun is two short.
LAST_DONE = {"june": 6, "yun": 4}
PIECE = (
    "Tester A took four minutes and stopped at question three, because the scale had no middle. "
    "I added one and asked again; the second reader went through without a pause."
)
WORDS = "\n".join([PIECE] * 7)


Scene = Callable[[Told, Work], None]


def tell(served: Served) -> Told:
    """Tell the story on an empty database; afterwards the app's own clock rules again."""
    parts: Parts = served.app.extensions[EXTENSION]
    shifted, now = parts.clock, parts.clock.now()
    told = Told(served)
    clock = FixedClock(now)
    parts.clock = clock
    try:
        with served.app.app_context():
            for ago, scene in _scenes():
                clock.at = now - ago
                with served.work() as work:
                    scene(told, work)
                drain(served.app)
                db.session.remove()
    finally:
        parts.clock = shifted
    return told


def _scenes() -> list[tuple[timedelta, Scene]]:
    days = [(timedelta(days=TODAY - n, hours=-1), partial(_study, n)) for n in range(1, TODAY)]
    return [
        (timedelta(days=14), _hire),
        (timedelta(days=13), _bring_camp),
        (timedelta(days=12), _recruit),
        (timedelta(days=11), _open_cohorts),
        (timedelta(days=11), price_a_cohort),
        (timedelta(days=10, hours=9), _make_links),
        (timedelta(days=10), _join),
        (timedelta(days=TODAY), _start),
        *days,
        (timedelta(days=1, hours=2), _ask_yesterday),
        (timedelta(days=1), _publish_yesterday),
        (timedelta(hours=6), _hand_in_today),
        (timedelta(hours=5), _return_one),
        (timedelta(hours=5), _find_certificate),
        (timedelta(hours=4), _ask_today),
        (timedelta(hours=3), sell_a_seat),
        (timedelta(hours=2), ask_for_money),
    ]


def _hire(told: Told, work: Work) -> None:
    for key, (name, roles, language) in STAFF.items():
        told.people[key] = make_person(
            work, name, email=f"{key}@example.com", password=None, roles=("student", *roles), language=language
        )
    for key, (name, language) in (RUNNING | LAST_DAY).items():
        password = PASSWORD if key in BY_THE_FORM else None
        told.people[key] = make_person(work, name, email=f"{key}@example.com", password=password, language=language)


def _bring_camp(told: Told, work: Work) -> None:
    folder = ROOT / "examples" / "camps" / CAMP
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    report = camp_service.import_camp(work, told.who(work, "su"), files)
    assert report.is_good, report.errors
    camp_service.publish_camp(work, told.who(work, "su"), CAMP)


def _recruit(told: Told, work: Work) -> None:
    agreed = agreement_in_force("zh")
    for key, about in (("ada", "我有一个读书群，三百多人。"), ("lu", "我在社区教长辈用手机。")):
        applied = partners.apply(work, told.who(work, key), about, agreed.version, agreed.digest)
        told.applicant = applied.code
        if key == "ada":
            partners.approve(work, told.who(work, "su"), applied.code)


def _open_cohorts(told: Told, work: Work) -> None:
    today = cohort_day(work.now, "Asia/Shanghai", time(22)) + timedelta(days=11)
    told.running = _open(told, work, today - timedelta(days=TODAY - 1), "chen").code
    told.ending = _open(told, work, today - timedelta(days=6), "cole").code
    told.enrolling = _open(told, work, today + timedelta(days=7), "chen").code


def _make_links(told: Told, work: Work) -> None:
    partner = find_partner(work, told.people["ada"].id)
    link = tracking.default_link(work, partner.id) if partner else None
    assert link is not None
    told.link = link.code
    told.camp_link = tracking_service.make_link(work, told.who(work, "ada"), PLACE, "", CAMP).code


def _open(told: Told, work: Work, starts_on: date, tutor: str) -> Cohort:
    who = told.who(work, "su")
    cohort = camp_service.open_cohort(
        work,
        who,
        CAMP,
        starts_on=starts_on,
        seats=30,
        time_zone="Asia/Shanghai",
        cutoff=time(22),
        tutors=[told.people[tutor].id],
    )
    return camp_service.move_cohort(work, who, cohort.id, "enrolling")


def _join(told: Told, work: Work) -> None:
    for code, keys in ((told.running, RUNNING), (told.ending, LAST_DAY)):
        for key in keys:
            enrollments.join(work, told.who(work, key), code, None)


def _start(told: Told, work: Work) -> None:
    for code in (told.running, told.ending):
        cohort = camps.get_cohort(work, code)
        for state in ("closed", "running"):
            camp_service.move_cohort(work, told.who(work, "su"), cohort.id, state)
    told.tasks = {n: task.code for n, task in required(work, told.running).items()}
    for day in (0, 1):
        for key in LAST_DAY:
            hand_in(told, work, key, required(work, told.ending)[day])


def required(read: Read, code: str) -> dict[int, Task]:
    """Give the required check-in of each day of a cohort."""
    found = camps.list_tasks(read, camps.get_cohort(read, code).id)
    return {task.day_number: task for task in found if task.required}


def hand_in(told: Told, work: Work, key: str, task: Task, text: str = WORDS) -> str:
    """Hand in whatever the task asks for."""
    who = told.who(work, key)
    if {"picture", "file"} & set(task.asks):
        checkins.add_file(work, who, task.code, Upload(picture(size=(300, 400)), "first-screen.jpg", "image/jpeg"))
    link = "https://example.com/survey" if "link" in task.asks else ""
    values = HandInValues(text, link, "12" if "number" in task.asks else "")
    return checkins.check_in(work, who, task.code, values, work.now - timedelta(minutes=9)).code


def _study(number: int, told: Told, work: Work) -> None:
    task = required(work, told.running)[number]
    for key in RUNNING:
        if (key, number) != ("xia", 4):
            told.hand_ins[f"{key} {number}"] = hand_in(told, work, key, task)
    if number < TODAY - 1:
        for key in RUNNING:
            checkins.accept(work, told.who(work, "chen"), told.hand_ins[f"{key} {number}"], "写得具体，往下走。", 1)
    for key, last in LAST_DONE.items():
        if number + 1 <= last:
            hand_in(told, work, key, required(work, told.ending)[number + 1])


def _ask_yesterday(told: Told, work: Work) -> None:
    asked = questions.ask(work, told.who(work, "zhou"), told.running, "量表要不要给一个中间项？", told.tasks[4])
    told.asked["scale"] = asked.code
    questions.write_answer(
        work,
        told.who(work, "chen"),
        asked.code,
        "量表要不要给一个中间项？",
        "要。没有中间项，**没想好的人**会随便选一边。给奇数个选项，再单独留一个「不清楚」。",
    )


def _publish_yesterday(told: Told, work: Work) -> None:
    day = work.now.astimezone(ZONE).date()
    told.digest = questions.publish_digest(work, told.who(work, "chen"), told.running, day)


def _hand_in_today(told: Told, work: Work) -> None:
    for key in ON_THE_DESK:
        told.hand_ins[f"{key} {TODAY}"] = hand_in(told, work, key, required(work, told.running)[TODAY])
    hand_in(told, work, "june", required(work, told.ending)[LAST_DONE["june"]])


def _return_one(told: Told, work: Work) -> None:
    """Bai's work of yesterday comes back; everybody else's of that day is accepted."""
    for key in RUNNING:
        code = told.hand_ins.get(f"{key} 4")
        if code and key == "bai":
            checkins.return_(work, told.who(work, "chen"), code, "第三题还是一题问了两件事，拆开再交。", 1)
        elif code:
            checkins.accept(work, told.who(work, "chen"), code, "选项清楚了。", 1)


def _find_certificate(told: Told, work: Work) -> None:
    told.certificate = certificates.list_mine(work, told.people["june"].id)[0].code


def _ask_today(told: Told, work: Work) -> None:
    for key, words in (
        ("he", "测试的人边填边问我，我能不能回答？"),
        ("tang", "测试的人边填边问，我能不能回答他？"),
        ("gao", "问卷工具只能导出表格，图片怎么交？"),
    ):
        told.asked[key] = questions.ask(work, told.who(work, key), told.running, words, told.tasks[TODAY]).code
