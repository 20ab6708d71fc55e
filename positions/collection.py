"""A collection on disk: articles and statements in Parquet parts, named by a manifest, asked through DuckDB.

    STORE/manifest.json         what the collection holds now; replaced in one step, last of all
    STORE/versions/*.json       what it held before each earlier run; kept until ``compact``
    STORE/parts/NAME/*.parquet  one batch each, written once: ``articles``, ``statements``, ``words``, ``links``
    STORE/lock                  held by the one run that writes

A part that neither the manifest nor a kept version names is what a dead run left behind: it is never read, and swept
by a later run. Articles have a ``number`` that is never given twice; a changed, newly tagged or removed article leaves
its old number in the manifest's ranges ``dead``. ``position`` orders the rows: the article's ``place``, which it keeps
for life, times ``ROWS``, plus the row's place in the article. ``words`` and ``links`` belong to ``positions.linking``.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from positions import store
from positions.records import Article, Unusable

KIND, FORMAT = "positions-store", 1
MANIFEST, VERSIONS, PARTS, LOCK = "manifest.json", "versions", "parts", "lock"
ROWS = 1 << 20  # more rows than an article can have
FAN = 10  # parts of one size that are made into one of the next
CHUNK = 20_000  # rows handed on at a time
BATCH = 122_880  # rows of a narrow table handed on at a time
GRACE = 900  # seconds that a part outlives the last manifest that names it
MEMORY = "512MB"  # of DuckDB; what does not fit goes to the system's temporary folder

_PIECES = pa.list_(pa.struct([("text", pa.string()), ("reason", pa.string())]))
_KINDS = {"removed": _PIECES, "warnings": pa.list_(pa.string())}
_NUMBERS = {**dict.fromkeys(store.NUMBERS, pa.float64()), **dict.fromkeys(store.INTEGERS, pa.int64())}
ARTICLE_FIELDS = tuple(one.name for one in fields(Article))
SCHEMAS = {
    "articles": pa.schema(
        [(name, _KINDS.get(name, pa.string())) for name in ARTICLE_FIELDS]
        + [("number", pa.int64()), ("place", pa.int64())]
        + [(name, pa.string()) for name in ("digest", "origin", "tagger")]
    ),
    "statements": pa.schema(
        [(name, _NUMBERS.get(name, pa.bool_() if name == "reviewed" else pa.string())) for name in store.COLUMNS]
        + [("number", pa.int64()), ("position", pa.int64())]
    ),
    "words": pa.schema([("trigram", pa.uint64()), ("number", pa.int64()), ("position", pa.int64())]),
    "links": pa.schema(
        [(name, pa.string()) for name in ("statement_id", "root", "utterance_id", "date")] + [("since", pa.int64())]
    ),
}
YOUNGER: dict[str, dict[str, Any]] = {"articles": {"speaker": ""}, "statements": store.YOUNGER}
_ALIVE = "ANTI JOIN dead USING (number) ORDER BY"
_MERGED = {
    **{"articles": f"{_ALIVE} place", "statements": f"{_ALIVE} position", "words": f"{_ALIVE} position"},
    "links": "QUALIFY row_number() OVER (PARTITION BY statement_id ORDER BY since DESC) = 1",
}
_GROUPS = {"articles": 2048, "statements": 20480, "words": 122880, "links": 122880}  # rows held while merging
CONTRACT = ", ".join(f'"{name}"' for name in store.COLUMNS)  # the columns of the table, for a query
Facts = dict[str, Any]
Spans = tuple[tuple[int, int], ...]


class BadCollection(Unusable):
    """A folder that can't be opened as a collection; the text names it and says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a collection holds: ``parts`` in the order of their numbers, ranges of ``dead`` ones, the ``next`` one.

    A part has its ``name``, a ``level``, the ``first`` and ``last`` number in it, and counts of ``articles``, ``rows``.

    ``version`` counts the commits, ``saved`` is the time of the last one. ``tagger`` says by what the rows are tagged:
    ``model`` and ``codebook`` as in a bundle's manifest, and the program's version as ``app``.
    """

    version: int = 0
    saved: str = ""
    tagger: Facts = field(default_factory=dict)
    next: int = 0
    parts: tuple[Facts, ...] = ()
    dead: Spans = ()


class Collection:
    """An open collection in ``folder``; it is read as it was when it was opened, until ``refresh``.

    Reading is safe to share between threads, writing is not.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest, self._kept = folder, manifest, False
        self._connection = duckdb.connect()
        spill = Path(tempfile.gettempdir()) / f"positions-{os.getpid()}-{uuid4().hex[:8]}"
        self._connection.execute(f"SET memory_limit = '{MEMORY}'; SET temp_directory = {_quoted(str(spill))}")
        for name, schema in SCHEMAS.items():
            self._connection.register("empty", schema.empty_table())
            self._connection.execute(f"CREATE TABLE no_{name} AS SELECT * FROM empty")
        self._show()

    def close(self) -> None:
        """Free what DuckDB holds."""
        self._connection.close()

    # --- reading

    def rows(self, sql: str, parameters: Sequence[Any] = (), **tables: pa.Table) -> list[tuple]:
        """The answer to a query over ``articles``, ``statements``, ``words``, ``links`` and the given ``tables``.

        ``unlinked`` is ``statements`` with the utterances as before linking, for what does not ask for them.
        """
        return self._ask(sql, parameters, tables).fetchall()

    def table(self, sql: str, parameters: Sequence[Any] = (), **tables: pa.Table) -> pa.Table:
        """The same as an Arrow table."""
        cursor = self._connection.cursor()
        for name, table in tables.items():
            cursor.register(name, table)
        return cursor.sql(sql, params=list(parameters)).to_arrow_table()

    def batches(self, sql: str, size: int = BATCH, **tables: pa.Table) -> Iterator[pa.RecordBatch]:
        """The same piece by piece, ``size`` rows or fewer at a time; holds little more than a piece."""
        cursor = self._connection.cursor()
        for name, table in tables.items():
            cursor.register(name, table)
        yield from cursor.sql(sql).to_arrow_reader(size)

    def execute(self, sql: str, **tables: pa.Table) -> None:
        """Change a table of one's own beside those of the collection; it is gone when the program ends."""
        self._ask(sql, (), tables)

    def statements(self) -> Iterator[pd.DataFrame]:
        """The table of tagged statements in the order of the articles, ``CHUNK`` rows at a time; at least one frame."""
        empty = True
        for batch in self.batches(f"SELECT {CONTRACT} FROM statements ORDER BY position", CHUNK):
            if batch.num_rows:
                empty = False
                yield store.conform(batch.to_pandas())
        if empty:
            yield store.to_frame([])

    def counts(self) -> dict[str, int]:
        """How many ``articles``, ``rows``, ``statements`` and ``utterances`` there are."""
        asked = "count(*), count(DISTINCT statement_id), count(DISTINCT utterance_id)"
        ((articles,),) = self.rows("SELECT count(*) FROM articles")
        (found,) = self.rows(f"SELECT {asked} FROM statements")
        return {"articles": articles, **dict(zip(("rows", "statements", "utterances"), found, strict=True))}

    def versions(self) -> list[Manifest]:
        """The kept versions, oldest first, and the present one."""
        kept = sorted((self.folder / VERSIONS).glob("*.json"))
        return [*(_read_manifest(path) for path in kept), self.manifest]

    def size(self) -> int:
        """Bytes on disk, kept versions included."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def refresh(self) -> None:
        """See what has been committed since."""
        self.manifest = _read_manifest(self.folder / MANIFEST)
        self._show()

    # --- writing

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock for one run: sweep what a dead run left, keep the version before. Raises ``BadCollection``."""
        try:
            with FileLock(self.folder / LOCK, timeout=0):
                self.refresh()
                self.sweep()
                self._kept = False
                yield
        except Timeout as error:
            raise BadCollection(
                f"{self.folder}: another run is writing to it; start again when it has ended"
            ) from error

    def commit(self, tables: Mapping[str, pa.Table] | None = None, gone: Iterable[int] = (), **changes: Any) -> None:
        """Write ``tables`` as one part and replace the manifest; the articles with the numbers ``gone`` are dead then.

        Articles that go need ``tables``, too, if only empty ones: what other statements are linked to must be kept.
        ``changes`` go to further fields of the manifest.
        Whatever happens before the last step leaves the collection as it was.
        """
        manifest, dropped = _without(self.manifest, gone)
        if tables:
            links = self._connection.sql(f"{self._union('links', dropped)} {_MERGED['links']}").to_arrow_table()
            links = pa.concat_tables([links.cast(SCHEMAS["links"]), tables["links"].cast(SCHEMAS["links"])])
            part = self._write({**tables, "links": links})
            manifest = replace(manifest, parts=(*manifest.parts, part), next=part["last"] + 1)
        self._save(replace(manifest, **changes))
        while len(self._tail()) == FAN:
            self._merge(self._tail())

    def compact(self) -> None:
        """Make all parts one, without what was replaced or removed, and give up the kept versions."""
        if self.manifest.parts:
            self._merge(self.manifest.parts)
        for path in (self.folder / VERSIONS).glob("*.json"):
            path.unlink()
        self.sweep(grace=0)

    def sweep(self, grace: float = GRACE) -> None:
        """Delete the parts that no manifest names, a while after the last change to them: readers may be at work."""
        named = {part["name"] for manifest in self.versions() for part in manifest.parts}
        for path in (self.folder / PARTS).iterdir():
            if path.name not in named and time.time() - path.stat().st_mtime >= grace:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.glob(f".{MANIFEST}.*.part"):
            path.unlink(missing_ok=True)

    def _ask(self, sql: str, parameters: Sequence[Any], tables: Mapping[str, pa.Table]) -> Any:
        cursor = self._connection.cursor()
        for name, table in tables.items():
            cursor.register(name, table)
        try:
            return cursor.execute(sql, list(parameters))
        except duckdb.IOException:
            self.refresh()  # a part was swept since the manifest was read
            return cursor.execute(sql, list(parameters))

    def _show(self) -> None:
        """Give the parts' tables their names, without what is dead and with the utterances as linked."""
        run = self._connection.execute
        run("CREATE OR REPLACE TABLE dead (number BIGINT)")
        for first, last in self.manifest.dead:
            run("INSERT INTO dead SELECT unnest(range(?, ?))", [first, last + 1])
        for name in SCHEMAS:
            run(f"CREATE OR REPLACE VIEW all_{name} AS {self._union(name, self.manifest.parts)}")
        alive = "ANTI JOIN dead USING (number)" if self.manifest.dead else ""
        for name, table in {"articles": "articles", "words": "words", "unlinked": "statements"}.items():
            run(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM all_{table} {alive}")
        run(
            "CREATE OR REPLACE VIEW links AS SELECT * FROM (SELECT statement_id, max_by(root, since) AS root, "
            "max_by(utterance_id, since) AS utterance_id, max_by(date, since) AS date FROM all_links GROUP BY 1) "
            "WHERE root <> ''"
        )
        run(
            "CREATE OR REPLACE VIEW statements AS SELECT s.* REPLACE (coalesce(l.utterance_id, s.utterance_id) AS "
            "utterance_id) FROM unlinked s LEFT JOIN "
            "(SELECT statement_id, utterance_id FROM links) l USING (statement_id)"
        )

    def _union(self, name: str, parts: Sequence[Facts]) -> str:
        files = [str(self.folder / PARTS / part["name"] / f"{name}.parquet") for part in parts]
        if not files:
            return f"SELECT * FROM no_{name}"
        read = f"SELECT * FROM read_parquet([{', '.join(map(_quoted, files))}], union_by_name = true)"
        if name not in YOUNGER:
            return read
        filled = ", ".join(f"coalesce({column}, {blank!r}) AS {column}" for column, blank in YOUNGER[name].items())
        # parts of an earlier program lack younger columns
        return f"SELECT * REPLACE ({filled}) FROM (SELECT * FROM no_{name} UNION ALL BY NAME {read})"

    def _write(self, tables: Mapping[str, pa.Table]) -> Facts:
        name = f"{self.manifest.version + 1:08}-{uuid4().hex[:8]}"
        with self._new_part(name) as folder:
            for kind, schema in SCHEMAS.items():
                table = tables[kind].cast(schema)
                pq.write_table(table, folder / f"{kind}.parquet", compression="zstd")
        counts = {"articles": len(tables["articles"]), "rows": len(tables["statements"])}
        first = self.manifest.next
        return {"name": name, "level": 0, "first": first, "last": first + max(counts["articles"], 1) - 1, **counts}

    def _tail(self) -> tuple[Facts, ...]:
        """The last parts, as many as have one level; at most ``FAN``."""
        last = self.manifest.parts[-FAN:]
        return tuple(part for part in last if part["level"] == last[-1]["level"]) if last else ()

    def _merge(self, parts: Sequence[Facts]) -> None:
        """Put one part in the place of some that follow each other, without their dead articles."""
        name = f"{self.manifest.version + 1:08}-{uuid4().hex[:8]}"
        with self._new_part(name) as folder:
            for kind in SCHEMAS:
                target, rows = _quoted(str(folder / f"{kind}.parquet")), self._union(kind, parts)
                shape = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUPS[kind]}"
                try:
                    self._connection.execute(f"COPY ({rows} {_MERGED[kind]}) TO {target} ({shape})")
                except duckdb.Error as error:  # a full disk, above all
                    raise OSError(str(error).split("\n")[0]) from error
            kept = {kind: pq.read_metadata(folder / f"{kind}.parquet").num_rows for kind in ("articles", "statements")}
        first, last = parts[0]["first"], parts[-1]["last"]
        made = {"name": name, "level": parts[-1]["level"] + 1, "first": first, "last": last}
        made |= {"articles": kept["articles"], "rows": kept["statements"]}
        before = [part for part in self.manifest.parts if part["last"] < first]
        after = [part for part in self.manifest.parts if part["first"] > last]
        dead = _outside(self.manifest.dead, first, last)
        self._save(replace(self.manifest, parts=(*before, made, *after), dead=dead))
        for part in parts:
            with suppress(OSError):
                os.utime(self.folder / PARTS / part["name"])
        self.sweep()

    @contextmanager
    def _new_part(self, name: str) -> Iterator[Path]:
        folder = self.folder / PARTS / name
        folder.mkdir(parents=True)
        try:
            yield folder
            for path in (*folder.iterdir(), folder):
                _sync(path)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _save(self, manifest: Manifest) -> None:
        present = self.folder / MANIFEST
        if not self._kept and self.manifest.version:
            kept = self.folder / VERSIONS / f"{self.manifest.version:08}.json"
            store.write_bytes(kept, present.read_bytes())
        self._kept = True
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.manifest = replace(manifest, version=self.manifest.version + 1, saved=now)
        _write_manifest(present, self.manifest)
        self._show()


def is_collection(folder: Path) -> bool:
    """Whether a folder holds a collection, of whatever format."""
    with suppress(OSError, ValueError, AttributeError):
        return json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("format") == KIND
    return False


def create(folder: Path) -> Collection:
    """Open the collection in ``folder``, or begin one there; raises ``BadCollection`` where other files lie."""
    if not (folder / MANIFEST).exists():
        begun = {MANIFEST, VERSIONS, PARTS, LOCK}
        if folder.exists() and (not folder.is_dir() or {path.name for path in folder.iterdir()} - begun):
            raise BadCollection(f"{folder}: holds other files; name a new or an empty folder")
        try:
            for name in (PARTS, VERSIONS):
                (folder / name).mkdir(parents=True, exist_ok=True)
            with FileLock(folder / LOCK):
                if not (folder / MANIFEST).exists():
                    _write_manifest(folder / MANIFEST, Manifest())
        except OSError as error:
            raise BadCollection(f"{folder}: {error.strerror or error}") from error
    return load(folder)


def load(folder: Path, version: int | None = None) -> Collection:
    """Open the collection in ``folder``, on request as it was in a kept ``version``; raises ``BadCollection``."""
    if version is None:
        return Collection(folder, _read_manifest(folder / MANIFEST))
    present = _read_manifest(folder / MANIFEST)
    kept = folder / VERSIONS / f"{version:08}.json"
    if version != present.version and not kept.exists():
        known = sorted(int(path.stem) for path in (folder / VERSIONS).glob("*.json"))
        raise BadCollection(
            f"{folder}: has no version {version}; there are {', '.join(map(str, [*known, present.version]))}"
        )
    return Collection(folder, present if version == present.version else _read_manifest(kept))


def _without(manifest: Manifest, gone: Iterable[int]) -> tuple[Manifest, list[Facts]]:
    """The manifest with the numbers ``gone`` in its dead ranges, and the parts that hold nothing else, now left out."""
    spans: list[tuple[int, int]] = []
    for first, last in sorted([*manifest.dead, *((number, number) for number in gone)]):
        if spans and first <= spans[-1][1] + 1:
            first, last = spans[-1][0], max(spans.pop()[1], last)
        spans.append((first, last))
    dead = tuple(spans)
    dropped = [part for part in manifest.parts if part["articles"] and _overlap(dead, part) == part["articles"]]
    for part in dropped:
        dead = _outside(dead, part["first"], part["last"])
    parts = tuple(part for part in manifest.parts if part not in dropped)
    return replace(manifest, parts=parts, dead=dead), dropped


def _overlap(spans: Spans, part: Facts) -> int:
    """How many numbers of a part are in the ranges."""
    return sum(max(min(last, part["last"]) - max(first, part["first"]) + 1, 0) for first, last in spans)


def _outside(spans: Spans, low: int, high: int) -> Spans:
    """What of the ranges lies below ``low`` or above ``high``."""
    cut = [piece for first, last in spans for piece in ((first, min(last, low - 1)), (max(first, high + 1), last))]
    return tuple((first, last) for first, last in cut if first <= last)


def _read_manifest(path: Path) -> Manifest:
    folder = path.parent if path.name == MANIFEST else path.parent.parent
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found.pop("format") != KIND:
            raise ValueError
        written = found.pop("format_version")
    except FileNotFoundError as error:
        raise BadCollection(f"{folder}: there is no collection in it; 'add' begins one") from error
    except OSError as error:
        raise BadCollection(f"{folder}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadCollection(f"{folder}: {path.name} is not that of a collection") from error
    if written != FORMAT:
        todo = "install the newer program" if written > FORMAT else "add its articles to a new folder"
        raise BadCollection(f"{folder}: has format {written}, this program reads {FORMAT}; {todo}")
    return Manifest(
        **{**found, "parts": tuple(found["parts"]), "dead": tuple((first, last) for first, last in found["dead"])}
    )


def _write_manifest(path: Path, manifest: Manifest) -> None:
    facts = {"format": KIND, "format_version": FORMAT}
    facts |= {one.name: getattr(manifest, one.name) for one in fields(manifest)}
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(f"{json.dumps(facts, ensure_ascii=False)}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        _sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Let a file, or a folder's list of files, reach the disk; some systems can't do that with folders."""
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
