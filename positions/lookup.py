"""What the pages ask of a collection: a narrow table that fits into memory, and the texts of what is shown.

The narrow table has codes for what has few values, and numbers instead of the names of statements and utterances, so
that a million rows take less than 100 MB; ``fill`` puts names and texts back.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from positions import store
from positions.collection import ARTICLE_FIELDS, CHUNK, CONTRACT, ROWS, Collection
from positions.linking import link, list_words
from positions.records import Article, TaggedStatement

# columns that are asked for row by row
LATER = ("title", "url", "text", "cue", "mention", "resolution", "condition", "red_line")
NAMES = ("statement_id", "utterance_id")  # numbered in the narrow table
NUMBERS = (*store.NUMBERS, *store.INTEGERS, "reviewed")
FEW = 200  # rows that are asked for one by one
OPENING = 200  # characters of an article's text in the list of articles, where it has no title


def statements(collection: Collection) -> pd.DataFrame:
    """The table of tagged statements in its order, narrow, with the ``position`` that ``fill`` asks for.

    ``LATER`` are empty. ``NAMES`` are categories of numbers that tell one statement or utterance from another; all
    other texts are categories.
    """
    coded = [name for name in store.COLUMNS if name not in (*LATER, *NAMES, *NUMBERS)]
    asked = [f'"{name}"' for name in (*coded, *NUMBERS)] + [f"hash({name}) AS {name}" for name in NAMES]
    parts: dict[str, list[pa.Array]] = {name: [] for name in (*coded, *NUMBERS, *NAMES, "position")}
    for batch in collection.batches(f"SELECT {', '.join(asked)}, position FROM statements"):
        for name, values in parts.items():
            column = batch.column(name)
            values.append(pc.dictionary_encode(column) if name in coded else column)
    position = _whole(parts.pop("position"), pa.int64()).to_numpy()
    order = np.argsort(position, kind="stable")
    columns: dict[str, Any] = {"position": position[order]}
    for name in (*NUMBERS, *NAMES):
        values = _whole(parts.pop(name), pa.uint64() if name in NAMES else None).to_numpy(zero_copy_only=False)[order]
        columns[name] = _numbered(values) if name in NAMES else values
    for name in coded:
        columns[name] = _coded(parts.pop(name), order)
    pa.default_memory_pool().release_unused()
    empty = pd.Categorical.from_codes(np.zeros(len(order), np.int8), categories=[""])
    columns |= dict.fromkeys(LATER, empty)
    return pd.DataFrame({name: columns[name] for name in (*store.COLUMNS, "position")}, copy=False)


def _whole(parts: Sequence[pa.Array], kind: pa.DataType | None) -> pa.Array:
    return pa.concat_arrays(parts) if parts else pa.array([], kind)


def _numbered(hashes: np.ndarray) -> pd.Categorical:
    """Equal hashes get equal numbers."""
    codes, known = pd.factorize(hashes)
    return pd.Categorical.from_codes(codes.astype(np.int32), categories=pd.RangeIndex(len(known)))


def _coded(parts: Sequence[pa.DictionaryArray], order: np.ndarray) -> pd.Categorical:
    """Categories in the order of their names."""
    whole = pa.chunked_array(parts, pa.dictionary(pa.int32(), pa.string())).unify_dictionaries().combine_chunks()
    known = pd.Index(whole.dictionary.to_pandas(), dtype=str) if len(order) else pd.Index([], dtype=str)
    codes = whole.indices.to_numpy()[order] if len(order) else np.zeros(0, np.int32)
    ranked = known.argsort()
    place = np.empty(len(known), np.int32)
    place[ranked] = np.arange(len(known))
    return pd.Categorical.from_codes(place[codes], categories=known[ranked])


def articles(collection: Collection) -> pd.DataFrame:
    """One row an article in order, with the fields of ``records.Article``.

    ``text`` is only the ``OPENING`` of an article without a title, ``source`` and ``note`` are empty, ``removed`` has
    only the length of that in ``whole_articles``.
    """
    names = ("id", "published", "published_basis", "outlet", "title", "url", "language", "speaker", "warnings")
    sql = f"SELECT {', '.join(names)}, len(removed) AS removed FROM articles ORDER BY place"
    found = collection.table(sql)
    frame = pd.DataFrame({name: found.column(name).to_pandas() for name in names[:-1]}, dtype=str)
    warned = pc.list_value_length(found.column("warnings")).to_numpy() > 0
    warnings = np.full(len(frame), None, object)
    warnings[:] = [()] * len(frame)
    for place in np.flatnonzero(warned):
        warnings[place] = tuple(found.column("warnings")[int(place)].as_py())
    lengths = {int(n): range(int(n)) for n in pc.unique(found.column("removed")).to_pylist()}
    frame["removed"], frame["warnings"] = [lengths[n] for n in found.column("removed").to_pylist()], warnings
    frame["text"] = _openings(collection, frame)
    empty = pd.Categorical.from_codes(np.zeros(len(frame), np.int8), categories=[""])
    return frame.assign(source=empty, note=empty)[list(ARTICLE_FIELDS)]


def _openings(collection: Collection, frame: pd.DataFrame) -> pd.Series:
    found = pd.Series("", index=frame.index, dtype=str)
    if (untitled := frame.index[frame["title"] == ""]).empty:
        return found
    sql = f"SELECT id, left(text, {OPENING}) AS text FROM articles WHERE title = ''"
    known = dict(collection.rows(sql))
    found.loc[untitled] = frame.loc[untitled, "id"].map(known)
    return found


def whole_articles(
    collection: Collection, ids: Iterable[str] = (), positions: Iterable[int] = ()
) -> dict[str, pd.Series]:
    """The articles with these ids, or of the rows at these positions, whole, by id.

    ``removed`` is a list of (text, reason).
    """
    asked = pa.table({"id": pa.array(sorted(set(ids)), pa.string())})
    sql = "SELECT * FROM articles SEMI JOIN asked USING (id)"
    if places := {int(position) // ROWS for position in positions}:
        sql = f"SELECT * FROM articles WHERE {_among('place', places)}"
    found = collection.table(sql, asked=asked).to_pylist()
    pieces = [[(piece["text"], piece["reason"]) for piece in row["removed"]] for row in found]
    return {
        row["id"]: pd.Series({**{name: row[name] for name in ARTICLE_FIELDS}, "removed": cut})
        for row, cut in zip(found, pieces, strict=True)
    }


def text_hashes(collection: Collection) -> dict[str, str]:
    """SHA-256 (hex) of each article's text, by id."""
    return dict(collection.rows("SELECT id, sha256(text) FROM articles"))


def fill(collection: Collection, rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` of ``statements`` with their texts and the names of the statements; utterances stay numbers."""
    names = ("statement_id", *LATER)
    positions = rows["position"].to_numpy()
    sql = f"SELECT position, {', '.join(names)} FROM unlinked"
    if len(positions) <= FEW:  # a plain list lets DuckDB pass over what can't hold them
        found = collection.table(f"{sql} WHERE {_among('position', positions)}")
    else:
        found = collection.table(f"{sql} SEMI JOIN asked USING (position)", asked=_positions(positions))
    at = pd.Index(found.column("position").to_numpy()).get_indexer(positions)
    places = pa.array(at, mask=at < 0)  # what lies beside the collection stays empty
    texts = {name: found.column(name).take(places).to_pandas().fillna("").set_axis(rows.index) for name in names}
    return rows.assign(**texts)


def tables(collection: Collection, positions: np.ndarray) -> Iterator[pd.DataFrame]:
    """The contract's columns of the rows at these ``positions``, in the collection's order, piece by piece."""
    if not len(positions):
        return
    sql = f"SELECT {CONTRACT} FROM statements SEMI JOIN asked USING (position) ORDER BY position"
    for batch in collection.batches(sql, CHUNK, asked=_positions(positions)):
        yield store.conform(batch.to_pandas())


def rows_of(collection: Collection, names: Iterable[str], column: str) -> dict[str, list[int]]:
    """The positions of the rows that have each of these ``names`` in ``column``, one of ``NAMES``."""
    asked = pa.table({column: pa.array(sorted(names), pa.string())})
    source = "unlinked" if column == "statement_id" else "statements"
    found = collection.rows(f"SELECT {column}, position FROM {source} SEMI JOIN asked USING ({column})", asked=asked)
    places: dict[str, list[int]] = {}
    for name, position in found:
        places.setdefault(name, []).append(position)
    return places


def _among(column: str, numbers: Iterable[int]) -> str:
    return f"{column} IN ({', '.join(str(int(number)) for number in numbers) or 'NULL'})"


def _positions(positions: np.ndarray) -> pa.Table:
    return pa.table({"position": pa.array(positions, pa.int64())})


def search(collection: Collection, words: str) -> np.ndarray:
    """The positions of the rows that have ``words``, literally and in any case, in text or title."""
    parts = " OR ".join(f"contains(lower({name}), lower(?))" for name in ("text", "title"))
    found = collection.table(f"SELECT position FROM unlinked WHERE {parts}", [words, words])
    return found.column("position").to_numpy()


def alike(collection: Collection, given: Sequence[Article], hashes: Sequence[str]) -> dict[str, str]:
    """Ids and text hashes (SHA-256, hex) of the articles that have the id or the text of a given one."""
    ids = pa.table({"id": pa.array([article.id for article in given], pa.string())})
    texts = pa.table({"mark": pa.array(hashes, pa.string()), "size": [len(article.text) for article in given]})
    sql = (
        "SELECT id, sha256(text) AS mark FROM articles WHERE id IN (FROM asked) OR "
        "(length(text) IN (SELECT size FROM texts) AND sha256(text) IN (SELECT mark FROM texts))"
    )
    return dict(collection.rows(sql, asked=ids, texts=texts))


def utterances(collection: Collection, rows: Iterable[TaggedStatement]) -> dict[str, str]:
    """The utterance of each statement of which ``rows``, that are not in the collection, change the utterance."""
    given = list(rows)
    links = link(collection, given, list_words(given, [-1] * len(given), [-1] * len(given)))
    return dict(zip(links["statement_id"].to_pylist(), links["utterance_id"].to_pylist(), strict=True))
