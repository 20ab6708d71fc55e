"""The day of a statement: from the words beside its cue, never from what is said. Everybody in it is invented."""

import json
from pathlib import Path

import pytest

from positions.dates import date_statement
from positions.records import Statement

GOLD = Path(__file__).parent / "gold"
PUBLISHED = "2025-12-04"  # a Thursday


def day_of(
    text: str, cue: str, published: str = PUBLISHED, language: str = "de", mode: str = "indirect", before: str = ""
) -> str:
    return date_statement(Statement(0, len(text), text, mode, cue), published, language, before)


@pytest.mark.parametrize(
    ("text", "cue", "day"),
    [
        ("Marta Weil sagte am Dienstag, die Brücke sei fertig.", "sagte", "2025-12-02"),
        ("Die Brücke sei fertig, sagte Marta Weil am Dienstagabend in Moskau.", "sagte", "2025-12-02"),
        ("Die Brücke sei fertig, sagte Marta Weil am späten Dienstagabend.", "sagte", "2025-12-02"),
        ("Die Brücke sei fertig, sagte Marta Weil am Donnerstag.", "sagte", "2025-12-04"),  # the article's own weekday
        ("Die Brücke sei fertig, sagte Marta Weil am Freitag.", "sagte", "2025-11-28"),
        ("Die Brücke sei fertig, sagte Marta Weil am vergangenen Freitag.", "sagte", "2025-11-28"),
        (
            "Die Brücke sei fertig, sagte die Sprecherin des Ministeriums, Marta Weil, am Dienstag vor Journalisten.",
            "sagte",
            "2025-12-02",
        ),
        ("Die Brücke sei fertig, hieß es in der Nacht auf Mittwoch aus Brüssel.", "hieß es", "2025-12-03"),
        ("Die Brücke sei fertig, erklärte der Kreml noch in der Nacht zum Mittwoch.", "erklärte", "2025-12-03"),
        ("Nach Angaben vom Montag ist die Brücke fertig.", "Nach Angaben vom Montag", "2025-12-01"),
        ("Nach Angaben des Ministeriums vom Montag ist die Brücke fertig.", "Nach Angaben", "2025-12-01"),
        (
            "In einem am Dienstag (Ortszeit) ausgestrahlten Interview sagte Weil, die Brücke sei fertig.",
            "sagte",
            "2025-12-02",
        ),
        ("Das geht aus einer am Montag veröffentlichten Erklärung hervor.", "geht", "2025-12-01"),
        ("Wie die Behörde am Sonntag mitteilte, ist die Brücke fertig.", "mitteilte", "2025-11-30"),
        ("Umjan werde sich am Mittwoch treffen, teilte Weil am Montag mit.", "teilte", "2025-12-01"),
        ("Weil kündigte am Montag für Freitag ein Treffen an.", "kündigte", "2025-12-01"),
        ("Die Brücke sei fertig, sagte Weil gestern.", "sagte", "2025-12-03"),
        ("Vorgestern sagte Weil, die Brücke sei fertig.", "sagte", "2025-12-02"),
        ("Noch heute sagte Weil, die Brücke sei fertig.", "sagte", "2025-12-04"),
        ("Die Brücke sei fertig, sagte Weil am 3. Dezember.", "sagte", "2025-12-03"),
        ("Die Brücke sei fertig, sagte Weil am 28. Februar 2024.", "sagte", "2024-02-28"),
        ("Die Brücke sei fertig, sagte Weil am 01.12.2025.", "sagte", "2025-12-01"),
        ("„Am Montag kommen alle“, sagte Weil am Dienstag.", "sagte", "2025-12-02"),
        ("WEIL SAGTE AM DIENSTAG ZU.", "SAGTE", "2025-12-02"),
    ],
)
def test_german_days_of_speech(text: str, cue: str, day: str) -> None:
    """A day beside the reporting words dates the statement."""
    assert day_of(text, cue) == day


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("Umjan werde sich am Mittwoch treffen, teilte Weil mit.", "teilte"),
        ("Weil sagte, am Mittwoch werde es ein Treffen geben.", "sagte"),
        ("Weil sagte, man sei bereit, am Dienstag zu beginnen.", "sagte"),
        ("Weil sagte vergangene Woche, die Brücke sei fertig.", "sagte"),
        ("Weil sagte im November, die Brücke sei fertig.", "sagte"),
        ("Weil kündigte für Mittwoch ein Treffen an.", "kündigte"),
        ("Weil verlangte Antworten bis Freitag.", "verlangte"),
        ("Weil drohte mit Zöllen ab dem 15. Dezember.", "drohte"),
        ("Weil äußerte sich nach dem Treffen vom Freitag zuversichtlich.", "äußerte"),
        ("Weil sprach über das am Dienstag begonnene Manöver.", "sprach"),
        ("Nach Angaben des Stabs gab es allein am Mittwoch 140 Gefechte.", "Nach Angaben"),
        ("Laut Weil ist die Brücke am Montag fertig geworden.", "Laut"),
        ("Das Blatt bekräftigt montags seine Sicht.", "bekräftigt"),
        ("Weil sagte dem Freitag, die Brücke sei fertig.", "sagte"),
        ("„Am Montag kommen alle“, sagte Weil.", "sagte"),
        ("Weil sagte, die Brücke sei fertig.", "sagte"),
        ("Am Montag begann der Bau.", ""),
    ],
)
def test_german_days_of_something_else(text: str, cue: str) -> None:
    """The day of what is said, planned or told about is not the day of speech."""
    assert day_of(text, cue) == ""


@pytest.mark.parametrize(
    ("text", "cue", "day"),
    [
        ("Ann Lee said Tuesday the bridge was done.", "said", "2025-12-02"),
        ("Ann Lee said late Tuesday that the bridge was done.", "said", "2025-12-02"),
        ("Ann Lee said on Tuesday the bridge would open on Friday.", "said", "2025-12-02"),
        ("The bridge is done, Ann Lee said in Kyiv on Tuesday night.", "said", "2025-12-02"),
        ("“The bridge is done,” said Ann Lee, the envoy, on Tuesday.", "said", "2025-12-02"),
        ("“The bridge is done,” said the envoy on Tuesday.", "said", "2025-12-02"),
        ("Ann Lee told reporters in Brussels on Monday that the bridge was done.", "told", "2025-12-01"),
        ("Ann Lee on Monday said the bridge was done.", "said", "2025-12-01"),
        ("On Monday, the envoy to the UN, Ann Lee, said the bridge was done.", "said", "2025-12-01"),
        ("Ann Lee promised Friday to build a bridge if the plans to pay for it hold.", "promised", "2025-11-28"),
        ("In an interview on Sunday, Ann Lee said the bridge was done.", "said", "2025-11-30"),
        ("Ann Lee said in Tuesday's interview the bridge was done.", "said", "2025-12-02"),
        ("Ann Lee said in a statement on Dec. 3 that the bridge was done.", "said", "2025-12-03"),
        ("Ann Lee said on 3 December the bridge was done.", "said", "2025-12-03"),
        ("Ann Lee said on March 3rd, 2024, the bridge was done.", "said", "2024-03-03"),
        ("The bridge is done, Ann Lee said yesterday.", "said", "2025-12-03"),
        ("Ann Lee said earlier today the bridge was done.", "said", "2025-12-04"),
        ("Ann Lee said this morning the bridge was done.", "said", "2025-12-04"),
    ],
)
def test_english_days_of_speech(text: str, cue: str, day: str) -> None:
    """A day beside the reporting words dates the statement, wherever English puts it."""
    assert day_of(text, cue, language="en") == day


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("Ann Lee will meet the envoys on Wednesday, she said.", "said"),
        ("On Monday, the envoys will meet, Ann Lee said.", "said"),
        ("On Monday, the envoys agreed, Ann Lee said.", "said"),
        ("In talks on Monday, the envoys agreed, Ann Lee said.", "said"),
        ("Ann Lee's office said she spoke to the envoy on Sunday.", "said"),
        ("Ann Lee said the envoys met on Sunday.", "said"),
        ("Ann Lee said that on Friday the bridge opens.", "said"),
        ("Ann Lee said next Tuesday would be too late.", "said"),
        ("Ann Lee demanded an answer by Friday.", "demanded"),
        ("Ann Lee announced tariffs from Dec. 1.", "announced"),
        ("Ann Lee promised to sign the deal on Tuesday.", "promised"),
        ("Ann Lee wants a vote on Friday.", "wants"),
        ("According to Ann Lee the bridge opened on Monday.", "According to"),
        ("Ann Lee said last week the bridge was done.", "said"),
        ("Ann Lee said in May the bridge was done.", "said"),
        ("“We start on Monday,” Ann Lee said.", "said"),
        ("Ann Lee praised Monday and Tuesday as the best days.", "praised"),
    ],
)
def test_english_days_of_something_else(text: str, cue: str) -> None:
    """The day of what is said, planned or told about is not the day of speech."""
    assert day_of(text, cue, language="en") == ""


@pytest.mark.parametrize(
    ("text", "cue", "language", "day"),
    [
        ("Die EU hat am Freitag ein Paket beschlossen.", "beschlossen", "de", "2025-11-28"),
        ("Am Mittwoch lehnte Wien den Plan ab.", "lehnte", "de", "2025-12-03"),
        ("Der Rat hat an seiner Sitzung vom Mittwoch das Paket übernommen.", "übernommen", "de", "2025-12-03"),
        ("The EU agreed on Friday to a new package.", "agreed", "en", "2025-11-28"),
        ("Die EU will am Freitag ein Paket beschließen.", "will", "de", ""),
        ("Wien nennt das heute eine Frechheit.", "nennt", "de", ""),
        ("Am Dienstag und Mittwoch hatte Wien das Paket verhindert.", "verhindert", "de", ""),
        ("Nach dem Treffen mit Weil am Freitag in Wien war Lee davon abgerückt.", "abgerückt", "de", ""),
        ("Lee hofft, den am 24. Februar 2022 begonnenen Krieg zu beenden.", "hofft", "de", ""),
        ("Ziel der EU ist das Ende aller Importe bis zum 1. Jänner 2028.", "Ziel", "de", ""),
        ("Wien lehnt den Plan ab.", "", "de", ""),
    ],
)
def test_narrated_decisions(text: str, cue: str, language: str, day: str) -> None:
    """A decision told with its day has that day; plans and background have none."""
    assert day_of(text, cue, language=language, mode="narrated") == day


@pytest.mark.parametrize(
    ("text", "published", "day"),
    [
        ("Marta Weil sagte am Dienstag ab.", "", ""),
        ("Marta Weil sagte gestern ab.", "", ""),
        ("Marta Weil sagte am 3. Dezember ab.", "", ""),
        ("Marta Weil sagte am 3. Dezember 2025 ab.", "", "2025-12-03"),
        ("Marta Weil sagte am Mittwoch ab.", "2026-01-01", "2025-12-31"),
        ("Marta Weil sagte am 30. Dezember ab.", "2026-01-02", "2025-12-30"),
        ("Marta Weil sagte gestern ab.", "2024-03-01", "2024-02-29"),
        ("Marta Weil sagte am 29. Februar ab.", "2025-03-01", ""),  # no such day, and a year ago is too far
        ("Marta Weil sagte am 31. Juni ab.", "2025-07-01", ""),
        ("Marta Weil sagte am 10. Januar ab.", "2025-12-04", ""),  # next January, or a year ago: unclear
        ("Marta Weil sagte am 1. Januar 2028 ab.", "2025-12-04", ""),
    ],
)
def test_years_and_missing_days(text: str, published: str, day: str) -> None:
    """Days roll over into the last year; an article without a day resolves only what is written in full."""
    assert day_of(text, "sagte", published) == day


@pytest.mark.parametrize(
    ("before", "published", "day"),
    [
        ("", "2025-12-04", "2025-12-04"),
        ("Die Runde tagte am Mittwoch in Genf. ", "2025-12-04", "2025-12-03"),
        ("Die Runde tagte am Mittwoch in Genf.\n\n", "2025-12-04", "2025-12-04"),  # another paragraph
        ("Am Freitag soll die Runde tagen. ", "2025-12-04", "2025-12-04"),  # too far back to be meant
        ("Die Runde tagte am Mittwoch in Genf. ", "", ""),
    ],
)
def test_parts_of_the_day(before: str, published: str, day: str) -> None:
    """The evening belongs to the day named before it in the paragraph, else to the article's."""
    assert day_of("Die Brücke sei fertig, sagte Marta Weil am Abend.", "sagte", published, before=before) == day


@pytest.mark.parametrize("language", ["", "fr", "uk"])
def test_other_languages(language: str) -> None:
    """Words of a language without rules date nothing, and nothing breaks."""
    assert day_of("Anne Petit a dit mardi le 3 décembre que le pont est fini.", "a dit", language=language) == ""


def test_cue_that_is_not_in_the_text() -> None:
    """A statement without its cue's words, or with the cue only inside another word, is not dated."""
    assert day_of("Am Dienstag zusagte niemand.", "sagte") == ""


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("Die EU verlängerte am Dienstag ihre Maßnahmen.", "de", "2025-12-02"),
        ("Am Dienstag hat die Ministerin den Plan als unbrauchbar abgetan.", "de", "2025-12-02"),
        ("The ministry on Tuesday put two banks on its list.", "en", "2025-12-02"),
        ("Oslo lifted the measures on Tuesday.", "en", "2025-12-02"),
        ("Die EU will am Dienstag neue Maßnahmen beschließen.", "de", ""),
        ("Kiew lehnt das Treffen am Mittwoch ab.", "de", ""),
        ("Oslo rejects a meeting on Tuesday.", "en", ""),
        ("Die Brücke fiel am 3. Mai, Kiew fordert ihren Bau.", "de", ""),
    ],
)
def test_a_decision_told_as_done_has_the_day_beside_it(text, language, day) -> None:
    """Without words of reporting only a recent day in a clause of the past counts."""
    assert day_of(text, "", language=language, mode="narrated") == day


def test_days_of_annotated_articles() -> None:
    """On the written gold, a day that words give is right nine times in ten and almost never made up."""
    pairs = []
    for file in ("written_de.jsonl", "written_en.jsonl"):
        for article in map(json.loads, (GOLD / file).read_text("utf-8").splitlines()):
            for row in article["statements"]:
                before = article["text"][: article["text"].find(row["text"])]
                day = day_of(row["text"], row["cue"] or "", article["published"], article["lang"], row["mode"], before)
                pairs.append((row["date"] or "", day))
    resolved = [(gold, day) for gold, day in pairs if day]
    assert len(resolved) >= 40
    assert sum(gold == day for gold, day in resolved) >= 0.9 * len(resolved)
    assert sum(day != "" and not gold for gold, day in pairs) <= 0.01 * len(pairs)
