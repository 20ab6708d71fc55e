"""A statement's words -> what it does: its act, the condition it names, the words of a red line.

Rules over the codebook's words (acts.yaml), which *Common ground* uses as well. The verb that reports decides where its
class does ("fordert", "rejected"); otherwise the message's own words. Does not see irony, nor a condition or a refusal
that no such word marks.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from positions.codebook.entries import Codebook, word_pattern
from positions.records import LANGUAGES

MARKERS = ("conditions", "red_lines", "offers", "refusals")
TIED, FIRM = ("offer", "accept"), ("reject", "threat")  # a condition turns the ones, never the others
SHORTEST = 2  # words of a condition beside the one that opens it
_QUOTES = "„“”»«\"‚‘’'"
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_CLAUSE = re.compile(r"[,;:–—!?.](?=\s|$)|\s-\s")
_REACH = 12  # words between a verb and its particle
_WORD = re.compile(r"\w+(?:['’]\w+)?")


@dataclass(frozen=True, slots=True)
class Act:
    """``act`` is one of ``records.ACTS``; ``condition`` and ``red_line`` are exact pieces of the text, or empty.

    ``markers`` are those of ``MARKERS`` that the words carry.
    """

    act: str
    condition: str = ""
    red_line: str = ""
    markers: tuple[str, ...] = ()


class Clause(NamedTuple):
    """A condition in a plain text: where it begins and ends, and whether nothing happens without it.

    One that is ``tied`` to the rest by a noun ("die Bedingung sei ...") holds the act's own words.
    """

    start: int
    end: int
    only: bool
    tied: bool = False


def read_act(text: str, cue: str, language: str, book: Codebook) -> Act:
    """What a statement does; ``cue`` are the words that report it, or nothing."""
    language = language if language in LANGUAGES else "en"
    words, places = plain(text)
    clause = find_condition(words, language, book)
    own = words if clause is None or clause.tied else _blot(words, clause.start, clause.end)
    act = _act(own, cue, language, book)
    if clause and (act in TIED or (clause.only and act not in FIRM)):
        act = "condition"
    red = word_pattern(book.acts.red_lines[language]).search(own)
    found = {"conditions": bool(clause), "red_lines": bool(red)}
    found |= {name: bool(word_pattern(getattr(book.acts, name)[language]).search(own)) for name in MARKERS[2:]}
    return Act(
        act,
        _piece(text, places, clause.start, clause.end) if clause else "",
        _piece(text, places, *red.span()) if red else "",
        tuple(name for name in MARKERS if found[name]),
    )


def plain(text: str) -> tuple[str, list[int]]:
    """The words without quotation marks and with single blanks between them, and where each character stood.

    Apostrophes inside words stay.
    """
    inside = {match.start() for match in _APOSTROPHE.finditer(text)}
    kept: list[tuple[str, int]] = []
    for place, char in enumerate(text):
        if char in _QUOTES and place not in inside:
            continue
        char = " " if char.isspace() else char
        if char != " " or (kept and kept[-1][0] != " "):
            kept.append((char, place))
    while kept and kept[-1][0] == " ":
        kept.pop()
    return "".join(char for char, _ in kept), [place for _, place in kept]


def find_condition(words: str, language: str, book: Codebook) -> Clause | None:
    """The first condition of a plain text: from the word that opens it to the next mark."""
    seen = _blur(word_pattern(book.acts.unreal[language]), words)
    only = word_pattern(book.acts.only[language])
    for opening in word_pattern(book.acts.conditions[language]).finditer(seen):
        end = _clause_end(words, opening.end())
        if len(_WORD.findall(words[opening.end() : end])) >= SHORTEST:
            return Clause(opening.start(), end, bool(only.match(seen, opening.start())))
    if tie := word_pattern(book.acts.tied[language]).search(words):
        marks = [match.end() for match in _CLAUSE.finditer(words, 0, tie.start())]
        start = next(match.start() for match in _WORD.finditer(words, marks[-1] if marks else 0))
        return Clause(start, _clause_end(words, tie.end()), True, True)
    return None


def _clause_end(words: str, start: int) -> int:
    """The next mark; past a comma right behind the opening ("nur dann, wenn ...")."""
    marks = [match.start() for match in _CLAUSE.finditer(words, start)]
    far = [mark for mark in marks if len(_WORD.findall(words[start:mark])) >= SHORTEST]
    return far[0] if far else len(words)


def _piece(text: str, places: list[int], start: int, end: int) -> str:
    """The piece of the original text behind a span of the plain one."""
    return text[places[start] : places[end - 1] + 1]


# --- the act ---------------------------------------------------------------------------------------------------------


def _act(words: str, cue: str, language: str, book: Codebook) -> str:
    """The act by the reporting verb, else by the first kind of words in the message that decides."""
    seen = _blur(word_pattern(book.acts.ignore[language]), words)
    by_verb = _act_of_cue(seen, cue, language, book)
    negated = bool(cue) and _negated(seen, cue, language, book)
    if by_verb == "reject" and negated:
        return "offer"
    if by_verb in ("accept", "offer") and negated:
        return "reject"
    has = {name: bool(word_pattern(getattr(book.acts, name)[language]).search(seen)) for name in _DECIDES}
    if by_verb and not negated:
        return "reject" if by_verb == "offer" and has["denials"] else by_verb
    if has["undecided"]:
        return "report"
    return next((act for name, act in _DECIDES.items() if has[name] and act), "report")


_DECIDES = {  # in this order
    "undecided": "",
    "threats": "threat",
    "refusals": "reject",
    "denials": "reject",
    "demands": "demand",
    "offers": "offer",
    "red_lines": "reject",
    "acceptances": "accept",
    "expectations": "expectation",
}


def _act_of_cue(words: str, cue: str, language: str, book: Codebook) -> str:
    """The act of the reporting verb's class; nothing where the class leaves it to the message, or no verb is known."""
    forms, split = _verbs(language, book)
    at = words.casefold().find(cue.casefold()) if cue else -1
    if cue.casefold() in forms:
        return book.acts.verbs.get(forms[cue.casefold()], "")
    for word in _WORD.finditer(words, max(at, 0), max(at, 0) + len(cue)) if at >= 0 else ():
        form = word.group().casefold()
        for particle, cls in split.get(form, ()):
            if _particle(particle).match(words, word.end()):
                return book.acts.verbs.get(cls, "")
        if form in forms:
            return book.acts.verbs.get(forms[form], "")
    return ""


@cache
def _particle(particle: str) -> re.Pattern[str]:
    """The particle of a verb, a few words on, where its clause ends."""
    return re.compile(rf"(?:\W+\w+){{0,{_REACH}}}?\W+{particle}(?= ?[,;:.!?–]| und | oder |$)", re.IGNORECASE)


def _negated(words: str, cue: str, language: str, book: Codebook) -> bool:
    """Whether a negation stands right behind the reporting verb or before it ("did not rule out")."""
    at = words.casefold().find(cue.casefold())
    clause = words[at + len(cue) : _clause_end(words, at + len(cue))].split()
    behind = clause[:1] + (clause[-2:] if language == "de" else [])  # "akzeptiert es nicht", "schloss es nicht aus"
    near = " ".join([*words[:at].split()[-2:], "¤", *behind])
    return at >= 0 and bool(word_pattern(book.polarity["negate"][language][:1]).search(near))


def _blot(words: str, start: int, end: int) -> str:
    return f"{words[:start]}{' ' * (end - start)}{words[end:]}"


def _blur(pattern: re.Pattern[str], words: str) -> str:
    """The words with what the pattern finds blotted out; places stay."""
    return pattern.sub(lambda match: " " * len(match.group()), words)


@cache
def _verbs(language: str, book: Codebook) -> tuple[dict[str, str], dict[str, list[tuple[str, str]]]]:
    """Single forms -> class, and split forms -> (particle, class)."""
    forms: dict[str, str] = {}
    split: dict[str, list[tuple[str, str]]] = {}
    for verb in book.cues.verbs[language]:
        for form in verb.forms:
            forms.setdefault(form.casefold(), verb.cls)
        for form in verb.split:
            split.setdefault(form.casefold(), []).append((verb.particle, verb.cls))
    return forms, split
