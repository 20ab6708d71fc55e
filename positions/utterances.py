"""Rows -> utterance ids: the same words of the same speaker, wherever agencies carried them, are one utterance.

Candidates share three words in a row; a pair counts when one text's content holds nearly all of the other's, with the
same numbers and negations, and nothing says that they fell on different days. The words that only report ("sagte X am
Montag in Y") don't count. Does not join paraphrases that share few words, but for headings: of the statements below in
the same article that take the same stance, a heading repeats the one that it shares most words with. Translations are
joined by their meaning, as an encoder gives it, where side, speaker, day, numbers and stance allow it.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import blake2b
from typing import Any, Protocol

import numpy as np
from rapidfuzz import fuzz, process

from positions import codebook
from positions.codebook.entries import Codebook
from positions.records import LANGUAGES, OTHER, TaggedStatement

SHARED = 0.85
ALIKE_LENGTH = 0.75
SHORTEST = 3
STEM = 5
DAYS_APART = 7
COMPARED = 100
ALIKE = 0.5  # cosine of two meanings, from the mean of each language, of what may be a translation
HEADING = 160  # characters of a heading, at most
REPEATED = 2  # words that a heading shares with what repeats it, at least
SPELT_ALIKE = 78  # likeness in percent of family names that two languages transliterate
Meaning = Callable[[str], Any]  # text -> vector
_WORD = re.compile(r"\w+")
_BORDER = re.compile(r"[,;:.!?–—„“”»«\"]|\b(?:dass|that)\b")
_CLOSING = "“”\"»«’' "
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
_SPELLINGS = (
    ("tsch", "c"),
    ("sch", "s"),
    ("kh", "h"),
    ("ch", "c"),
    ("sh", "s"),
    ("zh", "s"),
    ("w", "v"),
    ("j", "i"),
    ("y", "i"),
)
_NEGATION = re.compile(
    r"\b(?:nicht|kein\w*|nie|niemals|nichts|niemand\w*|no|not|never|nothing|nobody|none)\b|n[’']t\b", re.IGNORECASE
)


class Said(Protocol):
    """What joining needs of a row; ``utterance_id`` is empty, or names the utterance that it is known to belong to."""

    @property
    def statement_id(self) -> str: ...

    @property
    def utterance_id(self) -> str: ...

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


class Joined:
    """Statements joined so far, in the order in which they came.

    One that is empty joins a table; one that was told what a larger collection holds of the same words (``know``,
    ``hold``) joins new statements to that.
    """

    def __init__(self) -> None:
        self._contents: dict[str, _Content] = {}
        self._parent: dict[str, str] = {}
        self._days: dict[str, set[str]] = defaultdict(set)
        self._holders: dict[int, list[str]] = defaultdict(list)
        self._named: dict[str, str] = {}

    def know(self, row: Said, root: str, days: Iterable[str]) -> None:
        """Take an earlier statement for known: ``root`` names what it was joined to, ``days`` when that was said."""
        self._contents[row.statement_id] = _content(row)
        self._named[name_utterance(row.statement_id)] = row.statement_id
        self._parent[row.statement_id] = root
        self._parent.setdefault(root, root)
        self._days[root].update(days)

    def __contains__(self, statement_id: str) -> bool:
        return statement_id in self._contents

    def hold(self, trigram: int, statement_id: str) -> None:
        """Make a known statement a candidate for all that share one of its ``trigrams``."""
        self._holders[trigram].append(statement_id)

    def add(self, rows: Iterable[Said]) -> None:
        """Join rows to what is there; rows of one statement may repeat."""
        told: dict[str, str] = {}
        for row in rows:
            if row.statement_id in self._contents:
                continue
            content = _content(row)
            self._contents[content.key] = content
            self._named[name_utterance(content.key)] = content.key
            told[content.key] = row.utterance_id
            self._parent[content.key] = content.key
            self._days[content.key].update({content.date} if content.dated else ())
            for other in self._candidates(content):
                if _same(content, other):
                    self._join(content.key, other.key)
        for key, name in told.items():
            if name:
                self._join(key, self._named.setdefault(name, key))

    def roots(self) -> dict[str, str]:
        """Each statement's root: the least id among the statements that are one utterance."""
        return {key: _root(self._parent, key) for key in list(self._parent)}

    def _candidates(self, content: _Content) -> list[_Content]:
        """Earlier statements that share three words in a row: at most ``COMPARED`` for each such triple."""
        places = [self._holders[trigram] for trigram in _trigrams(content)]
        found = [self._contents[other] for other in sorted({other for place in places for other in place})]
        for place in places:
            if len(place) < COMPARED:
                place.append(content.key)
        return found

    def _join(self, a: str, b: str) -> None:
        low, high = sorted((_root(self._parent, a), _root(self._parent, b)))
        if low != high and len(self._days[low] | self._days[high]) <= 1:
            self._parent[high] = low
            self._days[low] |= self._days[high]


def join_utterances(rows: Iterable[Said]) -> dict[str, str]:
    """Map each ``statement_id`` to an ``utterance_id``; rows of one statement may repeat."""
    joined = Joined()
    joined.add(rows)
    return {key: name_utterance(root) for key, root in joined.roots().items()}


def name_utterance(root: str) -> str:
    """The ``utterance_id`` of what was joined to the statement ``root``."""
    return "u" + blake2b(root.encode(), digest_size=7).hexdigest()


def find_repeats(rows: Iterable[TaggedStatement], text: str, book: Codebook | None = None) -> dict[str, str]:
    """Statements in the headings of an article -> the statement below that says the same, where there is one.

    ``rows`` are those of the article with this ``text``. Side, topics and stances are the same, two words at least, and
    the speaker, unless the heading names only a state or another body.
    """
    said: dict[str, list[TaggedStatement]] = defaultdict(list)
    for row in rows:
        said[row.statement_id].append(row)
    bodies = _bodies_of(book or codebook.load())
    headings = {key for key, parts in said.items() if _in_heading(text, parts[0])}
    stances = {key: {(row.actor, row.topic, row.stance) for row in parts} for key, parts in said.items()}
    found = {}
    for key in headings:
        head = said[key][0]
        alike = [
            (_shared(head, parts[0]), -parts[0].start, other)
            for other, parts in said.items()
            if other not in headings and head.topic != OTHER and parts[0].start > head.start
            if stances[key] <= stances[other] and (head.speaker == parts[0].speaker or head.speaker in bodies)
        ]
        shared, _, best = max(alike, default=(0, 0, ""))
        if shared >= REPEATED:
            found[key] = best
    return found


def _in_heading(text: str, row: TaggedStatement) -> bool:
    """Whether a statement lies in a short line of its own without a full stop."""
    start, end = text.rfind("\n", 0, row.start) + 1, text.find("\n", row.end)
    line = text[start : end if end >= 0 else len(text)].strip()
    return len(line) <= HEADING and not line.rstrip(_CLOSING).endswith((".", "!", "?", ":", ",", ";"))


def _shared(a: TaggedStatement, b: TaggedStatement) -> int:
    """How many words of some length two statements share, by their stems."""
    one, two = ({word[:STEM] for word in _WORD.findall(row.text.casefold()) if len(word) >= STEM} for row in (a, b))
    return len(one & two)


def trigrams(row: Said) -> list[int]:
    """What two statements must share to be compared: side, family name and three words in a row, as 64-bit numbers."""
    return _trigrams(_content(row))


def _trigrams(content: _Content) -> list[int]:
    stems = content.stems
    keys = ("\0".join((*content.speaker, *stems[i : i + 3])) for i in range(max(len(stems) - 2, 1)))
    return [int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) for key in dict.fromkeys(keys)]


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
    names = _words_of(row.speaker)
    text = _without_report(row.text, row.cue, names)
    words = [word for word in _WORD.findall(text.casefold()) if word not in names]
    numbers = frozenset(word for word in words if word.isdigit())
    stems = tuple(word[:STEM] for word in words)
    weights = {stem: len(stem) for stem in stems}
    dated = row.date_basis == "expression"
    return _Content(
        row.statement_id, (row.actor, family), row.date, dated, stems, weights, numbers, bool(_NEGATION.search(text))
    )


def _words_of(name: str) -> set[str]:
    return {*_WORD.findall(name.casefold())}


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


# --- translations ----------------------------------------------------------------------------------------------------


def join_translations(
    rows: Sequence[TaggedStatement], utterances: dict[str, str], meaning: Meaning, book: Codebook | None = None
) -> dict[str, str]:
    """``utterances`` (of ``join_utterances``) with what was said in one language and printed in another joined as well.

    ``meaning`` turns a text into a vector; it is asked only for statements that share side, speaker and day with one in
    the other language. Each utterance has one translation at most, the likeliest. Takes the side of caution: what the
    two languages word differently stays two utterances.
    """
    pairs = list(_across(rows, _names_of(book or codebook.load())))
    vectors = _vectors(pairs, meaning)
    alike = [float(vectors[a.statement_id] @ vectors[b.statement_id]) for a, b in pairs]
    order = sorted(range(len(pairs)), key=lambda i: (-alike[i], *(one.statement_id for one in pairs[i])))
    into: dict[str, str] = {}
    for i in order:
        if alike[i] < ALIKE:
            break
        first, second = sorted(utterances[one.statement_id] for one in pairs[i])
        if first != second and not {first, second} & into.keys():
            into |= {first: first, second: first}
    return {key: into.get(name, name) for key, name in utterances.items()}


def _across(
    rows: Iterable[TaggedStatement], people: Mapping[str, str]
) -> Iterator[tuple[TaggedStatement, TaggedStatement]]:
    """Pairs of statements in two languages that may be one, each statement once by its first row."""
    said = {row.statement_id: row for row in reversed(list(rows)) if row.speaker}
    facts = {key: (_content(row), _numbers(row.text)) for key, row in said.items()}
    by_day: dict[tuple[str, str, str], dict[str, list[TaggedStatement]]] = defaultdict(lambda: defaultdict(list))
    for row in said.values():
        by_day[row.actor, row.language, row.speaker][row.date].append(row)
    for (side, speaker), others in _same_speakers(by_day, people).items():
        for day, own in by_day[side, LANGUAGES[0], speaker].items():
            near = [one for other in others for one in _near(by_day[side, LANGUAGES[1], other], day)]
            yield from ((a, b) for a in own for b in near if _may_be_one(a, b, facts))


def _same_speakers(
    known: Iterable[tuple[str, str, str]], people: Mapping[str, str]
) -> dict[tuple[str, str], list[str]]:
    """(side, name in the one language) -> the names in the other that mean the same speaker.

    By the codebook, else by family names that are spelt alike but for the transliteration.
    """
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for side, language, speaker in known:
        names[side, language].append(speaker)
    found: dict[tuple[str, str], list[str]] = {}
    for side in sorted({side for side, _ in names}):
        own, others = (names.get((side, language), []) for language in LANGUAGES)
        spelt = [[_spelt(name.split()[-1]) for name in part] for part in (own, others)]
        alike = process.cdist(*spelt, scorer=fuzz.ratio, score_cutoff=SPELT_ALIKE) if own and others else ()
        for name, likeness in zip(own, alike, strict=False):
            found[side, name] = [
                other
                for other, ratio in zip(others, likeness, strict=True)
                if (people.get(name) == people.get(other) if name in people or other in people else ratio)
            ]
    return found


def _near(by_day: Mapping[str, list[TaggedStatement]], day: str) -> Iterator[TaggedStatement]:
    """The statements that may have been made on ``day``, see ``_same_days``; all of them where there is none."""
    for other, rows in by_day.items():
        if not (day and other) or abs((date.fromisoformat(day) - date.fromisoformat(other)).days) <= DAYS_APART:
            yield from rows


def _numbers(text: str) -> frozenset[str]:
    return frozenset(re.sub(r"(?<=\d)[.,](?=\d{3})", "", number) for number in _NUMBER.findall(text))


def _may_be_one(a: TaggedStatement, b: TaggedStatement, facts: Mapping[str, tuple[_Content, frozenset[str]]]) -> bool:
    """Whether days, numbers, topic and stance allow that two statements are one in two languages."""
    (one, mine), (two, theirs) = facts[a.statement_id], facts[b.statement_id]
    opposite = a.topic == b.topic != OTHER and {a.stance, b.stance} == {"favor", "against"}
    return _same_days(one, two) and not opposite and (mine <= theirs or theirs <= mine)


def _vectors(pairs: Sequence[tuple[TaggedStatement, TaggedStatement]], meaning: Meaning) -> dict[str, Any]:
    """Unit vectors of the statements, each from the mean of its language: that of the codebook's parallel texts."""
    if not pairs:
        return {}
    parallel = [topic.proposition for topic in codebook.load().topics]
    parallel += [rung.name for ladder in codebook.load().ladders.ladders for rung in ladder.rungs]
    middle = {language: np.mean([meaning(text[language]) for text in parallel], axis=0) for language in LANGUAGES}
    rows = {row.statement_id: row for pair in pairs for row in pair}
    said = {key: _without_report(row.text, row.cue, _words_of(row.speaker)).strip() for key, row in rows.items()}
    found = {key: np.asarray(meaning(said[key])) - middle[row.language] for key, row in rows.items()}
    return {key: vector / (np.linalg.norm(vector) or 1.0) for key, vector in found.items()}


def _names_of(book: Codebook) -> dict[str, str]:
    """The names of people and institutions in each language -> their id."""
    return {name: person.id for person in book.people for name in person.name.values()} | _bodies_of(book)


@cache
def _bodies_of(book: Codebook) -> dict[str, str]:
    """The names of institutions in each language -> their id."""
    return {name: body.id for body in book.institutions for name in body.name.values()}


def _spelt(name: str) -> str:
    """A family name without what German and English transliterate differently."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    for one, other in _SPELLINGS:
        plain = plain.replace(one, other)
    return plain
