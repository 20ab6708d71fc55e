"""Which rows are occurrences of one utterance. Everybody in it is invented."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from positions.utterances import join_utterances

PAIRS = Path(__file__).parent / "gold" / "utterance_pairs.jsonl"
FLOOR = 0.93


@dataclass
class Row:
    statement_id: str
    text: str
    speaker: str = "Marta Weil"
    actor: str = "Europe"
    date: str = ""
    date_basis: str = "unknown"
    cue: str = "sagte"


LONG = "Die Brücke bleibt bis Sonntag zu, weil Teile fehlen, sagte Marta Weil in Wien."


def joined(*rows: Row) -> bool:
    return len(set(join_utterances(rows).values())) == 1


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (LONG, True),
        ("Marta Weil sagte, die Brücke bleibe bis Sonntag zu, weil Teile fehlen.", True),
        ("Die Brücke bleibt bis Sonntag zu, sagte Weil.", True),
        ("Die Brücke bleibt bis Sonntag offen, weil Teile kamen, sagte Marta Weil in Wien.", False),
        ("Die Brücke bleibt nicht bis Sonntag zu, weil Teile fehlen, sagte Marta Weil in Wien.", False),
        ("Das Dach war dicht, sagte Marta Weil in Wien.", False),
    ],
)
def test_wordings(text: str, same: bool) -> None:
    """Copies join, shortened and turned around too; another claim in the same frame does not."""
    assert joined(Row("s1", LONG), Row("s2", text)) is same


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("Vier Wagen waren am Ziel angekommen, sagte Weil.", "Vier Wagen waren am Ziel angekommen, sagte Weil.", True),
        (
            "Etwa 300 Wagen waren am Ziel angekommen, sagte Weil.",
            "Etwa 800 Wagen waren am Ziel angekommen, sagte Weil.",
            False,
        ),
        ("Ja, sagte Weil.", "Ja, sagte Weil.", True),
        ("Ja, sagte Weil.", "Nein, sagte Weil.", False),
    ],
)
def test_numbers_and_short_words(a: str, b: str, same: bool) -> None:
    """Other numbers are another claim; very short words must be equal."""
    assert joined(Row("s1", a), Row("s2", b)) is same


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"speaker": "Weil"}, True),
        ({"speaker": "Ann Lee"}, False),
        ({"actor": "USA"}, False),
        ({"date": "2025-12-02", "date_basis": "expression"}, True),
        ({"date": "2025-12-03", "date_basis": "expression"}, False),
        ({"date": "2025-12-04", "date_basis": "article"}, True),
        ({"date": "2026-02-04", "date_basis": "article"}, False),
        ({"date": "", "date_basis": "unknown"}, True),
    ],
)
def test_speakers_and_days(change: dict[str, str], same: bool) -> None:
    """The same words count once for one speaker on one day; papers may print them a few days later."""
    first = Row("s1", LONG, date="2025-12-02", date_basis="expression")
    assert joined(first, Row("s2", LONG, **change)) is same


def test_undated_copy_is_no_bridge() -> None:
    """A copy without a day joins one of two days, never both together."""
    rows = [
        Row(f"s{i}", LONG, date=day, date_basis="expression" if day else "unknown")
        for i, day in enumerate(("", "2025-12-02", "2025-12-03"))
    ]
    ids = join_utterances(rows)
    assert ids["s1"] != ids["s2"] and ids["s0"] in (ids["s1"], ids["s2"])


def test_ids_do_not_depend_on_order() -> None:
    """The same rows give the same ids whatever comes first; rows of one statement share theirs."""
    rows = [Row("s1", LONG), Row("s2", LONG), Row("s3", "Das Dach war dicht, sagte Weil."), Row("s1", LONG)]
    assert join_utterances(rows) == join_utterances(rows[::-1])
    assert set(join_utterances(rows)) == {"s1", "s2", "s3"}


def test_nothing_to_join() -> None:
    """No rows, no ids."""
    assert join_utterances([]) == {}


def test_pairs_of_agency_copies() -> None:
    """On the half of the pairs that tuning never saw, F1 stays above the floor."""
    pairs = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    found = [(pair["same"], joined(row_of(pair, "a"), row_of(pair, "b"))) for i, pair in enumerate(pairs) if i // 2 % 2]
    hits = sum(right and given for right, given in found)
    assert 2 * hits / (2 * hits + sum(right != given for right, given in found)) >= FLOOR


def row_of(pair: dict, side: str) -> Row:
    day = pair[f"date_{side}"]
    basis = "expression" if day else "unknown"
    return Row(side, pair[side], pair[f"speaker_{side}"], date=day, date_basis=basis, cue=pair[f"cue_{side}"])
