"""Scenes of partners: applying, links, clicks, and the people their links bring."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from lms.affiliates.partners import service as partners
from lms.affiliates.partners.queries import agreement_in_force, find_partner
from lms.affiliates.promo import service as promo
from lms.affiliates.promo.rules import UseKind
from lms.affiliates.tracking import queries as links
from lms.affiliates.tracking import service as tracking
from lms.affiliates.tracking.rules import Click, Device
from lms.demo.cast import APPLICANT, BY_KEY, DECLINED, DOORS, PARTNERS, PASSWORD, SHANGHAI, TAPPED, Player, Promoter
from lms.demo.stage import Stage
from lms.demo.trade import PRICED, buy
from lms.kernel.work import SYSTEM, Work
from lms.learning.enrollments import service as enrollments
from lms.people.accounts import service as accounts
from lms.people.messages import service as messages
from lms.people.messages.rules import TopicGroup

# Whose link somebody came through, where the story needs it.
_BUYERS = {
    "partner": "student zhou-ran ma-lin liu-xiaoman ding-hao su-he ouyang yu-lei",
    "lin-mo": "he-yuan shen-yue cheng-xi ge-chuan nie-yun",
    "gu-yibai": "a-bu jiang-wan fang-zhou",
    "xu-wan": "tang-yi xia-mu",
    "ma-xiaoliu": "qin-shu yang-kai",
    "shen-qing": "luo-jia gao-ning",
    "fang-ge": "bai-lu wu-tong",
    "zhong-ping": "lu-yi zhao-wu",
    "elena": "maya oona devika tomasz finn leo",
    "sam": "priya grace hanna",
}
BROUGHT = {buyer: partner for partner, buyers in _BUYERS.items() for buyer in buyers.split()}
_DIRECT = 0.22  # the share that comes without a link
_HELD = (TopicGroup.LESSONS, TopicGroup.ANSWERS, TopicGroup.CAMPS)  # mails nobody would read while the story is told
_CLICK_DAYS = 26
_QUIET_PULL, _QUIET_SHARE = 2.0, 0.4  # who posts little has days without a click


def enter(stage: Stage, work: Work, player: Player) -> None:
    """Make an account; only those that one can sign in with have a password, and only they get mail meanwhile."""
    door = player.key in DOORS
    stage.people[player.key] = person = accounts.create_person(
        work,
        SYSTEM,
        email=player.email,
        password=PASSWORD if door else None,
        display_name=player.name,
        language=player.language,
        time_zone=player.time_zone,
        roles=player.roles,
        confirmed=True,
    )
    if not door:
        messages.choose_mail(work, person.id, dict.fromkeys(_HELD, False))


def wish_mail_again(stage: Stage, work: Work) -> None:
    """From now on everybody gets mail, so that what is done in the demo is seen in its mailbox."""
    for key, person in stage.people.items():
        if key not in DOORS:
            messages.choose_mail(work, person.id, dict.fromkeys(_HELD, True))


# --- Becoming a partner -----------------------------------------------------


def recruit(stage: Stage) -> None:
    """Partners apply, are let in and make their links; one waits, one was declined, two come by one tap."""
    today = stage.today(SHANGHAI)
    for n, promoter in enumerate(PARTNERS):
        at = stage.moment(today - timedelta(days=41 - n // 2), 9.5 + n, SHANGHAI)
        _apply(stage, promoter, at)
        _decide(stage, promoter.player.key, at + timedelta(hours=3))
        _make_links(stage, promoter.player.key, promoter.places, at + timedelta(hours=4))
    _apply(stage, DECLINED, stage.moment(today - timedelta(days=20), 11, SHANGHAI))
    _decide(stage, DECLINED.player.key, stage.moment(today - timedelta(days=20), 16, SHANGHAI), DECLINED.reason)
    _apply(stage, APPLICANT, stage.lately(stage.moment(today - timedelta(days=1), 12, SHANGHAI), 0.6))
    for n, (key, place, _) in enumerate(TAPPED):
        at = stage.moment(today - timedelta(days=6 - n), 21.2, SHANGHAI)
        stage.scene(at, partial(_tap, stage, key))
        _make_links(stage, key, (place,), at + timedelta(minutes=20))


def _apply(stage: Stage, promoter: Promoter, at: datetime) -> None:
    def apply(work: Work) -> None:
        enter(stage, work, promoter.player)
        agreed = agreement_in_force("en" if promoter.player.language == "en" else "zh")
        partners.apply(work, stage.actor(promoter.player.key), promoter.about, agreed.version, agreed.digest)

    stage.scene(at, apply)


def _decide(stage: Stage, key: str, at: datetime, reason: str = "") -> None:
    def decide(work: Work) -> None:
        found = find_partner(work, stage.person_id(key))
        if found is None:
            return
        if reason:
            partners.decline(work, stage.actor("operator"), found.code, reason)
        else:
            partners.approve(work, stage.actor("operator"), found.code)

    stage.scene(at, decide, f"operator partners.{'decline' if reason else 'approve'}")
    stage.settle(at + timedelta(minutes=1))


def _tap(stage: Stage, key: str, work: Work) -> None:
    agreed = agreement_in_force("zh")
    partners.become_partner(work, stage.actor(key), agreed.version, agreed.digest)


def _make_links(stage: Stage, key: str, places: tuple[str, ...], at: datetime) -> None:
    def make(work: Work) -> None:
        who = stage.partner(key)
        handle = "zhouke" if key == "partner" else key.replace("-", "")
        partner = tracking.change_handle(work, who, handle)
        main = links.default_link(work, partner.id)
        stage.links[key] = [main.id] if main else []
        for n, place in enumerate(places):
            stage.links[key].append(tracking.make_link(work, who, place, f"{handle[:16]}-{n + 1}").id)

    stage.settle(at - timedelta(minutes=1))
    stage.scene(at, make)


def use_kit(stage: Stage) -> None:
    """The demo's partner takes texts out of the kit, now and then."""
    for n, name in enumerate(("moments-1", "group-2", "private-3", "moments-1")):
        at = stage.moment(stage.today(SHANGHAI) - timedelta(days=9 - 2 * n), 12.6 + n, SHANGHAI)
        stage.scene(at, partial(_use, stage, f"clear-writing/{name}", UseKind.COPY))


def _use(stage: Stage, asset: str, kind: UseKind, work: Work) -> None:
    promo.count_use(work, stage.partner("partner"), asset, kind)


# --- Clicks and who they bring ----------------------------------------------


def wander(stage: Stage) -> None:
    """People click day after day, most in the evening; today as far as it has come."""
    pulls = {one.player.key: one.pull for one in PARTNERS} | {key: pull for key, _, pull in TAPPED}
    today = stage.today(SHANGHAI)
    for ago in range(_CLICK_DAYS, -1, -1):
        day = today - timedelta(days=ago)
        begins = stage.moment(day, 0, SHANGHAI)
        at = min(stage.moment(day, 23.9, SHANGHAI), stage.now)
        weekend = 1.4 if day.weekday() >= 5 else 1.0
        stage.scene(at, partial(_click, stage, begins, {key: pull * weekend for key, pull in pulls.items()}))
        if ago:
            stage.settle(at + timedelta(seconds=5))


def _click(stage: Stage, since: datetime, pulls: dict[str, float], work: Work) -> None:
    clicks = []
    for key, pull in pulls.items():
        quiet = pull < _QUIET_PULL and stage.dice.random() < _QUIET_SHARE
        for _ in range(0 if quiet or key not in stage.links else round(stage.dice.uniform(0.3, 1.7) * pull)):
            at = since + (work.now - since) * stage.dice.betavariate(2.2, 1.6)
            clicks.append(_visit(stage, key, at, _code(stage, 64)))
    tracking.ingest_clicks(work, clicks)


def _visit(stage: Stage, key: str, at: datetime, visitor: str) -> Click:
    ids = stage.links[key]
    link = ids[min(int(stage.dice.expovariate(1.1)), len(ids) - 1)]
    device = stage.dice.choices((Device.WECHAT, Device.PHONE, Device.DESKTOP), (6, 3, 2))[0]
    return Click(_code(stage, 80), at, link, visitor, device)


def _code(stage: Stage, bits: int) -> str:
    return f"{stage.dice.getrandbits(bits):0{bits // 4}x}"


def arrive(stage: Stage, key: str, cohort: str, at: datetime) -> None:
    """Somebody joins or buys a seat; who is new signs up first, often through a partner's link."""

    def act(work: Work) -> None:
        visitor = None
        if key not in stage.people:
            enter(stage, work, BY_KEY[key])
            visitor = _bring(stage, work, key)
        if cohort in PRICED:
            buy(stage, work, key, cohort, visitor)
            return
        referral = tracking.resolve_referral(work, visitor, stage.person_id(key)) if visitor else None
        enrollments.join(work, stage.actor(key), stage.cohorts[cohort].code, referral)

    stage.scene(at, act)


def _bring(stage: Stage, work: Work, key: str) -> str | None:
    promoter = _whose(stage, key)
    if promoter is None:
        return None
    visitor = _code(stage, 64)
    clicks = [_visit(stage, promoter, work.now - timedelta(minutes=stage.dice.uniform(2, 50)), visitor)]
    if stage.dice.random() < 0.2:
        other = stage.dice.choice(sorted(stage.links))
        clicks.insert(0, _visit(stage, other, work.now - timedelta(hours=stage.dice.uniform(4, 60)), visitor))
    tracking.ingest_clicks(work, clicks)
    tracking.bind_visitor(work, visitor, stage.person_id(key), work.now)
    return visitor


def _whose(stage: Stage, key: str) -> str | None:
    if key in BROUGHT:
        return BROUGHT[key]
    language = BY_KEY[key].language
    speaking = [one for one in PARTNERS if one.player.language == language and one.player.key in stage.links]
    if not speaking or stage.dice.random() < _DIRECT:
        return None
    return stage.dice.choices(speaking, [one.pull for one in speaking])[0].player.key
