"""Who and what a text names, and for which side, on the article's day."""

import pytest

from positions.mentions import Mark, find_marks, find_mentions, person_side, side_of_description


def named(text: str, language: str = "de", published: str = "2025-12-03") -> list[tuple[str, str]]:
    return [(mention.text, mention.side) for mention in find_mentions(text, language, published)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            "Uschakow traf Kremlsprecher Peskow.",
            "de",
            [("Uschakow", "Russia"), ("Kremlsprecher", "Russia"), ("Peskow", "Russia")],
        ),
        ("Selenskyjs Büro und Kiews Plan", "de", [("Selenskyjs", "Ukraine"), ("Kiews", "Ukraine")]),
        ("das Weiße Haus, im Weißen Haus", "de", [("Weiße Haus", "USA"), ("Weißen Haus", "USA")]),
        ("US-Gesandte und EU-Vertreter", "de", [("US-Gesandte", "USA"), ("EU-Vertreter", "Europe")]),
        (
            "der französische Minister und Moskauer Vertreter",
            "de",
            [("französische", "Europe"), ("Moskauer", "Russia")],
        ),
        ("türkische und chinesische Vertreter", "de", [("türkische", "other"), ("chinesische", "other")]),
        ("the U.S. envoy, a U.S.-led force, the U.S.", "en", [("U.S.", "USA"), ("U.S.-led", "USA"), ("U.S.", "USA")]),
        ("Washington's envoy met Moscow’s delegates", "en", [("Washington's", "USA"), ("Moscow’s", "Russia")]),
        ("PUTIN droht, KREML: NEIN", "de", [("PUTIN", "Russia"), ("KREML", "Russia")]),
        ("MOSKAU (dpa)", "de", [("MOSKAU", "Russia"), ("dpa", "other")]),
        ("UKRAINE’S NO TO PUTIN'S PLAN", "en", [("UKRAINE’S", "Ukraine"), ("PUTIN'S", "Russia")]),
        ("SECRETARY RUBIO: It is THE US", "en", [("RUBIO", "USA"), ("US", "USA")]),
        ("The average FICO score fell.", "en", []),
        ("CHRISTIAN DEMOCRATS WIN", "en", [("CHRISTIAN DEMOCRATS", "Europe")]),
        ("JOHN GRAHAM RESIGNS", "en", []),
        ("Wladimir\nPutin", "de", [("Putin", "Russia")]),  # a phrase ends with its line
        ("Marta Weil traf uns am Tisch.", "de", []),
        ("It is up to us.", "en", []),
        ("... !", "de", []),
        ("", "en", []),
    ],
)
def test_names(text: str, language: str, expected: list[tuple[str, str]]) -> None:
    """Names, genitives, compounds and demonyms bear their side; other words bear none."""
    assert named(text, language) == expected


@pytest.mark.parametrize(
    ("text", "published", "entity", "side"),
    [
        ("Der US-Präsident kam.", "2025-12-03", "donald-trump", "USA"),
        ("Der US-Präsident kam.", "2022-05-01", "joe-biden", "USA"),
        ("Biden kam.", "2022-05-01", "joe-biden", "USA"),
        ("Biden kam.", "2025-12-03", "joe-biden", "other"),
        ("Nato-Generalsekretär", "2023-05-01", "jens-stoltenberg", "Europe"),
    ],
)
def test_offices_and_days(text: str, published: str, entity: str, side: str) -> None:
    """An office means who held it on the day, and a former official speaks for no side."""
    (mention,) = find_mentions(text, "de", published)
    assert (mention.entity, mention.side) == (entity, side)


def test_shared_names_need_the_full_name() -> None:
    """A name that many people bear counts only where the article also gives it in full."""
    assert named("Johnson kam.") == []
    assert [text for text, _ in named("Boris Johnson kam. Johnson ging.")] == ["Boris Johnson", "Johnson"]


def test_mentions_stand_at_their_words() -> None:
    """Offsets cut the mention's own words out of the text, and no mention lies in another."""
    text = "EU-Außenbeauftragte Kaja Kallas und das Weiße Haus, Selenskyj, Putins Berater"
    found = find_mentions(text, "de", "2025-12-03")
    assert all(text[m.start : m.end] == m.text for m in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))


@pytest.mark.parametrize(
    ("text", "language", "kinds"),
    [
        (
            "Die USA wollen Sanktionen gegen Russland nicht aufheben.",
            "de",
            ["USA", "support", "sanctions", "oppose", "Russia", "negate", "undo"],
        ),
        ("Das Wetter ist schön.", "de", []),
    ],
)
def test_marks(text: str, language: str, kinds: list[str]) -> None:
    """The classifier is told of sides, topics and words that turn a stance round."""
    assert [mark.kind for mark in sorted(find_marks(text, language), key=lambda mark: mark.start)] == kinds


def test_marks_from_given_mentions() -> None:
    """Mentions found before are not looked for again."""
    assert find_marks("Putin kam.", "de") == [Mark(0, 5, "Russia")]
    assert find_marks("Putin kam.", "de", mentions=[]) == []


@pytest.mark.parametrize(
    ("words", "language", "side"),
    [
        ("der polnische Außenminister", "de", "Europe"),
        ("a Ukrainian official", "en", "Ukraine"),
        ("die Sprecherin", "de", "other"),
        ("", "en", "other"),
    ],
)
def test_side_of_description(words: str, language: str, side: str) -> None:
    """A description tells the side by its demonym; without one it is nobody's."""
    assert side_of_description(words, language) == side


def test_person_side() -> None:
    """A person's side is that of the office on the day."""
    assert person_side("donald-trump", "2025-12-03") == "USA"
    assert person_side("donald-trump", "2021-12-01") == "other"


@pytest.mark.parametrize(
    ("text", "language", "known"),
    [
        ("Solomija Rudenko ist da. Man rede, sagte Rudenko.", "de", False),
        ("Andrej Rudenko ist da. Solomija Rudenko auch. Man rede, sagte Rudenko.", "de", True),
        ("Vizeminister Rudenko ist da. Auch Rudenko redet.", "de", True),
        ("Arkady Belousov spoke. Belousov's words were few.", "en", False),
        ("Defence Minister Belousov spoke. But Belousov left.", "en", True),
    ],
)
def test_a_family_name_belongs_to_whom_the_article_names_in_full(text, language, known):
    """Another first name makes another person, unless the known one is named in full, too."""
    found = [m for m in find_mentions(text, language, "2025-12-03") if m.kind == "person"]
    assert bool(found) == known


def test_a_shared_name_of_several_words_is_not_cut_up():
    """Parties of one kind in several countries of a side are of that side; their last word alone is another party's."""
    (found,) = find_mentions("The Christian Democrats agreed.", "en", "2025-12-03")
    assert (found.text, found.entity, found.side) == ("Christian Democrats", "", "Europe")
    (found,) = find_mentions("The Democrats agreed.", "en", "2025-12-03")
    assert found.side == "USA"
