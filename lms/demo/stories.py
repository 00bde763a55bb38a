"""The season's texts, read from story/*.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from lms.learning.checkins.rules import count_length

_FOLDER = Path(__file__).parent / "story"
_BORROWED_UNTIL = 6  # later days lie on the tutor's desk side by side, where nobody repeats another


@dataclass(frozen=True)
class Piece:
    """What somebody hands in: a text and, where the task asks for one, a number as typed."""

    text: str
    number: str = ""


@dataclass(frozen=True)
class Item:
    """A question with the words of everybody who asked it, and its answer (none: it is still open)."""

    asked: tuple[str, ...]
    answer: str = ""
    by: str = ""
    corrected: str = ""
    note: str = ""


@dataclass(frozen=True)
class Questions:
    """The questions of a cohort: items by day number, and what is open."""

    digests: dict[int, list[Item]]
    open: list[Item] = field(default_factory=list)


@cache
def read_story(name: str) -> dict[str, Any]:
    """Read one file of texts."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))


def read_questions(name: str) -> Questions:
    """Read the questions of a camp."""
    found = read_story(f"{name}_questions")
    digests = {digest["day"]: [_item(item) for item in digest["items"]] for digest in found["digests"]}
    return Questions(digests, [_item(item) for item in found["open"]])


def _item(found: dict[str, Any]) -> Item:
    words = {name: found.get(name, "").strip() for name in ("answer", "by", "corrected", "note")}
    return Item(tuple(found["asked"]), **words)


def review_words(language: str, verdict: str, day: int, text: str, dice: Random) -> str:
    """Choose what a tutor says to a text of a day with a verdict, "accept" or "return"."""
    found = read_story("reviews")[language]
    special = found.get(f"{verdict}{day}", [])
    fitting = [*special, *special, *found[verdict]] if verdict == "accept" else special or found[verdict]
    bit = _bit(text)
    return str(dice.choice([words for words in fitting if bit or "{bit}" not in words])).replace("{bit}", bit)


def _bit(text: str) -> str:
    """Give a short sentence of a text, to be quoted; empty where there is none."""
    sentences = re.split(r"[。：；，\n「」【】]", text)
    return next((one.strip() for one in reversed(sentences) if 7 <= len(one.strip()) <= 16), "")


# --- Hand-ins ---------------------------------------------------------------


def writing_piece(key: str, day: int, dice: Random) -> Piece | None:
    """Give what a student of the writing camp hands in on a day; None when they have nothing of their own."""
    one = next(student for student in read_story("clear_writing_students")["students"] if student["key"] == key)
    if day == 0:
        words, materials = one["intro"].strip().rsplit("\n", 1)
        return Piece(f"{words.strip()}\n\n备好的四样材料：{materials}")
    if day == 1:
        return Piece(f"旧写法：{one['old']}\n\n一句话：{one['new']}", one["minutes"])
    found = read_story("clear_writing_hand_ins")
    if day == 5:
        return Piece(_three_numbers(found["day5"]["items"], dice))
    pool = found.get(f"day{day}", {"by": [], "texts": []})
    numbers = pool.get("numbers", [])
    if key in pool["by"]:
        place = pool["by"].index(key)
        return Piece(pool["texts"][place].strip(), numbers[place] if numbers else "")
    if day > _BORROWED_UNTIL:
        return None
    place = dice.randrange(len(pool["texts"]))
    text = f"{dice.choice(found['leads']['texts'])}\n\n{pool['texts'][place].strip()}"
    return Piece(text, numbers[place] if numbers else "")


def _three_numbers(items: list[str], dice: Random) -> str:
    chosen = [item.strip() for item in dice.sample(items, 4)]
    three = "\n\n".join(chosen[:3])
    return three if count_length(three) >= 150 else "\n\n".join(chosen)


def survey_piece(key: str, day: int, dice: Random) -> Piece | None:
    """Give what a student of the survey camp hands in on a day; None when they have nothing."""
    found = read_story("first_survey_hand_ins")
    one = next(student for student in found["students"] if student["key"] == key)
    if day == 0:
        return Piece(one["intro"].strip())
    if day == 1:
        return Piece(f"{one['card'].strip()}\n\nWhat I would like to know and will not ask:\n{one['drop'].strip()}")
    if day == 2:
        return Piece(one["plan"].strip(), one["number"])
    pool = found["day3"]
    return Piece(pool["texts"][pool["by"].index(key)].strip()) if day == 3 and key in pool["by"] else None


def academy_piece(place: int, day: int) -> Piece:
    """Give what the person at a place of the academy class hands in on a day."""
    pool = read_story("partner_academy_hand_ins")[f"day{day}"]
    numbers = pool.get("numbers", [])
    return Piece(pool["texts"][place % len(pool["texts"])], numbers[place % len(numbers)] if numbers else "")
