"""Who is who, which words report speech, and what the topics mean: data files, and one ``load`` that checks them.

The YAML files beside this module are the codebook; their headers say what each field means and how they were compiled.
A user's own file holds what it changes; ``load_own`` lays it over the shipped ones.
"""

import dataclasses
import datetime
import functools
import hashlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from positions.codebook.entries import (
    Acts,
    Band,
    Codebook,
    Cues,
    Demonym,
    Grammar,
    Holder,
    Institution,
    Ladder,
    Ladders,
    Noun,
    Office,
    OfficePhrase,
    Person,
    Phrases,
    Roles,
    Rung,
    Side,
    Topic,
    Verb,
    word_pattern,
)
from positions.records import ACTORS, ACTS, LANGUAGES, OTHER, POLARITIES, SIDES, STANCES, TOPICS, Unusable

__all__ = [
    "Acts",
    "Band",
    "Codebook",
    "Cues",
    "Demonym",
    "Grammar",
    "Holder",
    "Institution",
    "Ladder",
    "Ladders",
    "Noun",
    "Office",
    "OfficePhrase",
    "Person",
    "Roles",
    "Rung",
    "Side",
    "Topic",
    "Verb",
    "load",
    "load_own",
]

FOLDER = Path(__file__).parent
GENDERS = ("m", "f")
NEUTER = "n"  # of pronouns that stand for a body or a group
KINDS = ("state", "city", "people", "government", "institution", "party", "military", "group", "medium", "platform")
VERB_CLASSES = (
    *("say", "announce", "confirm", "demand", "insist", "want", "offer", "promise", "accept", "reject", "concede"),
    *("deny", "accuse", "threaten", "warn", "expect", "think", "consider", "decide", "relay", "ask"),
)
THEMES = ("light", "dark")
CUE_LISTS = ("sources", "hearsay", "relays", "silence")
ACT_LISTS = tuple(field.name for field in dataclasses.fields(Acts) if field.name != "verbs")
OWN: dict[str, tuple[str, ...]] = {  # what a user's file may hold -> the fields of an entry
    "version": (),
    "topics": ("key", "name", "proposition", "boundary", "core", "near"),
    "people": ("id", "name", "gender", "aliases", "ambiguous", "country", "side", "offices"),
    "institutions": ("id", "name", "kind", "aliases", "ambiguous", "country", "side"),
    "demonyms": ("id", "name", "side", "code", "adjective", *LANGUAGES),
}
MOST_TOPICS, LONGEST_NAME = 12, 60
Fields = dict[str, Any]
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
_MARKUP = re.compile(r"[<>\[\]{}$*_`\\\x00-\x1f]")  # names stand in labels that read Markdown and HTML


@functools.cache
def load(path: Path | None = None) -> Codebook:
    """Read and check the codebook in the folder ``path`` (default: the one that ships with the package).

    Raises ValueError with file, entry and reason where the data is malformed.
    """
    folder = path or FOLDER
    demonyms = _read(folder / "demonyms.yaml", functools.partial(_entries, build=_demonym))
    countries = {demonym.id for demonym in demonyms}
    people = _read(folder / "people.yaml", functools.partial(_people, countries=countries))
    topics, bands, sides, version = _read(folder / "topics.yaml", _topic_file)
    return Codebook(
        version=version,
        people=people,
        institutions=_read(folder / "institutions.yaml", functools.partial(_institutions, countries=countries)),
        demonyms=demonyms,
        roles=_read(folder / "roles.yaml", functools.partial(_roles, people=people, demonyms=demonyms)),
        cues=_read(folder / "cues.yaml", _cues),
        acts=_read(folder / "acts.yaml", _acts),
        topics=topics,
        bands=bands,
        sides=sides,
        polarity=_read(folder / "polarity.yaml", _polarity),
        grammar=_read(folder / "grammar.yaml", _grammar),
        given_names=_read(folder / "given_names.yaml", _given_names),
        ladders=_read(folder / "ladders.yaml", _ladders),
    )


def load_own(file: Path) -> Codebook:
    """The shipped codebook with what the user's ``file`` (YAML) changes.

    ``topics`` (1 to 12) take the place of the shipped ones; ``people``, ``institutions`` and ``demonyms`` add entries,
    or replace those with the same id. ``version`` is by default made from the file's bytes. The same bytes give the
    same object. Raises Unusable with file, entry and reason.
    """
    try:
        return _lay_over(file.read_bytes())
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror or error}") from error
    except (ValueError, yaml.YAMLError) as error:
        raise Unusable(f"{file}: {error}") from error


# Reading and checking: readers say what is wrong with a value, their callers add entry and file ----------------------


def _read(file: Path, build: Callable[[Any], Any]) -> Any:
    """What ``build`` makes of the file's data; ValueError that names the file."""
    try:
        return build(yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ValueError(f"{file}: {error}") from error


def _each(entries: Any, build: Callable[[Fields], Any]) -> Iterator[Any]:
    """Every entry of a list, built; ValueError that names the entry."""
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"expected a list of entries, found {entries!r}")
    for position, data in enumerate(entries, 1):
        try:
            yield build(_fields(data))
        except ValueError as error:
            known = data if isinstance(data, dict) else {}
            name = known.get("id") or known.get("key") or known.get("lemma") or known.get("en") or f"entry {position}"
            raise ValueError(f"{name}: {error}") from error


def _entries(data: Any, build: Callable[[Fields], Any]) -> tuple[Any, ...]:
    """The entries of a file that is one list, ordered by unique ids."""
    built = tuple(_each(data, build))
    for before, after in itertools.pairwise(built):
        if before.id == after.id:
            raise ValueError(f"{after.id}: id stands twice")
        if before.id > after.id:
            raise ValueError(f"{after.id}: entries are ordered by id, but this one comes after {before.id}")
    return built


def _fields(data: Any) -> Fields:
    if not isinstance(data, dict):
        raise ValueError(f"expected fields, found {data!r}")
    return data


def _given_names(data: Any) -> dict[str, str]:
    """Name -> gender as in ``Grammar.pronouns``, empty where a name is a woman's and a man's."""
    groups = {"f": "women", "m": "men", "": "both"}
    return {name: gender for gender, group in groups.items() for name in _texts(_fields(data), group)}


def _text(data: Fields, key: str, choices: Iterable[str] = ()) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} must be text, found {value!r}")
    if choices and value not in choices:
        raise ValueError(f"{key} {value!r} is not one of {', '.join(sorted(choices))}")
    return value


def _texts(data: Fields, key: str, optional: bool = False, choices: Iterable[str] = ()) -> tuple[str, ...]:
    values = data.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise ValueError(f"{key} must be a list of texts, found {values!r}")
    if not values and not optional:
        raise ValueError(f"{key} must not be empty")
    if len(set(values)) < len(values):
        raise ValueError(f"{key} holds a text twice: {max(values, key=values.count)!r}")
    if choices and (unknown := [value for value in values if value not in choices]):
        raise ValueError(f"{key} {unknown[0]!r} is not one of {', '.join(sorted(choices))}")
    return tuple(values)


def _languages(data: Fields, key: str, shared: type = dict) -> Fields:
    """The values of a field by language; a bare value of type ``shared`` stands for all languages."""
    value = data.get(key)
    if isinstance(value, shared) and shared is not dict:
        return dict.fromkeys(LANGUAGES, value)
    if not isinstance(value, dict) or set(value) != set(LANGUAGES):
        raise ValueError(f"{key} must have {' and '.join(LANGUAGES)}, found {value!r}")
    return value


def _names(data: Fields, key: str) -> dict[str, str]:
    value = _languages(data, key, shared=str)
    return {language: _text(value, language) for language in LANGUAGES}


def _phrases(data: Fields, key: str) -> Phrases:
    value = _languages(data, key, shared=list)
    return {language: _texts(value, language) for language in LANGUAGES}


def _date(data: Fields, key: str) -> str:
    value = data.get(key)
    if value is not None and type(value) is not datetime.date:
        raise ValueError(f"{key} must be a date or null, found {value!r}")
    return value.isoformat() if value else ""


def _check_owners(names: Iterable[tuple[str, str]]) -> None:
    """No name belongs to two owners."""
    owners: dict[str, str] = {}
    for name, owner in names:
        first = owners.setdefault(name, owner)
        if first != owner:
            raise ValueError(f"{owner}: {name!r} belongs to {first} as well; list it as ambiguous in both")


# Who ---------------------------------------------------------------------------------------------------------------


def _people(data: Any, countries: set[str]) -> tuple[Person, ...]:
    people = _entries(data, functools.partial(_person, countries=countries))
    _check_people(people)
    return people


def _check_people(people: Iterable[Person]) -> None:
    _check_owners((name, person.id) for person in people for name in person.aliases)


def _person(data: Fields, countries: set[str]) -> Person:
    name = _names(data, "name")
    offices = data.get("offices")
    if not isinstance(offices, list):
        raise ValueError(f"offices must be a list, found {offices!r}")
    return Person(
        id=_text(data, "id"),
        name=name,
        aliases=tuple(dict.fromkeys((*name.values(), *_texts(data, "aliases", optional=True)))),
        ambiguous=_texts(data, "ambiguous", optional=True),
        gender=_text(data, "gender", GENDERS),
        country=_text(data, "country", countries),
        side=_text(data, "side", ACTORS),
        offices=tuple(_each(offices, _office)) if offices else (),
    )


def _office(data: Fields) -> Office:
    since, until = _date(data, "from"), _date(data, "to")
    if until and until < since:
        raise ValueError(f"ends on {until}, before it begins on {since}")
    title = {language: _text(data, language) for language in LANGUAGES}
    return Office(title, since, until, _text(data, "side", ACTORS) if "side" in data else "")


def _institutions(data: Any, countries: set[str]) -> tuple[Institution, ...]:
    institutions = _entries(data, functools.partial(_institution, countries=countries))
    _check_institutions(institutions)
    return institutions


def _check_institutions(institutions: Iterable[Institution]) -> None:
    for language in LANGUAGES:
        _check_owners((name, entry.side) for entry in institutions for name in entry.aliases[language])


def _institution(data: Fields, countries: set[str]) -> Institution:
    return Institution(
        id=_text(data, "id"),
        kind=_text(data, "kind", KINDS),
        name=_names(data, "name"),
        aliases=_phrases(data, "aliases"),
        ambiguous=_texts(data, "ambiguous", optional=True),
        side=_text(data, "side", ACTORS),
        country=_text(data, "country", countries) if "country" in data else "",
        joint=_texts(data, "joint", optional=True, choices=SIDES),
    )


def _demonym(data: Fields) -> Demonym:
    languages = {language: _fields(data.get(language)) for language in LANGUAGES}
    return Demonym(
        id=_text(data, "id"),
        side=_text(data, "side", ACTORS),
        code=_text(data, "code") if "code" in data else "",
        name=_names(data, "name"),
        adjective=_text(data, "adjective"),
        prefixes={language: _texts(lists, "prefix", optional=True) for language, lists in languages.items()},
        stems=_texts(languages["de"], "stems", optional=True),
        words={language: _texts(lists, "words") for language, lists in languages.items()},
    )


# Roles -------------------------------------------------------------------------------------------------------------

Titles = Mapping[str, tuple[Holder, ...]]


def _roles(data: Any, people: tuple[Person, ...], demonyms: tuple[Demonym, ...]) -> Roles:
    titles = _titles(people)
    nouns = _languages(_fields(data), "nouns")
    single = _each(data.get("offices"), functools.partial(_office_phrase, titles=titles))
    functions = _each(data.get("functions"), functools.partial(_function_phrases, demonyms=demonyms, titles=titles))
    return Roles(
        nouns={language: tuple(_each(nouns[language], _noun)) for language in LANGUAGES},
        bodies=_phrases(data, "bodies"),
        former=_phrases(data, "former"),
        outsiders=_phrases(data, "outsiders"),
        press=_phrases(data, "press"),
        anonymous=_phrases(data, "anonymous"),
        offices=(*single, *itertools.chain.from_iterable(functions)),
    )


def _noun(data: Fields) -> Noun:
    """German nouns list m, f and n; English ones forms and, where the word shows it, gender."""
    if "forms" in data:
        gender = _text(data, "gender", GENDERS) if "gender" in data else "n"
        return Noun(_text(data, "lemma"), **{gender: _texts(data, "forms")})
    noun = Noun(_text(data, "lemma"), *(_texts(data, key, optional=True) for key in ("m", "f", "n")))
    if not noun.forms:
        raise ValueError("m, f or n must have forms")
    return noun


def _titles(people: tuple[Person, ...]) -> Titles:
    """English title -> who held it, in order of time."""
    holders: dict[str, list[Holder]] = {}
    for person in people:
        for office in person.offices:
            holders.setdefault(office.title["en"], []).append(Holder(person.id, office.since, office.until))
    return {title: tuple(sorted(held, key=lambda holder: holder.since)) for title, held in holders.items()}


def _holders(wanted: Iterable[str], titles: Titles) -> tuple[Holder, ...]:
    return tuple(sorted((h for title in wanted for h in titles.get(title, ())), key=lambda holder: holder.since))


def _office_phrase(data: Fields, titles: Titles) -> OfficePhrase:
    wanted = _texts(data, "titles")
    for title in wanted:
        if title not in titles:
            raise ValueError(f"nobody in people.yaml has the title {title!r}")
    phrases = {language: _texts(data, language) for language in LANGUAGES}
    phrases["en"] = tuple(dict.fromkeys((*phrases["en"], *map(_as_title, phrases["en"]))))
    return OfficePhrase(_text(data, "id"), phrases, _holders(wanted, titles))


def _as_title(phrase: str) -> str:
    """An office as a title: "German chancellor" -> "German Chancellor"."""
    return " ".join(word if word in ("of", "the", "to") else word[0].upper() + word[1:] for word in phrase.split())


def _function_phrases(data: Fields, demonyms: tuple[Demonym, ...], titles: Titles) -> list[OfficePhrase]:
    """The same post in every country where somebody in people.yaml has it."""
    wanted, english, phrases = _texts(data, "titles"), _texts(data, "en"), []
    for demonym in demonyms:
        held = _holders([f"{demonym.adjective} {title}" for title in wanted], titles)
        if held:
            german = dict.fromkeys(phrase for noun in data["de"] for phrase in _german(demonym, *noun))
            languages = {"de": tuple(german), "en": tuple(_english(demonym, english))}
            phrases.append(OfficePhrase(f"{demonym.id}-{_text(data, 'id')}", languages, held))
    return phrases


def _german(demonym: Demonym, nominative: str, oblique: str, feminine: str) -> Iterator[str]:
    for stem in demonym.stems:
        yield from (f"{stem}{ending} {nominative}" for ending in ("er", "e", "en"))
        yield from (f"{stem}en {oblique}", f"{stem}e {feminine}", f"{stem}en {feminine}")
    country = demonym.name["de"]
    for noun in (nominative, oblique, feminine):
        yield from (f"{noun} von {country}", f"{noun} der {country}")  # "der": of countries with an article
        if f"{country}s" in demonym.words["de"]:
            yield from (f"{country}s {noun}", f"{noun} {country}s")


def _english(demonym: Demonym, nouns: Iterable[str]) -> Iterator[str]:
    owners = [word for word in demonym.words["en"] if word.endswith(("'s", "s'"))]
    for noun in itertools.chain.from_iterable((noun, _as_title(noun)) for noun in nouns):
        yield from (f"{demonym.adjective} {noun}", f"{noun} of {demonym.name['en']}")
        yield from (f"{owner} {noun}" for owner in owners)


# Cues and topics ---------------------------------------------------------------------------------------------------


def _cues(data: Any) -> Cues:
    verbs = _languages(_fields(data), "verbs")
    return Cues(
        verbs={language: tuple(_each(verbs[language], _verb)) for language in LANGUAGES},
        **{key: _phrases(data, key) for key in CUE_LISTS},
    )


def _verb(data: Fields) -> Verb:
    return Verb(
        lemma=_text(data, "lemma"),
        cls=_text(data, "class", VERB_CLASSES),
        forms=_texts(data, "forms"),
        particle=_text(data, "particle") if "particle" in data else "",
        split=_texts(data, "split") if "particle" in data else (),
        narrates=bool(data.get("narrates", False)),
    )


def _acts(data: Any) -> Acts:
    verbs = _fields(_fields(data).get("verbs"))
    for key in verbs:
        _text({"verbs": key}, "verbs", VERB_CLASSES)
        _text(verbs, key, ACTS)
    return Acts(dict(verbs), **{key: _checked(_phrases(data, key), {}) for key in ACT_LISTS})


def _polarity(data: Any) -> dict[str, Phrases]:
    return {group: _phrases(_fields(data), group) for group in POLARITIES}


def _grammar(data: Any) -> Grammar:
    pronouns, possessives = (
        {
            language: {
                word: gender
                for gender in (*GENDERS, NEUTER)
                for word in _texts(words, gender, optional=gender == NEUTER)
            }
            for language, words in _languages(_fields(data), key).items()
        }
        for key in ("pronouns", "possessives")
    )
    natives = {
        language: {
            article: (_text(told, "gender", GENDERS) if "gender" in told else "", _texts(told, "ends"))
            for article, told in articles.items()
        }
        for language, articles in _languages(_fields(data), "natives").items()
    }
    phrases = (_phrases(data, key) for key in ("determiners", "indefinite", "pairs", "prepositions"))
    return Grammar(pronouns, possessives, natives, *phrases)


def _topic_file(data: Any) -> tuple[tuple[Topic, ...], tuple[Band, ...], tuple[Side, ...], str]:
    """Topics, bands and sides, complete and in order, and the version of the codebook."""
    topics = tuple(_each(_fields(data).get("topics"), _topic))
    bands = tuple(_each(data.get("bands"), _band))
    sides = tuple(_each(data.get("sides"), _side))
    if tuple(topic.key for topic in topics) != TOPICS:
        raise ValueError(f"topics must be {', '.join(TOPICS)}, in this order")
    if tuple(side.key for side in sides) != ACTORS:
        raise ValueError(f"sides must be {', '.join(ACTORS)}, in this order")
    if [-1.0, *(band.upper for band in bands)] != [*(band.lower for band in bands), 1.0]:
        raise ValueError("bands must cover -1 to 1 without gap or overlap")
    return topics, bands, sides, _text(data, "version")


def _topic(data: Fields) -> Topic:
    return Topic(
        key=_text(data, "key", TOPICS),
        name=_names(data, "name"),
        proposition=_names(data, "proposition"),
        boundary=_names(data, "boundary"),
        core=_phrases(data, "core"),
        near=_phrases(data, "near"),
    )


# Ladders -----------------------------------------------------------------------------------------------------------

_GAP = r"(?: [^\s,;:.!?]+){0,6}? "


def _ladders(data: Any) -> Ladders:
    ladders = tuple(_each(_fields(data).get("ladders"), _ladder))
    _check_once("ladders", (ladder.topic for ladder in ladders))
    measured = _fields(data.get("measured"))
    shares = (_share(measured, "right"), _share(measured, "found"))
    return Ladders(ladders, shares, _checked(_phrases(data, "takes_up"), {}))


def _share(data: Fields, key: str) -> float:
    value = data.get(key)
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{key} must be a share from 0 to 1, found {value!r}")
    return float(value)


def _ladder(data: Fields) -> Ladder:
    pieces = _fields(data.get("words"))
    rungs = tuple(_each(data.get("rungs"), functools.partial(_rung, pieces=pieces)))
    _check_once("rungs", (rung.key for rung in rungs))
    return Ladder(_text(data, "topic", TOPICS), rungs)


def _rung(data: Fields, pieces: Fields) -> Rung:
    phrases = _checked({language: _texts(data, language) for language in LANGUAGES}, pieces)
    stance = _text(data, "stance", STANCES[:2]) if "stance" in data else ""
    return Rung(_text(data, "key"), _names(data, "name"), stance, phrases)


def _expanded(phrase: str, pieces: Fields) -> str:
    """The regular expression behind the shorthand of ladders.yaml; ValueError for a piece that is not there."""

    def piece(found: re.Match[str]) -> str:
        if found[1] not in pieces:
            raise ValueError(f"{phrase!r} names no known piece: {found[1]}")
        return str(piece_pattern.sub(piece, str(pieces[found[1]])))

    piece_pattern = re.compile(r"\{([a-z]+)\}")
    whole = piece_pattern.sub(piece, phrase).replace(" ... ", _GAP)
    first, both, second = whole.partition(" & ")
    return f"(?:{first}){_GAP}(?:{second})|(?:{second}){_GAP}(?:{first})" if both else whole


def _checked(phrases: Phrases, pieces: Fields) -> Phrases:
    """The phrases without shorthand; ValueError where one is not a regular expression."""
    whole = {
        language: tuple(_expanded(text, pieces.get(language, {})) for text in terms)
        for language, terms in phrases.items()
    }
    for terms in whole.values():
        word_pattern(terms)
    return whole


# A user's own file --------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=4)
def _lay_over(data: bytes) -> Codebook:
    """The shipped codebook with the entries of a user's file."""
    fields, shipped = _fields(yaml.load(data, yaml.CSafeLoader)), load()
    digest = hashlib.sha256(data).hexdigest()
    if unknown := sorted(map(str, set(fields) - set(OWN))):
        raise ValueError(f"unknown field {unknown[0]!r}; a codebook may hold {', '.join(OWN)}")
    demonyms = _added(fields, "demonyms", shipped.demonyms, _demonym)
    countries = {demonym.id for demonym in demonyms}
    people = _added(fields, "people", shipped.people, functools.partial(_person, countries=countries))
    build = functools.partial(_institution, countries=countries)
    institutions = _added(fields, "institutions", shipped.institutions, build)
    _check_people(people)
    _check_institutions(institutions)
    topics = _own_topics(fields["topics"]) if "topics" in fields else shipped.topics
    return dataclasses.replace(
        shipped,
        version=_text(fields, "version") if "version" in fields else digest[:8],
        digest=digest,
        people=people,
        institutions=institutions,
        demonyms=demonyms,
        roles=_read(FOLDER / "roles.yaml", functools.partial(_roles, people=people, demonyms=demonyms)),
        topics=topics,
        ladders=dataclasses.replace(shipped.ladders, ladders=_kept_ladders(shipped, topics)),
    )


def _kept_ladders(shipped: Codebook, topics: tuple[Topic, ...]) -> tuple[Ladder, ...]:
    """The shipped ladders whose topic kept its proposition: a rung's stance is towards that."""
    same = {topic.key for topic in topics if topic.proposition["en"] == _proposition(shipped, topic.key)}
    return tuple(ladder for ladder in shipped.ladders.ladders if ladder.topic in same)


def _proposition(book: Codebook, key: str) -> str:
    return next((topic.proposition["en"] for topic in book.topics if topic.key == key), "")


def _added(fields: Fields, section: str, shipped: tuple[Any, ...], build: Callable[[Fields], Any]) -> tuple[Any, ...]:
    """The shipped entries with those of a section, ordered by id."""
    if section not in fields:
        return shipped
    own = _section(section, fields[section], build)
    _check_once(section, (entry.id for entry in own))
    merged = {entry.id: entry for entry in (*shipped, *own)}
    return tuple(merged[id] for id in sorted(merged))


def _own_topics(entries: Any) -> tuple[Topic, ...]:
    topics = _section("topics", entries, _own_topic)
    _check_once("topics", (topic.key for topic in topics))
    if len(topics) > MOST_TOPICS:
        raise ValueError(f"topics: at most {MOST_TOPICS}, found {len(topics)}")
    return topics


def _own_topic(data: Fields) -> Topic:
    key, name = _text(data, "key"), _names(data, "name")
    if not _KEY.fullmatch(key) or key in (OTHER, "all"):
        raise ValueError(f"key must be small letters, digits and _, and not other or all, found {key!r}")
    for text in name.values():
        if len(text) > LONGEST_NAME or _MARKUP.search(text):
            raise ValueError(f"name must be at most {LONGEST_NAME} characters without markup, found {text!r}")
    topic = Topic(
        key=key,
        name=name,
        proposition=_names(data, "proposition"),
        boundary=_names(data, "boundary") if "boundary" in data else dict.fromkeys(LANGUAGES, ""),
        core=_own_phrases(data, "core"),
        near=_own_phrases(data, "near"),
    )
    for terms in (*topic.core.values(), *topic.near.values()):
        word_pattern(terms)
    return topic


def _own_phrases(data: Fields, key: str) -> Phrases:
    value = _languages(data, key, shared=list) if key in data else {}
    return {language: _texts(value, language, optional=True) for language in LANGUAGES}


def _section(name: str, entries: Any, build: Callable[[Fields], Any]) -> tuple[Any, ...]:
    def checked(data: Fields) -> Any:
        if unknown := sorted(map(str, set(data) - set(OWN[name]))):
            raise ValueError(f"unknown field {unknown[0]!r}; known are {', '.join(OWN[name])}")
        return build(data)

    try:
        return tuple(_each(entries, checked))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _check_once(section: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{section}: {key} stands twice")
        seen.add(key)


def _band(data: Fields) -> Band:
    lower, upper = data.get("lower"), data.get("upper")
    if not isinstance(lower, int | float) or not isinstance(upper, int | float):
        raise ValueError(f"lower and upper must be numbers, found {lower!r} and {upper!r}")
    return Band(_text(data, "key"), float(lower), float(upper), _names(data, "name"))


def _side(data: Fields) -> Side:
    colour = _fields(data.get("colour"))
    return Side(_text(data, "key", ACTORS), _names(data, "name"), {theme: _text(colour, theme) for theme in THEMES})
