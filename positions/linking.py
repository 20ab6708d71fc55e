"""New statements and those of a collection -> which are one utterance, without reading the collection's texts.

``words`` lists for each statement the 64-bit keys of its trigrams (see ``positions.utterances``), so that only
statements that share one are looked up and compared. ``links`` says for each statement that was joined to others the
``root`` that names them all, and its ``date`` where its own words give one; the row with the latest ``since`` holds,
and one without a root takes the statement out. A collection that only grew is linked as ``join_utterances`` would link
its whole table. Where articles change or go, only the utterances that they took part in are joined anew; where days of
speech contradict each other, the outcome then depends on what came first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pyarrow as pa

from positions.collection import SCHEMAS, Collection
from positions.records import TaggedStatement
from positions.utterances import COMPARED, Joined, name_utterance, trigrams


@dataclass(frozen=True, slots=True)
class _Said:
    statement_id: str
    utterance_id: str
    speaker: str
    actor: str
    date: str
    date_basis: str
    text: str
    cue: str
    position: int

    @property
    def day(self) -> str:
        """The day by the statement's own words, or nothing."""
        return self.date if self.date_basis == "expression" else ""


_FIELDS = tuple(field.name for field in fields(_Said))
Links = dict[str, tuple[str, str]]  # statement -> root, date


def list_words(rows: Sequence[TaggedStatement], numbers: Sequence[int], positions: Sequence[int]) -> pa.Table:
    """The table ``words`` of new rows; ``numbers`` and ``positions`` are those of the rows."""
    places: dict[tuple[int, str], tuple[TaggedStatement, int]] = {}
    for row, number, position in zip(rows, numbers, positions, strict=True):
        places.setdefault((number, row.statement_id), (row, position))
    words = [(key, number, at) for (number, _), (row, at) in places.items() for key in trigrams(row)]
    columns = zip(*words, strict=True) if words else ([], [], [])
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, SCHEMAS["words"].types, strict=True)],
                    schema=SCHEMAS["words"])  # fmt: skip


def link(
    collection: Collection, rows: Sequence[TaggedStatement], words: pa.Table, gone: Iterable[int] = ()
) -> pa.Table:
    """What to add to ``links`` when ``rows`` come, with their ``words``, and articles with the numbers ``gone`` go."""
    out = pa.table({"number": pa.array(sorted(gone), pa.int64())})
    fresh: dict[str, _Said] = {}
    for row in rows:
        fresh.setdefault(row.statement_id, _said(row))
    ids = collection.rows("SELECT statement_id FROM unlinked SEMI JOIN o USING (number)", o=out)
    leaving = {key for (key,) in ids}
    stored = _clusters(collection, leaving)
    staying = _living(collection, "statement_id", pa.array(sorted({*stored, *leaving, *fresh}), pa.string()), out)
    rest = {key: said for key, said in staying.items() if key in stored or key in leaving}
    new = {key: said for key, said in fresh.items() if key not in staying}
    joined = Joined()
    joined.add(rest.values())
    outside, links = _take_candidates(collection, joined, words, out) if new else ({}, {})
    stored |= links
    joined.add(new.values())
    roots = joined.roots()
    dates = {key: date for key, (_, date) in stored.items()}
    dates |= {key: one.day for key, one in (outside | rest | new).items()}
    now = {key: roots.get(key) or roots.get(root, root) for key, (root, _) in stored.items() if key not in leaving}
    now |= {key: root for key, root in roots.items() if key in joined}
    return _changes(stored, now, dates, collection.manifest.version + 1)


def _take_candidates(
    collection: Collection, joined: Joined, words: pa.Table, out: pa.Table
) -> tuple[dict[str, _Said], Links]:
    """Make known what the collection holds of the same trigrams; returns it, and the links of all that hangs on it."""
    found = collection.rows(
        "SELECT trigram, position FROM words SEMI JOIN w USING (trigram) ANTI JOIN o USING (number) "
        f"QUALIFY row_number() OVER (PARTITION BY trigram ORDER BY position) <= {COMPARED} ORDER BY position",
        w=words.select(["trigram"]), o=out,
    )  # fmt: skip
    places = pa.array(sorted({position for _, position in found}), pa.int64())
    candidates = {key: said for key, said in _living(collection, "position", places, out).items() if key not in joined}
    links = _clusters(collection, candidates)
    days: dict[str, set[str]] = defaultdict(set)
    for root, date in links.values():
        days[root] |= {date} - {""}
    for key, said in candidates.items():
        root = links.get(key, (key, ""))[0]
        joined.know(said, root, days[root] or {said.day} - {""})
    at = {said.position: key for key, said in candidates.items()}
    for trigram, position in found:
        if position in at:
            joined.hold(trigram, at[position])
    return candidates, links


def _clusters(collection: Collection, keys: Iterable[str]) -> Links:
    """The links of these statements and of all that share a root with them."""
    asked = pa.table({"statement_id": pa.array(sorted(keys), pa.string())})
    if not len(asked):
        return {}
    found = collection.rows(
        "SELECT statement_id, root, date FROM links WHERE root IN "
        "(SELECT root FROM links SEMI JOIN asked USING (statement_id))",
        asked=asked,
    )
    return {key: (root, date) for key, root, date in found}


def _living(collection: Collection, column: str, values: pa.Array, out: pa.Table) -> dict[str, _Said]:
    """The first row of each statement whose ``column`` is among ``values`` and that does not go, in their order."""
    if not len(values):
        return {}
    names = ", ".join(_FIELDS)
    found = collection.rows(
        f"SELECT {names} FROM unlinked SEMI JOIN asked USING ({column}) ANTI JOIN o USING (number) "
        "QUALIFY row_number() OVER (PARTITION BY statement_id ORDER BY position) = 1 ORDER BY position",
        asked=pa.table({column: values}), o=out,
    )  # fmt: skip
    return {values[0]: _Said(*values) for values in found}


def _said(row: TaggedStatement, position: int = 0) -> _Said:
    values: list[Any] = [*(getattr(row, name) for name in _FIELDS[:-1]), position]
    return _Said(*values)


def _changes(stored: Links, now: Mapping[str, str], dates: Mapping[str, str], since: int) -> pa.Table:
    """The links that are not as stored: new members of what has several, others' new roots, and what is gone."""
    members = Counter(now.values())
    rows = [
        (key, root, name_utterance(root), dates[key], since)
        for key, root in now.items()
        if (stored[key][0] != root if key in stored else members[root] > 1)
    ]
    rows += [(key, "", "", "", since) for key in stored if key not in now]
    columns = zip(*rows, strict=True) if rows else ([],) * len(SCHEMAS["links"].names)
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, SCHEMAS["links"].types, strict=True)],
                    schema=SCHEMAS["links"])  # fmt: skip
