"""The figures against values worked by hand. Everybody in the articles is invented."""

import json
from pathlib import Path

import pytest

from positions.evaluation import (
    GoldArticle,
    GoldStatement,
    blind_stance,
    evaluate,
    interval,
    macro_f1,
    match_rows,
    read_gold,
    same_speaker,
)
from positions.records import Article, TaggedStatement

TEXT = "Erster Satz der Sprecherin. Zweiter Satz der Sprecherin. Dritter Satz ohne alles."
FIRST, SECOND, THIRD = (0, 27), (28, 56), (57, 81)


def gold(span: tuple[int, int], **change) -> GoldStatement:
    """An annotated statement of Marta Weil for Europe, in favor on sanctions."""
    plain = dict(
        speaker="Marta Weil",
        actors=frozenset({"Europe"}),
        holder="Europe",
        mode="indirect",
        via=(),
        date="",
        topics={"sanctions": "favor"},
        hard=False,
    )
    return GoldStatement(*span, **{**plain, **change})


def row(span: tuple[int, int], **change) -> TaggedStatement:
    """The same as a tagged row."""
    plain = dict(
        statement_id=f"s{span[0]}", utterance_id="u", article_id="a", published="", date="", date_basis="unknown",
        outlet="", title="", url="", language="de", actor="Europe", speaker="Marta Weil", holder="Europe",
        mode="indirect", via="", topic="sanctions", stance="favor", score=0.9, confidence=0.8,
        text=TEXT[slice(*span)], start=span[0], end=span[1], cue="",
    )  # fmt: skip
    return TaggedStatement(**{**plain, **change})


def article(*statements: GoldStatement, name: str = "a", language: str = "de") -> GoldArticle:
    return GoldArticle(Article(name, TEXT, language=language), statements)


def figures(annotated: list[GoldStatement], rows: list[TaggedStatement]) -> dict[str, float]:
    return evaluate([article(*annotated)], lambda _: rows)["all"]


def test_all_right() -> None:
    """What is found as annotated scores one throughout."""
    found = figures([gold(FIRST), gold(SECOND)], [row(FIRST), row(SECOND)])
    assert all(
        found[key] == 1
        for key in ("statements_f1", "topic_f1", "topic_actor_stance_f1", "actor", "speaker", "mode", "via", "stance")
    )
    assert found["opposite"] == 0 and found["n"] == 2


@pytest.mark.parametrize(
    ("language", "text", "stance"),
    [
        ("de", "Das sagte sie am Montag.", "favor"),
        ("de", "Sie lehnt das ab.", "against"),
        ("en", "They support it.", "favor"),
        ("en", "They reject it.", "against"),
        ("fr", "They reject it.", "against"),
    ],
)
def test_the_blind_stance_reads_words_alone(language: str, text: str, stance: str) -> None:
    """Words of refusal make it against, whatever they are about; nothing known counts as favour."""
    assert blind_stance(text, language) == stance


def test_found_and_missed() -> None:
    """One of two found, one made up: precision and recall are a half each."""
    found = figures([gold(FIRST), gold(SECOND)], [row(FIRST), row(THIRD)])
    assert (found["statements_precision"], found["statements_recall"], found["statements_f1"]) == (0.5, 0.5, 0.5)
    assert found["topic_actor_stance_f1"] == 0.5


def test_nothing_found() -> None:
    """No rows: nothing is right, and nothing breaks."""
    found = figures([gold(FIRST)], [])
    assert found["statements_f1"] == found["topic_f1"] == found["stance"] == 0
    assert figures([], [])["n"] == 0


@pytest.mark.parametrize(("end", "f1"), [(27, 1), (14, 1), (13, 0)])
def test_spans_must_overlap_by_half(end: int, f1: float) -> None:
    """Half of the words in common is enough, less is not."""
    assert figures([gold(FIRST)], [row((0, end))])["statements_f1"] == f1


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (
            {"actor": "USA", "holder": "USA"},
            {"topic_actor_f1", "topic_actor_stance_f1", "topic_holder_stance_f1", "actor", "holder"},
        ),
        ({"stance": "against"}, {"topic_actor_stance_f1", "topic_holder_stance_f1", "stance"}),
        (
            {"topic": "nato"},
            {"topic_f1", "topic_actor_f1", "topic_actor_stance_f1", "topic_holder_stance_f1", "stance"},
        ),
        (
            {"topic": "other", "stance": ""},
            {"topic_f1", "topic_actor_f1", "topic_actor_stance_f1", "topic_holder_stance_f1", "stance"},
        ),
        ({"holder": "Russia"}, {"topic_holder_stance_f1", "holder"}),
        ({"speaker": "Ann Lee"}, {"speaker"}),
        ({"mode": "direct"}, {"mode"}),
        ({"via": "dpa"}, {"via"}),
    ],
)
def test_what_is_wrong_shows(change: dict, wrong: set[str]) -> None:
    """A mistake lowers its own figures and no other."""
    found = figures([gold(FIRST)], [row(FIRST, **change)])
    keys = {
        "statements_f1",
        "topic_f1",
        "topic_actor_f1",
        "topic_actor_stance_f1",
        "topic_holder_stance_f1",
        "actor",
        "holder",
        "speaker",
        "mode",
        "via",
        "stance",
    }
    assert {key for key in keys if found[key] < 1} == wrong


def test_opposite_stance() -> None:
    """Favor for against is opposite; neutral is only wrong."""
    rows = [row(FIRST, stance="against"), row(SECOND, stance="neutral")]
    assert figures([gold(FIRST), gold(SECOND)], rows)["opposite"] == 0.5


@pytest.mark.parametrize(
    ("annotated", "day", "basis", "right", "invented"),
    [
        ("2025-12-02", "2025-12-02", "expression", 1, None),
        ("2025-12-02", "2025-12-01", "expression", 0, None),
        ("", "2025-12-04", "article", None, 0),  # the article's day is a fallback, not a claim
        ("", "2025-12-04", "expression", None, 1),
    ],
)
def test_dates(annotated: str, day: str, basis: str, right: float | None, invented: float | None) -> None:
    """Annotated days must be met; where there is none, none may be read out of words."""
    found = figures([gold(FIRST, date=annotated)], [row(FIRST, date=day, date_basis=basis)])
    assert (found.get("date"), found.get("date_invented")) == (right, invented)


def test_joint_statement_is_one() -> None:
    """Rows of one statement, a side each, are one statement with both sides."""
    both = gold(FIRST, actors=frozenset({"Europe", "USA"}))
    assert figures([both], [row(FIRST), row(FIRST, actor="USA")])["topic_actor_f1"] == 1
    assert figures([both], [row(FIRST)])["actor"] == 0


def test_languages_apart() -> None:
    """Each language has its own figures beside those of all."""
    items = [article(gold(FIRST)), article(gold(FIRST), name="b", language="en")]
    found = evaluate(items, lambda _: [row(FIRST)])
    assert {name: part["statements_f1"] for name, part in found.items()} == {"all": 0.6667, "de": 1, "en": 0}


def test_interval() -> None:
    """The interval is that of articles drawn anew: none where all are alike, wide where half are right."""
    items = [article(gold(FIRST), name=f"a{i}") for i in range(12)]
    rows = [row(FIRST, article_id=f"a{i}", statement_id=f"s{i}") for i in range(12)]
    assert interval(items, rows, "statements_f1") == (1, 1)
    low, high = interval(items, rows[:6], "statements_recall")
    assert 0.1 <= low < 0.5 < high <= 0.9


@pytest.mark.parametrize(
    ("change", "right"),
    [
        ({}, True),
        ({"actor": "USA"}, False),
        ({"stance": "against"}, False),
        ({"topic": "nato"}, False),
        ({"topic": "other", "stance": ""}, False),
    ],
)
def test_match_rows(change: dict, right: bool) -> None:
    """A row is right where statement, actor, topic and stance all are."""
    assert [fits for _, fits in match_rows([article(gold(FIRST))], [row(FIRST, **change)])] == [right]
    assert [fits for _, fits in match_rows([article(gold(FIRST))], [row(THIRD)])] == [False]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("favor", "favor"), ("against", "against")], 1),
        ([("favor", "favor"), ("against", "favor")], 0.3333),  # (2/3 + 0) / 2
        ([("favor", "neutral")], 0),
        ([], 0),
    ],
)
def test_macro_f1(pairs: list[tuple[str, str]], expected: float) -> None:
    """The mean over the stances that occur."""
    assert macro_f1(pairs) == expected


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("Marta Weil", "Marta Weil", True),
        ("Marta Weil", "Weil", True),
        ("Ministerin Marta Weil", "Marta Weil", True),
        ("Marta Weil", "Ann Lee", False),
        ("Marta Weil", "", False),
        ("", "", True),
    ],
)
def test_same_speaker(a: str, b: str, same: bool) -> None:
    """A name with and without title or first name is one speaker; nobody is only nobody."""
    assert same_speaker(a, b) is same


def gold_file(folder: Path, **change) -> Path:
    statement = dict(
        text="Zweiter\u00a0Satz der Sprecherin.",
        speaker="Marta Weil",
        actor="Europe",
        holder="Europe",
        mode="indirect",
        via=[],
        date=None,
        topics={},
    )
    record = dict(
        id="a",
        lang="de",
        published="2025-12-04",
        text=TEXT,
        statements=[{**statement, **change}, {**statement, **change, "actor": "USA"}],
    )
    file = folder / "gold.jsonl"
    file.write_text(json.dumps(record) + "\n\n", encoding="utf-8")
    return file


def test_read_gold(tmp_path: Path) -> None:
    """Annotated texts are found whatever their blanks; entries with one text are one joint statement."""
    (item,) = read_gold(gold_file(tmp_path))
    (statement,) = item.statements
    assert (statement.start, statement.end) == SECOND
    assert (statement.actors, statement.date, statement.via) == (frozenset({"Europe", "USA"}), "", ())


def test_read_gold_names_the_article(tmp_path: Path) -> None:
    """A text that is not in the article is an error that says where."""
    with pytest.raises(ValueError, match="a: annotated text is not in the article: 'Vierter Satz.'"):
        read_gold(gold_file(tmp_path, text="Vierter Satz."))
