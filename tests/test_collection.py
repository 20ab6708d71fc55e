"""A collection on disk: what is read, what is kept, what is refused."""

import io
import json
from dataclasses import replace
from pathlib import Path

import invented
import pandas as pd
import pytest

from positions import collection, ingest, store
from positions.collection import BadCollection, Collection, Manifest


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Collection:
    """A collection of 40 articles in small parts."""
    monkeypatch.setattr(ingest, "BATCH", 4)
    monkeypatch.setattr(collection, "FAN", 3)
    opened = collection.create(tmp_path / "store")
    ingest.add(opened, invented.archive(40), invented.Tagger(), lambda outcome: None)
    return opened


def csv(opened: Collection) -> bytes:
    buffer = io.BytesIO()
    store.write_frames(opened.statements(), buffer, "csv")
    return buffer.getvalue()


def parts(opened: Collection) -> set[str]:
    return {path.name for path in (opened.folder / "parts").iterdir()}


def test_an_empty_collection_is_an_empty_table(tmp_path: Path) -> None:
    """A header and no rows; opening it twice changes nothing."""
    opened = collection.create(tmp_path / "new")
    assert csv(opened) == store.csv_bytes(store.to_frame([])) == csv(collection.create(tmp_path / "new"))
    assert set(opened.counts().values()) == {0}


def test_small_parts_become_few_large_ones(filled: Collection) -> None:
    """Ten batches leave few parts, in the order of their numbers."""
    assert sum(part["articles"] for part in filled.manifest.parts) == 40 and len(filled.manifest.parts) <= 4
    assert csv(filled) == store.csv_bytes(invented.table(invented.archive(40)))


def test_a_part_that_no_manifest_names_is_ignored_and_swept(filled: Collection) -> None:
    """What a dead run left is never read, stays while readers may be at work, and then goes."""
    before = csv(filled)
    (filled.folder / "parts" / "99-dead").mkdir()
    (filled.folder / "parts" / "99-dead" / "statements.parquet").write_bytes(b"half")
    with filled.writing():
        assert csv(filled) == before and "99-dead" in parts(filled)
        filled.sweep(grace=0)
    assert parts(filled) == {part["name"] for part in filled.manifest.parts}


def test_versions_are_kept_until_compact(filled: Collection) -> None:
    """The state before each run can be opened; compact gives it up and changes no row."""
    before, version = csv(filled), filled.manifest.version
    ingest.remove(filled, ["a-0", "a-39"])
    after = csv(filled)
    assert [one.version for one in filled.versions()][-2:] == [version, filled.manifest.version]
    assert csv(collection.load(filled.folder, version)) == before != after
    with filled.writing():
        filled.compact()
    assert csv(filled) == after and len(filled.versions()) == len(parts(filled)) == 1 and filled.manifest.dead == ()
    with pytest.raises(BadCollection, match=f"has no version {version}; there are {filled.manifest.version}"):
        collection.load(filled.folder, version)


def test_a_reader_goes_on_while_parts_are_swept(filled: Collection) -> None:
    """A collection that was opened before parts were merged away finds their rows in the new ones."""
    reader = collection.load(filled.folder)
    with filled.writing():
        filled.compact()
    assert reader.rows("SELECT count(*) FROM articles") == [(40,)]


def test_a_part_whose_articles_are_all_replaced_is_left_out(filled: Collection) -> None:
    """Dead articles cost no more than the version that is kept: their parts are no longer read."""
    old = {part["name"] for part in filled.manifest.parts}
    ingest.retag(filled, invented.Tagger(name="two"), lambda outcome: None)
    assert not old & {part["name"] for part in filled.manifest.parts} and old <= parts(filled)
    found, wanted = pd.concat(list(filled.statements())), invented.table(invented.archive(40))
    assert list(found["statement_id"]) == list(wanted["statement_id"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format_version": 2}, "has format 2, this program reads 1; install the newer program"),
        ({"format_version": 0}, "has format 0, this program reads 1; add its articles to a new folder"),
        ({"format": "other"}, "manifest.json is not that of a collection"),
    ],
)
def test_another_format_is_refused_with_what_to_do(filled: Collection, change: dict, reason: str) -> None:
    """A newer, an older and a foreign manifest."""
    path = filled.folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(BadCollection, match=reason):
        collection.load(filled.folder)


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    """A folder with other files is not made a collection, and none is not opened."""
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(BadCollection, match="holds other files; name a new or an empty folder"):
        collection.create(tmp_path)
    with pytest.raises(BadCollection, match="there is no collection in it; 'add' begins one"):
        collection.load(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    assert not collection.is_collection(tmp_path)
    with pytest.raises(BadCollection, match="is not that of a collection"):
        collection.load(tmp_path)


def test_dead_numbers_are_kept_as_ranges() -> None:
    """Neighbours join, and a part that holds nothing else goes with its range."""
    two = tuple(
        {"name": name, "first": first, "last": first + 3, "articles": 4} for name, first in (("a", 0), ("b", 4))
    )
    manifest = replace(Manifest(), parts=two, dead=((1, 1),))
    left, dropped = collection._without(manifest, [2, 6])
    assert (left.dead, dropped) == (((1, 2), (6, 6)), [])
    left, dropped = collection._without(left, [0, 3])
    assert (left.dead, dropped, left.parts) == (((6, 6),), [two[0]], two[1:])
