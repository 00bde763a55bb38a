"""Words of a question: what is indexed, what is asked for, what is compared."""

import re
import unicodedata
from collections.abc import Iterable

from lms.kernel.text import Text

# Phrases that say "this is a question" and nothing about its subject. One list per language.
STOP_PHRASES = Text(
    "请问一下 请问 想问一下 想问下 想问问 想问 问一下 问下 请教一下 请教 求助 麻烦问 老师好 各位老师 老师 助教 "
    "大家好 你好 您好 谢谢 多谢 怎么样 怎么办 怎么才能 怎么 怎样 如何 咋办 咋 能不能 可不可以 要不要 是不是 "
    "会不会 有没有 应不应该 该不该 行不行 可以吗 行吗 好吗 可以 能否 是否 应该 需要 什么样 什么 为什么 为啥 哪里 哪儿 "
    "多少 几个 请 呢 吗 啊 呀 吧 嘛 哦 一下 我们 咱们 这个 那个 我 你 您 的 了 还是",
    "a an the is are am be been was were do does did can could may might must shall should will would "
    "i me my we our us you your it its this that these those there here what which who whom "
    "when where why how if or and but so to of in on at for with from by as about into any some "
    "please hi hello thanks thank have has had get got just also then than too very not no yes "
    "need want know tell im ive id dont doesnt didnt cant wont isnt arent "
    "question help anyone somebody teacher tutor",
)

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUNS = re.compile(rf"[{_CJK}]+|[a-z0-9][a-z0-9'\u2019+#.]*")
_STOP_ZH = re.compile("|".join(map(re.escape, sorted(STOP_PHRASES.in_("zh").split(), key=lambda p: (-len(p), p)))))
_STOP_EN = frozenset(STOP_PHRASES.in_("en").split())
_DOUBLED = re.compile(r"([bdfgklmnprt])\1$")

Synonyms = tuple[tuple[str, str], ...]


def normal(text: str) -> str:
    """Fold width, case and white space, so that one sentence has one spelling."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).lower()).strip()


def stem(word: str) -> str:
    """Cut the endings of an English word that do not change its subject (plural, -ing, -ed).

    Light on purpose: what is cut too little still meets its twin through the shared beginning.
    """
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return _DOUBLED.sub(r"\1", word[: -len(ending)]).removesuffix("e")
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-2] if word.endswith(("sses", "shes", "ches", "xes")) else word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


def runs(text: str, *, drop_stops: bool) -> list[str]:
    """Split a text into CJK runs and stemmed Latin words, with or without stop phrases.

    A text of stop phrases only keeps them: asking for 「怎么」 must look for 「怎么」.
    """
    found: list[str] = []
    for run in _RUNS.findall(normal(text)):
        if is_cjk(run):
            found += [part for part in _STOP_ZH.split(run) if part] if drop_stops else [run]
            continue
        word = run.replace("\u2019", "").replace("'", "").strip(".")
        if word and not (drop_stops and word in _STOP_EN):
            found.append(stem(word))
    return found or (runs(text, drop_stops=False) if drop_stops and _RUNS.search(normal(text)) else [])


def is_cjk(run: str) -> bool:
    """Say whether a run is written in Chinese characters."""
    return ord(run[0]) >= 0x3400


def terms(text: str) -> tuple[str, ...]:
    """List what a text is found by: CJK bigrams and single characters, stemmed Latin words.

    Sorted and without repetition. English stop words are left out, Chinese ones are kept: a run is not
    torn apart in the index, and the weight of a frequent pair is small anyway (stack.md §9).
    """
    found: set[str] = set()
    for run in runs(text, drop_stops=False):
        if not is_cjk(run):
            if run not in _STOP_EN:
                found.add(run[:40])
            continue
        found.update(run)
        found.update(run[at : at + 2] for at in range(len(run) - 1))
    return tuple(sorted(found))


def query_terms(text: str) -> tuple[str, ...]:
    """List what to look for: bigrams (a lone character as it is) and words, stop phrases left out."""
    found: set[str] = set()
    for run in runs(text, drop_stops=True):
        if is_cjk(run) and len(run) > 1:
            found.update(run[at : at + 2] for at in range(len(run) - 1))
        else:
            found.add(run[:40])
    return tuple(sorted(found))


def same_words(text: str, synonyms: Synonyms) -> str:
    """Write every synonym as the first word of its pair; longer words first, whole Latin words only."""
    folded = normal(text)
    for kept, other in sorted(synonyms, key=lambda pair: (-len(pair[1]), pair)):
        edge = "" if is_cjk(other) else r"\b"
        folded = re.sub(f"{edge}{re.escape(normal(other))}{edge}", normal(kept), folded)
    return folded


def spellings(text: str, synonyms: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """List a query as typed, and with its synonyms written the one way and the other."""
    pairs = tuple(synonyms)
    turned = tuple((other, kept) for kept, other in pairs)
    return tuple(dict.fromkeys((normal(text), same_words(text, pairs), same_words(text, turned))))
