"""Text -> mentions: who and what the codebook knows in it, as character spans with a side.

Names are found by looking up phrases of up to six words, with German and English genitives taken off, in capitals, too
("PUTIN'S ENVOY"). Names that several bearers share count only where the article names one of them in full; a family
name that the article gives another first name is no known person's ("Solomija Rudenko ... Rudenko"). Compounds
("US-Gesandter", "Kremlsprecher") and demonyms ("der französische Minister") give a side without an entity.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from positions import codebook
from positions.codebook.entries import Codebook, OfficePhrase, word_pattern
from positions.records import ACTORS, OTHER, POLARITIES, TOPICS

LONGEST = 6
CAPITALS = 5  # letters at least of a name that is known in capitals, too: "RUBIO", not "FICO", the credit score
EVIDENCE = (*TOPICS, *POLARITIES)
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}(?:[-'’&][^\W_]+)*|[^\W_]+(?:[-.’'&][^\W_]+)*")
_GENITIVE = re.compile(r"(?:['’]s?|(?<=[^sxzß])s)$")
_BLANK = re.compile(r"\s+")
_PERSON, _DEMONYM, _OFFICE = "person", "demonym", "office"


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of text that bears a side (one of ``ACTORS``) or a hit of the lexicon (one of ``EVIDENCE``)."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of text that names somebody or something; ``entity`` is an id of the codebook or empty for a demonym.

    ``kind`` is ``person``, ``office`` (a role that one person held on the day), ``demonym``, or the institution's kind.
    """

    start: int
    end: int
    text: str
    kind: str
    entity: str
    side: str


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str
    entity: str


@dataclass(frozen=True)
class _Index:
    book: Codebook
    language: str
    phrases: dict[str, _Entry]
    shared: dict[str, tuple[_Entry, ...]]
    offices: dict[str, OfficePhrase]
    stems: dict[str, str]
    prefixes: tuple[tuple[str, str], ...]


def find_mentions(text: str, language: str, published: str = "", book: Codebook | None = None) -> list[Mention]:
    """All mentions in order, none inside another; sides are those of the day ``published`` (ISO; empty: the latest).

    ``book`` says who is who (default: the shipped codebook).
    """
    index = _index(book or codebook.load(), language if language in ("de", "en") else "en")
    words = list(_WORD.finditer(text))
    known = {entry.entity for entry in _full_names(index, text, words)}
    strangers = frozenset(_strangers(index, text, words))
    found: list[Mention] = []
    position = 0
    while position < len(words):
        mention, taken = _mention_at(index, text, words, position, known, strangers, published)
        if mention:
            found.append(mention)
        position += taken
    return found


def find_marks(text: str, language: str, published: str = "", mentions: Iterable[Mention] | None = None) -> list[Mark]:
    """What the classifier is told of ``text``: the sides of names, the words of each topic and of each polarity.

    Topics are always the shipped codebook's, whose words the network has learned.
    """
    mentions = find_mentions(text, language, published) if mentions is None else mentions
    book, language = codebook.load(), language if language in ("de", "en") else "en"
    marks = [Mark(m.start, m.end, m.side) for m in mentions if m.side in ACTORS]
    for topic in TOPICS:
        marks += [Mark(m.start(), m.end(), topic) for m in book.topic(topic).core_pattern(language).finditer(text)]
    for polarity in POLARITIES:
        pattern = word_pattern(book.polarity[polarity][language])
        marks += [Mark(m.start(), m.end(), polarity) for m in pattern.finditer(text)]
    return marks


def person_side(entity: str, published: str, book: Codebook | None = None) -> str:
    """The side for which a person of the codebook speaks on a day: a former official's is ``other``."""
    return (book or codebook.load()).person(entity).side_on(published)


def _mention_at(
    index: _Index,
    text: str,
    words: list[re.Match[str]],
    at: int,
    known: set[str],
    strangers: frozenset[str],
    published: str,
) -> tuple[Mention | None, int]:
    for count in range(min(LONGEST, len(words) - at), 0, -1):
        start, end = words[at].start(), words[at + count - 1].end()
        if "\n" in text[start:end]:
            continue
        phrase = _BLANK.sub(" ", text[start:end])
        small = _in_small_letters(phrase)
        for form in dict.fromkeys((phrase, _GENITIVE.sub("", phrase), small, _GENITIVE.sub("", small))):
            if form in strangers:
                return None, count
            if mention := _look_up(index, form, text, start, end, known, published):
                return mention, count
        if count > 1 and small in index.shared:  # "Christian Democrats", of whatever country, are not "Democrats"
            return _undecided(index, small, text, start, end, published), count
    return _by_part(index, text, words[at]), 1


def _in_small_letters(words: str) -> str:
    """Words in capitals as names are written elsewhere ("PUTIN'S" -> "Putin's"); others and short ones as they are."""
    if not words.isupper() or len(words) < CAPITALS:
        return words
    return re.sub(r"(?<=['’])S\b", "s", words.title())


def _strangers(index: _Index, text: str, words: list[re.Match[str]]) -> Iterator[str]:
    """Family names of known people that the text gives to somebody with another first name, and never to them."""
    named = {_in_small_letters(match.group()) for match in words}
    for before, word in pairwise(words):
        family, first = _GENITIVE.sub("", _in_small_letters(word.group())), before.group()
        first = first.title() if first.isupper() else first
        entry = index.phrases.get(family)
        if entry is None or entry.kind != _PERSON or first not in index.book.given_names:
            continue
        own = {part for alias in index.book.person(entry.entity).aliases for part in alias.split()} - {family}
        if text[before.end() : word.start()] == " " and not own & named:
            yield family


def _undecided(index: _Index, phrase: str, text: str, start: int, end: int, published: str) -> Mention | None:
    """A name that several share: the side, where it is the same for all of them."""
    sides = {_side(index.book, bearer, published) for bearer in index.shared[phrase]}
    return Mention(start, end, text[start:end], _DEMONYM, "", sides.pop()) if len(sides) == 1 else None


def _look_up(
    index: _Index, phrase: str, text: str, start: int, end: int, known: set[str], published: str
) -> Mention | None:
    entry = index.phrases.get(phrase)
    if entry is None:
        bearers = [bearer for bearer in index.shared.get(phrase, ()) if bearer.entity in known]
        entry = bearers[0] if len(bearers) == 1 else None
    if entry:
        entity = "" if entry.kind == _DEMONYM else entry.entity
        return Mention(start, end, text[start:end], entry.kind, entity, _side(index.book, entry, published))
    office = index.offices.get(phrase)
    holder = office.holder_on(published) if office else ""
    if not holder:
        return None
    return Mention(start, end, text[start:end], _OFFICE, holder, person_side(holder, published, index.book))


def _by_part(index: _Index, text: str, word: re.Match[str]) -> Mention | None:
    """The side of a compound's first part or of an inflected adjective."""
    whole = word.group()
    head = whole.split("-")[0]
    side = ""
    if head != whole and (entry := index.phrases.get(head) or index.phrases.get(_GENITIVE.sub("", head))):
        side = _side(index.book, entry, "")
    for length in range(len(whole), max(len(whole) - 4, 4), -1):
        side = side or index.stems.get(whole[:length].lower(), "")
    side = side or next(
        (s for prefix, s in index.prefixes if whole.startswith(prefix) and len(whole) > len(prefix)), ""
    )
    return Mention(word.start(), word.end(), whole, _DEMONYM, "", side) if side else None


def _full_names(index: _Index, text: str, words: list[re.Match[str]]) -> Iterator[_Entry]:
    for at, word in enumerate(words):
        for count in range(1, min(4, len(words) - at) + 1):
            entry = index.phrases.get(_BLANK.sub(" ", text[word.start() : words[at + count - 1].end()]))
            if entry:
                yield entry


def _side(book: Codebook, entry: _Entry, published: str) -> str:
    if entry.kind == _PERSON:
        return person_side(entry.entity, published, book)
    if entry.kind == _DEMONYM:
        return entry.entity
    return book.institution(entry.entity).side


@cache
def _index(book: Codebook, language: str) -> _Index:
    phrases: dict[str, _Entry] = {}
    shared: dict[str, tuple[_Entry, ...]] = {}
    stems: dict[str, str] = {}
    prefixes: list[tuple[str, str]] = []
    for demonym in book.demonyms:
        phrases |= {word: _Entry(_DEMONYM, demonym.side) for word in demonym.words[language]}
        stems |= {stem.lower(): demonym.side for stem in demonym.stems}
        prefixes += [(prefix, demonym.side) for prefix in demonym.prefixes[language]]
    for institution in book.institutions:
        entry = _Entry(institution.kind, institution.id)
        phrases |= {alias: entry for alias in institution.aliases[language]}
        for alias in institution.ambiguous:
            shared[alias] = (*shared.get(alias, ()), entry)
    for person in book.people:
        entry = _Entry(_PERSON, person.id)
        phrases |= {alias: entry for alias in person.aliases}
        for alias in person.ambiguous:
            shared[alias] = (*shared.get(alias, ()), entry)
    for alias in shared:
        phrases.pop(alias, None)
    offices = {phrase: office for office in book.roles.offices for phrase in office.phrases[language]}
    return _Index(
        book, language, phrases, shared, offices, stems, tuple(sorted(prefixes, key=lambda pair: -len(pair[0])))
    )


def is_role(word: str, roles: frozenset[str]) -> bool:
    """Whether a word is one of ``roles`` or a compound that ends in one ("Vizeaussenminister", "Nato-Sprecherin")."""
    last = word.strip(" ,.;:–—-»«„“”\"'’‘()").split("-")[-1].casefold()
    return last in roles or any(last.endswith(role) for role in roles if len(role) > 5)


@cache
def role_words(language: str, persons_only: bool = False) -> frozenset[str]:
    """Nouns that describe a speaker, in small letters: those for people, and unless ``persons_only`` for bodies."""
    roles = codebook.load().roles
    nouns = frozenset(form.casefold() for noun in roles.nouns[language] for form in noun.forms)
    persons = nouns | frozenset(word.casefold() for word in roles.outsiders[language])
    return persons if persons_only else persons | frozenset(word.casefold() for word in roles.bodies[language])


def side_of_description(words: str, language: str, book: Codebook | None = None) -> str:
    """The side that a description such as "der französische Außenminister" names, or ``other``."""
    sides = [mention.side for mention in find_mentions(words, language, book=book)]
    return sides[0] if sides else OTHER


@cache
def markers(group: str, language: str) -> re.Pattern[str]:
    """The words of one group of the codebook's roles: ``former``, ``outsiders``, ``press`` and so on."""
    words = getattr(codebook.load().roles, group)[language]
    ends = [re.escape(word) + ("" if word.endswith("-") else r"(?!\w)") for word in words]
    return re.compile(r"(?<!\w)(?:[\w-]*-)?(?:" + "|".join(ends) + ")", re.IGNORECASE if language == "en" else 0)
