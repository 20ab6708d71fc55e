"""What the codebook holds: people, institutions, roles, cues and topics, as plain frozen values that answer questions.

Dates are ISO strings, "" where open or unknown, so that they compare with ``<``. Entries compare by identity: the
codebook is loaded once.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from positions.records import OTHER

Phrases = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Office:
    """A post from ``since`` to ``until``, both days included; ``side`` is set where it is not the holder's own."""

    title: Mapping[str, str]
    since: str = ""
    until: str = ""
    side: str = ""

    def covers(self, date: str) -> bool:
        """Whether the post was held on ``date`` (ISO)."""
        return self.since <= date and (not self.until or date <= self.until)


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """A person who speaks on the war: every spelling, and the offices that decide the side on a date.

    ``aliases`` mean this person wherever they stand; ``ambiguous`` names are shared with others or with common words.
    """

    id: str
    name: Mapping[str, str]
    aliases: tuple[str, ...]
    ambiguous: tuple[str, ...]
    gender: str
    country: str
    side: str
    offices: tuple[Office, ...]

    def office_on(self, date: str = "") -> Office | None:
        """The office held on ``date`` (ISO), the one begun last if several; with an empty date the latest known."""
        held = [office for office in self.offices if not date or office.covers(date)]
        return max(held, key=lambda office: (office.since, not office.until, office.until), default=None)

    def side_on(self, date: str = "") -> str:
        """The side of the office on ``date``, else the person's own; ``other`` when no office covers the day."""
        office = self.office_on(date)
        return (office.side or self.side) if office else OTHER


@dataclass(frozen=True, slots=True, eq=False)
class Institution:
    """A state, capital, people, government, parliament, party, army, group, medium or platform (``kind``).

    ``joint`` are the sides for which a body speaks that has members of several.
    """

    id: str
    kind: str
    name: Mapping[str, str]
    aliases: Phrases
    ambiguous: tuple[str, ...]
    side: str
    country: str
    joint: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Demonym:
    """Words that put a description on a side: prefixes of compounds, German adjective stems, whole words.

    ``adjective`` is the English one, as it stands in the titles of offices; ``code`` the state's by ISO 3166-1 alpha-3.
    """

    id: str
    side: str
    code: str
    name: Mapping[str, str]
    adjective: str
    prefixes: Phrases
    stems: tuple[str, ...]
    words: Phrases


@dataclass(frozen=True, slots=True, eq=False)
class Noun:
    """A noun that describes a speaker, with its forms by gender (``n``: the form leaves it open)."""

    lemma: str
    m: tuple[str, ...] = ()
    f: tuple[str, ...] = ()
    n: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """All forms."""
        return self.m + self.f + self.n


@dataclass(frozen=True, slots=True, eq=False)
class Holder:
    """Who held an office from ``since`` to ``until``, both days included; ``person`` is a person's id."""

    person: str
    since: str
    until: str


@dataclass(frozen=True, slots=True, eq=False)
class OfficePhrase:
    """Phrases that stand for the holder of an office ("der Kremlchef"), in order of their holders' time."""

    id: str
    phrases: Phrases
    holders: tuple[Holder, ...]

    def holder_on(self, date: str = "") -> str:
        """The id of the person who held the office on ``date`` (ISO), the latest with an empty date, or ""."""
        held = [h for h in self.holders if not date or (h.since <= date and (not h.until or date <= h.until))]
        return held[-1].person if held else ""


@dataclass(frozen=True, slots=True, eq=False)
class Roles:
    """How articles describe speakers without naming them; every mapping goes by language."""

    nouns: Mapping[str, tuple[Noun, ...]]
    bodies: Phrases
    former: Phrases
    outsiders: Phrases
    press: Phrases
    anonymous: Phrases
    offices: tuple[OfficePhrase, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """Pronouns and possessives with their gender ("m" or "f"; "n" stands for no person), articles with the gender
    (or "") and the endings of origins that, behind them, mean one person, determiners, those of somebody new, words
    for two, and prepositions."""

    pronouns: Mapping[str, Mapping[str, str]]
    possessives: Mapping[str, Mapping[str, str]]
    natives: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]]
    determiners: Phrases
    indefinite: Phrases
    pairs: Phrases
    prepositions: Phrases


@dataclass(frozen=True, slots=True, eq=False)
class Verb:
    """A verb that reports: ``forms`` carry it alone, ``split`` forms need ``particle`` later in the clause.

    ``cls`` is one of ``VERB_CLASSES``; ``narrates`` marks verbs that ascribe a position without an act of speech.
    """

    lemma: str
    cls: str
    forms: tuple[str, ...]
    particle: str = ""
    split: tuple[str, ...] = ()
    narrates: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Cues:
    """Words that report speech or mark its kind; every mapping goes by language, "..." stands for a few words."""

    verbs: Mapping[str, tuple[Verb, ...]]
    sources: Phrases
    hearsay: Phrases
    relays: Phrases
    silence: Phrases


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """What a statement does, by its words: regular expressions by language; the head of acts.yaml says what each is.

    ``verbs`` maps classes of reporting verbs to acts (one of ``records.ACTS``).
    """

    verbs: Mapping[str, str]
    conditions: Phrases
    only: Phrases
    unreal: Phrases
    tied: Phrases
    red_lines: Phrases
    refusals: Phrases
    dismissals: Phrases
    denials: Phrases
    offers: Phrases
    gifts: Phrases
    acceptances: Phrases
    demands: Phrases
    threats: Phrases
    expectations: Phrases
    undecided: Phrases
    ignore: Phrases
    hedges: Phrases
    drops: Phrases


@dataclass(frozen=True, slots=True, eq=False)
class Topic:
    """A topic with its proposition and words; ``core`` and ``near`` hold regular expressions by language.

    A user's own topic may lack words and boundary.
    """

    key: str
    name: Mapping[str, str]
    proposition: Mapping[str, str]
    boundary: Mapping[str, str]
    core: Phrases
    near: Phrases

    def core_pattern(self, language: str) -> re.Pattern[str]:
        """One case-insensitive pattern for all core terms, anchored at the start of a word."""
        return word_pattern(self.core[language])

    def near_pattern(self, language: str) -> re.Pattern[str]:
        """The same for the near misses."""
        return word_pattern(self.near[language])


@dataclass(frozen=True, slots=True, eq=False)
class Rung:
    """One option on a ladder; ``phrases`` hold regular expressions by language.

    ``stance`` is what being for it says of the topic's proposition: ``favor``, ``against``, or "" where that is open.
    """

    key: str
    name: Mapping[str, str]
    stance: str
    phrases: Phrases


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """The options on ``topic``, in order from one end to the other."""

    topic: str
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ladders:
    """The ladders; ``takes_up`` are regular expressions by language that point back to what was said before.

    ``measured``: on annotated articles, the share of placements that were right and the share of named options found.
    """

    ladders: tuple[Ladder, ...]
    measured: tuple[float, float]
    takes_up: Phrases

    def of(self, topic: str) -> Ladder | None:
        """The ladder of a topic, or None where it has none."""
        return next((ladder for ladder in self.ladders if ladder.topic == topic), None)


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A named range of the mean score: ``lower`` included, ``upper`` excluded but for the highest band."""

    key: str
    lower: float
    upper: float
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """A side (or ``other``) with its name and its colour as hex, for a ``light`` and a ``dark`` page."""

    key: str
    name: Mapping[str, str]
    colour: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Codebook:
    """The whole codebook; tuples keep the order of the files.

    ``digest`` is the SHA-256 (hex) of the user's file that was laid over the shipped ones, empty where there is none.
    """

    version: str
    people: tuple[Person, ...]
    institutions: tuple[Institution, ...]
    demonyms: tuple[Demonym, ...]
    roles: Roles
    cues: Cues
    acts: Acts
    topics: tuple[Topic, ...]
    bands: tuple[Band, ...]
    sides: tuple[Side, ...]
    polarity: Mapping[str, Phrases]
    grammar: Grammar
    ladders: Ladders
    given_names: Mapping[str, str]
    digest: str = ""

    @functools.cached_property
    def _people(self) -> dict[str, Person]:
        return {person.id: person for person in self.people}

    @functools.cached_property
    def _institutions(self) -> dict[str, Institution]:
        return {institution.id: institution for institution in self.institutions}

    @functools.cached_property
    def _demonyms(self) -> dict[str, Demonym]:
        return {demonym.id: demonym for demonym in self.demonyms}

    @functools.cached_property
    def states(self) -> dict[str, Mapping[str, str]]:
        """A state's code by ISO 3166-1 alpha-3 -> its name by language."""
        return {demonym.code: demonym.name for demonym in self.demonyms if demonym.code}

    @functools.cached_property
    def people_named(self) -> dict[str, tuple[Person, ...]]:
        """Every name and short name -> who may be meant; one person where the name is unambiguous in the codebook."""
        named: dict[str, list[Person]] = {}
        for person in self.people:
            for name in person.aliases + person.ambiguous:
                named.setdefault(name, []).append(person)
        return {name: tuple(people) for name, people in named.items()}

    def person(self, id: str) -> Person:
        """The person with this id; KeyError if there is none."""
        return self._people[id]

    def institution(self, id: str) -> Institution:
        """The institution with this id; KeyError if there is none."""
        return self._institutions[id]

    def demonym(self, id: str) -> Demonym:
        """The demonym (country, EU, NATO, UN) with this id; KeyError if there is none."""
        return self._demonyms[id]

    def topic(self, key: str) -> Topic:
        """The topic with this key; KeyError if there is none."""
        return {topic.key: topic for topic in self.topics}[key]

    def band(self, score: float) -> Band:
        """The band of a mean score; ValueError where the score is not in [-1, 1] (or not a number)."""
        if not -1 <= score <= 1:
            raise ValueError(f"score must be in [-1, 1], found {score}")
        return next(band for band in reversed(self.bands) if band.lower <= score)


@functools.cache
def word_pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    """The terms (regular expressions) as one case-insensitive pattern that starts at the start of a word.

    ValueError names the first term that is not a regular expression.
    """
    try:
        return re.compile(r"(?<!\w)(?:" + "|".join(terms) + ")", re.IGNORECASE)
    except re.error:
        for term in terms:
            try:
                re.compile(term)
            except re.error as error:
                raise ValueError(f"{term!r} is not a regular expression: {error}") from error
        raise
