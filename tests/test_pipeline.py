"""Articles in, rows out: keys, ids, dates and the promise of the same bytes."""

from collections import Counter

import pytest

from positions import pipeline, store
from positions.records import ACTORS, MODES, STANCES, TOPICS, Article

TEXT = (
    "BERLIN (dpa) - Die Sanktionen gegen Russland sollen bleiben, sagte der dänische Außenminister Mads Overgaard am "
    "Dienstag in Berlin. Eine Lockerung komme nicht infrage.\n\nMoskau verlangt dagegen die Aufhebung aller "
    "Strafmaßnahmen. Am Abend begann es zu regnen."
)


def article(text: str = TEXT, **fields: str) -> Article:
    """An article with a date, as read."""
    return Article(**{"id": "a", "text": text, "published": "2025-12-18", "language": "de"} | fields)


@pytest.fixture(scope="module")
def rows() -> list:
    """The rows of the small article above."""
    return pipeline.tag([article()])


def test_rows_keep_the_contract(rows: list) -> None:
    """Codes, spans and the key (statement, topic, actor) are as README says."""
    assert rows
    assert max(Counter((row.statement_id, row.topic, row.actor) for row in rows).values()) == 1
    for row in rows:
        assert TEXT[row.start : row.end] == row.text
        assert {row.actor, row.holder} <= set(ACTORS)
        assert row.mode in MODES
        assert 0 <= row.confidence <= 1
        assert (row.topic in TOPICS and row.stance in STANCES and -1 <= row.score <= 1) or (
            row.topic == "other" and row.stance == "" and row.score is None
        )


def test_who_says_what_when(rows: list) -> None:
    """The named minister speaks for Europe, on Tuesday; the capital speaks for Russia, on the article's day."""
    minister = next(row for row in rows if row.text.startswith("Die Sanktionen"))
    assert (minister.actor, minister.speaker) == ("Europe", "Mads Overgaard")
    assert minister.topic == "sanctions"
    assert (minister.date, minister.date_basis) == ("2025-12-16", "expression")
    moscow = next(row for row in rows if row.text.startswith("Moskau verlangt"))
    assert (moscow.actor, moscow.topic, moscow.stance) == ("Russia", "sanctions", "against")
    assert (moscow.date, moscow.date_basis) == ("2025-12-18", "article")


def test_a_speech_is_of_whom_the_article_names() -> None:
    """Its own words name nobody."""
    said = (
        "We support Ukraine. We will keep our sanctions on Russia. We ask our partners to do the same. I thank you all."
    )
    found = pipeline.tag([article(said, language="en", speaker="Delegation of Norway")])
    assert {(row.speaker, row.actor) for row in found} == {("Norway", "Europe")}
    assert {(row.resolution, row.sentences_back) for row in found} == {("record → Norway", 0)}
    assert "Norway" not in {row.speaker for row in pipeline.tag([article(said, language="en")])}


def test_weather_is_no_statement(rows: list) -> None:
    """Narration without attribution gives no row."""
    assert not any("regnen" in row.text for row in rows)


def test_same_input_same_bytes() -> None:
    """Two runs, and a run beside other articles, give the same rows."""
    alone = store.jsonl_bytes(store.to_frame(pipeline.tag([article()])))
    again = pipeline.tag([article("Ein anderer Text. Er bleibt allein.", id="b"), article()])
    beside = store.jsonl_bytes(store.to_frame(row for row in again if row.article_id == "a"))
    assert alone == beside


def test_ids_do_not_depend_on_the_file(rows: list) -> None:
    """The id comes from the text: another file name changes nothing."""
    renamed = pipeline.tag([article(id="other-name")])
    assert [row.statement_id for row in renamed] == [row.statement_id for row in rows]


def test_progress_names_each_article() -> None:
    """The caller hears of every article that is done."""
    heard: list[tuple[int, str]] = []
    pipeline.tag([article(id="a"), article(id="b")], progress=lambda done, name: heard.append((done, name)))
    assert heard == [(1, "a"), (2, "b")]


@pytest.mark.parametrize("text", ["", "Wetter.", "1234", "<script>alert(1)</script>", "=SUM(A1)"])
def test_texts_without_statements_do_no_harm(text: str) -> None:
    """Odd text gives rows or none, never an exception."""
    assert all(text[row.start : row.end] == row.text for row in pipeline.tag([article(text)]))
