"""What the pages ask of a collection: a table without texts that fits into memory, and the texts of what is shown."""

from collections.abc import Iterable

import pandas as pd
import pyarrow as pa

from positions import store
from positions.collection import ARTICLE_FIELDS, Collection
from positions.linking import link, list_words
from positions.records import TaggedStatement

LATER = (
    "title",
    "url",
    "text",
    "cue",
    "mention",
    "resolution",
    "condition",
    "red_line",
)  # columns that are asked for row by row
OPENING = 200  # characters of an article's text in the list of articles


def statements(collection: Collection) -> pd.DataFrame:
    """The table of tagged statements in its order, ``LATER`` empty, with the ``position`` that ``fill`` asks for."""
    names = ", ".join(f'"{name}"' for name in store.COLUMNS if name not in LATER)
    found = collection.table(f"SELECT {names}, position FROM statements ORDER BY position").to_pandas()
    empty = pd.Categorical.from_codes([0] * len(found), categories=[""])
    return found.assign(**dict.fromkeys(LATER, empty))[[*store.COLUMNS, "position"]]


def articles(collection: Collection) -> pd.DataFrame:
    """One row an article in order, with the fields of ``records.Article``.

    ``text`` is only the ``OPENING``, ``removed`` and ``warnings`` only have the length of those in ``whole_articles``.
    """
    names = ", ".join(f'"{name}"' for name in ARTICLE_FIELDS if name not in ("text", "removed", "warnings"))
    sql = (
        f"SELECT {names}, left(text, {OPENING}) AS text, len(removed) AS removed, len(warnings) AS warnings "
        "FROM articles ORDER BY place"
    )
    found = collection.table(sql).to_pandas()
    lengths = {name: [range(length) for length in found[name]] for name in ("removed", "warnings")}
    return found.assign(**lengths)[list(ARTICLE_FIELDS)]


def whole_articles(collection: Collection, ids: Iterable[str]) -> dict[str, pd.Series]:
    """Those of these articles that the collection holds, whole, by id; ``removed`` as a list of (text, reason)."""
    asked = pa.table({"id": pa.array(sorted(set(ids)), pa.string())})
    found = collection.table("SELECT * FROM articles SEMI JOIN asked USING (id)", asked=asked).to_pylist()
    pieces = [[(piece["text"], piece["reason"]) for piece in row["removed"]] for row in found]
    return {
        row["id"]: pd.Series({**{name: row[name] for name in ARTICLE_FIELDS}, "removed": cut})
        for row, cut in zip(found, pieces, strict=True)
    }


def text_hashes(collection: Collection) -> dict[str, str]:
    """SHA-256 (hex) of each article's text, by id."""
    return dict(collection.rows("SELECT id, sha256(text) FROM articles"))


def fill(collection: Collection, rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` of ``statements`` with their texts; those that have theirs, or no ``position``, keep them."""
    asked = rows.loc[(rows["position"] >= 0) & (rows["text"].astype(object) == ""), "position"]
    if asked.empty:
        return rows
    names = ", ".join(f'"{name}"' for name in LATER)
    sql = f"SELECT position, {names} FROM unlinked SEMI JOIN asked USING (position)"
    positions = pa.table({"position": pa.array(asked.to_numpy(), pa.int64())})
    found = collection.table(sql, asked=positions).to_pandas().set_index("position")
    texts = found.reindex(asked.to_numpy()).set_axis(asked.index)
    texts = texts.astype(object).fillna("")
    return rows.assign(**{name: texts[name].reindex(rows.index).fillna(rows[name].astype(object)) for name in LATER})


def search(collection: Collection, words: str) -> list[int]:
    """The positions of the rows that have ``words``, literally and in any case, in text or title."""
    parts = " OR ".join(f"contains(lower({name}), lower(?))" for name in ("text", "title"))
    return [at for (at,) in collection.rows(f"SELECT position FROM unlinked WHERE {parts}", [words, words])]


def utterances(collection: Collection, rows: Iterable[TaggedStatement]) -> dict[str, str]:
    """The utterance of each statement of which ``rows``, that are not in the collection, change the utterance."""
    given = list(rows)
    links = link(collection, given, list_words(given, [-1] * len(given), [-1] * len(given)))
    return dict(zip(links["statement_id"].to_pylist(), links["utterance_id"].to_pylist(), strict=True))
