"""Who plays in the demo season: staff, students of the five cohorts, partners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lms.demo.stories import read_story

SHANGHAI, LONDON = "Asia/Shanghai", "Europe/London"
PASSWORD = "encamp-demo"  # noqa: S105 - printed by `make demo` and refused outside the demo mode


@dataclass(frozen=True)
class Player:
    """One account of the season. `key` is the name before @example.com; only `doors` have a password."""

    key: str
    name: str
    language: str = "zh"
    roles: tuple[str, ...] = ("student",)

    @property
    def email(self) -> str:
        return f"{self.key}@example.com"

    @property
    def time_zone(self) -> str:
        return SHANGHAI if self.language == "zh" else LONDON


def _players(names: str, language: str) -> tuple[Player, ...]:
    pairs = (line.strip().split(" ", 1) for line in names.strip().splitlines())
    return tuple(Player(key, name, language) for key, name in pairs)


STAFF = (
    Player("operator", "苏曼", roles=("student", "operator")),
    Player("tutor", "陈予安", roles=("student", "tutor")),
    Player("finance", "何静", roles=("student", "finance")),
    Player("cole", "Cole Bennett", "en", ("student", "tutor")),
)

# The running Chinese cohort, in the order of its joining; texts in story/clear_writing_students.toml.
WRITERS = _players(
    """
    student 林知夏
    zhou-ran 周然
    he-yuan 何远
    ma-lin 马林
    tang-yi 唐一
    liu-xiaoman 刘小满
    shen-yue 沈悦
    a-bu 阿布
    jiang-wan 蒋婉
    qin-shu 秦叔
    luo-jia 罗佳
    gao-ning 高宁
    xia-mu 夏木
    yang-kai 杨凯
    bai-lu 白露
    ding-hao 丁浩
    wu-tong 吴桐
    cheng-xi 程溪
    fang-zhou 方舟
    su-he 苏禾
    """,
    "zh",
)

# The running English cohort; texts in story/first_survey_hand_ins.toml.
SURVEYORS = _players(
    """
    maya Maya Thornton
    oona Oona Farrell
    devika Devika Rao
    tomasz Tomasz Wilk
    priya Priya Menon
    finn Finn Alsop
    grace Grace Okafor
    bruno Bruno Sartori
    hanna Hanna Lehto
    ade Ade Bankole
    yuna Yuna Sato
    tove Tove Björk
    leo Leo Marchetti
    june June Whitfield
    """,
    "en",
)

# Who has a seat in the cohort that takes people now.
NEWCOMERS = _players(
    """
    qiao-an 乔安
    meng-fan 孟凡
    lu-yi 陆一
    tian-tian 田恬
    ren-jie 任杰
    ouyang 欧阳雪
    zhao-wu 赵五
    huo-ling 霍玲
    cai-sen 蔡森
    pei-pei 裴佩
    nie-yun 聂云
    kong-xin 孔昕
    dai-mo 戴墨
    yu-lei 于蕾
    ge-chuan 葛川
    """,
    "zh",
)

# Who comes to the checkout and does not get to the end of it.
ONLOOKERS = _players(
    """
    shi-lei 石磊
    kang-li 康礼
    du-juan 杜鹃
    an-he 安禾
    """,
    "zh",
)

# The full English cohort: the first twelve have seats, the others wait in line.
CROWD = _players(
    """
    ines Inês Duarte
    callum Callum Reid
    noor Noor Haddad
    piotr Piotr Zielinski
    sian Siân Powell
    mateo Mateo Vargas
    elif Elif Demir
    rory Rory Gallagher
    anouk Anouk de Wit
    kofi Kofi Mensah
    lena Lena Brandt
    hugo Hugo Lindholm
    saoirse Saoirse Nolan
    dmitri Dmitri Orlov
    beatrix Beatrix Toth
    owen Owen Price
    """,
    "en",
)


@dataclass(frozen=True)
class Promoter:
    """A partner: how they applied, where they post, and how much comes of it (clicks a day)."""

    player: Player
    about: str
    places: tuple[str, ...] = ()
    pull: float = 0.0
    reason: str = ""


def _promoter(found: dict[str, Any]) -> Promoter:
    player = Player(found["key"], found["name"], found.get("language", "zh"))
    places = tuple(found.get("places", ()))
    return Promoter(player, found["about"], places, found.get("pull", 0.0), found.get("reason", ""))


_STORY = read_story("partners")
PARTNERS = tuple(_promoter(found) for found in _STORY["partners"])
APPLICANT, DECLINED = _promoter(_STORY["applicant"]), _promoter(_STORY["declined"])
# Students who became partners with one tap while their camp was running: key, place, clicks a day.
TAPPED = tuple((found["key"], found["place"], found["pull"]) for found in _STORY["tapped"])

# The finished academy class: the Chinese-speaking partners and some who were curious.
ACADEMY = (*(one.player.key for one in PARTNERS if one.player.language == "zh"), "student", "bai-lu", "tang-yi")
ACADEMY_LATER = ("qiao-an", "meng-fan")  # who came for the academy and then took a seat in the next writing cohort

# Accounts with the demo password, and the only ones whose mails of the last days are kept.
DOORS = ("student", "tutor", "partner", "operator", "finance", "maya", "cole")

_CLASSES = (*WRITERS, *SURVEYORS, *NEWCOMERS, *ONLOOKERS, *CROWD)
_PROMOTERS = tuple(one.player for one in (*PARTNERS, APPLICANT, DECLINED))
BY_KEY = {player.key: player for player in (*STAFF, *_CLASSES, *_PROMOTERS)}
