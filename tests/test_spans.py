"""Quotations inside sentences: message, source and cue by German grammar. Everybody in it is invented."""

import pytest

from benchmarks.spans import Quotation, Sentence, find_quotations
from positions.units import split_units


def quotations(text: str, chance: float = 0.9) -> list[Quotation]:
    return find_quotations(text, [Sentence(u.start, u.end, chance) for u in split_units(text, "de")], "de")


def words(text: str, quotation: Quotation, part: str) -> str:
    return " | ".join(text[start:end] for start, end in getattr(quotation, part))


@pytest.mark.parametrize(
    ("text", "kind", "message", "source"),
    [
        ("Die Brücke sei fertig, sagte Ada Holm.", "indirect", "Die Brücke sei fertig", "Ada Holm"),
        ("Die Brücke ist fertig, so die Stadt.", "indirect", "Die Brücke ist fertig", "die Stadt"),
        ("Ada Holm sagte, dass die Brücke hält.", "indirect", "dass die Brücke hält", "Ada Holm"),
        ("Der Bauherr forderte, die Brücke zu öffnen.", "indirect", "die Brücke zu öffnen", "Der Bauherr"),
        ("Laut Polizei wurde niemand verletzt.", "indirect", "wurde niemand verletzt", "Polizei"),
        ("Die Brücke ist nach Angaben der Stadt zu.", "indirect", "Die Brücke ist | zu", "Angaben der Stadt"),
        ("Angaben der Stadt zufolge ist sie zu.", "indirect", "ist sie zu", "Angaben der Stadt"),
        ("Wie die Stadt mitteilte, ist sie zu.", "indirect", "ist sie zu", "die Stadt"),
        ("„Wir öffnen die Brücke am Montag“, sagte Holm.", "direct", "„Wir öffnen die Brücke am Montag“", "Holm"),
        ("Holm sagte: „Wir öffnen sie bald.“", "direct", "„Wir öffnen sie bald.“", "Holm"),
        ("Die Stadt warnte vor dem Hochwasser.", "reported", "Die Stadt warnte vor dem Hochwasser.", "Die Stadt"),
    ],
)
def test_message_and_source(text: str, kind: str, message: str, source: str) -> None:
    """Word order, commas and quotation marks bound the message and name its source."""
    (found,) = quotations(text)
    assert (found.kind, words(text, found, "message"), words(text, found, "source")) == (kind, message, source)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Ada Holm, Leiterin des Amts, sagte, dass sie hält.", "Ada Holm, Leiterin des Amts"),
        ("Am Montag sagte der Leiter des Amts, dass sie hält.", "der Leiter des Amts"),
        ("Der Stadt wurde vorgeworfen, zu spät zu bauen.", ""),
        ("Der Stadt wurde von Ada Holm vorgeworfen, zu spät zu bauen.", "Ada Holm"),
    ],
)
def test_source_is_the_subject(text: str, source: str) -> None:
    """The source is the subject with its apposition, and in the passive who follows "von"."""
    assert words(text, quotations(text)[0], "source") == source


def test_subjunctive_carries_the_speaker_on() -> None:
    """Sentences in the subjunctive go on with the last speaker and are one quotation."""
    text = "Ada Holm sagte, die Brücke halte. Sie sei fertig. Die Straße werde folgen. Es regnet."
    _, carried = quotations(text)
    assert words(text, carried, "message") == "Sie sei fertig. Die Straße werde folgen."
    assert words(text, carried, "source") == "Ada Holm"


def test_quoted_words_inside_a_message_are_nested() -> None:
    """Words in quotation marks inside a message are a quotation of their own; names of things are none."""
    text = "Holm sagte, dass die Stadt „zu spät gebaut“ habe."
    outer, inner = quotations(text)
    assert (outer.nested, inner.nested, words(text, inner, "message")) == (False, True, "„zu spät gebaut“")
    assert len(quotations("Holm sagte, dass der „Neue Kurier“ recht habe.")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Die Brücke ist seit Montag offen.",
        "Nach dem Regen stieg das Wasser.",
        "Er öffnete die Brücke, ohne zu warten.",
    ],
)
def test_narration_is_no_quotation(text: str) -> None:
    """A sentence that reports no words yields nothing."""
    assert quotations(text) == []


def test_an_unsure_sentence_needs_a_frame() -> None:
    """Without a reporting clause a small chance of a statement is not enough; with one it is."""
    assert quotations("Die Stadt warnte vor dem Hochwasser.", chance=0.1) == []
    assert len(quotations("Die Brücke sei fertig, sagte Ada Holm.", chance=0.1)) == 1


def test_other_languages_yield_nothing() -> None:
    """There is no table but the German one."""
    text = "The bridge is open, said Ann Lee."
    assert find_quotations(text, [Sentence(0, len(text))], "en") == []
