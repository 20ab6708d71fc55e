"""Which paragraphs of an interview are answers, and whose. Invented people."""

import pytest

from positions import codebook
from positions.interviews import answer_around, find_answers

BOOK = codebook.load()

ALTERNATING = """„Das dauert noch“

Olena Hajduk sitzt im Parlament in Kiew. Ein Gespräch am Rande einer Tagung.

Frau Hajduk, wie geht es Ihnen?

Wir schlafen wenig. Heute fahre ich zurück.

Der Winter wird hart.

Wir haben Holz.

Haben Sie Strom?

Ich habe eine Lampe.

Und morgen?

Morgen sehen wir weiter.
"""

LABELLED = """Der Delegierte Bartosz Gniewko war drei Tage in Genf.

WOCHE: Herr Gniewko, was bleibt?

Gniewko: Der Regen.

Und der Kaffee.

WOCHE: Das ist alles?

Gniewko: Es ist viel.

WOCHE: Kommen Sie wieder?

Gniewko: Im Mai.
"""

ENGLISH = """A few minutes with a lawmaker

Ilze Strautmane chairs a committee in Riga.

What do you see from your window?

I see a river and two cranes.

Do you like it?

We all like it. My mother grew up there.

What will you do next?

I shall have lunch.
"""


@pytest.mark.parametrize(
    ("text", "person", "answers"),
    [
        (
            ALTERNATING,
            "Olena Hajduk",
            ["Wir schlafen wenig. Heute fahre ich zurück.", "Wir haben Holz.", "Ich habe eine Lampe."],
        ),
        (LABELLED, "Bartosz Gniewko", ["Gniewko: Der Regen.", "Und der Kaffee.", "Gniewko: Es ist viel."]),
        (ENGLISH, "Ilze Strautmane", ["I see a river and two cranes.", "We all like it. My mother grew up there."]),
    ],
)
def test_answers(text, person, answers):
    """Layouts of printed interviews; remarks without a question mark alternate with answers."""
    found = find_answers(text, BOOK)
    assert [text[a.start : a.end] for a in found][: len(answers)] == answers
    assert {a.person for a in found} == {person}


def test_a_family_name_alone_names_whoever_is_addressed():
    """Where the article never gives the first name, the title's name stands."""
    text = ALTERNATING.replace("Olena Hajduk sitzt", "Sie sitzt")
    assert {a.person for a in find_answers(text, BOOK)} == {"Hajduk"}


@pytest.mark.parametrize(
    "text",
    [
        "Was ist geschehen?\nEin Zug fuhr ab.\n\nWer war dabei?\nZwei Leute.\n\nWas folgt?\nNichts.",
        "Wie weiter? fragt sich die Stadt.\n\nDer Rat tagt.\n\nNiemand weiß es.",
        "„Kommen Sie?“\n\nIch komme.\n\n„Wann?“\n\nIch weiß es nicht.\n\n„Und wir?“\n\nWir bleiben.",
        "Kiew: Es schneit.\n\nMoskau: Es taut.\n\nKiew: Schnee.\n\nMoskau: Tauwetter.\n\nRiga: Nebel.\n\nOslo: Sonne.",
        "",
    ],
)
def test_other_articles_are_no_interviews(text):
    """Questions as headings, rhetorical ones, quoted ones, datelines."""
    assert find_answers(text, BOOK) == ()


def test_answer_around():
    """A statement belongs to an answer only if all of it lies inside."""
    answers = find_answers(ALTERNATING, BOOK)
    at = ALTERNATING.index("Heute fahre ich")
    assert answer_around(answers, at, at + 10).person == "Olena Hajduk"
    question = ALTERNATING.index("Haben Sie")
    assert answer_around(answers, question, question + 5) is None
    assert answer_around(answers, at, question) is None
