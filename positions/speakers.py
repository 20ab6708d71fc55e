"""Reading -> speaker: the words that name who speaks, and the person or institution whom they mean.

The network points at words; what stands beside the reporting verb helps. A name goes to the codebook, a pronoun or a
bare role to the latest speaker whom it fits, a person whom nobody knows to the fullest form of the name in the article.
Who fits nobody stays as written: never the nearest name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from positions import codebook
from positions.classifier import Reading
from positions.codebook import NEUTER
from positions.codebook.entries import Codebook, Institution
from positions.mentions import Mention, find_mentions, is_role, role_words, side_of_description
from positions.records import MODES, OTHER, Article
from positions.turns import Turn

POINTED = 0.12
BESIDE, CERTAIN = 0.45, 1.0  # a name next to the reporting words, and a pronoun there
OWN = 0.85  # with less weight than this, words without a cue carry the last speaker's on
Range = tuple[int, int]
_CAPITALS = "".join(chr(code) for code in range(0x250) if chr(code).isupper())
_PART = rf"(?:[{_CAPITALS}][\w'’.-]*|von|van|de|der|zu|al-\w+)"
_NAME = re.compile(rf"{_PART}(?:\s+{_PART})*")
_POSSESSOR = re.compile(r"[A-ZÄÖÜ][\w-]*(?: [A-ZÄÖÜ][\w-]*)*['’]s (?=\w)")  # "Sorokin's spokesman" is not Sorokin
_RELATIVE = re.compile(
    r"\s(?:who|that|which|familiar|briefed|close|\w+ing)\s"
)  # "an official briefing reporters" is no reporter
_SOURCE = re.compile(r"^(?:laut|nach|gemäß|according to)(?!\w)|(?<!\w)zufolge$")  # words of reporting that are no verb
_OWNER = re.compile(r"\s(?:des|der|von|vom|by|from|in|of)\s")
_PLACE = re.compile(r"\b(?:at|for|from|in|of) (?:the )?$")  # "the governor of the Belgorod Region" is no Belgorod
_REPORT = re.compile(r"(?<!\w)(Medien|Presse|Zeitungs|Agentur|)[Bb]ericht(?:e|en)$")
_MAKERS = {"Medien": "Medien", "Presse": "Presse", "Zeitungs": "Zeitungen", "Agentur": "Agenturen", "": "Medien"}
_ACCOUNT = re.compile(r"([\w-]+)-(?:Angaben|Darstellung|Informationen)")
_APPOSITION = re.compile(r"(?: ?\(\d+\))?, ((?:an?|the|one|eine?|der|die) [^,.;:()]{1,60})")
_BREAK = re.compile(r"[.,;:!?„“”»«\"–—]")
_LAYOUTS = {  # what tells whose turn it is, as the chain of resolution names it
    "de": {"interview": "Interview", "minutes": "Protokoll", "heading": "Überschrift"},
    "en": {"interview": "Interview", "minutes": "transcript", "heading": "heading"},
}
_TIDY = " ,.;:–—-»«„“”\"'’‘()"


@dataclass(frozen=True, slots=True)
class Resolved:
    """Words with whom they mean; ``side`` is empty where the codebook does not know it, ``resolution`` is the chain.

    ``origin`` is the side that a description without a name tells ("ukrainische Unterhändler"); whoever is meant may
    speak for nobody but himself. ``at`` is the offset of the words that name the speaker, which a pronoun or a role
    refers to; ``until`` is where the statement ends. ``joint`` are the sides of a body that speaks for several.
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
        return replace(before[-1], until=reading.end)
    if not span:
        return None
    words = article.text[slice(*span)].strip(_TIDY)
    found = _resolve(article, words, span, mentions, before, language, book or codebook.load())
    return replace(found, until=reading.end, at=found.at or span[0]) if found else None


def resolve_turn(
    article: Article, turn: Turn, mentions: Sequence[Mention], book: Codebook | None = None
) -> tuple[Resolved, tuple[str, ...]]:
    """Who speaks in a turn, and all sides that speak there jointly; layout names them, no verb of saying has to."""
    language, book = codebook_language(article.language), book or codebook.load()
    found = []
    for written in turn.people:
        at = article.text.find(written)  # a heading in capitals is not searched for: its names stand as they are read
        name = written.title() if written.isupper() else written
        changed = at < 0 or name != written
        own = find_mentions(name, language, article.published, book) if changed else mentions
        first = 0 if changed else at
        known = _known(name, _inside(own, (first, first + len(name))), language, book)
        side = "" if known or len(turn.people) > 1 else _side_of_introduction(turn.about, language, book)
        named = known or replace(_named(article, name, name, language, book), side=side)
        found.append(replace(named, person=True, at=max(at, 0)))
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
    told = max(range(len(MODES)), key=lambda i: reading.modes[i]) != MODES.index("narrated")
    return reading.cue is None and told and "\n" not in text[last.until : reading.start]


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
        return _antecedent(words, before, gender)
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


def point_at(text: str, reading: Reading, mentions: Sequence[Mention], language: str) -> tuple[Range | None, float]:
    """The span of ``text`` that names the speaker, with its weight: the pointer's mass, more beside the cue."""
    # whoever is named only paragraphs later did not introduce these words
    limit = (text.find("\n\n", reading.end) + 1 or len(text) + 1) - 1
    spans = [span for span in _candidates(text, reading, mentions, language) if span[0] < limit]
    weight = {
        s: _mass(reading, s)
        + (CERTAIN if _pronoun(language).fullmatch(text[slice(*s)]) else BESIDE)
        * _beside_cue(text, reading, s, language)
        for s in spans
    }
    weight |= dict.fromkeys(_reports(text, reading, language), 2 * CERTAIN)
    best = max(weight, key=lambda s: (round(weight[s], 3), s[1] - s[0], -s[0]), default=None)
    return (best, weight[best]) if best and weight[best] >= POINTED else (None, 0.0)


def _reports(text: str, reading: Reading, language: str) -> list[Range]:
    """The nouns for press reports of which nothing but a preposition makes the source ("laut Medienberichten").

    Not where the medium follows ("laut einem Bericht des Senders"): it has a name.
    """
    if reading.cue is None or not _SOURCE.search(text[slice(*reading.cue)].casefold()):
        return []
    start, end = reading.cue
    found = [m.span() for m in _markers("press", language).finditer(text, reading.start, reading.end)]
    beside = [s for s in found if len(text[end : s[0]].split()) < 2 and len(text[s[1] : start].split()) < 2]
    return [span for span in beside if not _OWNER.match(text, span[1])]


def _candidates(text: str, reading: Reading, mentions: Sequence[Mention], language: str) -> list[Range]:
    """Sources, known names and the sentence's pronouns; what overlaps or stands in apposition is one span."""
    pronoun = _pronoun(language)
    first = min([reading.start, *(start for start, _, _ in reading.pointer)])
    last = max([reading.end, *(end for _, end, _ in reading.pointer)])
    spans = {_whole_words(text, *span) for span in reading.sources if span[1] > first and span[0] < last}
    near = [m for m in mentions if m.end > first and m.start < last]
    spans |= {(m.start, m.end if m.entity else _description_end(text, m.end, language)) for m in near}
    spans |= {m.span() for m in pronoun.finditer(text, reading.start, reading.end)}
    merged: list[Range] = []
    for start, end in sorted(spans):
        touches = merged and (start < merged[-1][1] or text[merged[-1][1] : start] == " ")
        if touches and not pronoun.fullmatch(text[start:end]):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end - start > 1:
            merged.append((start, end))
    return merged


def _mass(reading: Reading, span: Range) -> float:
    return sum(p for start, end, p in reading.pointer if start < span[1] and end > span[0])


def _beside_cue(text: str, reading: Reading, span: Range, language: str) -> bool:
    """Whether the span stands next to the reporting words, in the same clause and not behind a preposition."""
    if reading.cue is None or not reading.start <= span[0] < reading.end:
        return False
    start, end = _whole_words(text, *reading.cue)
    if start < span[1] and span[0] < end:
        return False
    gap = text[end : span[0]] if span[0] >= end else text[span[1] : start]
    if _BREAK.search(gap) or len(gap.split()) > 2:
        return False
    ahead = text[max(0, span[0] - 14) : span[0]].split()
    return not (ahead and ahead[-1].casefold() in codebook.load().grammar.prepositions[language])


def _whole_words(text: str, start: int, end: int) -> Range:
    """The span widened to whole words and ended at a line's end."""
    while 0 < start < len(text) and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    line = text.find("\n", start, end)
    return start, line if line > start else end


def _description_end(text: str, end: int, language: str) -> int:
    """Where the description ends that an adjective of origin opens ("russische Unterhändler", "Polish officials")."""
    roles, stop = role_words(language), end
    for match in re.finditer(r" ([\w-]+)", text[end : end + 60]):
        word = match.group(1)
        if match.start() != stop - end or not (is_role(word, roles) or (language == "de" and word[0].isupper())):
            break
        stop = end + match.end()
    return stop


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


def _body_before(words: str, before: Sequence[Resolved], subject: Resolved | None) -> Resolved | None:
    """Whom "it" and "they" mean: the body that opens their sentence, else the latest body or group that spoke."""
    bodies = (speaker for speaker in reversed(before) if not speaker.person)
    meant = subject or next(bodies, None)
    return _refer(words, meant) if meant else None


def _subject(text: str, at: int, mentions: Sequence[Mention], language: str, book: Codebook) -> Resolved | None:
    """The institution that opens the sentence in which ``at`` lies, before it: "The Kremlin ..., which it said ..."."""
    first = max(text.rfind(mark, 0, at) for mark in (". ", "\n", "? ", "! ")) + 1
    for mention, body in _bodies([m for m in mentions if first <= m.start < at], book):
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
    return Resolved(full, OTHER if outside else "", words, chain, person=len(full.split()) > 1, at=at if chain else 0)


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
        if same.search(speaker.mention) and not another:
            return _refer(words, speaker)
    lead = _RELATIVE.split(words)[0]
    outside = any(_says(lead, group, language) for group in ("outsiders", "former", "press"))
    unnamed = _says(lead, "anonymous", language) and side_of_description(words, language, book) == OTHER
    return Resolved(bare or words, OTHER if outside or unnamed else "", words, origin="" if side == OTHER else side)


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
        if language == "en" and parts and parts[0] == whole[0] and _PLACE.search(rest[: match.start()]):
            continue
        if language == "en" and behind and is_role(behind[0], roles) and not is_role(behind[0], people):
            continue  # "the Armed Services panel"
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
    return bool(_markers(group, language).search(words))


@cache
def _markers(group: str, language: str) -> re.Pattern[str]:
    words = getattr(codebook.load().roles, group)[language]
    ends = [re.escape(word) + ("" if word.endswith("-") else r"(?!\w)") for word in words]
    return re.compile(r"(?<!\w)(?:[\w-]*-)?(?:" + "|".join(ends) + ")", re.IGNORECASE if language == "en" else 0)


@cache
def _pronoun(language: str) -> re.Pattern[str]:
    words = codebook.load().grammar.pronouns[language]
    return re.compile(r"(?<!\w)(?:" + "|".join(words) + r")(?!\w)", re.IGNORECASE)
