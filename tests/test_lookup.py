"""What pages ask of a collection: the narrow table says the same as the whole one, and texts come for what is shown."""

from hashlib import sha256
from pathlib import Path

import invented
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from benchmarks import corpora
from positions import collection, ingest, lookup, measures, store
from positions.collection import Collection
from positions.records import Article
from positions.ui import reading

N = 600


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """A generated collection in several parts."""
    return collection.load(corpora.fill(tmp_path_factory.mktemp("store") / "one", N))


@pytest.fixture(scope="module")
def corpus(opened: Collection) -> reading.Corpus:
    return reading.Corpus(measures.prepare(lookup.statements(opened)), lookup.articles(opened), (), "k", opened)


@pytest.fixture(scope="module")
def whole(opened: Collection) -> pd.DataFrame:
    """The same as an ordinary table, wholly in memory."""
    return pd.concat(list(opened.statements()), ignore_index=True)


def test_the_narrow_table_says_the_same(opened, whole):
    """Measures of it are those of the whole table, in a fraction of the memory; texts are not in it."""
    narrow = lookup.statements(opened)
    assert set(narrow["text"]) == {""} and narrow["position"].is_monotonic_increasing
    for name in ("actor", "topic", "date", "outlet", "article_id", "speaker", "start"):
        assert list(narrow[name]) == list(whole[name]), name
    for name in lookup.NAMES:
        assert (pd.factorize(narrow[name])[0] == pd.factorize(whole[name])[0]).all(), name
    pd.testing.assert_frame_equal(
        measures.matrix(measures.prepare(narrow)), measures.matrix(measures.prepare(whole.copy()))
    )
    assert narrow.memory_usage().sum() < 100 * len(narrow) + 20_000


def test_texts_come_for_what_is_shown(corpus, whole):
    """Any rows in any order get their own texts; what has its texts is left alone."""
    places = [5, 2, 590, 17]
    rows = corpus.full(corpus.statements.iloc[places])
    for name in ("text", "title", "statement_id"):
        assert list(rows[name]) == list(whole[name].iloc[places]), name
    assert corpus.full(rows) is rows


def test_whole_rows_come_in_pieces(corpus, whole, monkeypatch):
    """The files of a selection hold its rows and no others, with the names of the utterances."""
    monkeypatch.setattr(lookup, "CHUNK", 50)
    rows = corpus.statements[corpus.statements["side"] == "Russia"]
    parts = list(corpus.tables(rows))
    assert max(map(len, parts)) <= 50
    found = pd.concat(parts, ignore_index=True)
    expected = whole[(whole["holder"] == "Russia").to_numpy()].reset_index(drop=True)
    pd.testing.assert_frame_equal(store.conform(found), store.conform(expected))
    assert [len(part) for part in corpus.tables(rows.iloc[:0])] == [0]


@pytest.mark.parametrize(
    ("column", "upwards"), [("day", False), ("day", True), ("confidence", False), ("article_id", True)]
)
def test_pages_are_sorted_as_the_whole_would_be(corpus, column, upwards):
    """Every page in turn gives every row once; what has no day comes last."""
    rows = measures.select(corpus.statements, topics=["nato"])
    keys = [column, "article_id", "start", "topic", "actor"]
    expected = rows.sort_values(keys, ascending=[upwards, True, True, True, True], na_position="last")
    pages = [corpus.page(rows, column, upwards, start, 25) for start in range(0, len(rows), 25)]
    assert list(pd.concat(pages).index) == list(expected.index)
    assert corpus.page(rows, column, upwards, len(rows), 25).empty
    assert (pages[0]["text"] != "").all()


def test_search_finds_texts_and_speakers(corpus, whole):
    """Literally and in any case; nothing is found where nothing is."""
    found = corpus.search(corpus.statements, "NUMBER 77 ")
    assert list(found["position"]) == list(corpus.statements["position"][whole["text"].str.contains("number 77 ")])
    assert set(corpus.search(corpus.statements, "person 3")["speaker"].str[:8]) == {"Person 3"}
    assert corpus.search(corpus.statements, "%_").empty and corpus.search(corpus.statements, "no such words").empty


def test_the_list_of_articles_holds_no_texts(corpus, opened):
    """Except the beginning of those without a title; whole ones are fetched by themselves."""
    assert len(corpus.articles) == len(set(corpus.articles["id"])) == N // 5
    assert set(corpus.articles["text"]) == {""}
    one = corpus.article("a7")
    assert "Sentence number" in one["text"] and corpus.article("nobody") is None and corpus.listed("nobody") is None


def test_articles_that_are_there_are_recognised(corpus):
    """By id or by text; others are not named."""
    text = corpus.article("a7")["text"]
    found = corpus.alike([Article("x", text), Article("a3", "Something else."), Article("new", "Quite new.")])
    assert set(found) == {"a7", "a3"}


def test_parts_of_an_earlier_program_are_read(tmp_path):
    """Columns that it did not know yet are filled in, in the narrow table and in whole rows."""
    folder = corpora.fill(tmp_path / "store", 50)
    for path in folder.glob("parts/*/statements.parquet"):
        pq.write_table(pq.read_table(path).drop_columns(list(store.YOUNGER)), path)
    opened = collection.load(folder)
    for found in (lookup.statements(opened), *opened.statements(), *lookup.tables(opened, np.arange(5))):
        assert len(found) and all((found[name] == blank).all() for name, blank in store.YOUNGER.items())


def test_articles_of_an_earlier_program_are_read(tmp_path):
    """It kept no column that says who gave a speech."""
    folder = corpora.fill(tmp_path / "store", 50)
    for path in folder.glob("parts/*/articles.parquet"):
        pq.write_table(pq.read_table(path).drop_columns(["speaker"]), path)
    opened = collection.load(folder)
    found = lookup.articles(opened)
    assert len(found) and (found["speaker"] == "").all()
    opened.compact()
    assert (lookup.articles(opened)["speaker"] == "").all()


def test_an_empty_collection_is_an_empty_corpus(tmp_path):
    """Before the first article there is nothing to show, and nothing fails."""
    opened = collection.create(tmp_path / "store")
    frame = measures.prepare(lookup.statements(opened))
    corpus = reading.Corpus(frame, lookup.articles(opened), (), "k", opened)
    assert len(frame) == 0 and len(corpus.catalogue) == 0 and corpus.values("outlet") == []
    assert [len(part) for part in corpus.tables(frame)] == [0] and np.isnan(measures.matrix(frame)["position"]).all()


@pytest.fixture
def filled(tmp_path: Path) -> Collection:
    """A collection of twelve articles."""
    opened = collection.create(tmp_path / "store")
    ingest.add(opened, invented.archive(12), invented.Tagger(), lambda outcome: None)
    return opened


def test_hashes_are_those_of_the_whole_texts(filled: Collection) -> None:
    """As a bundle lists them."""
    wanted = {one.id: sha256(one.text.encode()).hexdigest() for one in invented.archive(12)}
    assert lookup.text_hashes(filled) == wanted


def test_an_upload_joins_the_utterances_of_the_collection(filled: Collection) -> None:
    """The same words in an upload are an occurrence of what is there; the collection is not changed."""
    text = "Der Zug nach Norden fährt wieder jede Stunde, sagte Ada Holm."
    ingest.add(filled, [invented.article("train", text)], invented.Tagger(), lambda outcome: None)
    (there,), (copy,) = (invented.tag(invented.article("x", words)) for words in (text, f"Vorab.\n\n{text}"))
    before = filled.manifest
    found = lookup.utterances(filled, [copy])
    assert set(found) == {there.statement_id, copy.statement_id} and len(set(found.values())) == 1
    assert filled.manifest == before
