"""Article text -> its interview: which paragraphs are answers, and who gives them.

Printed interviews put question and answer into paragraphs of their own, mostly without quotation marks, so that neither
a reporting verb nor the grammar names the speaker. Two layouts are known: paragraphs that begin with a label
("ZEIT:", "Bilyk:"), and questions that end with a question mark, each followed by its answer.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from positions.codebook.entries import Codebook
from positions.mentions import is_role, role_words

Range = tuple[int, int]
_LABEL = re.compile(r"(?P<label>[A-ZÄÖÜ][\w.’' -]{0,40}?):\s+(?=\S)")
_QUOTES = tuple("„“”»«\"‚‘'")
_FIRST = re.compile(r"\b(?:[Ii]ch|[Ww]ir|mir|mich|uns|[Uu]nser\w{0,2}|[Mm]ein\w{0,2}|I|[Ww]e|me|us|[Oo]ur|[Mm]y)\b")
_SECOND = re.compile(r"(?<!^)\b(?:Sie|Ihnen|Ihre?[mnrs]?)\b|\b(?:[Yy]ou|[Yy]our)\b")
_TITLES = r"Herrn?|Frau|Mr\.?|Ms\.?|Mrs\.?|[Mm]inister(?:in)?|[Pp]resident|[Pp]rofessor|Präsident(?:in)?"
_VOCATIVE = re.compile(rf"\b(?:{_TITLES})\s+([A-ZÄÖÜ][\w’'-]+)")
_QUOTED = re.compile(r"[„“»«\"][^„“”»«\"]+[“”«»\"]")
_WORD = r"[^\W\d_a-zäöüß][\w’'-]+"
_NAME = re.compile(rf"\b{_WORD}(?:[ ](?:(?:von|van|de|der|den|zu|al|di|da|ten|ter)[ ])*{_WORD})+")
QUESTIONS = 3  # fewer make no interview


@dataclass(frozen=True, slots=True)
class Answer:
    """``text[start:end]`` is spoken by ``person``, the name as the article writes it in full."""

    start: int
    end: int
    person: str


def find_answers(text: str, book: Codebook) -> tuple[Answer, ...]:
    """The answers of an interview in order, none where the article is no interview.

    ``book`` holds the given names by which a person's name is told from other words.
    """
    paragraphs = [match.span() for match in re.finditer(r"[^\n]+", text)]
    return tuple(_labelled(text, paragraphs, book) or _alternating(text, paragraphs, book))


def answer_around(answers: Sequence[Answer], start: int, end: int) -> Answer | None:
    """The answer in which ``text[start:end]`` lies."""
    return next((answer for answer in answers if answer.start <= start and end <= answer.end), None)


def _labelled(text: str, paragraphs: Sequence[Range], book: Codebook) -> list[Answer]:
    """Paragraphs whose label is a person's; those without a label go on with the last one."""
    labels = [match["label"] if (match := _LABEL.match(text, *span)) else "" for span in paragraphs]
    counted = Counter(filter(None, labels))
    asked = Counter(own for span, own in zip(paragraphs, labels, strict=True) if own and _asks(text, span))
    asking = {label for label, count in asked.items() if count >= 2 and count >= 0.4 * counted[label]}
    if not asking or sum(counted.values()) < 2 * QUESTIONS:
        return []
    answers, person = [], ""
    for span, label in zip(paragraphs, labels, strict=True):
        if label:
            person = "" if label in asking else _full_name(text, label.split()[-1], book)
        if person:
            answers.append(Answer(*span, person))
    return answers


def _alternating(text: str, paragraphs: Sequence[Range], book: Codebook) -> list[Answer]:
    """What follows paragraphs that ask; where it is always an odd number, remarks of the interviewer alternate, too."""
    asked = [i for i, span in enumerate(paragraphs) if _asks(text, span)]
    if len(asked) < QUESTIONS or len(asked) < 0.2 * (len(paragraphs) - asked[0]):
        return []
    strict = all((b - a) % 2 == 0 for a, b in pairwise(asked))
    after = range(asked[0] + 1, len(paragraphs))
    answering = [i for i in after if i not in asked and ((i - asked[0]) % 2 == 1 or not strict)]
    own = sum(bool(_FIRST.search(_QUOTED.sub(" ", text[slice(*paragraphs[i])]))) for i in answering)
    questions = [text[slice(*paragraphs[i])] for i in asked]
    named = any(map(_VOCATIVE.search, questions))
    if own < (1 if named else max(2, 0.3 * len(answering))) or not (named or any(map(_SECOND.search, questions))):
        return []  # questions and answers about a matter, not an interview
    person, answers = _introduced(text[: paragraphs[asked[0]][0]], book), []
    for i in range(asked[0], len(paragraphs)):
        if i in answering and person:
            answers.append(Answer(*paragraphs[i], person))
        elif i in asked:
            person = _addressed(text, text[slice(*paragraphs[i])], book) or person
    return answers


def _asks(text: str, span: Range) -> bool:
    """Whether a paragraph is a question in the interviewer's own words."""
    words = text[slice(*span)].strip()
    return words.endswith("?") and not words.startswith(_QUOTES) and len(words) < 500


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
