"""What statements do: acts, conditions and red lines by their words. Everybody in it is invented."""

import json
from collections import Counter
from pathlib import Path

import pytest

from positions import codebook
from positions.acts import plain, read_act
from positions.records import ACTS

BOOK = codebook.load()
GOLD = Path(__file__).parent / "gold"
SETS = ("parity_de", "parity_en", "written_de", "written_en")


@pytest.mark.parametrize(
    ("text", "cue", "act"),
    [
        ("Kiew fordert weitere Zusagen.", "fordert", "demand"),
        ("Weil beharrte auf einer Brücke.", "beharrte", "demand"),
        ("Die Brücke müsse bleiben, sagte Weil.", "sagte", "demand"),
        ("Der Rat solle entscheiden, sagte Weil.", "sagte", "demand"),
        ("Das dürfe nicht geschehen, sagte Weil.", "sagte", "demand"),
        ("Sein Land brauche einen Plan, sagte Weil.", "sagte", "demand"),
        ("Weil rief zur Ruhe auf.", "rief", "demand"),
        ("Das dürfte dauern, sagte Weil.", "sagte", "expectation"),
        ("Weil bot eine Brücke an.", "bot", "offer"),
        ("Weil sagte Hilfe zu.", "sagte", "offer"),
        ("„Es regnet“, sagt Weil zu uns.", "sagt", "report"),
        ("Sie sei zu Gesprächen bereit, sagte Weil.", "sagte", "offer"),
        ("Weil schloss ein Treffen nicht aus.", "schloss", "offer"),
        ("Sie ist nicht bereit zu reden, sagte Weil.", "sagte", "reject"),
        ("Weil lehnte den Plan ab.", "lehnte", "reject"),
        ("Den Plan wies sie zurück.", "wies", "reject"),
        ("„Wir geben keinen Meter“, sagte Weil.", "sagte", "reject"),
        ("Das sei unrealistisch, sagte Weil.", "sagte", "reject"),
        ("Truppen werde es dort nicht geben, sagte Weil.", "sagte", "reject"),
        ("Weil akzeptiert den Plan nicht.", "akzeptiert", "reject"),
        ("Weil stimmte dem Plan zu.", "stimmte", "accept"),
        ("Weil begrüßte den Plan.", "begrüßte", "accept"),
        ("Weil drohte mit Zöllen.", "drohte", "threat"),
        ("Solche Schiffe seien legitime Ziele, sagte Weil.", "sagte", "threat"),
        ("Weil rechnet mit Regen.", "rechnet", "expectation"),
        ("Weil warnte vor Hochwasser.", "warnte", "expectation"),
        ("Die Brücke ist fertig, sagte Weil.", "sagte", "report"),
        ("Ob man baue, sei noch nicht entschieden, sagte Weil.", "sagte", "report"),
        ("Der Rat beschloss den Bau.", "beschloss", "report"),
        ("Sie sollen Geld abgezweigt haben, sagte Weil.", "sagte", "report"),
        ("Weil ist zur Brücke bereit, wenn der Rat zahlt.", "", "condition"),
        ("Nur wenn der Rat zahlt, baut sie, sagte Weil.", "sagte", "condition"),
        ("Gebaut wird erst nach einer Zusage, sagte Weil.", "sagte", "condition"),
        ("Als Bedingung für den Bau nannte Weil Geld vom Rat.", "nannte", "condition"),
        ("Solange es regnet, müsse sie zu bleiben, sagte Weil.", "sagte", "demand"),
        ("Weil lehnt den Bau ab, wenn der Rat nicht zahlt.", "lehnt", "reject"),
    ],
)
def test_german_acts(text, cue, act):
    """The reporting verb decides where its class does, otherwise the message's words."""
    assert read_act(text, cue, "de", BOOK).act == act


@pytest.mark.parametrize(
    ("text", "cue", "act"),
    [
        ("Kyiv demanded more pledges.", "demanded", "demand"),
        ("The bridge must stay, Ann Lee said.", "said", "demand"),
        ("Ann Lee called for calm.", "called", "demand"),
        ("She wants a plan, Ann Lee said.", "said", "demand"),
        ("She wants to visit Paris, Ann Lee said.", "said", "report"),
        ("Ann Lee insisted the bridge was safe.", "insisted", "report"),
        ("Ann Lee offered a bridge.", "offered", "offer"),
        ("She was ready to talk, Ann Lee said.", "said", "offer"),
        ("Ann Lee did not rule out a visit.", "rule out", "offer"),
        ("She was not ready to talk, Ann Lee said.", "said", "reject"),
        ("Ann Lee rejected the plan.", "rejected", "reject"),
        ("Ann Lee vowed it won't give an inch.", "vowed", "reject"),
        ("There will be no troops, Ann Lee said.", "said", "reject"),
        ("That would be madness, Ann Lee said.", "said", "reject"),
        ("The flat is in a tower block, Ann Lee said.", "said", "report"),
        ("Ann Lee agreed to the plan.", "agreed", "accept"),
        ("The plan was backed by Ann Lee, she said.", "said", "report"),
        ("Ann Lee threatened new tariffs.", "threatened", "threat"),
        ("They will face new tariffs, Ann Lee said.", "said", "threat"),
        ("Ann Lee expects rain.", "expects", "expectation"),
        ("The dam will collapse, Ann Lee said.", "said", "expectation"),
        ("It rained, Ann Lee said.", "said", "report"),
        ("The city was yet to decide, Ann Lee said.", "said", "report"),
        ("She would help if the city paid, Ann Lee said.", "said", "condition"),
        ("It opens only after a vote, Ann Lee said.", "said", "condition"),
        ("A vote is a precondition, Ann Lee said.", "said", "report"),
        ("Ann Lee named a vote as a precondition for talks.", "named", "condition"),
        ("The rules must stay unless the city pays.", "", "demand"),
        ("She will not talk unless the city pays.", "", "reject"),
    ],
)
def test_english_acts(text, cue, act):
    """The same rules with the other language's words."""
    assert read_act(text, cue, "en", BOOK).act == act


@pytest.mark.parametrize(
    ("text", "language", "condition"),
    [
        ("Nur wenn der Rat zahlt, kommt sie.", "de", "Nur wenn der Rat zahlt"),
        ("Sie kommt nur dann, wenn der Rat zahlt.", "de", "nur dann, wenn der Rat zahlt"),
        ("Sie kommt, „sofern der Rat zahlt“, sagte Weil.", "de", "sofern der Rat zahlt"),
        ("Solange der Rat nicht zahlt, bleibt sie.", "de", "Solange der Rat nicht zahlt"),
        ("Sollte der Rat zahlen, kommt sie.", "de", "Sollte der Rat zahlen"),
        ("Sie kommt, es sei denn der Rat zahlt.", "de", "es sei denn der Rat zahlt"),
        ("Bedingung sei eine Zusage, sagte Weil.", "de", "Bedingung sei eine Zusage"),
        ("Selbst wenn der Rat zahlt, bleibt sie.", "de", ""),
        ("Ohne Wenn und Aber kommt sie.", "de", ""),
        ("Sie sollte kommen, sagte Weil.", "de", ""),
        ("Im Gegenzug kommt sie.", "de", ""),
        ("She comes provided that the city pays.", "en", "provided that the city pays"),
        ("Unless the city pays, she stays.", "en", "Unless the city pays"),
        ("She comes in return for a pledge.", "en", "in return for a pledge"),
        ("As long as it rains, she stays.", "en", "As long as it rains"),
        ("She comes “only once the city pays”, Lee said.", "en", "only once the city pays"),
        ("Even if the city pays, she stays.", "en", ""),
        ("She asked him if the city paid.", "en", ""),
        ("The ifs and buts of it.", "en", ""),
        ("Once there, she stayed.", "en", ""),
        ("She was in no condition to talk.", "en", ""),
    ],
)
def test_conditions(text, language, condition):
    """A condition is a piece of the statement, from the word that opens it to the next mark."""
    found = read_act(text, "", language, BOOK)
    assert found.condition == condition and condition in text
    assert ("conditions" in found.markers) is bool(condition)


@pytest.mark.parametrize(
    ("text", "language", "red_line"),
    [
        ("Weil lehnte den Plan kategorisch ab.", "de", "kategorisch"),
        ("Das ist eine rote Linie, sagte Weil.", "de", "rote Linie"),
        ("Die Brücke ist nicht verhandelbar.", "de", "nicht verhandelbar"),
        ("Unter keinen Umständen, sagte Weil.", "de", "Unter keinen Umständen"),
        ("Der Plan ist „inakzeptabel“, sagte Weil.", "de", "inakzeptabel"),
        ("Die Linie 4 fährt wieder.", "de", ""),
        ("Darüber wird verhandelt.", "de", ""),
        ("The bridge is non-negotiable.", "en", "non-negotiable"),
        ("This is a red line, Ann Lee said.", "en", "red line"),
        ("That is out of the question.", "en", "out of the question"),
        ("She negotiates.", "en", ""),
        ("The red bus line reopens.", "en", ""),
        ("Only if that is unacceptable to them would she talk.", "en", ""),  # inside a condition it closes no door
    ],
)
def test_red_lines(text, language, red_line):
    """Words that close the door for good are named as they stand."""
    found = read_act(text, "", language, BOOK)
    assert found.red_line == red_line and ("red_lines" in found.markers) is bool(red_line)


@pytest.mark.parametrize(
    ("text", "language", "markers"),
    [
        ("Weil lehnte den Plan kategorisch ab.", "de", ("red_lines", "refusals")),
        ("Weil stellte einen Besuch in Aussicht.", "de", ("offers",)),
        ("Ann Lee is ready to talk if the bridge holds.", "en", ("conditions", "offers")),
        ("Die Brücke ist fertig.", "de", ()),
        ("Only if it holds well.", "fr", ("conditions",)),  # unknown languages are read as English
    ],
)
def test_markers(text, language, markers):
    """Conditions, red lines, offers and refusals are told by their words, in parts that stand apart too."""
    assert read_act(text, "", language, BOOK).markers == markers


def test_empty_words():
    """Nothing said is a report of nothing."""
    assert read_act("", "", "de", BOOK).act == "report"
    assert plain(" „ “ ") == ("", [])


def test_plain_words_lead_back_to_the_text():
    """Quotation marks and double blanks go, apostrophes inside words stay."""
    text = "„Ja“,  she won't"
    words, places = plain(text)
    assert words == "Ja, she won't"
    assert [text[place] for place in places] == ["J", "a", ",", *" she won't"]


def measured() -> tuple[Counter, dict[str, Counter]]:
    """(annotated, given) acts, and whether condition and red line are (annotated, given)."""
    lines = {name: (GOLD / f"{name}.jsonl").read_text("utf-8").splitlines() for name in SETS}
    cues = {
        (name, record["id"], one["text"]): one.get("cue") or ""
        for name in SETS
        for record in map(json.loads, lines[name])
        for one in record["statements"]
    }
    acts: Counter = Counter()
    marks: dict[str, Counter] = {"condition": Counter(), "red_line": Counter()}
    for line in (GOLD / "acts.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        cue = cues[row["gold"], row["article"], row["text"]]
        given = read_act(row["text"], cue, row["gold"][-2:], BOOK)
        acts[row["act"], given.act] += 1
        for name, counts in marks.items():
            counts[bool(row[name]), bool(getattr(given, name))] += 1
    return acts, marks


def test_floors():
    """Named acts, conditions and red lines are right as often as README says."""
    acts, marks = measured()
    assert set(ACTS) == {right for right, _ in acts}
    named = {pair: n for pair, n in acts.items() if pair[1] != "report"}
    assert sum(n for (right, given), n in named.items() if right == given) >= 0.82 * sum(named.values())
    assert sum(n for (right, given), n in acts.items() if right == given) >= 0.77 * acts.total()
    for name, floor in (("condition", 0.9), ("red_line", 0.7)):
        counts = marks[name]
        assert counts[True, True] >= floor * (counts[True, True] + counts[False, True]), name
        assert counts[True, True] >= 0.7 * (counts[True, True] + counts[True, False]), name
