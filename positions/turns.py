"""Article text -> turns: the paragraphs that are somebody's own words by layout alone, and whose they are.

Printed interviews, transcripts and speeches mostly go without quotation marks, so that neither a reporting verb nor the
grammar names the speaker. Four layouts are known: paragraphs that begin with a label ("ZEIT:", "Bilyk:"), questions
that end with a question mark, each followed by its answer, minutes in which most paragraphs have a person's label, and
a heading that names who speaks ("Remarks by ...", "Rede von ...") above words in the first person. Where an article's
own data say who speaks, that counts as such a heading.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from positions.codebook.entries import Codebook
from positions.mentions import Mention, find_mentions, is_role, role_words
from positions.records import SIDES

Range = tuple[int, int]
_LABEL = re.compile(
    r"(?P<label>[A-ZÄÖÜ][\w.’' -]{0,60}?)(?: ?\([^()\n]{1,40}\))?:\s+(?=\S)|(?P<asking>Q)\s{1,8}(?=[A-Z])"
)
_QUOTES = tuple("„“”»«\"‚‘'")
_FIRST = re.compile(r"\b(?:[Ii]ch|[Ww]ir|mir|mich|uns|[Uu]nser\w{0,2}|[Mm]ein\w{0,2}|I|[Ww]e|me|us|[Oo]ur|[Mm]y)\b")
_SECOND = re.compile(r"(?<!^)\b(?:Sie|Ihnen|Ihre?[mnrs]?)\b|\b(?:[Yy]ou|[Yy]our)\b")
_TITLES = r"Herrn?|Frau|Mr\.?|Ms\.?|Mrs\.?|[Mm]inister(?:in)?|[Pp]resident|[Pp]rofessor|Präsident(?:in)?"
_VOCATIVE = re.compile(rf"\b(?:{_TITLES})\s+([A-ZÄÖÜ][\w’'-]+)")
_QUOTED = re.compile(r"[„“»«\"][^„“”»«\"]+[“”«»\"]")
_WORD = r"[^\W\d_a-zäöüß][\w’'-]+"
_NAME = re.compile(rf"\b{_WORD}(?:[ ](?:(?:von|van|de|der|den|zu|al|di|da|ten|ter|[A-Z]\.)[ ])*{_WORD})+")
_SPEECH = re.compile(
    r"\b(?:remarks|statement|speech|address|message|testimony|keynote|declaration|communiqu[eé]|intervention|comment(?:ary|s)?)"
    r"\b(?:(?! (?:on|about|regarding) )[^\n.]){0,50}? (?:by|of|from) (?P<en>[^\n]+)"
    r"|\b(?:rede|ansprache|statement|grußwort|regierungserklärung|erklärung|videobotschaft|pressestatement|kommentar|stellungnahme)"
    r"\b(?:(?! (?:zum?|zur|über|auf) )[^\n.]){0,50}? (?:von|des|der|durch) (?P<de>[^\n]+)",
    re.IGNORECASE,
)
_OCCASION = re.compile(
    r" (?:at|on|in|before|during|following|after|ahead|about|regarding|with"
    r"|bei|beim|zu|zum|zur|über|vor|auf|anlässlich|nach|am)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]")
LAYOUTS = ("interview", "minutes", "heading", "record")
QUESTIONS = 3  # fewer make no interview
SPEAKERS = 4  # fewer labelled paragraphs make no minutes
CITY = "city"  # a kind of institution in the codebook: where a speech was given, not who gave it
HEADING = 3  # so many paragraphs at the top may say who speaks
OWN = 0.15  # so many of a speech's sentences speak in the first person, at least


@dataclass(frozen=True, slots=True)
class Turn:
    """``text[start:end]`` is spoken by ``people``, as the article names them in full.

    ``layout``, one of ``LAYOUTS``, is what tells it; ``about`` are the words that introduce them.
    """

    start: int
    end: int
    people: tuple[str, ...]
    layout: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class _Heading:
    """Paragraph ``number`` says that what stands below are the words of ``people``; ``about`` as in ``Turn``.

    It is -1 where nothing in the text says so.
    """

    number: int
    people: tuple[str, ...]
    about: str


def find_turns(text: str, mentions: Sequence[Mention], book: Codebook, speaker: str = "") -> tuple[Turn, ...]:
    """The turns of an interview, a transcript or a speech in order, none where the article is nothing of the kind.

    ``mentions`` are the names in ``text`` that ``book`` knows; it also holds the given names by which a person's name
    is told from other words. ``speaker`` is who speaks by the article's own data, if they say so.
    """
    paragraphs = [match.span() for match in re.finditer(r"[^\n]+", text)]
    heading = _find_heading(text, paragraphs, mentions, book)
    heading = heading or (_Heading(-1, (speaker,), speaker) if speaker else None)
    found = _labelled(text, paragraphs, heading, book) or _alternating(text, paragraphs, book)
    return tuple(found or _minutes(text, paragraphs, book) or _speech(text, paragraphs, heading))


def turn_around(turns: Sequence[Turn], start: int, end: int) -> Turn | None:
    """The turn in which ``text[start:end]`` lies."""
    return next((turn for turn in turns if turn.start <= start and end <= turn.end), None)


def is_self(words: str) -> bool:
    """Whether words are a pronoun of the first person, which in a turn means whoever speaks."""
    return _FIRST.fullmatch(words.strip()) is not None


def _labels(text: str, paragraphs: Sequence[Range]) -> list[str]:
    found = [_LABEL.match(text, *span) for span in paragraphs]
    return [match["label"] or match["asking"] if match else "" for match in found]


def _labelled(text: str, paragraphs: Sequence[Range], heading: _Heading | None, book: Codebook) -> list[Turn]:
    """Paragraphs whose label is a person's, or the role of the one whom the heading names; those without go on."""
    roles = role_words("de") | role_words("en")
    host = heading.people[0] if heading and len(heading.people) == 1 else ""
    labels = _labels(text, paragraphs)
    counted = Counter(filter(None, labels))
    asked = Counter(own for span, own in zip(paragraphs, labels, strict=True) if own and _asks(text, span))
    asking = {label for label, count in asked.items() if count >= 2 and count >= 0.4 * counted[label]}
    if not asking or sum(counted.values()) < 2 * QUESTIONS:
        return []
    people = dict.fromkeys(asking, "")
    for label in counted.keys() - asking:
        last = label.split()[-1]
        people[label] = _full_name(text, last, book) or (host if is_role(last, roles) else "")
    spoken, person = [], ""
    for span, label in zip(paragraphs, labels, strict=True):
        person = people[label] if label else person
        spoken += [(span, person)] if person else []
    return _introduce(text, spoken)


def _alternating(text: str, paragraphs: Sequence[Range], book: Codebook) -> list[Turn]:
    """What follows paragraphs that ask; where it is always an odd number, remarks of the interviewer alternate, too."""
    asked = [i for i, span in enumerate(paragraphs) if _asks(text, span)]
    if len(asked) < QUESTIONS or len(asked) < 0.2 * (len(paragraphs) - asked[0]):
        return []
    strict = all((b - a) % 2 == 0 for a, b in pairwise(asked))
    after = range(asked[0] + 1, len(paragraphs))
    answering = [i for i in after if i not in asked and ((i - asked[0]) % 2 == 1 or not strict)]
    own = sum(_speaks_of_self(text[slice(*paragraphs[i])]) for i in answering)
    questions = [text[slice(*paragraphs[i])] for i in asked]
    named = any(map(_VOCATIVE.search, questions))
    if own < (1 if named else max(2, 0.3 * len(answering))) or not (named or any(map(_SECOND.search, questions))):
        return []  # questions and answers about a matter, not an interview
    person, spoken = _introduced(text[: paragraphs[asked[0]][0]], book), []
    for i in range(asked[0], len(paragraphs)):
        if i in answering and person:
            spoken.append((paragraphs[i], person))
        elif i in asked:
            person = _addressed(text, text[slice(*paragraphs[i])], book) or person
    return _introduce(text, spoken)


def _introduce(text: str, spoken: Sequence[tuple[Range, str]]) -> list[Turn]:
    """The turns of an interview, each with the sentence that names its person first."""
    about = {person: _introduction(text, person) for _, person in spoken}
    return [Turn(*span, (person,), "interview", about[person]) for span, person in spoken]


def _minutes(text: str, paragraphs: Sequence[Range], book: Codebook) -> list[Turn]:
    """A debate's paragraphs, each under a person's full name and partly in the first person, nobody asking."""
    labels = _labels(text, paragraphs)
    people = [next((" ".join(names) for names in _names(label, book)), "") for label in labels]
    named = [i for i, person in enumerate(people) if person]
    own = sum(_speaks_of_self(text[slice(*paragraphs[i])]) for i in named)
    if len(named) < SPEAKERS or own < len(named) / 2 or len({people[i] for i in named}) < 2:
        return []
    return [Turn(*paragraphs[i], (people[i],), "minutes") for i in named]


def _speech(text: str, paragraphs: Sequence[Range], heading: _Heading | None) -> list[Turn]:
    """All that stands below a heading that names who speaks, if it is in the first person."""
    if heading is None:
        return []
    below = paragraphs[heading.number + 1 :]
    sentences = _SENTENCE.findall(_QUOTED.sub(" ", text[below[0][0] :])) if below else []
    own = sum(map(_speaks_of_self, sentences))
    if own < QUESTIONS or own < OWN * len(sentences):
        return []
    layout = "heading" if heading.number >= 0 else "record"
    return [Turn(*span, heading.people, layout, heading.about) for span in below]


def _find_heading(
    text: str, paragraphs: Sequence[Range], mentions: Sequence[Mention], book: Codebook
) -> _Heading | None:
    """The paragraph at the top that says whose words follow."""
    for number, (start, end) in enumerate(paragraphs[:HEADING]):
        words = text[start:end]
        inside = [(m.text, m.kind, m.start - start) for m in mentions if m.entity and m.side in SIDES]
        if words.isupper():
            words = words.title()
            found = find_mentions(words, "en", book=book)
            inside = [(m.text, m.kind, m.start) for m in found if m.entity and m.side in SIDES]
        match = _SPEECH.search(words) if len(words) < 300 else None
        if match is None:
            continue
        first, last = match.span("en" if match["en"] else "de")
        cut = _OCCASION.search(words, first, last)
        stop = cut.start() if cut else last
        within = [(name, kind) for name, kind, at in inside if first <= at and at + len(name) <= stop]
        people = _named_in(words[first:stop], words[stop:last], within, book)
        if people:
            return _Heading(number, people, words[first:stop].strip(" ,"))
    return None


def _named_in(words: str, rest: str, known: Sequence[tuple[str, str]], book: Codebook) -> tuple[str, ...]:
    """The people whom ``words`` of a heading name, else one between commas in its ``rest``, else institutions.

    ``known`` are name and kind of those that the codebook knows in ``words``.
    """
    people = [" ".join(names) for names in _names(words, book)]
    people += [name for name, kind in known if kind == "person" and not any(name in person for person in people)]
    apposed = [part.strip() for part in rest.split(",")[1:]]
    people = people or [part for part in apposed if [*_names(part, book)] == [part.split()]][:1]
    return tuple(dict.fromkeys(people or [name for name, kind in known if kind != CITY]))


def _asks(text: str, span: Range) -> bool:
    """Whether a paragraph is a question in the interviewer's own words."""
    words = text[slice(*span)].strip()
    return words.endswith("?") and not words.startswith(_QUOTES) and len(words) < 500


def _speaks_of_self(words: str) -> bool:
    """Whether words outside quotation marks are in the first person."""
    return bool(_FIRST.search(_QUOTED.sub(" ", words)))


def _introduction(text: str, person: str) -> str:
    """The sentence that names a person first."""
    at = text.find(person)
    start = max(text.rfind("\n", 0, at), *(text.rfind(mark, 0, at) for mark in (". ", "! ", "? "))) + 1
    return text[start : at + len(person)] + re.split(r"[.!?]\s|\n", text[at + len(person) :], maxsplit=1)[0]


def _introduced(before: str, book: Codebook) -> str:
    """The first person named before the first question; the headline counts last."""
    headline, _, body = before.partition("\n")
    return next((" ".join(names) for names in _names(f"{body}\n{headline}", book)), "")


def _addressed(text: str, question: str, book: Codebook) -> str:
    """Whom a question addresses by a title and a family name, in full where the text has it; empty if nobody."""
    for family in _VOCATIVE.findall(question):
        if not is_role(family, role_words("de") | role_words("en")):
            return _full_name(text, family, book) or family
    return ""


def _full_name(text: str, family: str, book: Codebook) -> str:
    return next((" ".join(names) for names in _names(text, book) if names[-1].casefold() == family.casefold()), "")


def _names(text: str, book: Codebook) -> Iterator[list[str]]:
    """Names of people: a given name and one or two words more, particles aside."""
    for match in _NAME.finditer(text):
        words = match.group().split()
        first = next((i for i, word in enumerate(words) if word in book.given_names), len(words))
        if len(words) - first > 1:
            yield words[first : first + 4]
