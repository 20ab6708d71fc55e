"""Reading -> speaker: the person or institution whom the words mean that ``positions.pointing`` has found.

A name goes to the codebook, a pronoun or a bare role to the latest speaker whom it fits, a person whom nobody knows to
the fullest form of the name in the article. Who fits nobody stays as written: never the nearest name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from positions import codebook
from positions.classifier import Reading
from positions.codebook import NEUTER
from positions.codebook.entries import Codebook, Institution
from positions.mentions import Mention, find_mentions, is_role, markers, role_words, side_of_description
from positions.pointing import Range, point_at
from positions.records import MODES, OTHER, Article
from positions.turns import Turn

OWN = 0.85  # with less weight than this, words without a cue carry the last speaker's on
_CAPITALS = "".join(chr(code) for code in range(0x250) if chr(code).isupper())
_PART = rf"(?:[{_CAPITALS}][\w'’.-]*|von|van|de|der|zu|al-\w+)"
_NAME = re.compile(rf"{_PART}(?:\s+{_PART})*")
_POSSESSOR = re.compile(r"[A-ZÄÖÜ][\w-]*(?: [A-ZÄÖÜ][\w-]*)*['’]s (?=\w)")  # "Sorokin's spokesman" is not Sorokin
_RELATIVE = re.compile(
    r"\s(?:who|that|which|familiar|briefed|close|\w+ing)\s"
)  # "an official briefing reporters" is no reporter
_PLACE = re.compile(r"\b(?:at|for|from|in|of) (?:the )?$")  # "the governor of the Belgorod Region" is no Belgorod
_SEATED = re.compile(r"(.*\w) (?:in|aus|von) (?:the )?$")  # "der Luftwaffe in Kiew" is not Kiew
_AREA = re.compile(
    r"(?:Gebiets?|Bezirks?|(?:Land)?[Kk]reis(?:es)?|Region|Provinz|Oblast|Kantons?|Stadt|Republik|Gemeinde"
    r"|Bundes(?:staats?|staates|lands?|landes))$"
)
_REPORT = re.compile(r"(?<!\w)(Medien|Presse|Zeitungs|Agentur|)[Bb]ericht(?:e|en)$")
_MAKERS = {"Medien": "Medien", "Presse": "Presse", "Zeitungs": "Zeitungen", "Agentur": "Agenturen", "": "Medien"}
_ACCOUNT = re.compile(r"([\w-]+)-(?:Angaben|Darstellung|Informationen)")
_APPOSITION = re.compile(r"(?: ?\(\d+\))?, ((?:an?|the|one|eine?|der|die) [^,.;:()]{1,60})")
_LAYOUTS = {  # what tells whose turn it is, as the chain of resolution names it
    "de": {"interview": "Interview", "minutes": "Protokoll", "heading": "Überschrift", "record": "Angabe"},
    "en": {"interview": "Interview", "minutes": "transcript", "heading": "heading", "record": "record"},
}
_FURTHER = re.compile(
    r"\b(?:hieß|heißt) es (?:weiter|zudem|ferner|außerdem)\b|\b(?:weiter|zudem|ferner|außerdem) (?:hieß|heißt) es\b",
    re.IGNORECASE,
)
_STATE = re.compile(r"([A-Z]{3})(?: (?:at|bei|in) .+)?")  # "FRA at UN General Debate"
_END = re.compile(r"[.?!] |\n")
_DATELINE = re.compile(r"(?:, [\w. ]{1,20})? ?(?:\([^()\n]{2,40}\)|[-–—] )")
_AS = re.compile(r"\b(?:wie|as) $")
_TIDY = " ,.;:–—-»«„“”\"'’‘()"


@dataclass(frozen=True, slots=True)
class Resolved:
    """Words with whom they mean; ``side`` is empty where the codebook does not know it, ``resolution`` is the chain.

    ``origin`` is the side that a description without a name tells ("ukrainische Unterhändler"); whoever is meant may
    speak for nobody but himself. ``at`` is the offset of the words that name the speaker, which a pronoun or a role
    refers to; ``until`` is where the statement ends. ``joint`` are the sides of a body that speaks for several.
    ``told`` is false where the position is merely narrated.
    """

    speaker: str
    side: str
    mention: str
    resolution: str = ""
    gender: str = ""
    person: bool = False
    until: int = 0
    at: int = 0
    origin: str = ""
    joint: tuple[str, ...] = ()
    told: bool = True


def resolve_speaker(
    article: Article,
    reading: Reading,
    mentions: Sequence[Mention],
    before: Sequence[Resolved],
    book: Codebook | None = None,
) -> Resolved | None:
    """Who speaks in ``reading``; ``before`` are the speakers of the article so far. None where no words name one.

    ``book`` is the codebook that ``mentions`` come from (default: the shipped one).
    """
    language = codebook_language(article.language)
    span, weight = point_at(article.text, reading, mentions, language)
    if before and weight < OWN and _goes_on(article.text, reading, before[-1]):
        return replace(before[-1], until=reading.end, told=True)
    if before and language == "de" and _goes_further(article.text, reading, span):
        teller = next((one for one in reversed(before) if one.told), before[-1])
        return replace(teller, until=reading.end)
    if not span:
        return None
    words = article.text[slice(*span)].strip(_TIDY)
    found = _resolve(article, words, span, mentions, before, language, book or codebook.load())
    return replace(found, until=reading.end, at=found.at or span[0], told=_is_told(reading)) if found else None


def resolve_turn(
    article: Article, turn: Turn, mentions: Sequence[Mention], book: Codebook | None = None
) -> tuple[Resolved, tuple[str, ...]]:
    """Who speaks in a turn, and all sides that speak there jointly; layout names them, no verb of saying has to."""
    language, book = codebook_language(article.language), book or codebook.load()
    found = []
    for written in turn.people:
        # a heading in capitals is not searched for: its names stand as they are read; a record stands outside the text
        at = article.text.find(written) if turn.layout != "record" else -1
        name = written.title() if written.isupper() and " " in written else written
        state = _STATE.fullmatch(written) if turn.layout == "record" else None
        if state and state[1] in book.states:
            name = book.states[state[1]][language]
        changed = at < 0 or name != written
        own = find_mentions(name, language, article.published, book) if changed else mentions
        first = 0 if changed else at
        known = _known(name, _inside(own, (first, first + len(name))), language, book)
        side = "" if known or len(turn.people) > 1 else _side_of_introduction(turn.about, language, book)
        named = known or replace(_named(article, name, name, language, book), side=side)
        found.append(replace(named, person=True, at=-1 if turn.layout == "record" else max(at, 0)))
    together = " ".join(_without_determiner(turn.about.split(), language)) if len(turn.people) > 1 else ""
    speaker = together or found[0].speaker
    chain = f"{_LAYOUTS[language][turn.layout]} → {speaker}"
    sides = dict.fromkeys(one.side for one in found if one.side)
    return replace(found[0], speaker=speaker, resolution=chain), tuple(sides)


@lru_cache(maxsize=256)  # asked for each statement of a turn
def _side_of_introduction(words: str, language: str, book: Codebook) -> str:
    """The only side that the words which introduce a person name, ``other`` for outsiders; empty where none does."""
    if any(_says(words, group, language) for group in ("outsiders", "former", "press")):
        return OTHER
    sides = {mention.side for mention in find_mentions(words, language, book=book)} - {OTHER}
    return sides.pop() if len(sides) == 1 else ""


def _goes_on(text: str, reading: Reading, last: Resolved) -> bool:
    """Whether words without a cue of their own carry the last speaker's on, in the same paragraph."""
    return reading.cue is None and _is_told(reading) and "\n" not in text[last.until : reading.start]


def _goes_further(text: str, reading: Reading, span: Range | None) -> bool:
    """Whether "hieß es weiter" reports it, and nobody is named in that clause ("aus dem Kreml hieß es weiter")."""
    found = _FURTHER.search(text, reading.start, reading.end)
    if found is None or reading.cue is None or reading.cue[1] <= found.start() or found.end() <= reading.cue[0]:
        return False
    first = text.rfind(",", reading.start, found.start()) + 1 or reading.start
    last = text.find(",", found.end(), reading.end)
    return span is None or not first <= span[0] < (last if last > 0 else reading.end)


def _is_told(reading: Reading) -> bool:
    """Whether somebody said it at some moment, and the journalist does not merely narrate it."""
    return max(range(len(MODES)), key=lambda i: reading.modes[i]) != MODES.index("narrated")


def _resolve(
    article: Article,
    words: str,
    span: Range,
    mentions: Sequence[Mention],
    before: Sequence[Resolved],
    language: str,
    book: Codebook,
) -> Resolved | None:
    standing = words.casefold()
    if gender := book.grammar.pronouns[language].get(standing) or book.grammar.possessives[language].get(standing):
        if gender == NEUTER:
            return _body_before(words, before, _subject(article.text, span[0], mentions, language, book))
        own = _named_before(article.text, span[0], before)
        return _antecedent(words, own, gender) or _antecedent(words, before, gender)
    if meant := _compatriot(words, before, language, book) or _teller(words, language, book):
        return meant
    inside = _inside(mentions, span)
    known = _known(words, [m for m in inside if not _is_namesake(words, m, language, book)], language, book)
    if known:
        return known
    name = _proper_name(words, language, book)
    if name:
        return _named(article, name, words, language, book)
    if language == "de" and " " not in words and words.islower() and not is_role(words, role_words(language)):
        return None  # a verb that was taken for a name
    joint = next((body.joint for _, body in _bodies(inside, book) if body.joint), ())
    return replace(_role(words, before, language, book), joint=joint)


def _inside(mentions: Sequence[Mention], span: Range) -> list[Mention]:
    """The names of the codebook that a span touches."""
    return [m for m in mentions if m.entity and m.start < span[1] and m.end > span[0]]


def _bodies(mentions: Sequence[Mention], book: Codebook) -> Iterator[tuple[Mention, Institution]]:
    """The institutions among names of the codebook."""
    for mention in mentions:
        if mention.entity and mention.kind not in ("person", "office"):
            yield mention, book.institution(mention.entity)


def codebook_language(language: str) -> str:
    """The language whose words serve for an article: its own where the codebook has it, else English."""
    return language if language in codebook.load().grammar.pronouns else "en"


def _known(words: str, inside: Sequence[Mention], language: str, book: Codebook) -> Resolved | None:
    """The codebook's person, else the holder of an office, else the institution that the words name."""
    former = _says(words, "former", language) or _says(words, "outsiders", language)
    # of several names the last one: "Putins Berater Juri Uschakow"
    for mention in [m for kind in ("person", "office") for m in reversed(inside) if m.kind == kind]:
        another = former or _proper_name(words.replace(mention.text, " "), language, book)
        if mention.kind == "office" and another:
            continue  # "der dänische Außenminister Mads Overgaard" names another holder than the codebook's
        person = book.person(mention.entity)
        chain = "" if mention.kind == "person" else f"{mention.text} → {person.name[language]}"
        side = OTHER if former else mention.side
        return Resolved(person.name[language], side, words, chain, person.gender, True)
    for mention, body in _bodies(inside, book):
        seat = _SEATED.match(words, 0, max(words.find(mention.text), 0))
        if seat and _is_body(seat[1], language):
            origin = side_of_description(seat[1], language, book)  # an embassy in Moscow is not Moscow's
            return Resolved(_nominative(words, language), mention.side if origin == OTHER else origin, words)
        if not _is_person_beside(words, mention.text, language, book):
            return Resolved(body.name[language], mention.side, words, joint=body.joint)
    return None


def _is_namesake(words: str, mention: Mention, language: str, book: Codebook) -> bool:
    """Whether ``words`` give a known family name another first name, or use it as one.

    "Solomija Rudenko" is not Andrej Rudenko, "Graham Lachapelle" not Lindsey Graham.
    """
    parts = _proper_name(words, language, book).split() if mention.kind == "person" else []
    return len(parts) > 1 and mention.text in (parts[-1], parts[0])


def _antecedent(words: str, before: Sequence[Resolved], gender: str) -> Resolved | None:
    """The latest person of that gender; one whose gender a pronoun has told before keeps it."""
    told = {speaker.speaker: speaker.gender for speaker in before if speaker.gender}
    for speaker in reversed(before):
        if speaker.person and told.get(speaker.speaker, gender) == gender:
            return replace(_refer(words, speaker), gender=gender)
    return None


def _named_before(text: str, at: int, before: Sequence[Resolved]) -> list[Resolved]:
    """Of those who have spoken, who is named before the pronoun of "Lindenau will fahren, wie sie sagte"."""
    sentence = text[_sentence_start(text, at) : at]
    words = set(re.findall(r"[\w'’-]+", sentence)) if _AS.search(sentence) else ()
    return [one for one in before if one.person and one.speaker.split()[-1] in words]


def _sentence_start(text: str, at: int) -> int:
    """Where the sentence begins in which ``at`` lies."""
    return max((end.end() for end in _END.finditer(text, max(0, at - 600), at)), default=max(0, at - 600))


def _body_before(words: str, before: Sequence[Resolved], subject: Resolved | None) -> Resolved | None:
    """Whom "it" and "they" mean: the body that opens their sentence, else the latest body or group that spoke."""
    bodies = (speaker for speaker in reversed(before) if not speaker.person)
    meant = subject or next(bodies, None)
    return _refer(words, meant) if meant else None


def _subject(text: str, at: int, mentions: Sequence[Mention], language: str, book: Codebook) -> Resolved | None:
    """The institution that opens the sentence in which ``at`` lies, before it: "The Kremlin ..., which it said ..."."""
    first = _sentence_start(text, at)
    for mention, body in _bodies([m for m in mentions if first <= m.start < at], book):
        if _DATELINE.match(text, mention.end):
            continue  # "MOSCOW (Reuters) - Equinor stopped work, it said."
        if not _without_determiner(text[first : mention.start].split(), language):
            return Resolved(body.name[language], mention.side, mention.text, at=mention.start, joint=body.joint)
    return None


def _refer(words: str, speaker: Resolved) -> Resolved:
    chain = f"{words} → {speaker.speaker}"
    return Resolved(speaker.speaker, speaker.side, words, chain, speaker.gender, speaker.person, at=speaker.at)


def _named(article: Article, name: str, words: str, language: str, book: Codebook) -> Resolved:
    """A person whom the codebook does not know, by the fullest form of the name in the text."""
    full = _full_name(article.text, name, language, book)
    at = article.text.find(full)
    ahead = re.split(r"[,.]", article.text[max(0, at - 60) : at])[-1]
    behind = _APPOSITION.match(article.text, at + len(full))
    described = f"{ahead}{words} {behind[1] if behind else ''}"
    outside = any(_says(described, group, language) for group in ("outsiders", "former"))
    outside = outside or _says(name, "press", language)
    chain = f"{words} → {full}" if full not in words else ""
    first, *family = full.split()
    gender = book.given_names.get(first, "") if family else ""
    return Resolved(full, OTHER if outside else "", words, chain, gender, bool(family), at=at if chain else 0)


def _full_name(text: str, name: str, language: str, book: Codebook) -> str:
    family = name.split()[-1]
    for match in re.finditer(rf"(?:[A-ZÄÖÜ][\w'’-]+ ){{1,2}}{re.escape(family)}\b", text):
        candidate = _proper_name(match.group(), language, book)
        if len(candidate.split()) > len(name.split()) and candidate.endswith(family):
            return candidate
    return name


def _role(words: str, before: Sequence[Resolved], language: str, book: Codebook) -> Resolved:
    """A bare role ("der Minister", "the official"): the latest speaker introduced with that word, else as written."""
    bare = _nominative(words, language)
    head = bare.split()[-1] if bare else ""
    same = re.compile(rf"{re.escape(head)}(?!\w)", re.IGNORECASE)
    side = side_of_description(words, language, book)
    introduced = words.split()[0].casefold() in book.grammar.indefinite[language] if head else True
    for speaker in () if introduced else reversed(before):
        another = speaker.speaker.casefold() == bare.casefold() or (side != OTHER and speaker.side not in ("", side))
        body = _is_body(head, language)
        another = another or (body and (speaker.person or (language == "en" and _is_another(bare, speaker.mention))))
        if same.search(speaker.mention) and not another:
            return _refer(words, speaker)
    lead = _RELATIVE.split(words)[0]
    outside = any(_says(lead, group, language) for group in ("outsiders", "former", "press"))
    unnamed = _says(lead, "anonymous", language) and side_of_description(words, language, book) == OTHER
    return Resolved(bare or words, OTHER if outside or unnamed else "", words, origin="" if side == OTHER else side)


def _is_body(words: str, language: str) -> bool:
    """Whether a description means a body such as a ministry, and no person."""
    found = [word for word in words.split() if is_role(word, role_words(language))]
    return bool(found) and not any(is_role(word, role_words(language, persons_only=True)) for word in found)


def _is_another(bare: str, mention: str) -> bool:
    """Whether an English body has a word before it that ``mention`` lacks: "economy" of "the economy ministry"."""
    lead = [word for word in bare.split()[:-1] if word.islower() and not word.endswith(("same", "'s", "’s"))]
    return not {word.casefold() for word in lead} <= set(mention.casefold().split())


def _nominative(words: str, language: str) -> str:
    """A description without its determiner and genitive ("des Landratsamts")."""
    parts = _without_determiner(words.split(), language)
    bare = re.sub(r"['’]s?$", "", " ".join(parts))
    if words.startswith("des ") and parts:
        noun = next((part for part in parts if part[0].isupper()), "")
        bare = bare.replace(noun, re.sub(r"(?<=[dtsz])es$|(?<=[^s])s$", "", noun), 1)
    return bare


def _teller(words: str, language: str, book: Codebook) -> Resolved | None:
    """The body whose account a compound names ("Kreml-Angaben"), of reports the media that make them."""
    if _REPORT.search(words):
        makers = _REPORT.sub(lambda found: _MAKERS[found[1]], _nominative(words, language))
        return Resolved(makers, OTHER, words, f"{words} → {makers}")
    match = _ACCOUNT.fullmatch(words)
    for mention, body in _bodies(find_mentions(match[1], language, book=book), book) if match else ():
        name = body.name[language]
        return Resolved(name, mention.side, words, f"{words} → {name}")
    return None


def _compatriot(words: str, before: Sequence[Resolved], language: str, book: Codebook) -> Resolved | None:
    """The latest person whom "der Ukrainer", "die Estin" or "the American" can mean; None for other words.

    Of a side with several nations only one who was introduced with that nation's name.
    """
    article, _, noun = words.partition(" ")
    gender, ends = book.grammar.natives[language].get(article.casefold(), ("", ()))
    known = [d for d in book.demonyms if noun in d.words[language] and noun not in d.name.values()]
    if not known or not noun.endswith(ends):
        return None
    nation = known[0]
    alone = sum(demonym.side == nation.side for demonym in book.demonyms) == 1
    names = (*nation.stems, *nation.name.values(), nation.adjective)
    for speaker in reversed(before):
        fits = speaker.side in ("", nation.side) and gender in ("", speaker.gender or gender)
        named = any(name.casefold() in speaker.mention.casefold() for name in names)
        if speaker.person and fits and (named or (alone and speaker.side)):
            return _refer(words, speaker)
    return None


def _proper_name(words: str, language: str, book: Codebook) -> str:
    """The person's name in a description, without titles and roles; empty where there is none."""
    roles, people, best = role_words(language), role_words(language, persons_only=True), ""
    rest = _POSSESSOR.sub("", words)
    for match in _NAME.finditer(rest):
        parts = _without_determiner(whole := match.group().split(), language)
        while parts and (_is_title(parts[0], roles) or _is_origin(parts, language, book)):
            parts = parts[1:]
        behind = rest[match.end() :].split()
        if parts and _AREA.match(parts[0]):
            continue  # "der Gouverneur des Gebiets Orjol"
        if language == "en" and parts and parts[0] == whole[0] and _PLACE.search(rest[: match.start()]):
            continue
        if language == "en" and behind and is_role(behind[0], roles) and not is_role(behind[0], people):
            continue  # "the Armed Services panel"
        if language == "en" and len(parts) > 1 and is_role(parts[-1], roles) and not is_role(parts[-1], people):
            continue  # "the Finance Ministry"
        while parts and _is_title(parts[-1], roles):
            parts = parts[:-1]
        titles = [i for i, part in enumerate(parts[:-2]) if is_role(part, roles)]
        parts = parts[titles[-1] + 1 :] if titles else parts  # "Deputy Prime Minister Ada Holm"
        if parts and len(parts) >= len(best.split()):
            best = " ".join(parts).strip(_TIDY)
    if language == "de" and len(best.split()) == 1 and words.split()[0].islower():
        return ""  # "der Unterhändler": a noun, not a name
    return re.sub(r"['’]s$", "", best)


def _is_origin(parts: Sequence[str], language: str, book: Codebook) -> bool:
    """Whether the first word names a side and is no first name that somebody's family name happens to be."""
    found = find_mentions(parts[0], language, book=book)
    first_name = found and found[0].kind == "person" and found[0].text == parts[0] and len(parts) == 2
    return bool(found) and found[0].side != OTHER and not first_name


def _without_determiner(parts: list[str], language: str) -> list[str]:
    determiners = codebook.load().grammar.determiners[language]
    while parts and parts[0].casefold() in determiners:
        parts = parts[1:]
    return parts


def _is_person_beside(words: str, known: str, language: str, book: Codebook) -> bool:
    """Whether a description such as "Nato-Sprecherin Ada Holm" or "the EU's top diplomat" means a person."""
    rest = words.replace(known, " ")
    roles = role_words(language, persons_only=True)
    parts = [*rest.split(), *words.split("-")[1:]]
    return len(_proper_name(rest, language, book).split()) >= 2 or any(is_role(word, roles) for word in parts)


def _is_title(word: str, roles: frozenset[str]) -> bool:
    """Whether a word beside a name is none of it: a role, or written small."""
    return word.islower() or is_role(word, roles)


def _says(words: str, group: str, language: str) -> bool:
    """Whether ``words`` hold a marker such as "Ex-" or "former", "Experte" or "analyst"."""
    return bool(markers(group, language).search(words))
