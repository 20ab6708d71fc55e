"""Which paragraphs are somebody's own words by layout, and whose. Invented people."""

import pytest

from positions import codebook
from positions.mentions import find_mentions
from positions.turns import Turn, find_turns, turn_around

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


BRIEFING = """REMARKS BY PRESIDENT TRUMP AFTER ARRIVAL

West Palm Beach, Florida

THE PRESIDENT:  The crowd was amazing.

Q    Sir, did you sleep?

THE PRESIDENT:  I did.  I slept well.

Q    Will you stay?

THE PRESIDENT:  We will see.

Q    And the weather?

THE PRESIDENT:  Fine.
"""

DEBATE = """Sitzung vom 3. März 2026

Vizepräsidentin: Das Wort hat die Kollegin.

Wiebke Sandorf (SPD): Frau Präsidentin! Ich danke Ihnen.

Jürgen Flachmann (FDP): Wir sehen das anders.

Wiebke Sandorf (SPD): Ich höre das oft.

Anke Brömse (DIE LINKE): Mein Dank gilt den Helfern.
"""

SPEECH = """Remarks by Deputy Secretary Helen Marsden at the Black Sea Forum

Constanta, Romania

Thank you. I am glad to be here. We meet in a hard year.

Our friends need batteries. The harbour is busy. I saw it myself.
"""

JOINT = """Joint statement of the foreign ministers of Latvia, Poland and Ukraine

Lviv, 8 January 2026

We meet on a cold day. We thank the engineers. Our thoughts are with the wounded.
"""


def turns(text, language="de"):
    """The turns of a text."""
    return find_turns(text, find_mentions(text, language, "2026-01-08", BOOK), BOOK)


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
def test_answers_of_an_interview(text, person, answers):
    """Layouts of printed interviews; remarks without a question mark alternate with answers."""
    found = turns(text)
    assert [text[turn.start : turn.end] for turn in found][: len(answers)] == answers
    assert {turn.people for turn in found} == {(person,)}
    assert {turn.layout for turn in found} == {"interview"}


def test_a_family_name_alone_names_whoever_is_addressed():
    """Where the article never gives the first name, the title's name stands."""
    text = ALTERNATING.replace("Olena Hajduk sitzt", "Sie sitzt")
    assert {turn.people for turn in turns(text)} == {("Hajduk",)}


def test_minutes_name_who_speaks():
    """A debate's paragraphs belong to the person in their label; the chair, whom no name tells, to nobody."""
    found = turns(DEBATE)
    assert [turn.people[0] for turn in found] == ["Wiebke Sandorf", "Jürgen Flachmann", "Wiebke Sandorf", "Anke Brömse"]
    assert {turn.layout for turn in found} == {"minutes"}


def test_a_label_that_is_a_role_is_whom_the_heading_names():
    """Also where the heading is in capitals and the questions have a letter for a label."""
    found = turns(BRIEFING, "en")
    words = ["The crowd was amazing.", "I did.  I slept well.", "We will see.", "Fine."]
    assert [BRIEFING[turn.start : turn.end].split(":  ")[-1] for turn in found] == words
    assert {turn.people for turn in found} == {("Trump",)}
    assert turns(BRIEFING.replace("REMARKS BY PRESIDENT TRUMP AFTER ARRIVAL", "AFTER ARRIVAL"), "en") == ()


def test_two_who_take_turns_make_minutes():
    """Also where no paragraph is without a label; one alone makes none."""
    said = ["Ich danke Ihnen.", "Wir sehen das anders.", "Ich höre das oft.", "Wir auch."]
    names = ["Wiebke Sandorf", "Uwe Flach"]
    text = "\n\n".join(f"{names[i % 2]} (SPD): {words}" for i, words in enumerate(said))
    assert [turn.people[0] for turn in turns(text)] == names * 2
    assert turns(text.replace(names[1], names[0])) == ()


@pytest.mark.parametrize(
    ("language", "heading", "people", "about"),
    [
        (
            "en",
            "Remarks by Deputy Secretary Helen Marsden at the Forum",
            ["Helen Marsden"],
            "Deputy Secretary Helen Marsden",
        ),
        (
            "de",
            "Rede der Staatsministerin im Auswärtigen Amt, Anke Brömse, vor dem Bundestag",
            ["Anke Brömse"],
            "Staatsministerin im Auswärtigen Amt, Anke Brömse",
        ),
        (
            "de",
            "Rede des Ständigen Vertreters der Ukraine bei der OSZE, Taras Schyljuk, Wien",
            ["Taras Schyljuk"],
            "Ständigen Vertreters der Ukraine",
        ),
        (
            "de",
            "Rede des Beauftragten für Europa, Calvin R. Whitcombe, an der Universität",
            ["Calvin R. Whitcombe"],
            "Beauftragten für Europa, Calvin R. Whitcombe, an der Universität",
        ),
        ("en", "Statement by the Delegation of Norway on the harbour", ["Norway"], "the Delegation of Norway"),
        (
            "en",
            "Joint statement of the foreign ministers of Latvia, Poland and Ukraine",
            ["Latvia", "Poland", "Ukraine"],
            "the foreign ministers of Latvia, Poland and Ukraine",
        ),
        ("en", "Helen Marsden answers Anke Brömse", [], ""),
        ("en", "Declaration of the coordinators, Vilnius", [], ""),
        ("de", "Kommentar zu den Ergebnissen des Treffens der Ukraine und Polens", [], ""),
    ],
)
def test_a_heading_names_who_speaks_below_it(language, heading, people, about):
    """Only after "by" and the like, before the occasion; a town is where it was said."""
    text = SPEECH.replace(SPEECH.splitlines()[0], heading)
    found = turns(text, language)
    if not people:
        assert found == ()
        return
    assert {(turn.people, turn.layout, turn.about) for turn in found} == {(tuple(people), "heading", about)}
    assert text[found[-1].start : found[-1].end].startswith("Our friends")
    assert not any(turn.start <= text.index(heading) < turn.end for turn in found)


@pytest.mark.parametrize(
    "text",
    [
        "Was ist geschehen?\nEin Zug fuhr ab.\n\nWer war dabei?\nZwei Leute.\n\nWas folgt?\nNichts.",
        "Wie weiter? fragt sich die Stadt.\n\nDer Rat tagt.\n\nNiemand weiß es.",
        "„Kommen Sie?“\n\nIch komme.\n\n„Wann?“\n\nIch weiß es nicht.\n\n„Und wir?“\n\nWir bleiben.",
        "Kiew: Es schneit.\n\nMoskau: Es taut.\n\nKiew: Schnee.\n\nMoskau: Tauwetter.\n\nRiga: Nebel.\n\nOslo: Sonne.",
        "Remarks by Helen Marsden cause a stir\n\nShe spoke of boats. The harbour was closed. “I like it,” she said.",
        "Anke Brömse: Nein.\n\nDer Rat tagt.\n\nUwe Flach: Ja.\n\nDer Rat geht.\n\nIda Ask: Nein.\n\nUwe Holm: Ja.",
        "Remarks by Helen Marsden",
        "",
    ],
)
def test_other_articles_have_no_turns(text):
    """Questions as headings, rhetorical ones, quoted ones, datelines, news about a speech, headlines of a ticker."""
    assert turns(text) == ()


def test_an_articles_own_data_say_who_speaks():
    """A speech whose text names nobody; not a report, and not where a heading names another."""
    body = SPEECH.split("\n\n", 1)[1]
    found = find_turns(body, [], BOOK, "Norway at the UN")
    assert {(turn.people, turn.layout, turn.about) for turn in found} == {
        (("Norway at the UN",), "record", "Norway at the UN")
    }
    assert body[found[0].start :].startswith(body.lstrip()[:20])
    assert find_turns("The two leaders spoke. It was cold. They parted late. Nobody wept.", [], BOOK, "Norway") == ()
    assert {turn.layout for turn in find_turns(SPEECH, find_mentions(SPEECH, "en"), BOOK, "Norway")} == {"heading"}


def test_turn_around():
    """A statement belongs to a turn only if all of it lies inside."""
    found = turns(ALTERNATING)
    at = ALTERNATING.index("Heute fahre ich")
    assert turn_around(found, at, at + 10).people == ("Olena Hajduk",)
    question = ALTERNATING.index("Haben Sie")
    assert turn_around(found, question, question + 5) is None
    assert turn_around(found, at, question) is None
    assert turn_around((Turn(0, 5, ("A",), "minutes"),), 0, 5) is not None
