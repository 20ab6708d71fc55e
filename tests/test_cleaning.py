"""Cleaning: what leaves the text, what stays, how characters and lines are put right, which dates are read."""

from pathlib import Path

import pytest
import yaml
from conftest import BODY, ENGLISH

from positions.cleaning import clean, parse_date

ROOT = Path(__file__).parent.parent


def reasons_of(raw: str) -> dict[str, str]:
    """What cleaning takes out of a text: piece -> reason."""
    return {piece.text: piece.reason for piece in clean(raw)[1]}


# ---------------------------------------------------------------------------------------------------------- boilerplate


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Lesen Sie auch: Warum der Gipfel scheiterte", "teaser"),
        ("Mehr zum Thema", "teaser"),
        ("Read more: What we know about the plan", "teaser"),
        ("Related: Inside the talks", "teaser"),
        ("Our Standards: The Beispiel Trust Principles.", "teaser"),
        ("Sign up for our newsletter", "teaser"),
        ("Follow us on Facebook and Instagram.", "teaser"),
        ("Foto: dpa", "credit"),
        ("Bild: AFP/Max Muster", "credit"),
        ("(Foto: IMAGO / ZUMA Press)", "credit"),
        ("Photograph: Eva Roe/Getty Images", "credit"),
        ("AFP via Getty Images", "credit"),
        ("REUTERS/Eva Roe", "credit"),
        ("picture alliance/dpa | Max Muster", "credit"),
        ("Quelle: picture alliance / TASS", "credit"),
        ("Max Muster, left, with Eva Roe in London. Photograph: Jo Poe/AFP/Getty Images", "caption"),
        ("Ein Soldat steht an der Front (Archivbild). © Max Muster/dpa", "caption"),
        ("Max Muster in Kiew Foto: AFP", "caption"),
        ("A soldier near Pokrovsk, Ukraine, Tuesday, Dec. 2, 2025. (AP Photo/Eva Roe)", "caption"),
        ("Image caption, The minister arrived on Monday", "caption"),
        ("(dpa)", "sign_off"),
        ("dpa/afp", "sign_off"),
        ("Quelle: dpa, AFP", "sign_off"),
        ("Reporting by Jane Doe in Kyiv; Editing by John Roe", "sign_off"),
        ("By Jane Doe in Kyiv", "byline"),
        ("Von Max Muster, Berlin", "byline"),
        ("Advertisement", "advertisement"),
        ("Anzeige", "advertisement"),
        ("Facebook Twitter WhatsApp E-Mail", "share"),
        ("123 Kommentare", "share"),
        ("Stand: 02.12.2025, 14:05 Uhr", "timestamp"),
        ("Aktualisiert am 2. Dezember 2025 um 14:05 Uhr", "timestamp"),
        ("Updated Dec. 2, 2025, 3:45 p.m. ET", "timestamp"),
        ("Tue 2 Dec 2025 14.05 GMT", "timestamp"),
        ("3 min read", "timestamp"),
        ("Lesezeit: 3 Minuten", "timestamp"),
        ("© 2025 Beispiel Verlag. Alle Rechte vorbehalten.", "legal"),
        ("We use cookies to improve your experience.", "consent"),
        ("Um diesen Inhalt anzuzeigen, benötigen wir Ihre Zustimmung.", "consent"),
        ("Skip to content", "navigation"),
        ("→ Zur Startseite", "navigation"),
        ("isSubscriber: true", "script"),
        ("googletag.cmd.push(function() { googletag.display('x'); });", "script"),
    ],
)
def test_boilerplate_lines_leave(line, expected):
    """A line that is no part of the article leaves it, with its reason."""
    text, removed = clean(f"{BODY}\n\n{line}\n\n{ENGLISH}")
    assert text == f"{BODY}\n\n{ENGLISH}"
    assert [(piece.text, piece.reason) for piece in removed] == [(line, expected)]


@pytest.mark.parametrize(
    "line",
    [
        "KYIV (Reuters) - Ukraine said on Monday it would not cede land.",
        "Das Foto: eine Ruine, davor ein Kind, das die Regierung nicht kennt.",
        "Die Quelle: ein Beamter im Außenministerium, der nicht genannt werden will.",
        "Quelle dieser Angaben ist das Ministerium.",
        "In Foto und Bild: Minister",
        "Ein Foto des Treffens veröffentlichte das Präsidialamt nicht.",
        "Das teilte die Regierung der dpa mit.",
        "Reuters reported that talks would continue.",
        '"Wir brauchen Garantien", sagte sie (Reuters).',
        "Von Moskau nach Kiew",
        "By the end of the year, Ukraine wants guarantees",
        "Mehr zum Thema Sicherheit will die Ministerin am Montag sagen.",
        "Related to this, the European Union extended sanctions.",
        '"Sign up for peace", the minister said.',
        "Read the letter, the minister said, and you will understand.",
        "Share of Russian gas falls",
        "Stand der Verhandlungen: unklar",
        "Dienstag",
        "NATO",
        "Anzeige gegen Minister erstattet",
        "Am 2. Dezember 2025 trafen sich die Delegationen.",
        "Die Sitzung begann um 14:05 Uhr.",
        "Die Behörden verwenden personenbezogene Daten von Soldaten.",
        "false promises will not end the war, the minister said.",
    ],
)
def test_article_lines_stay(line):
    """A line that only resembles boilerplate stays, word for word, wherever it stands."""
    for raw in (f"{line}\n\n{BODY}", f"{BODY}\n\n{line}", f"{BODY}\n\n{line}\n\n{ENGLISH}"):
        assert clean(raw) == (raw, ())


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("/ddo/DP/stw", "sign_off"),
        (" (dpa)", "sign_off"),
        (" dpa/afp", "sign_off"),
        (" (dpa/jk)", "sign_off"),
        (" (Reuters)", "sign_off"),
        (" (mit Reuters, dpa, Max Muster)", "sign_off"),
        (" Quelle: dpa", "sign_off"),
        (" (Reporting by Jane Doe; Editing by John Roe)", "sign_off"),
    ],
)
def test_sign_off_leaves_the_last_sentence_whole(end, reason):
    """An agency's sign-off that is glued to the last sentence goes, the sentence stays."""
    text, removed = clean(f"{BODY} Das reiche nicht, sagte sie.{end}")
    assert text == f"{BODY} Das reiche nicht, sagte sie."
    assert [(piece.text, piece.reason) for piece in removed] == [(end.strip(), reason)]


@pytest.mark.parametrize(
    ("paragraph", "is_caption"),
    [
        ("Max Muster (l) und Eva Beispiel vor einem Gespräch am 11.04.2025.", True),
        ("Bereits im Juni verhandelten beide Seiten – damals in Genf.", True),
        ("Eva Beispiel bei einer Pressekonferenz in Kiew.", True),
        ("Jane Doe speaks to reporters in Kyiv.", True),
        ("Die Ukraine lehnte das am 30. November 2025 ab.", False),
        ("Russland habe Bedingungen gestellt.", False),
        ("Der Kreml bestätigte das Treffen.", False),
        ("„Kein Gebiet“, so die Ministerin.", False),
        ("The talks ended without agreement.", False),
        ("Das Treffen ist beendet. Nun beginnt die Arbeit.", False),
    ],
)
def test_only_a_caption_leaves_with_the_credit_below_it(paragraph, is_caption):
    """The sentence above a picture credit leaves when it describes a picture, and stays when it tells news."""
    text, removed = clean(f"{BODY}\n\n{paragraph}\n\n© Max Muster/dpa\n\n{ENGLISH}")
    assert (paragraph not in text) is is_caption
    assert ("caption" in [piece.reason for piece in removed]) is is_caption


def test_headline_above_a_credit_stays():
    """A picture without caption under the headline does not take the headline with it."""
    text, _ = clean(f"Kiew lehnt den Plan ab\n\nFoto: dpa\n\n{BODY}")
    assert text == f"Kiew lehnt den Plan ab\n\n{BODY}"


def test_links_after_a_label_leave():
    """The links below a label leave; the next sentence ends the list."""
    links = ["Warum Ungarn wieder bremst", "„Wir geben nichts auf“: ein Gespräch", "Was will der Kreml?"]
    text, removed = clean("\n".join([BODY, "Lesen Sie auch", *links, ENGLISH]))
    assert text == f"{BODY}\n\n{ENGLISH}"
    assert [piece.reason for piece in removed] == ["teaser", *["link_list"] * 3]


def test_a_long_paragraph_is_never_taken_for_consent_text():
    """One formula in a long paragraph does not cost the article."""
    long = " ".join([BODY] * 8) + " We use cookies."
    assert clean(long) == (long, ())


def test_word_lists_hold_words_only():
    """No entry of the word lists was read as true, false or a number where a word is meant."""
    lists = yaml.safe_load((ROOT / "positions/codebook/boilerplate.yaml").read_text(encoding="utf-8"))
    flat = [
        word
        for key, entry in lists.items()
        if key not in ("months", "background_years")
        for word in (entry if isinstance(entry, list) else [word for words in entry.values() for word in words])
    ]
    assert not [word for word in flat if not isinstance(word, str)]


# ------------------------------------------------------------------------------------------------- characters and lines


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Ein\u00a0Satz\u202fmit\u2009Abständen.", "Ein Satz mit Abständen."),
        ("Sicher\u00adheits\u200bgaran\u2060tien\ufeff.", "Sicherheitsgarantien."),
        ("Sicher\u00ad\nheit.", "Sicherheit."),
        ("„Nein“, »nie«, ‚so‘ - \"nie\" – 'x'", "„Nein“, »nie«, ‚so‘ - \"nie\" – 'x'"),
        ("U\u0308ber dem o\ufb00enen Meer", "Über dem offenen Meer"),
        ("Ende.<BR \\/><BR \\/>Anfang", "Ende.\n\nAnfang"),
        ("Ende.<br>Anfang<br/>weiter", "Ende.\n\nAnfang\n\nweiter"),
        ("Ende.<h3>\\r\\nTitel<\\/h3>Anfang", "Ende.\n\nTitel\n\nAnfang"),
        ('Ende.\\r\\nEr sagte \\"Nein\\".', 'Ende.\n\nEr sagte "Nein".'),
        ("ein <b>fettes</b> Wort<i>teil</i>", "ein fettes Wortteil"),
        ("Müller &amp; S&ouml;hne &quot;heute&quot;", 'Müller & Söhne "heute"'),
        ("<script>alert(1)</script> :red[x] $x$ [a](b) 3 < 4", "<script>alert(1)</script> :red[x] $x$ [a](b) 3 < 4"),
        ("C:\\neu\nzweite Zeile.", "C:\\neu zweite Zeile."),
        ("Zeile eins.\r\nZeile zwei.\rZeile drei.", "Zeile eins.\n\nZeile zwei.\n\nZeile drei."),
        ("Putin\n, der Präsident, und\nseine Berater.", "Putin, der Präsident, und seine Berater."),
    ],
)
def test_characters_and_escapes(raw, expected):
    """Spaces, invisible characters, tags and escapes are settled; quotes and other brackets stay."""
    assert clean(raw)[0] == expected


def test_wrapped_lines_are_joined():
    """A text that was wrapped at a fixed width gets its paragraphs back, with hyphens at line ends undone."""
    wrapped = (
        "The deputy foreign minister said in Lviv on Saturday that his country\nwould not give up any of its "
        "territory, and that the European Union\nshould keep the sanctions in place until every one of the sol-\n"
        "diers had left.\n\nThe Kremlin did not comment."
    )
    assert clean(wrapped)[0] == (
        "The deputy foreign minister said in Lviv on Saturday that his country would not give up any of its territory, "
        "and that the European Union should keep the sanctions in place until every one of the soldiers had left.\n\n"
        "The Kremlin did not comment."
    )


# ---------------------------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-12-04", "2025-12-04"),
        ("2025-12-04T10:00:00Z", "2025-12-04"),
        ("20251204", "2025-12-04"),
        ("Stand: 04.12.2025, 9:15 Uhr", "2025-12-04"),
        ("4. Dezember 2025", "2025-12-04"),
        ("1. März 2026", "2026-03-01"),
        ("Dec. 4, 2025", "2025-12-04"),
        ("4th December 2025", "2025-12-04"),
        ("2025-13-45", ""),
        ("30.02.2025", ""),
        ("Dezember 2025", ""),
        ("gestern", ""),
        ("", ""),
    ],
)
def test_dates_are_parsed(text, expected):
    """Full dates in the usual spellings become ISO dates, anything else nothing."""
    assert parse_date(text) == expected
