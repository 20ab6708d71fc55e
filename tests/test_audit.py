"""What a corpus is made of, against values worked out by hand."""

import pandas as pd
import pytest

from positions import audit, measures


def row(statement: str, utterance: str, **given: object) -> dict:
    """One tagged row; left out: quoted, by Ida Engelhard for Europe, on 1 December, in article a1."""
    blank = {name: "" for name in measures.COLUMNS} | {"confidence": 0.9, "start": 0, "end": 5, "reviewed": False}
    plain = dict(statement_id=statement, utterance_id=utterance, article_id="a1", actor="Europe", holder="Europe")
    plain |= dict(
        topic="sanctions", stance="favor", score=0.8, mode="direct", speaker="Ida Engelhard", date="2025-12-01"
    )
    return {**blank, **plain, **given}


@pytest.fixture
def frame() -> pd.DataFrame:
    """Four statements, one of them on two topics; two are one utterance, one has no speaker, no side and no day."""
    rows = [
        row("s1", "u1"),
        row("s1", "u1", topic="nato"),
        row("s2", "u1", article_id="a2", mode="indirect"),
        row("s3", "u2", article_id="a2", mode="narrated", actor="other", holder="other", speaker="", date=""),
        row("s4", "u3", actor="other", holder="Russia", mode="direct"),
    ]
    return measures.prepare(pd.DataFrame(rows))


@pytest.fixture
def articles() -> pd.DataFrame:
    """Three articles: a silent one without a date, one whose dates disagree."""
    known = [("a1", "2025-12-01", []), ("a2", "2025-12-03", ["The sources of the date disagree."]), ("a3", "", [])]
    table = pd.DataFrame(known, columns=["id", "published", "warnings"])
    return table.assign(outlet="Testbote", language="de", title="T")


def test_counts(frame, articles):
    """A statement on two topics counts once; repetitions are statements less utterances."""
    found = audit.counts(frame, articles)
    assert tuple(found["what"]) == audit.COUNTS
    assert dict(zip(found["what"], zip(found["n"], found["of"], strict=True), strict=True)) == {
        "articles": (3, 3),
        "undated": (1, 3),
        "doubtful": (1, 3),
        "silent": (1, 3),
        "statements": (4, 4),
        "utterances": (3, 4),
        "repeated": (1, 4),
        "unattributed": (1, 4),
        "unsided": (1, 4),
        "undated_statements": (1, 4),
    }


def test_counts_of_nothing(frame, articles):
    """No statements and no articles are zeros."""
    assert audit.counts(frame[:0], articles[:0])["n"].sum() == 0


def test_modes(frame):
    """Every mode has a row; shares are of statements."""
    found = audit.modes(frame).set_index("mode")
    assert found["n"].to_dict() == {"direct": 2, "indirect": 1, "mixed": 0, "narrated": 1}
    assert found.loc["direct", "share"] == 0.5
    assert audit.modes(frame[:0])["share"].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("days", "step", "n"),
    [
        (["2025-12-01", "2025-12-01", "2025-12-03"], "D", [2, 0, 1]),
        (["2025-09-01", "2025-09-07", "2025-09-08", "2025-11-10"], "W", [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        (["2020-01-15", "2025-12-01"], "M", [1, *[0] * 70, 1]),
    ],
)
def test_calendar(days, step, n):
    """The longer the span, the wider the bars; weeks begin on Monday; gaps are zeros."""
    found = audit.calendar(pd.DataFrame({"published": [*days, ""]}))
    assert set(found["step"]) == {step} and found["n"].tolist() == n
    assert step != "W" or found["period"].iloc[0] == pd.Timestamp("2025-09-01")


def test_calendar_without_dates():
    """Nothing to draw."""
    assert audit.calendar(pd.DataFrame({"published": ["", ""]})).empty


def test_doubtful(articles):
    """Only articles with a warning, one line each."""
    assert audit.doubtful(articles)[["id", "warning"]].values.tolist() == [["a2", "The sources of the date disagree."]]
