"""Where a text is cut into sentences, and where a clause may begin."""

import pytest

from positions.units import split_units


def sentences(text: str, language: str = "de") -> list[str]:
    return [text[unit.start : unit.end] for unit in split_units(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Sie kam. Er ging.", "de", ["Sie kam.", "Er ging."]),
        ("Am 3. Dezember kam der 19. Rat zusammen.", "de", ["Am 3. Dezember kam der 19. Rat zusammen."]),
        ("Dr. Weil kam um 10.30 Uhr.", "de", ["Dr. Weil kam um 10.30 Uhr."]),
        (
            "Das kostet 1.000 Euro bzw. 3,5 Mio. Dollar. Viel Geld.",
            "de",
            ["Das kostet 1.000 Euro bzw. 3,5 Mio. Dollar.", "Viel Geld."],
        ),
        ("Das gilt ab 2026. Dann kommt mehr.", "de", ["Das gilt ab 2026.", "Dann kommt mehr."]),
        ("„Wir kommen. Wir bleiben“, sagte Weil.", "de", ["„Wir kommen.", "Wir bleiben“, sagte Weil."]),
        ("Sie kam. „Und dann?“ Niemand kam.", "de", ["Sie kam.", "„Und dann?“", "Niemand kam."]),
        ("«So ist es.» Sie ging.", "de", ["«So ist es.»", "Sie ging."]),
        (
            "Mr. Lee met Sen. Pike at 10 a.m. on Monday. He left.",
            "en",
            ["Mr. Lee met Sen. Pike at 10 a.m. on Monday.", "He left."],
        ),
        ("The U.S. said no. U.S. envoys left.", "en", ["The U.S. said no.", "U.S. envoys left."]),
        ('"We go. We stay," said Lee.', "en", ['"We go.', 'We stay," said Lee.']),
        ("A heading\n\nOne sentence\n- an item", "en", ["A heading", "One sentence", "- an item"]),
        ("Le pont est fini. Elle part.", "fr", ["Le pont est fini.", "Elle part."]),
        ("The bridge is done. She left.", "", ["The bridge is done.", "She left."]),
        ("* * *\n\n---\n\n…", "de", []),
        ("", "de", []),
    ],
)
def test_sentences(text: str, language: str, expected: list[str]) -> None:
    """Ordinals, abbreviations, times and decimals end no sentence; quotation marks stay with their sentence."""
    assert sentences(text, language) == expected


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("KIEW/MOSKAU (dpa) - Weil kam.", "Weil kam."),
        ("Moskau, 3. Dezember (Reuters) - Weil kam.", "Weil kam."),
        ("BRÜSSEL - Weil kam.", "Weil kam."),
        ("KYIV, Ukraine (AP) — Lee came.", "Lee came."),
        ("14:35 Uhr Weil sagt ab.", "Weil sagt ab."),
        ("10.15 Uhr: Weil sagt ab.", "Weil sagt ab."),
        ("Dienstag, 14:35 Uhr: Weil sagt ab.", "Weil sagt ab."),
        ("Frage: Kommt sie?", "Kommt sie?"),
        ("Um 17.00 Uhr sollte es still werden.", "Um 17.00 Uhr sollte es still werden."),
        ("Montag, 8.30 Uhr, Rathaus.", "Montag, 8.30 Uhr, Rathaus."),
        ("15.10 Uhr", "15.10 Uhr"),
        ("Weil: Wir kommen.", "Weil: Wir kommen."),
        ("Weil kam, Lee (52) ging.", "Weil kam, Lee (52) ging."),
    ],
)
def test_what_stands_before_the_first_words(text: str, first: str) -> None:
    """Datelines, live-blog times and interview labels go; times and names that belong to the sentence stay."""
    assert sentences(text)[0] == first


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Weil lobte den Plan, und Lee tadelte ihn.", ["und Lee tadelte ihn."]),
        ("Weil lobte den Plan, Lee tadelte ihn: Es fehle Geld.", ["Lee tadelte ihn: Es fehle Geld.", "Es fehle Geld."]),
        ("Lee praised the plan while Weil found it lacking.", ["while Weil found it lacking."]),
        ("Weil lobte den Plan und die Leute.", []),  # too near the end
        ("Ja, Weil lobte das.", []),
    ],
)
def test_cuts(text: str, clauses: list[str]) -> None:
    """A clause may begin after a comma or before a conjunction, not within a few letters of either end."""
    (unit,) = split_units(text, "de")
    assert [text[cut:] for cut in unit.cuts] == clauses


def test_units_are_in_order_and_apart() -> None:
    """Units follow one another without overlap and start and end on words or marks, not on blanks."""
    text = "KIEW (dpa) - Weil kam.  „Ja. Nein“, sagte sie am 3. Mai.\n\nLee ging!  Wer noch?\nNiemand."
    units = split_units(text, "de")
    assert all(a.end <= b.start for a, b in zip(units, units[1:], strict=False))
    assert all(text[unit.start : unit.end] == text[unit.start : unit.end].strip() for unit in units)
