"""Reading -> attribution: who speaks, for which side, whose position the words describe, and through whom they came.

The network points at the words that name the speaker; here these words become a person or an institution. What the
codebook knows outranks what the network guesses: a name's side is that of the office held on the article's day. A
pronoun or a bare role goes to the latest speaker whom it fits; who fits nobody stays as written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from positions import codebook
from positions.classifier import Reading
from positions.mentions import Mention, side_of_description
from positions.records import ACTORS, OTHER, Article, Attribution

SURE = 0.5
TOLD = 0.55
POINTED = 0.12
BESIDE = 0.45
MEDIA = ("medium", "platform")
_PRONOUNS = {
    "de": {"er": "m", "ihm": "m", "ihn": "m", "dieser": "m", "sie": "f", "ihr": "f", "diese": "f"},
    "en": {"he": "m", "him": "m", "she": "f", "her": "f"},
}
_ARTICLES = re.compile(
    r"^(?:der|die|das|des|dem|den|ein|eine|einer|eines|einem|the|a|an|its|his|her|their|sein|seine|ihr|ihre|dessen|deren)\s+",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?:[A-ZÄÖÜ][\w'’.-]+|von|van|de|der|zu|al-\w+)(?:\s+(?:[A-ZÄÖÜ][\w'’.-]+|von|van|de|der|zu|al-\w+))*"
)
_DATELINE = re.compile(r"^[^\n]{0,60}?\(([^()\n]{2,40})\)\s*[-–—]", re.MULTILINE)
_PRONOUN = re.compile(r"\b(?:[Ee]r|[Ss]ie|[Hh]e|[Ss]he)\b")
_PREPOSITIONS = frozenset("mit an gegen über durch bei für auf zu von with to of against about by for on".split())
_BREAK = re.compile(r"[.,;:!?„“”»«\"–—]")
_NOUNS = re.compile(
    r"(?: (?:[a-z]+(?:er|en|em|e|al|ry|ish)\b))?(?: (?:[A-ZÄÖÜ][\w-]+|officials?|negotiators?|ministers?|spokes\w+|diplomats?|leaders?|envoys?))+"
)
_STOP = frozenset(
    "Der Die Das Dem Den Des Ein Eine The A An One Some Both Beide Auch So Such This That These Those His Her Its Their".split()
)
_TIDY = " ,.;:–—-»«„“”\"'’‘()"


@dataclass
class Memory:
    """What an article has told so far: its speakers in order, and the relays of the last statement."""

    speakers: list["Resolved"] = field(default_factory=list)
    relays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """A mention with whom it means; ``side`` is empty where the codebook does not know it."""

    speaker: str
    side: str
    mention: str
    resolution: str = ""
    gender: str = ""
    start: int = 0
    person: bool = False


def attribute(article: Article, reading: Reading, mentions: Sequence[Mention], memory: Memory) -> Attribution:
    """Attribute one reading; readings of an article are to come in order, with one ``memory`` for all of them."""
    pointed = _pointed(article.text, reading, mentions)
    resolved = _resolve(article, pointed, mentions, memory) if pointed else None
    sides = _sides(reading, resolved)
    relays = _relays(article, reading, mentions, resolved, memory)
    if resolved:
        memory.speakers.append(resolved)
    memory.relays = relays
    likely = max(reading.actors[ACTORS.index(sides[0])], 0.02)
    return Attribution(
        speaker=resolved.speaker if resolved else "",
        sides=sides,
        holder=_holder(reading, sides),
        via=relays + _agency(article),
        mention=resolved.mention if resolved else "",
        resolution=resolved.resolution if resolved else "",
        confidence=likely,
    )


def _pointed(text: str, reading: Reading, mentions: Sequence[Mention]) -> tuple[int, int] | None:
    """The span that names the speaker: where the pointer's mass lies, helped by what stands beside the reporting verb."""
    spans = _candidates(text, reading, mentions)
    weight = {span: _mass(reading, span) + (BESIDE if _beside_cue(text, reading, span) else 0) for span in spans}
    best = max(weight, key=lambda span: (round(weight[span], 3), span[1] - span[0], -span[0]), default=None)
    return best if best and weight[best] >= POINTED else None


def _candidates(text: str, reading: Reading, mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    """Sources, known names and the pronouns of the sentence; what overlaps or stands in apposition is one span."""
    spans = [_whole_words(text, *span) for span in reading.sources]
    spans += [(m.start, _with_noun(text, m.end) if not m.entity else m.end) for m in mentions]
    spans += [m.span() for m in _PRONOUN.finditer(text, reading.start, reading.end)]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if (
            merged
            and (start < merged[-1][1] or text[merged[-1][1] : start] == " ")
            and not _PRONOUN.fullmatch(text[start:end])
        ):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end - start > 1:
            merged.append((start, end))
    return merged


def _with_noun(text: str, end: int) -> int:
    """The end of the description that an adjective of origin opens ("russische Unterhändler", "Ukrainian officials")."""
    match = _NOUNS.match(text, end)
    return match.end() if match else end


def _mass(reading: Reading, span: tuple[int, int]) -> float:
    return sum(p for start, end, p in reading.pointer if start < span[1] and end > span[0])


def _beside_cue(text: str, reading: Reading, span: tuple[int, int]) -> bool:
    """Whether the span stands next to the reporting words, in the same clause and not behind a preposition."""
    if reading.cue is None or not reading.start <= span[0] < reading.end:
        return False
    start, end = _whole_words(text, *reading.cue)
    if span[0] >= end:
        gap = text[end : span[0]]
    elif span[1] <= start:
        gap = text[span[1] : start]
    else:
        return False
    before = text[max(0, span[0] - 12) : span[0]].split()
    return (
        not _BREAK.search(gap)
        and len(gap.split()) <= 2
        and not (before and before[-1].casefold() in _PREPOSITIONS and span[1] <= start)
    )


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to whole words and ended at a line's end."""
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    line = text.find("\n", start, end)
    return start, line if line > start else end


def _resolve(article: Article, span: tuple[int, int], mentions: Sequence[Mention], memory: Memory) -> Resolved | None:
    text, language = article.text, article.language if article.language in _PRONOUNS else "en"
    words = text[slice(*span)].strip(_TIDY)
    inside = [m for m in mentions if m.start < span[1] and m.end > span[0]]
    former = _says(words, "former", language) or _says(words, "outsiders", language)
    for kinds in (("person",), ("office",), None):
        # of several names the last one: "Putins Berater Juri Uschakow"
        for mention in reversed(inside) if kinds else inside:
            if mention.entity and (mention.kind in kinds if kinds else mention.kind not in ("person", "office")):
                if kinds is None and _is_person_beside(words, mention.text, language):
                    continue
                return _known(mention, words, language, former, span[0])
    if gender := _PRONOUNS[language].get(words.casefold()):
        return _antecedent(words, memory, gender)
    name = _proper_name(words, language)
    if name:
        return _named(article, name, words, former, language, span[0])
    return _role(words, memory, language, span[0])


def _known(mention: Mention, words: str, language: str, former: bool, start: int) -> Resolved:
    book = codebook.load()
    if mention.kind in ("person", "office"):
        person = book.person(mention.entity)
        name = person.name[language]
        chain = "" if mention.kind == "person" else f"{mention.text} → {name}"
        return Resolved(
            name,
            OTHER if former and mention.kind == "person" else mention.side,
            words,
            chain,
            person.gender,
            start,
            True,
        )
    return Resolved(book.institution(mention.entity).name[language], mention.side, words, "", "", start)


def _antecedent(words: str, memory: Memory, gender: str) -> Resolved | None:
    for speaker in reversed(memory.speakers):
        if speaker.person and speaker.gender in (gender, ""):
            return Resolved(
                speaker.speaker,
                speaker.side,
                words,
                f"{words} → {speaker.speaker}",
                speaker.gender,
                speaker.start,
                True,
            )
    return None


def _named(article: Article, name: str, words: str, former: bool, language: str, start: int) -> Resolved:
    """A person whom the codebook does not know: the fullest form of the name in the text, the side of the description."""
    family = name.split()[-1]
    full = name
    for match in re.finditer(rf"(?:[A-ZÄÖÜ][\w'’-]+\s+){{1,2}}{re.escape(family)}\b", article.text):
        candidate = _proper_name(match.group(), language)
        if candidate and len(candidate.split()) > len(full.split()) and candidate.endswith(family):
            full = candidate
            break
    described = (
        article.text[max(0, article.text.find(full) - 60) : article.text.find(full)].split(",")[-1].split(".")[-1]
    )
    side = OTHER if former or _says(described, "outsiders", language) or _says(described, "former", language) else ""
    return Resolved(
        full, side, words, f"{words} → {full}" if full not in words else "", "", start, len(full.split()) > 1
    )


def _role(words: str, memory: Memory, language: str, start: int) -> Resolved:
    """A bare role ("der Minister", "the official"): the latest speaker introduced with that word, else as written."""
    bare = _ARTICLES.sub("", words)
    head = bare.split()[-1].casefold() if bare else ""
    for speaker in reversed(memory.speakers):
        if head and head in speaker.mention.casefold() and speaker.speaker.casefold() != bare.casefold():
            return Resolved(
                speaker.speaker,
                speaker.side,
                words,
                f"{words} → {speaker.speaker}",
                speaker.gender,
                start,
                speaker.person,
            )
    side = OTHER if _says(words, "outsiders", language) or _says(words, "former", language) else ""
    return Resolved(bare, side, words, "", "", start)


def _sides(reading: Reading, resolved: Resolved | None) -> tuple[str, ...]:
    """The known side first; several where the network hears several sides speak together."""
    ranked = sorted(range(len(ACTORS)), key=lambda i: -reading.actors[i])
    together = tuple(ACTORS[i] for i in ranked if reading.actors[i] > SURE)
    if resolved and resolved.side:
        return (
            resolved.side,
            *(side for side in together if side != resolved.side and len(together) > 1 and resolved.side in together),
        )
    return together or (ACTORS[ranked[0]],)


def _holder(reading: Reading, sides: tuple[str, ...]) -> str:
    """The side whose position the words describe; the speaker's unless the network is sure of another."""
    best = max(range(len(ACTORS)), key=lambda i: reading.holders[i])
    if ACTORS[best] not in sides and reading.holders[best] > TOLD and reading.actors[best] < SURE:
        return ACTORS[best]
    return sides[0]


def _relays(
    article: Article, reading: Reading, mentions: Sequence[Mention], resolved: Resolved | None, memory: Memory
) -> tuple[str, ...]:
    """Media and platforms named in the sentence, in order; a sentence without words of reporting inherits them."""
    book, language = codebook.load(), article.language if article.language in _PRONOUNS else "en"
    quoted = [
        (q.start(), q.end())
        for q in re.finditer(r"[„“»«\"][^„“”»«\"]{25,}[“”«»\"]", article.text[reading.start : reading.end])
    ]
    names = []
    for m in mentions:
        if m.kind not in MEDIA or not reading.start <= m.start < reading.end:
            continue
        if any(a < m.start - reading.start < b for a, b in quoted) or (resolved and m.text in resolved.mention):
            continue
        names.append(book.institution(m.entity).name[language])
    if (
        not names
        and reading.cue is None
        and resolved
        and memory.speakers
        and memory.speakers[-1].speaker == resolved.speaker
    ):
        return memory.relays
    return tuple(dict.fromkeys(names))


def _agency(article: Article) -> tuple[str, ...]:
    """The agency of the dateline: it passed on the whole article."""
    match = _DATELINE.search(article.text[:400])
    return (match.group(1),) if match and match.group(1).split("/")[0] in _agencies() else ()


@cache
def _agencies() -> frozenset[str]:
    media = [i for i in codebook.load().institutions if i.kind == "medium"]
    return frozenset(alias for medium in media for names in medium.aliases.values() for alias in names)


def _says(words: str, group: str, language: str) -> bool:
    """Whether ``words`` hold a marker such as "Ex-" or "former", "Experte" or "analyst"."""
    return bool(_markers(group, language).search(words))


@cache
def _markers(group: str, language: str) -> re.Pattern[str]:
    words = getattr(codebook.load().roles, group)[language]
    ends = [re.escape(word) + ("" if word.endswith("-") else r"(?!\w)") for word in words]
    return re.compile(r"(?<!\w)(?:[\w-]*-)?(?:" + "|".join(ends) + ")", re.IGNORECASE if language == "en" else 0)


def _proper_name(words: str, language: str) -> str:
    """The person's name in a description, without titles and roles; empty where there is none."""
    roles = _role_words(language)
    best = ""
    for match in _NAME.finditer(words):
        parts = [p for p in match.group().split()]
        while parts and (
            parts[0] in _STOP
            or _is_role(parts[0], roles)
            or parts[0].islower()
            or side_of_description(parts[0], language) != OTHER
        ):
            parts.pop(0)
        while parts and (parts[-1].islower() or _is_role(parts[-1], roles)):
            parts.pop()
        if len(parts) >= len(best.split()) and parts:
            best = " ".join(parts).strip(_TIDY)
    if language == "de" and len(best.split()) == 1 and words.split() and words.split()[0].islower():
        return ""
    return re.sub(r"(?:'s|’s)$", "", best)


def _is_person_beside(words: str, known: str, language: str) -> bool:
    """Whether a description such as "Nato-Sprecherin Ada Holm" or "the EU's top diplomat" means a person, not the institution."""
    rest = words.replace(known, " ")
    roles = _role_words(language, persons_only=True)
    return len(_proper_name(rest, language).split()) >= 2 or any(
        _is_role(word, roles) for word in [*rest.split(), *words.split("-")[1:]]
    )


def _is_role(word: str, roles: frozenset[str]) -> bool:
    last = word.strip(_TIDY).split("-")[-1].casefold()
    return last in roles or any(last.endswith(role) for role in roles if len(role) > 5)


@cache
def _role_words(language: str, persons_only: bool = False) -> frozenset[str]:
    roles = codebook.load().roles
    persons = frozenset(form.casefold() for noun in roles.nouns[language] for form in noun.forms)
    return persons if persons_only else persons | frozenset(word.casefold() for word in roles.bodies[language])
