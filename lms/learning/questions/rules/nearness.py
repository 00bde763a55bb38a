"""How near two questions are, which ones belong together, and which answer fits best."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.learning.questions.rules.words import Synonyms, is_cjk, query_terms, runs, same_words, spellings, terms

# Chosen on the hand-labelled questions of tests/learning/questions/labelled.py: nearness only suggests a
# merge to a tutor, and a wrong suggestion costs more trust than a missed one.
NEAR = 0.5
# What is asked stands at the end of a question more often than at its start, the subject before it:
# 「打卡图片…传不上去」 and 「打卡图片…要不要打码」 share a subject only.
_TAIL = 1.0
_WORD = 2.0

Vector = Mapping[str, float]


def grams(text: str, synonyms: Synonyms = ()) -> dict[str, float]:
    """Weigh the pieces of a question: CJK pieces of one to three characters, whole stemmed words."""
    parts = runs(same_words(text, synonyms), drop_stops=True)
    lengths = [len(part) if is_cjk(part) else 3 for part in parts]
    whole = sum(lengths) or 1
    weighed: defaultdict[str, float] = defaultdict(float)
    start = 0
    for part, length in zip(parts, lengths, strict=True):
        if is_cjk(part):
            for size in (1, 2, 3):
                for at in range(length - size + 1):
                    weighed[part[at : at + size]] += 1 + _TAIL * (start + at + size / 2) / whole
        else:
            weighed[part] += _WORD * (1 + _TAIL * (start + 1.5) / whole)
        start += length
    return dict(weighed)


def vectors(texts: Sequence[str], background: Iterable[str] = (), synonyms: Synonyms = ()) -> list[Vector]:
    """Turn texts into unit vectors: a piece counts for less, the more texts (and background) hold it."""
    counted = [grams(text, synonyms) for text in texts]
    behind = [grams(text, synonyms).keys() for text in background]
    seen: Counter[str] = Counter()
    for pieces in (*(found.keys() for found in counted), *behind):
        seen.update(pieces)
    total = len(counted) + len(behind)
    return [_unit({g: n**0.7 * (math.log((1 + total) / (1 + seen[g])) + 1) for g, n in c.items()}) for c in counted]


def _unit(weighed: dict[str, float]) -> Vector:
    length = math.sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
    return {piece: weight / length for piece, weight in weighed.items()}


def similarity(one: Vector, other: Vector) -> float:
    """Measure how near two unit vectors are: 0 nothing in common, 1 the same words."""
    if len(other) < len(one):
        one, other = other, one
    return math.fsum(weight * other.get(piece, 0.0) for piece, weight in one.items())


@dataclass(frozen=True)
class Asked:
    """A question to be gathered: `apart` ones were split off by a person and stay alone."""

    key: int
    text: str
    apart: bool = False


def gather(
    questions: Iterable[Asked], background: Iterable[str] = (), synonyms: Synonyms = (), near: float = NEAR
) -> list[tuple[int, ...]]:
    """Put near-duplicates together: groups of keys, each sorted, the groups by their first key.

    Every group is tight on average (average linkage), so that a chain of half-alike questions does not
    become one. The answer does not depend on the order of the questions.
    """
    ordered = sorted(questions, key=lambda asked: asked.key)
    made = vectors([asked.text for asked in ordered], background, synonyms)
    bonds = {
        (i, j): value
        for i, j in _meeting(made)
        if not (ordered[i].apart or ordered[j].apart) and (value := similarity(made[i], made[j])) > 0
    }
    groups = _link({i: (i,) for i in range(len(ordered))}, bonds, near)
    return sorted(tuple(ordered[i].key for i in sorted(group)) for group in groups)


def _meeting(made: Sequence[Vector]) -> set[tuple[int, int]]:
    """List the pairs that share a piece at all; the others need no look."""
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for at, vector in enumerate(made):
        for piece in vector:
            holders[piece].append(at)
    return {(i, j) for found in holders.values() for n, j in enumerate(found) for i in found[:n]}


def _link(
    groups: dict[int, tuple[int, ...]], bonds: Mapping[tuple[int, int], float], near: float
) -> list[tuple[int, ...]]:
    """Join the two nearest groups until none is near enough; ties go to the earliest questions."""
    while True:
        best: tuple[float, int, int] | None = None
        names = sorted({name for pair, value in bonds.items() if value >= near for name in pair})
        for n, right in enumerate(names):
            for left in names[:n]:
                value = bonds.get((left, right), 0.0)
                if value >= near and (best is None or value > best[0]):
                    best = (value, left, right)
        if best is None:
            return list(groups.values())
        groups, bonds = _joined(groups, bonds, best[1], best[2])


def _joined(
    groups: dict[int, tuple[int, ...]], bonds: Mapping[tuple[int, int], float], left: int, right: int
) -> tuple[dict[int, tuple[int, ...]], dict[tuple[int, int], float]]:
    sizes = len(groups[left]), len(groups[right])
    rest = {pair: value for pair, value in bonds.items() if left not in pair and right not in pair}
    for other in groups.keys() - {left, right}:
        mean = (
            sizes[0] * bonds.get((min(left, other), max(left, other)), 0.0)
            + sizes[1] * bonds.get((min(right, other), max(right, other)), 0.0)
        ) / sum(sizes)
        if mean > 0:
            rest[(min(left, other), max(left, other))] = mean
    kept = {name: group for name, group in groups.items() if name != right}
    kept[left] = groups[left] + groups[right]
    return kept, rest


@dataclass(frozen=True)
class Candidate:
    """Something that may answer: its question `text` counts for more than the answer's `body`."""

    key: tuple[str, int]
    text: str
    body: str = ""


@dataclass(frozen=True)
class Ranked:
    """A candidate with its fit: `score` 0 to 1, `whole` when it holds every term of the query."""

    key: tuple[str, int]
    score: float
    whole: bool


def weights(queries: Iterable[str], frequencies: Mapping[str, int]) -> dict[str, float]:
    """Weigh each term of the spellings of a query: the rarer, the heavier."""
    return {term: 1 / math.log2(2 + frequencies.get(term, 0)) for spelling in queries for term in query_terms(spelling)}


def rank(
    query: str, candidates: Iterable[Candidate], frequencies: Mapping[str, int], synonyms: Synonyms = ()
) -> list[Ranked]:
    """Order candidates by how much of the query they hold: all terms (AND) first, then by weight (OR).

    Terms met only in an answer's body count for half. Ties go to the newer one (higher key).
    """
    asked = spellings(query, synonyms)
    weighed = weights(asked, frequencies)
    ranked = []
    for candidate in candidates:
        title, body = set(terms(candidate.text)), set(terms(candidate.body))
        best = max((_fit(query_terms(way), weighed, title, body) for way in asked), default=(0.0, False))
        if best[0] > 0:
            ranked.append(Ranked(candidate.key, best[0], best[1]))
    return sorted(ranked, key=lambda found: (found.whole, found.score, found.key[1]), reverse=True)


def _fit(wanted: Sequence[str], weighed: Mapping[str, float], title: set[str], body: set[str]) -> tuple[float, bool]:
    total = math.fsum(weighed[term] for term in wanted) or 1.0
    held = math.fsum(
        weighed[term] * (1.0 if term in title else 0.5) for term in wanted if term in title or term in body
    )
    return held / total, bool(wanted) and all(term in title or term in body for term in wanted)
