"""Articles into a collection and out of it: what is new, tagging in batches, one commit a batch.

An article is there already when one with the same text, date, outlet, title, address, language and speaker is. It has
changed when it comes from the same file or address as one that is there, or has the same id out of a table; it then
keeps its id and its place. Any other is new, and gets a number after its id where the id is taken. Nothing of a batch
counts until its commit, and what was committed is found again as already there: a run that died is simply started
again.
"""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa

from positions import __version__, bundle, classifier, cluster, codebook, pipeline
from positions.codebook.entries import Codebook
from positions.collection import ARTICLE_FIELDS, CONTRACT, ROWS, SCHEMAS, Collection
from positions.linking import link, list_words
from positions.records import Article, Removed, TaggedStatement, Unusable
from positions.store import COLUMNS
from positions.utterances import name_utterance
from positions.workers import Failure, work_through

BATCH = 16  # articles a commit
Tag = Callable[[Article], list[TaggedStatement]]
Report = Callable[["Outcome"], None]


@dataclass
class Outcome:
    """What a run has done so far, in articles; ``failed`` are those that could not be tagged, with the reason.

    ``lost`` names the corrected statements, as (article id, text), that a changed article no longer has.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    statements: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    lost: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Tagger:
    """By what a collection is tagged: ``model`` as in ``pipeline.open_reader``, ``codebook`` a file; else the shipped.

    ``workers`` is how many processes tag; with a ``scheduler``, the address of a Dask cluster, its workers do.
    """

    model: Path | str | None = None
    codebook: Path | None = None
    workers: int = 1
    scheduler: str = ""

    def open(self) -> Tag:
        """The function that tags one article; raises Unusable."""
        book = self.book()
        return partial(_tag, reader=pipeline.open_reader(self.model or classifier.MODEL, book), book=book)

    def book(self) -> Codebook:
        """The codebook; raises Unusable."""
        return codebook.load_own(self.codebook) if self.codebook else codebook.load()

    def facts(self) -> dict[str, Any]:
        """Names, versions and hashes of model and codebook, and the program's version."""
        book = self.book()
        known = bundle.own_codebook_facts(book)
        return {
            "model": bundle.facts_of(self.model or classifier.MODEL),
            "codebook": {key: known[key] for key in ("version", "sha256")}
            | {"topics": [topic.key for topic in book.topics]},
            "app": __version__,
        }


def add(collection: Collection, found: Iterable[Any], tagger: Tagger, report: Report) -> Outcome:
    """Tag what is new or changed among ``found``; what is no ``Article`` is passed over.

    ``report`` is called after each commit. Raises Unusable where the collection was tagged by another model or
    codebook, and ``BadCollection`` where another run is writing.
    """
    outcome = Outcome()
    with collection.writing():
        facts = tagger.facts()
        _check_tagger(collection, facts)
        planner = _Planner(collection, outcome)
        fresh = planner.fresh(item for item in found if isinstance(item, Article))
        _tag_all(collection, _batches(fresh, BATCH), tagger, facts, outcome, report)
    report(outcome)
    return outcome


def retag(collection: Collection, tagger: Tagger, report: Report) -> Outcome:
    """Tag anew what was tagged by another model, codebook or version of the program; corrections stay.

    A statement that a person has reviewed keeps its rows as they are; what the new tagging finds in its place is left
    out.
    """
    outcome = Outcome()
    with collection.writing():
        facts = tagger.facts()
        if collection.manifest.tagger != facts:
            collection.commit(tagger=facts)
        _tag_all(collection, _outdated(collection, _key(facts)), tagger, facts, outcome, report)
    report(outcome)
    return outcome


def remove(collection: Collection, ids: Iterable[str]) -> list[str]:
    """Take articles out until they are added again; returns the ids that the collection does not hold."""
    wanted = list(dict.fromkeys(ids))
    with collection.writing():
        asked = pa.table({"id": pa.array(wanted, pa.string())})
        known = dict(collection.rows("SELECT id, number FROM articles SEMI JOIN asked USING (id)", asked=asked))
        if known:
            _commit(collection, [], known.values())
    return [one for one in wanted if one not in known]


def describe(collection: Collection) -> dict[str, Any]:
    """What ``info`` prints; ``outdated`` counts the articles that wait for ``retag``, ``versions`` are those kept."""
    manifest = collection.manifest
    outdated = collection.rows("SELECT count(*) FROM articles WHERE tagger <> ?", [_key(manifest.tagger)])[0][0]
    days = collection.rows("SELECT min(published), max(published) FROM articles WHERE published <> ''")[0]
    return {
        "folder": str(collection.folder),
        "version": manifest.version,
        "saved": manifest.saved,
        **collection.counts(),
        "first_day": days[0] or "",
        "last_day": days[1] or "",
        "outdated": outdated,
        "tagged_by": manifest.tagger,
        "bytes": collection.size(),
        "versions": [{"version": one.version, "saved": one.saved} for one in collection.versions()],
    }


def to_article(row: dict[str, Any]) -> Article:
    """The article in a row of the table ``articles``."""
    values = {name: row[name] for name in ARTICLE_FIELDS}
    removed = tuple(Removed(**piece) for piece in values.pop("removed"))
    return Article(**{**values, "removed": removed, "warnings": tuple(values["warnings"])})


# --- what is new -----------------------------------------------------------------------------------------------------


class _Planner:
    """Tells new and changed articles from those that are there, those that this run has taken up included.

    What it knows of them lies in a temporary file of its own, beyond a small cache.
    """

    def __init__(self, collection: Collection, outcome: Outcome) -> None:
        self._outcome = outcome
        self._run = sqlite3.connect("", isolation_level=None).execute
        self._run("CREATE TABLE known (id TEXT PRIMARY KEY, digest TEXT, origin TEXT) WITHOUT ROWID")
        for name in ("digest", "origin"):
            self._run(f"CREATE INDEX {name}s ON known ({name})")
        for chunk in collection.batches("SELECT id, digest, origin FROM articles"):
            for row in zip(*chunk.to_pydict().values(), strict=True):
                self._note(*row)

    def fresh(self, articles: Iterable[Article]) -> Iterator[Article]:
        for article in articles:
            mark, place = digest(article), origin(article.source)
            if self._find("digest", mark):
                self._outcome.same += 1
                continue
            old = (place and self._find("origin", place)) or (_is_named(article) and self._find("id", article.id))
            name = old or self._free(article.id)
            self._note(name, mark, place)
            yield replace(article, id=name)

    def _find(self, column: str, value: str) -> str:
        """The id of an article that is known, or nothing."""
        found = self._run(f"SELECT id FROM known WHERE {column} = ? LIMIT 1", [value]).fetchone()
        return found[0] if found else ""

    def _free(self, name: str) -> str:
        names = (name if n == 1 else f"{name}-{n}" for n in count(1))
        return next(one for one in names if not self._find("id", one))

    def _note(self, name: str, mark: str, place: str) -> None:
        self._run("INSERT OR REPLACE INTO known VALUES (?, ?, ?)", [name, mark, place])


def digest(article: Article) -> str:
    """Tells whether two articles would give the same rows, but for the id."""
    parts = [article.text, article.published, article.outlet, article.title, article.url, article.language]
    parts += [article.speaker] if article.speaker else []  # collections of earlier versions know no such thing
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def origin(source: str) -> str:
    """Where an article comes from, the same from whatever folder the program is started; empty when unknown."""
    place = source if not source or "://" in source else os.path.abspath(source)
    return hashlib.blake2b(place.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest() if place else ""


def _is_named(article: Article) -> bool:
    """Whether the id is the article's own, out of a table, and not made from the name of its file."""
    path = article.source.rsplit("#", 1)[0]
    return bool(path) and not article.id.startswith(PurePath(path).stem)


def _outdated(collection: Collection, key: str) -> Iterator[list[Article]]:
    """The articles that were not tagged by the tagger ``key``, in their order."""
    place = -1
    while True:
        sql = "SELECT * FROM articles WHERE tagger <> ? AND place > ? ORDER BY place LIMIT ?"
        found = collection.table(sql, [key, place, BATCH]).to_pylist()
        if not found:
            return
        place = found[-1]["place"]
        yield [to_article(row) for row in found]


def _batches(articles: Iterable[Article], size: int) -> Iterator[list[Article]]:
    batch: list[Article] = []
    for article in articles:
        batch.append(article)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


# --- tagging and committing ------------------------------------------------------------------------------------------


def _tag_all(
    collection: Collection,
    batches: Iterable[Sequence[Article]],
    tagger: Tagger,
    facts: dict[str, Any],
    outcome: Outcome,
    report: Report,
) -> None:
    for batch, results in _work_through(batches, tagger, facts):
        tagged = [(a, rows) for a, rows in zip(batch, results, strict=True) if not isinstance(rows, Failure)]
        outcome.failed += [(a.id, r.reason) for a, r in zip(batch, results, strict=True) if isinstance(r, Failure)]
        if tagged:
            _replace(collection, tagged, facts, outcome)
        report(outcome)


def _work_through(
    batches: Iterable[Sequence[Article]], tagger: Tagger, facts: dict[str, Any]
) -> Iterator[tuple[Sequence[Article], Sequence[Any]]]:
    if not tagger.scheduler:
        return work_through(batches, tagger.open, tagger.workers)
    there = replace(
        tagger,
        model=os.path.abspath(tagger.model) if tagger.model and os.path.exists(tagger.model) else tagger.model,
        codebook=tagger.codebook and tagger.codebook.absolute(),
    )
    return cluster.work_through(batches, partial(_open_same, there, facts), tagger.scheduler)


def _open_same(tagger: Tagger, facts: dict[str, Any]) -> Tag:
    """``tagger.open`` on another machine, where it must be the same program, model and codebook; raises Unusable."""
    found = tagger.facts()
    if other := [name for name in facts if found[name] != facts[name]]:
        names = {"app": "version of the program"}
        raise Unusable(f"it has another {' and '.join(names.get(name, name) for name in other)} than this machine")
    return tagger.open()


def _replace(
    collection: Collection,
    tagged: Sequence[tuple[Article, list[TaggedStatement]]],
    facts: dict[str, Any],
    outcome: Outcome,
) -> None:
    """Commit tagged articles in the place of those with the same ids."""
    tagged = list({article.id: (article, rows) for article, rows in tagged}.values())
    asked = pa.table({"id": pa.array([article.id for article, _ in tagged], pa.string())})
    live = collection.rows("SELECT id, number, place FROM articles SEMI JOIN asked USING (id)", asked=asked)
    places = {name: place for name, _, place in live}
    gone = [number for _, number, _ in live]
    reviewed = _reviewed(collection, gone)
    records = []
    for number, (article, rows) in enumerate(tagged, start=collection.manifest.next):
        kept, lost = keep_reviewed(reviewed.get(article.id, []), rows, article)
        outcome.lost += [(article.id, text) for text in lost]
        outcome.statements += len({row.statement_id for row in kept})
        records.append((article, kept, number, places.get(article.id, number)))
    _commit(collection, records, gone, _key(facts), tagger=facts)
    outcome.changed += len(gone)
    outcome.new += len(tagged) - len(gone)


Record = tuple[Article, list[TaggedStatement], int, int]  # with number and place


def _utterance(row: TaggedStatement) -> str:
    """What a row's own article says of its utterance; that of a corrected row may be older than its article."""
    return row.utterance_id if row.utterance_id and not row.reviewed else name_utterance(row.statement_id)


def _commit(
    collection: Collection, records: Sequence[Record], gone: Iterable[int], key: str = "", **changes: Any
) -> None:
    gone = list(gone)
    placed = [
        (replace(row, utterance_id=_utterance(row)), number, place * ROWS + at)
        for _, rows, number, place in records
        for at, row in enumerate(rows)
    ]
    rows = [row for row, _, _ in placed]
    words = list_words(rows, [number for _, number, _ in placed], [position for _, _, position in placed])
    articles = [
        {**asdict(article), "number": number, "place": place, "tagger": key}
        | {"digest": digest(article), "origin": origin(article.source)}
        for article, _, number, place in records
    ]
    values = [dict(zip((*COLUMNS, "number", "position"), (*astuple(row), n, p), strict=True)) for row, n, p in placed]
    tables = {
        "articles": pa.Table.from_pylist(articles, schema=SCHEMAS["articles"]),
        "statements": pa.Table.from_pylist(values, schema=SCHEMAS["statements"]),
        "words": words,
        "links": link(collection, rows, words, gone),
    }
    collection.commit(tables, gone, **changes)


def keep_reviewed(
    reviewed: Sequence[TaggedStatement], rows: Sequence[TaggedStatement], article: Article
) -> tuple[list[TaggedStatement], list[str]]:
    """The rows of an article, new ``rows`` giving way where a person has ``reviewed`` a statement, and the texts lost.

    A reviewed statement holds as long as its words stand in the article; new rows that overlap it are left out.
    """
    kept: list[TaggedStatement] = []
    lost: dict[str, None] = {}
    for row in reviewed:
        start = row.start if article.text[row.start : row.end] == row.text else article.text.find(row.text)
        if start < 0:
            lost[row.text] = None
            continue
        there = (new.statement_id for new in rows if new.start == start and new.text == row.text)
        moved: dict[str, Any] = {
            "start": start,
            "end": start + len(row.text),
            "statement_id": next(there, row.statement_id),
        }
        about = {name: getattr(article, name) for name in ("published", "outlet", "title", "url", "language")}
        kept.append(replace(row, article_id=article.id, **moved, **about))
    free = [row for row in rows if all(row.end <= old.start or old.end <= row.start for old in kept)]
    return sorted([*free, *kept], key=lambda row: row.start) if kept else list(rows), list(lost)


def _reviewed(collection: Collection, numbers: Sequence[int]) -> dict[str, list[TaggedStatement]]:
    """All rows of the statements of these articles of which a person has reviewed one, by article."""
    if not numbers:
        return {}
    asked = pa.table({"number": pa.array(numbers, pa.int64())})
    sql = (
        f"SELECT {CONTRACT} FROM unlinked SEMI JOIN asked USING (number) "
        "QUALIFY bool_or(reviewed) OVER (PARTITION BY number, statement_id) ORDER BY position"
    )
    found: dict[str, list[TaggedStatement]] = {}
    for row in collection.rows(sql, asked=asked):
        one = TaggedStatement(*row)
        found.setdefault(one.article_id, []).append(one)
    return found


def _tag(article: Article, reader: pipeline.Reader, book: Codebook) -> list[TaggedStatement]:
    return pipeline.tag_article(article, reader, book)


def _check_tagger(collection: Collection, facts: dict[str, Any]) -> None:
    known = collection.manifest.tagger
    for name in ("model", "codebook"):
        if known and known[name]["sha256"] != facts[name]["sha256"]:
            raise Unusable(
                f"{collection.folder}: was tagged by another {name}; give the same --{name}, or run 'retag' first"
            )


def _key(facts: dict[str, Any]) -> str:
    """Changes whenever an article would have to be tagged anew."""
    parts = (facts["model"]["sha256"], facts["codebook"]["sha256"], facts["app"]) if facts else ()
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()
