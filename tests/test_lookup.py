"""What the pages ask of a collection: no texts until they are shown, then those of what is shown."""

from hashlib import sha256
from pathlib import Path

import invented
import pandas as pd
import pytest

from positions import collection, ingest, lookup, store
from positions.collection import Collection


@pytest.fixture
def filled(tmp_path: Path) -> Collection:
    """A collection of twelve articles."""
    opened = collection.create(tmp_path / "store")
    ingest.add(opened, invented.archive(12), invented.Tagger(), lambda outcome: None)
    return opened


def test_the_table_comes_without_texts(filled: Collection) -> None:
    """All rows in their order, every column there, those of text empty."""
    found, wanted = lookup.statements(filled), invented.table(invented.archive(12))
    assert list(found.columns) == [*store.COLUMNS, "position"] and found["position"].is_monotonic_increasing
    assert list(found["statement_id"]) == list(wanted["statement_id"])
    assert all((found[name] == "").all() for name in lookup.LATER)
    assert list(found["utterance_id"]) == list(wanted["utterance_id"])


def test_texts_are_filled_in_for_the_rows_that_are_shown(filled: Collection) -> None:
    """In whatever order they stand; filled rows and those of an upload keep what they have."""
    some = lookup.statements(filled).iloc[[7, 2, 30]]
    upload = some.iloc[[0]].assign(position=-1, statement_id="own").astype({"text": object})
    asked = pd.concat([some.astype({"text": object}), upload], ignore_index=True)
    found = lookup.fill(filled, asked)
    wanted = invented.table(invented.archive(12)).iloc[[7, 2, 30]]
    assert list(found["text"]) == [*wanted["text"], ""]
    assert list(found["cue"])[:3] == ["sagte"] * 3
    pd.testing.assert_frame_equal(lookup.fill(filled, found), found)


def test_articles_come_with_their_opening(filled: Collection) -> None:
    """One row an article in order, the text cut; the whole one on request, unknown ids left out."""
    listed = lookup.articles(filled)
    assert list(listed["id"]) == [f"a-{n}" for n in range(12)]
    assert listed["text"].str.len().max() <= lookup.OPENING
    whole = lookup.whole_articles(filled, ["a-3", "none"])
    assert list(whole) == ["a-3"]
    assert whole["a-3"]["text"] == list(invented.archive(12))[3].text


def test_hashes_are_those_of_the_whole_texts(filled: Collection) -> None:
    """As a bundle lists them."""
    wanted = {one.id: sha256(one.text.encode()).hexdigest() for one in invented.archive(12)}
    assert lookup.text_hashes(filled) == wanted


def test_words_are_searched_literally(filled: Collection) -> None:
    """In any case; no pattern of the query language has a meaning."""
    rows = lookup.statements(filled)
    found = lookup.search(filled, "SAGTE ADA HOLM")
    speakers = rows.set_index("position")["speaker"]
    assert set(found) == set(rows.loc[rows["speaker"] == "Ada Holm", "position"]) and len(found) < len(speakers)
    assert lookup.search(filled, "%") == lookup.search(filled, "_") == []


def test_an_upload_joins_the_utterances_of_the_collection(filled: Collection) -> None:
    """The same words in an upload are an occurrence of what is there; the collection is not changed."""
    text = "Der Zug nach Norden fährt wieder jede Stunde, sagte Ada Holm."
    ingest.add(filled, [invented.article("train", text)], invented.Tagger(), lambda outcome: None)
    (there,), (copy,) = (invented.tag(invented.article("x", words)) for words in (text, f"Vorab.\n\n{text}"))
    before = filled.manifest
    found = lookup.utterances(filled, [copy])
    assert set(found) == {there.statement_id, copy.statement_id} and len(set(found.values())) == 1
    assert filled.manifest == before
