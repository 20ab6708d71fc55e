"""Readings become statements: which ones, with which words, and mode. Everybody in it is invented."""

from dataclasses import replace

import pytest

from positions.classifier import Reading
from positions.records import MODES, Article, TopicStance
from positions.statements import to_statement

EVEN = (0.2,) * 5
SETTINGS = {"statement_threshold": 0.5, "narrated_threshold": 0.5, "topic_threshold": 0.7}


def reading(text: str, mode: str = "indirect", sure: float = 0.8, statement: float = 0.9, cue: str = "") -> Reading:
    """What a network that reads the whole text as one unit might say."""
    modes = tuple(sure if name == mode else (1 - sure) / 3 for name in MODES)
    span = (text.index(cue), text.index(cue) + len(cue)) if cue else None
    return Reading(0, len(text), statement, modes, EVEN, EVEN, (), (), (), span)


def mode_of(text: str, mode: str, sure: float = 0.8) -> str:
    statement = to_statement(Article("a", text, language="de"), reading(text, mode, sure), SETTINGS)
    return statement.mode if statement else ""


@pytest.mark.parametrize(("chance", "found"), [(0.9, True), (0.5, True), (0.49, False), (0.0, False)])
def test_threshold(chance: float, found: bool) -> None:
    """What stays below the threshold is no statement."""
    text = "Die Brücke sei fertig, sagte Marta Weil."
    assert (
        to_statement(Article("a", text, language="de"), reading(text, statement=chance), SETTINGS) is not None
    ) is found


@pytest.mark.parametrize(
    ("mode", "presence", "chance", "found"),
    [
        ("narrated", 0.1, 0.79, False),
        ("narrated", 0.1, 0.8, True),
        ("narrated", 0.8, 0.79, True),  # a position on a topic, not an event
        ("narrated", 0.8, 0.49, False),
        ("indirect", 0.1, 0.6, True),
    ],
)
def test_narrated_threshold(mode: str, presence: float, chance: float, found: bool) -> None:
    """What is told without words of saying has a threshold of its own, unless it is on a topic."""
    text = "Marta Weil reiste nach Oslo."
    topics = (TopicStance("nato", presence, 0.8, 0.1, 0.1),)
    one = replace(reading(text, mode, statement=chance), topics=topics)
    statement = to_statement(Article("a", text, language="de"), one, SETTINGS | {"narrated_threshold": 0.8})
    assert (statement is not None) is found


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Marta Weil ließ offen, wann die Brücke fertig ist.", "de", False),
        ("Das Amt wollte sich nicht äußern.", "de", False),
        ("Ann Lee declined to comment on the bridge.", "en", False),
        ("Marta Weil wollte nicht kommentieren, sagte aber: „Die Brücke bleibt.“", "de", True),
        ("Die Brücke sei noch nicht fertig, sagte Marta Weil.", "de", True),
        ("Ann Lee said the bridge was not done.", "en", True),
    ],
)
def test_silence(text: str, language: str, found: bool) -> None:
    """Silence is no statement, unless quoted words follow; a negation is not silence."""
    assert (to_statement(Article("a", text, language=language), reading(text), SETTINGS) is not None) is found


@pytest.mark.parametrize(
    ("text", "likely", "sure", "mode"),
    [
        ("„Die Brücke bleibt bis auf Weiteres zu“, sagte Weil.", "indirect", 0.8, "direct"),
        ("„Die Brücke bleibt bis auf Weiteres zu“, sagte Weil.", "mixed", 0.8, "mixed"),
        ("Die Brücke bleibe zu, sagte Weil.", "direct", 0.8, "indirect"),
        ("Die Brücke bleibt zu.", "direct", 0.95, "direct"),  # inside a quotation that began before
        ("Weil lehnt die Brücke ab.", "narrated", 0.8, "narrated"),
        ("Weil nannte die Brücke „schön“.", "indirect", 0.8, "indirect"),
    ],
)
def test_mode(text: str, likely: str, sure: float, mode: str) -> None:
    """Quotation marks outrank the network where they leave no doubt."""
    assert mode_of(text, likely, sure) == mode


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        ("Er ging. Sie blieb, sagte Weil. Ende", 8, 32, "Sie blieb, sagte Weil."),
        ("Weil ging, – und Lee blieb, ", 10, 28, "und Lee blieb"),
        ("– „Ja“, sagte Weil", 0, 18, "„Ja“, sagte Weil"),
    ],
)
def test_span(text: str, start: int, end: int, expected: str) -> None:
    """A statement starts and ends on its own words and quotation marks."""
    found = Reading(start, end, 0.9, (0.0, 1.0, 0.0, 0.0), EVEN, EVEN, (), (), (), None)
    statement = to_statement(Article("a", text, language="de"), found, SETTINGS)
    assert statement is not None and statement.text == expected == text[statement.start : statement.end]


def test_cue() -> None:
    """The reporting words are those that the network points at; there may be none."""
    text = "Die Brücke sei fertig, sagte Marta Weil."
    with_cue, without = (
        to_statement(Article("a", text, language="de"), reading(text, cue=cue), SETTINGS) for cue in ("sagte", "")
    )
    assert with_cue is not None and with_cue.cue == "sagte"
    assert without is not None and without.cue == ""
