"""Rows -> utterance ids: the same words of the same speaker, wherever agencies carried them, are one utterance.

Candidates share three words in a row; a pair counts when one text's content holds nearly all of the other's, with the
same numbers and negations, and nothing says that they fell on different days. The words that only report ("sagte X am
Montag in Y") don't count. Does not join paraphrases that share few words, nor translations.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Protocol

SHARED = 0.85
ALIKE_LENGTH = 0.75
SHORTEST = 3
STEM = 5
DAYS_APART = 7
COMPARED = 100
_WORD = re.compile(r"\w+")
_BORDER = re.compile(r"[,;:.!?–—„“”»«\"]|\b(?:dass|that)\b")
_NEGATION = re.compile(
    r"\b(?:nicht|kein\w*|nie|niemals|nichts|niemand\w*|no|not|never|nothing|nobody|none)\b|n[’']t\b", re.IGNORECASE
)


class Said(Protocol):
    """What joining needs of a row."""

    @property
    def statement_id(self) -> str: ...

    @property
    def speaker(self) -> str: ...

    @property
    def actor(self) -> str: ...

    @property
    def date(self) -> str: ...

    @property
    def date_basis(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def cue(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Content:
    """What is said, as stems in order and weighted by length; ``speaker`` is the side and the family name."""

    key: str
    speaker: tuple[str, str]
    date: str
    dated: bool
    stems: tuple[str, ...]
    weights: dict[str, int]
    numbers: frozenset[str]
    negated: bool


def join_utterances(rows: Sequence[Said]) -> dict[str, str]:
    """Map each ``statement_id`` to an ``utterance_id``; rows of one statement may repeat."""
    contents: dict[str, _Content] = {}
    for row in rows:
        if row.statement_id not in contents:
            contents[row.statement_id] = _content(row)
    parent = {key: key for key in contents}
    days = {key: {content.date} if content.dated else set() for key, content in contents.items()}
    for a, b in _candidates(contents):
        low, high = sorted((_root(parent, a.key), _root(parent, b.key)))
        if low != high and len(days[low] | days[high]) <= 1 and _same(a, b):
            parent[high] = low
            days[low] |= days[high]
    return {key: "u" + blake2b(_root(parent, key).encode(), digest_size=7).hexdigest() for key in contents}


def _candidates(contents: dict[str, _Content]) -> Iterator[tuple[_Content, _Content]]:
    """Pairs of one speaker that share three words in a row; at most ``COMPARED`` earlier ones for each such triple."""
    holders: dict[tuple, list[str]] = defaultdict(list)
    for key, content in contents.items():
        stems = content.stems
        places = [holders[(*content.speaker, *stems[i : i + 3])] for i in range(max(len(stems) - 2, 1))]
        for other in sorted({other for place in places for other in place}):
            yield content, contents[other]
        for place in places:
            if len(place) < COMPARED:
                place.append(key)


def _same(a: _Content, b: _Content) -> bool:
    if not _same_days(a, b):
        return False
    short, long = sorted((a, b), key=lambda c: sum(c.weights.values()))
    size, most = sum(short.weights.values()), sum(long.weights.values())
    if len(short.weights) < SHORTEST:
        return short.stems == long.stems
    if not short.numbers <= long.numbers or short.negated > long.negated:
        return False
    if size >= ALIKE_LENGTH * most and (short.numbers, short.negated) != (long.numbers, long.negated):
        return False
    return sum(weight for stem, weight in short.weights.items() if stem in long.weights) >= SHARED * size


def _same_days(a: _Content, b: _Content) -> bool:
    """Whether both may fall on one day: equal days of speech; days of publication, which lag, within a week."""
    if not (a.date and b.date):
        return True
    if a.dated and b.dated:
        return a.date == b.date
    return abs((date.fromisoformat(a.date) - date.fromisoformat(b.date)).days) <= DAYS_APART


def _content(row: Said) -> _Content:
    family = row.speaker.split()[-1].casefold() if row.speaker else ""
    names = {*_WORD.findall(row.speaker.casefold())}
    text = _without_report(row.text, row.cue, names)
    words = [word for word in _WORD.findall(text.casefold()) if word not in names]
    numbers = frozenset(word for word in words if word.isdigit())
    stems = tuple(word[:STEM] for word in words)
    weights = {stem: len(stem) for stem in stems}
    dated = row.date_basis == "expression"
    return _Content(
        row.statement_id, (row.actor, family), row.date, dated, stems, weights, numbers, bool(_NEGATION.search(text))
    )


def _without_report(text: str, cue: str, names: set[str]) -> str:
    """The text without "X sagte" or ", sagte X am Montag in Y", where words to compare remain."""
    at = re.search(rf"(?<!\w){re.escape(cue)}(?!\w)", text) if cue else None
    if not at:
        return text
    borders = [0, *(m.start() for m in _BORDER.finditer(text)), len(text)]
    left = max(border for border in borders if border <= at.start())
    right = min(border for border in borders if border >= at.end())
    inverted = not _WORD.search(text[left : at.start()])
    rest = text[:left] + " " + text[right if inverted else at.end() :]
    return (
        rest
        if len({*_WORD.findall(rest.casefold())} - names) >= SHORTEST
        else text[: at.start()] + " " + text[at.end() :]
    )


def _root(parent: dict[str, str], key: str) -> str:
    while parent[key] != key:
        parent[key] = parent[parent[key]]
        key = parent[key]
    return key
