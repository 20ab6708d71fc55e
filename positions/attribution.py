"""Reading -> attribution: which side speaks, whose position the words describe, and through whom they came.

What the codebook knows outranks what the network guesses: a name's side is that of the office held on the article's
day.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise

import numpy as np

from positions import codebook
from positions.classifier import Reading
from positions.codebook.entries import Codebook
from positions.mentions import Mention
from positions.records import ACTORS, MODES, OTHER, SIDES, Article, Attribution
from positions.speakers import Resolved, codebook_language, resolve_speaker, resolve_turn
from positions.turns import Turn, is_self, turn_around

SURE = 0.5
TOGETHER = 0.6  # so likely must a side be to speak beside another
PAIR = 0.1  # and where the words name two ("beide Seiten")
TOLD = 0.55
FADES = 0.5  # how much less the next statement of an unknown person tells of his side than the one before
LEAST, KNOWN = 0.02, 0.8  # least confidence in a side: guessed, and read off a name that the codebook knows
MEDIA = ("medium", "platform")
_DATELINE = re.compile(r"^[^\n]{0,60}?\(([^()\n]{2,40})\)\s*[-–—]", re.MULTILINE)
_JOIN = re.compile(r"\s(?:und|and|sowie|as well as)\s(?:(?:die|der|das|the|its|their|ihre)\s)?")
_QUOTED = re.compile(r"[„“»«\"][^„“”»«\"]{25,}[“”«»\"]")


@dataclass
class Memory:
    """What an article has told so far: its speakers in order, and the relays of the last statement.

    ``turns`` are those of an interview, a transcript or a speech, known from the start.
    """

    turns: tuple[Turn, ...] = ()
    speakers: list[Resolved] = field(default_factory=list)
    relays: tuple[str, ...] = ()
    heard: dict[str, np.ndarray] = field(default_factory=dict)  # speaker -> sum of what the network heard of the side
    spoke: Counter[str] = field(default_factory=Counter)  # speaker -> statements so far


def attribute(
    article: Article, reading: Reading, mentions: Sequence[Mention], memory: Memory, book: Codebook | None = None
) -> Attribution:
    """Attribute one reading; readings of an article are to come in order, with one ``memory`` for all of them.

    ``book`` is the codebook that ``mentions`` come from (default: the shipped one).
    """
    book = book or codebook.load()
    turn = turn_around(memory.turns, reading.start, reading.end)
    told = turn is None or reading.cue is not None
    resolved = resolve_speaker(article, reading, mentions, memory.speakers, book) if told else None
    together = resolved.joint if resolved else ()
    if turn and (resolved is None or is_self(resolved.mention)):
        resolved, together = resolve_turn(article, turn, mentions, book)
        resolved = replace(resolved, until=reading.end)
    elif resolved and _is_pair(resolved, article.language, book):
        together = _pair(reading)
    sides = together if len(together) > 1 else _sides(reading, resolved, memory)
    if reading.modes[MODES.index("direct")] < SURE:
        joined = _coordinated(article.text, reading, mentions, resolved)
        known = resolved is not None and resolved.side
        sides = tuple(dict.fromkeys((*sides, *joined) if known else joined or sides))
    relays = _relays(article, reading, mentions, resolved, memory, book)
    outsider = resolved is not None and resolved.side == OTHER and not resolved.person
    if resolved:
        memory.speakers.append(resolved)
    memory.relays = relays
    return Attribution(
        speaker=resolved.speaker if resolved else "",
        sides=sides,
        holder=_holder(reading, sides, outsider),
        via=tuple(dict.fromkeys(relays + _agency(article, book))),
        mention=resolved.mention if resolved else "",
        resolution=resolved.resolution if resolved else "",
        named_at=resolved.at if resolved else -1,
        confidence=max(reading.actors[ACTORS.index(sides[0])], KNOWN if resolved and resolved.side else LEAST),
    )


def _sides(reading: Reading, resolved: Resolved | None, memory: Memory) -> tuple[str, ...]:
    """The known side first; several where the network hears several sides speak together.

    A person whom the codebook does not know keeps one side through the article: what was heard before counts, too,
    and most of all where the article introduces him.
    """
    heard = np.array(reading.actors)
    if resolved and resolved.person and not resolved.side:
        heard = memory.heard.get(resolved.speaker, 0) + heard * FADES ** memory.spoke[resolved.speaker]
        memory.heard[resolved.speaker] = heard
        memory.spoke[resolved.speaker] += 1
        return (ACTORS[int(heard.argmax())],)
    known, best = resolved.side if resolved else "", ACTORS[int(heard.argmax())]
    if best == OTHER:
        return (known or OTHER,)
    together = [ACTORS[i] for i in np.argsort(-heard, kind="stable") if heard[i] > TOGETHER and ACTORS[i] != OTHER]
    return (known,) if known and known not in together else tuple(dict.fromkeys((known or best, *together)))


def _is_pair(resolved: Resolved, language: str, book: Codebook) -> bool:
    """Whether words mean two sides that speak together ("die beiden Präsidenten", "both sides")."""
    opening = tuple(f"{words} " for words in book.grammar.pairs[codebook_language(language)])
    return not resolved.side and not resolved.origin and resolved.mention.casefold().startswith(opening)


def _pair(reading: Reading) -> tuple[str, ...]:
    """The two sides that the network hears most, fewer where it does not hear them at all."""
    heard = sorted(SIDES, key=lambda side: -reading.actors[ACTORS.index(side)])
    return tuple(side for side in heard[:2] if reading.actors[ACTORS.index(side)] > PAIR)


def _coordinated(text: str, reading: Reading, mentions: Sequence[Mention], resolved: Resolved | None) -> list[str]:
    """Sides of names and origins that "and" joins to the speaker's, in the statement: they speak together."""
    at = text.find(resolved.mention, reading.start, reading.end) if resolved and resolved.mention else -1
    if at < 0 or (resolved.side or resolved.origin) not in SIDES:  # type: ignore[union-attr]
        return []
    first, last = at, at + len(resolved.mention)  # type: ignore[union-attr]
    named = [m for m in mentions if reading.start <= m.start < reading.end and m.side in SIDES]
    joined = [m for m in named if first <= m.start and m.end <= last]
    if not all(_JOIN.search(text[a.end : b.start]) for a, b in pairwise(joined)):
        return []
    for mention in named:
        if mention.start >= last and _JOIN.fullmatch(text[last : mention.start]):
            joined.append(mention)
            last = mention.end
    for mention in reversed(named):
        if mention.end <= first and _JOIN.fullmatch(text[mention.end : first]):
            joined.append(mention)
            first = mention.start
    return [mention.side for mention in joined] if len(joined) > 1 else []


def _holder(reading: Reading, sides: tuple[str, ...], outsider: bool) -> str:
    """The side whose position the words describe; the speaker's unless the network is sure of another.

    Where an ``outsider`` such as a press report is known to speak, on a topic, it may take that side for the speaker.
    """
    best = max(range(len(ACTORS)), key=lambda i: reading.holders[i])
    heard = reading.actors[best] < SURE or (outsider and any(topic.presence > SURE for topic in reading.topics))
    another = ACTORS[best] not in sides and reading.holders[best] > TOLD and heard
    return ACTORS[best] if another else sides[0]


def _relays(
    article: Article,
    reading: Reading,
    mentions: Sequence[Mention],
    resolved: Resolved | None,
    memory: Memory,
    book: Codebook,
) -> tuple[str, ...]:
    """Media and platforms named in the sentence, in order; a sentence without words of reporting inherits them."""
    language = codebook_language(article.language)
    quoted = [m.span() for m in _QUOTED.finditer(article.text, reading.start, reading.end)]
    names = [
        book.institution(m.entity).name[language]
        for m in mentions
        if m.kind in MEDIA
        and reading.start <= m.start < reading.end
        and not any(start < m.start < end for start, end in quoted)
        and not (resolved and m.text in resolved.mention)
    ]
    carried = reading.cue is None and resolved and memory.speakers and memory.speakers[-1].speaker == resolved.speaker
    return memory.relays if carried and not names else tuple(dict.fromkeys(names))


def _agency(article: Article, book: Codebook) -> tuple[str, ...]:
    """The agency of the dateline: it passed on the whole article."""
    match = _DATELINE.search(article.text[:400])
    return (match.group(1),) if match and match.group(1).split("/")[0] in _media(book) else ()


@cache
def _media(book: Codebook) -> frozenset[str]:
    media = [i for i in book.institutions if i.kind == "medium"]
    spellings = [names for m in media for names in (*m.aliases.values(), m.ambiguous)]
    return frozenset(name for names in spellings for name in names)
