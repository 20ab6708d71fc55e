"""The corpus behind every page: the operator's folders, read and tagged once, and this session's uploads on top.

A folder that holds a collection is opened instead of tagged: its texts stay on disk until a page shows them.

A tagged corpus is kept in memory and, where the disk allows, in the user's cache folder under a key made from the
articles, the codebook, the model and the code, so that a warm start reads one file.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import wait
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from functools import cache, cached_property, partial
from itertools import chain
from pathlib import Path, PurePath
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from positions import bundle, lookup, measures, store
from positions.collection import MANIFEST, Collection, is_collection
from positions.collection import load as open_collection
from positions.records import Article, TaggedStatement, Unusable
from positions.ui import jobs, settings
from positions.ui.words import Words

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "positions"
AFTER_TAGGING = (
    "ui",
    "pages",
    "interface",
    "data",
    "measures.py",
    "intervals.py",
    "correction.py",
    "figures",
    "audit.py",
    "ladders.py",
    "ladders.yaml",
    "bundle.py",
    "diff.py",
    "events.py",
    *("collection.py", "ingest.py", "linking.py", "lookup.py", "workers.py"),
    "__pycache__",
)
BY_CONTENT = 5_000_000
KEPT = 8
PIECE = 20_000  # rows of a file that are written at a time
AT_ONCE = 100  # statements at most whose articles are asked for together with them
REOPENED = 300  # seconds after which a collection that has grown is opened anew
TAGGING = Lock()  # the shared articles and uploads use one model, one after the other
ARTICLE_COLUMNS = tuple(one.name for one in fields(Article))


@dataclass(frozen=True)
class Corpus:
    """``statements`` as ``measures.prepare`` leaves them, ``articles`` with the fields of ``records.Article``.

    There ``removed`` is a list of (text, reason). ``unreadable`` holds the refused inputs as (source, reason); ``key``
    tells one corpus from another. Of what lies in a ``collection`` the frames are narrow, as ``positions.lookup`` says:
    ``full`` gives the texts of some statements, ``tables`` whole rows, ``article`` a whole article, and ``search``
    looks for words in all. Rows beside the collection are whole in ``own``: the position of the first is -1, of the
    second -2; ``joined`` names the utterances that came to be by them, by statement. The last ``added`` articles are
    beside the collection.
    """

    statements: pd.DataFrame
    articles: pd.DataFrame
    unreadable: tuple[tuple[str, str], ...]
    key: str
    collection: Collection | None = None
    own: pd.DataFrame | None = None
    joined: Mapping[str, str] = field(default_factory=dict)
    added: int = 0

    @cached_property
    def _places(self) -> pd.Index:
        return pd.Index(self.articles["id"].astype(object))

    @cached_property
    def _whole(self) -> dict[str, pd.Series]:
        return {}

    @cached_property
    def _orders(self) -> dict[tuple[str, bool], NDArray[np.int32]]:
        return {}

    def _keep(self, articles: Mapping[str, pd.Series]) -> None:
        if len(self._whole) > 10 * AT_ONCE:
            self._whole.clear()
        self._whole.update(articles)

    @cached_property
    def _listed(self) -> dict[str, pd.Series]:
        return {}

    def listed(self, article_id: str) -> pd.Series | None:
        """The article's row in ``articles``, or nothing when the corpus does not hold it."""
        row = self._listed.get(article_id)
        if row is None:
            place = self._places.get_indexer([article_id])[0]
            if place < 0:
                return None
            row = self.articles.iloc[place]
            if len(self._listed) > 10 * AT_ONCE:
                self._listed.clear()
            self._listed[article_id] = row
        return row

    def article(self, article_id: str) -> pd.Series | None:
        """The whole article, or nothing when the corpus does not hold it."""
        whole = self._whole.get(article_id)
        if whole is not None or (row := self.listed(article_id)) is None:
            return whole
        if self.collection is None:
            return row
        found = lookup.whole_articles(self.collection, [article_id])
        self._keep(found)
        return found.get(article_id, row)

    @cached_property
    def _values(self) -> dict[str, list[str]]:
        return {}

    def values(self, column: str) -> list[str]:
        """What a column of names of ``statements`` holds, most frequent first, without the empty name."""
        if column not in self._values:
            self._values[column] = [str(name) for name in self.statements[column].value_counts().index if name]
        return self._values[column]

    @cached_property
    def catalogue(self) -> pd.DataFrame:
        """``articles``, newest first, with ``n``, how many statements each has."""
        rows = self.statements[["article_id", "statement_id"]].drop_duplicates("statement_id")
        n = rows["article_id"].value_counts().rename(index=str)
        listed = self.articles.assign(n=self.articles["id"].map(n).fillna(0).astype(int))
        return listed.sort_values(["published", "id"], ascending=[False, True])

    def full(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of ``statements`` with their texts."""
        if self.collection is None or (rows["text"].astype(str) != "").all():
            return rows
        positions = rows["position"].to_numpy(dtype=np.int64)
        if len(rows) <= AT_ONCE and set(rows["article_id"].astype(str)) - self._whole.keys():
            self._keep(lookup.whole_articles(self.collection, positions=positions))  # cards show their articles, too
        found = lookup.fill(self.collection, rows.assign(position=positions))
        mine = positions < 0
        if self.own is not None and mine.any():
            given = self.own.iloc[-1 - positions[mine]]
            for name in ("statement_id", *lookup.LATER):
                values = found[name].to_numpy(dtype=object, copy=True)
                values[mine] = given[name].to_numpy()
                found[name] = values
        return found

    def tables(self, rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
        """The contract's columns of rows of ``statements``, whole, in pieces, at least one; a collection's in order."""
        if self.collection is None:
            for start in range(0, max(len(rows), 1), PIECE):
                yield store.conform(rows.iloc[start : start + PIECE])[list(store.COLUMNS)]
            return
        positions = rows["position"].to_numpy()
        empty = store.to_frame([])
        own = empty if self.own is None else self.own.iloc[-1 - positions[positions < 0]]
        pieces = chain(lookup.tables(self.collection, positions[positions >= 0]), [own] if len(own) else [])
        for piece in pieces if len(rows) else [empty]:
            if self.joined:
                names = piece["statement_id"].map(self.joined)
                piece = piece.assign(utterance_id=names.where(names.notna(), piece["utterance_id"]))
            yield piece

    def search(self, rows: pd.DataFrame, words: str) -> pd.DataFrame:
        """The rows that have ``words`` in text, speaker or title."""
        if self.collection is None or not words.strip():
            return measures.select(rows, text=words)
        words = words.strip()
        found = _found(self.key, words, self.collection)
        if self.own is not None:
            inside = measures.select(self.own.reset_index(drop=True), text=words).index
            found = np.append(found, -1 - inside.to_numpy())
        names = rows["speaker"].cat.categories
        speakers = names[names.str.contains(words, case=False, regex=False)]
        return rows[(rows["position"].isin(found) | rows["speaker"].isin(speakers)).to_numpy()]

    def page(self, rows: pd.DataFrame, column: str, upwards: bool, start: int, count: int) -> pd.DataFrame:
        """``count`` of ``rows`` from place ``start`` on, sorted by ``column``, with their texts; what lacks it is last.

        Ties go by article, place in it, topic and actor.
        """
        if (column, upwards) not in self._orders:
            self._orders[column, upwards] = _order(self.statements, column, upwards)
        order = self._orders[column, upwards]
        wanted = np.zeros(len(self.statements), dtype=bool)
        wanted[rows.index.to_numpy()] = True
        return self.full(self.statements.iloc[order[wanted[order]][start : start + count]])

    def alike(self, given: Sequence[Article]) -> dict[str, str]:
        """Ids and text hashes of the articles with the id or the text of a given one."""
        marks = [bundle.text_hash(article.text) for article in given]
        ids, texts = {article.id for article in given}, set(marks)
        known = self._hashes()
        found = {} if self.collection is None else lookup.alike(self.collection, given, marks)
        return found | {name: mark for name, mark in known.items() if name in ids or mark in texts}

    def text_hashes(self) -> dict[str, str]:
        """SHA-256 (hex) of each article's text, by id."""
        return self._hashes() | ({} if self.collection is None else lookup.text_hashes(self.collection))

    def _hashes(self) -> dict[str, str]:
        """Those of the articles that are in memory."""
        here = self.articles if self.collection is None else self.articles.iloc[len(self.articles) - self.added :]
        return dict(zip(here["id"], map(bundle.text_hash, here["text"]), strict=True))


def _order(frame: pd.DataFrame, column: str, upwards: bool) -> NDArray[np.int32]:
    """The places of the rows in the order of ``page``."""
    ties = [_rank(frame[name]) for name in ("actor", "topic", "start", "article_id")]
    key = _rank(frame[column])
    known = key >= 0
    key = np.where(known, key if upwards else -key, 0)
    return np.lexsort([*ties, key, ~known]).astype(np.int32)


def _rank(column: pd.Series) -> NDArray[Any]:
    """Numbers in the order of the values; -1 for none."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy()
    if column.dtype.kind == "M":
        days = column.to_numpy().astype("datetime64[D]")
        return np.where(np.isnat(days), -1, (days - measures.YEAR_ONE).astype(np.int64))
    return column.fillna(-1).to_numpy()


@st.cache_resource(max_entries=16, show_spinner=False)
def _found(key: str, words: str, _collection: Collection) -> NDArray[np.int64]:
    return lookup.search(_collection, words)


def folders() -> tuple[Path, ...]:
    """Where the shared articles lie: ``POSITIONS_DATA`` or the seeds, and the operator's ``POSITIONS_UPLOADS``."""
    named = (os.environ.get("POSITIONS_DATA") or str(ROOT / "seeds"), os.environ.get("POSITIONS_UPLOADS", ""))
    return tuple(path for path in map(Path, filter(None, named)) if path.exists())


def corpus(words: Words) -> Corpus:
    """What this session sees; shows progress while the shared articles are tagged for the first time."""
    base = _finished(begin(), words)
    uploads = st.session_state.get("uploads", [])
    return _joined("+".join([base.key, *(upload.key for upload in uploads)]), [base, *uploads]) if uploads else base


def begin() -> jobs.Job:
    """Start to read and tag the shared articles; where that is under way or done, the same job again."""
    paths = folders()
    return _loading(paths, f"{_stamp(paths)} {settings.key()}")


def load(paths: Sequence[Path], job: jobs.Job) -> Corpus:
    """Read and tag the folders, or take both from the cache folder."""
    if stored := [path for path in paths if is_collection(path)]:
        rest = [path for path in paths if path not in stored]
        parts = [_opened(stored[0]), *([load(rest, job)] if rest else [])]
        return parts[0] if len(parts) == 1 else _join("+".join(part.key for part in parts), parts)
    key = corpus_key(paths)
    if (known := _recall(key)) is not None:
        return known
    from positions.articles import read_articles

    made = tag(read_articles(paths), job, key)
    remember(made)
    return made


def corpus_key(paths: Sequence[Path]) -> str:
    """What the corpus of these folders is kept under: changes with the articles, the settings and the tagger."""
    return hashlib.sha256(f"{_content(paths)} {tagger_key()} {settings.key()}".encode()).hexdigest()[:32]


def tag(items: Iterable[Any], job: jobs.Job, key: str) -> Corpus:
    """The corpus of what a reader in ``positions.articles`` yields: articles, and inputs it could not read."""
    from positions import pipeline

    read = list(items)
    articles = [item for item in read if isinstance(item, Article)]
    refused = tuple((PurePath(item.source).name, item.reason) for item in read if not isinstance(item, Article))
    job.total = len(articles)
    tagger = partial(pipeline.tag, progress=job.report, model=settings.model(), book=settings.book())
    with TAGGING:
        rows = store.to_frame(tagger(articles) if articles else [])
    return Corpus(measures.prepare(rows, settings.topics()), articles_frame(map(asdict, articles)), refused, key)


def _opened(folder: Path) -> Corpus:
    found = open_collection(folder)
    known = found.manifest.tagger.get("codebook", {}).get("topics")
    if known and tuple(known) != settings.topics():
        raise Unusable(f"{folder}: was tagged by topics {', '.join(known)}; set POSITIONS_CODEBOOK to that codebook")
    statements = measures.prepare(lookup.statements(found), settings.topics())
    key = hashlib.sha256(f"{folder} {found.manifest}".encode()).hexdigest()[:32]
    return Corpus(statements, lookup.articles(found), (), key, found)


def articles_frame(records: Iterable[dict]) -> pd.DataFrame:
    """One row an article, with the fields of ``records.Article``."""
    frame = pd.DataFrame(list(records), columns=list(ARTICLE_COLUMNS))
    removed = [[tuple(piece.values()) for piece in pieces] for pieces in frame["removed"]]
    return frame.assign(removed=removed, warnings=frame["warnings"].map(list))


@cache
def tagger_key() -> str:
    """Changes whenever the code of a stage, the codebook or the model does."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        inside = path.relative_to(PACKAGE).parts
        if path.is_file() and not set(inside) & set(AFTER_TAGGING):
            state = path.stat()
            digest.update("/".join(inside).encode())
            large = state.st_size > BY_CONTENT
            digest.update(f"{state.st_size} {state.st_mtime_ns}".encode() if large else path.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """The user's cache folder for this program; it need not exist."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    return Path(home) / "positions"


@st.cache_resource(max_entries=2, show_spinner=False)
def _loading(paths: tuple[Path, ...], stamp: str) -> jobs.Job:
    return jobs.start(partial(load, paths))


def _finished(job: jobs.Job, words: Words) -> Corpus:
    wait([job.future], timeout=0.3)
    slot = st.empty()
    while job.running:
        with slot.container():
            st.progress(job.share, text=words("loading.corpus", done=job.done, total=job.total or "…"))
            st.skeleton(height=360)
        time.sleep(0.2)
    slot.empty()
    if job.future.exception():
        _loading.clear()
    return job.future.result()


@st.cache_resource(max_entries=8, show_spinner=False)
def _joined(key: str, _parts: Sequence[Corpus]) -> Corpus:
    return _join(key, _parts)


def _join(key: str, parts: Sequence[Corpus]) -> Corpus:
    """One corpus of several; only the first may lie in a collection."""
    refused = tuple(pair for part in parts for pair in part.unreadable)
    articles = pd.concat([part.articles for part in parts], ignore_index=True)
    if parts[0].collection is not None:
        statements, own, same = _beside(parts[0], parts[1:])
        added = sum(len(part.articles) for part in parts[1:])
        return Corpus(statements, articles, refused, key, parts[0].collection, own, same, added)
    from positions import pipeline

    rows = pd.concat([store.conform(part.statements)[list(store.COLUMNS)] for part in parts], ignore_index=True)
    told = [TaggedStatement(*row) for row in rows.itertuples(index=False)]
    same = pipeline.join_rows(told, pipeline.open_reader(settings.model(), settings.book()))
    rows["utterance_id"] = rows["statement_id"].map(same)
    topics = measures.topics_of(parts[0].statements)
    return Corpus(measures.prepare(rows, topics), articles, refused, key)


def _beside(base: Corpus, others: Sequence[Corpus]) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """The narrow statements of a collection and a few others, those whole, and the utterances that came to be."""
    assert base.collection is not None
    own = pd.concat([store.conform(part.statements)[list(store.COLUMNS)] for part in others], ignore_index=True)
    same = lookup.utterances(base.collection, (TaggedStatement(*row) for row in own.itertuples(index=False)))
    own["utterance_id"] = own["statement_id"].map(same).fillna(own["utterance_id"])
    blank = own.assign(position=-1 - np.arange(len(own)), **dict.fromkeys(lookup.LATER, ""))
    added = measures.prepare(blank, measures.topics_of(base.statements))
    known = {name: base.statements[name] for name in lookup.NAMES}
    columns = {name: _under(base.statements[name], added[name]) for name in base.statements if name not in known}
    for name, asked in (
        ("statement_id", set(own["statement_id"])),
        ("utterance_id", {*same.values(), *own["utterance_id"]}),
    ):
        codes, numbers = known[name].cat.codes.to_numpy(), dict[str, int]()
        for one, positions in lookup.rows_of(base.collection, asked, name).items():
            numbers[one] = int(codes[_rows_at(base, positions[:1])[0]])
        fresh = len(known[name].cat.categories)
        numbers |= {one: fresh + place for place, one in enumerate(sorted(asked - numbers.keys()))}
        both = np.append(codes, own[name].map(numbers).to_numpy(dtype=codes.dtype))
        if name == "utterance_id":
            for one, positions in lookup.rows_of(base.collection, same, "statement_id").items():
                both[_rows_at(base, positions)] = numbers[same[one]]
        columns[name] = pd.Categorical.from_codes(both, categories=pd.RangeIndex(max(fresh, *numbers.values()) + 1))
    return pd.DataFrame({name: columns[name] for name in base.statements}), own, same


def _rows_at(base: Corpus, positions: Sequence[int]) -> NDArray[np.int64]:
    """The places of a collection's rows, which come in the order of their positions."""
    return np.searchsorted(base.statements["position"].to_numpy(), positions)


def _under(upper: pd.Series, lower: pd.Series) -> pd.Series:
    """One column below another; categories stay categories."""
    if isinstance(upper.dtype, pd.CategoricalDtype):
        values = lower.astype(object)
        known = upper.cat.categories
        new = sorted(set(values) - set(known))
        shared = pd.CategoricalDtype(known.append(pd.Index(new, dtype=known.dtype)) if new else known)
        upper, lower = upper.cat.set_categories(shared.categories), values.astype(shared)
    return pd.concat([upper, lower], ignore_index=True)


def _files(paths: Sequence[Path]) -> list[Path]:
    return sorted(path for top in paths for path in _inside(top) if path.is_file())


def _inside(top: Path) -> Iterable[Path]:
    """What tells one state of an input from another: of a collection, its manifest."""
    if is_collection(top):
        return [top / MANIFEST]
    return top.rglob("*") if top.is_dir() else [top]


def _stamp(paths: Sequence[Path]) -> str:
    text = "\n".join(_seen(path) if is_collection(path) else _state(path) for path in paths)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _state(path: Path) -> str:
    states = [(file, file.stat()) for file in _files([path])]
    return "\n".join(f"{file} {state.st_size} {state.st_mtime_ns}" for file, state in states)


@st.cache_data(ttl=REOPENED, show_spinner=False)
def _seen(path: Path) -> str:
    return _state(path)


def _content(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in _files(paths):
        digest.update(path.name.encode("utf-8", "surrogateescape"))
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _recall(key: str) -> Corpus | None:
    folder = cache_folder()
    with suppress(OSError, ValueError, KeyError):
        kept = json.loads((folder / f"{key}.json").read_text(encoding="utf-8"))
        rows = store.read(folder / f"{key}.parquet")
        refused = tuple((source, reason) for source, reason in kept["unreadable"])
        records = [
            {**record, "removed": [{"text": t, "reason": r} for t, r in record["removed"]]}
            for record in kept["articles"]
        ]
        return Corpus(measures.prepare(rows, settings.topics()), articles_frame(records), refused, key)
    return None


def remember(made: Corpus) -> None:
    """Keep a tagged corpus in the cache folder, and there only the latest ``KEPT``; a full disk is no error."""
    folder = cache_folder()
    kept = {"articles": made.articles.to_dict("records"), "unreadable": made.unreadable}
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        store.write_bytes(
            folder / f"{made.key}.parquet", store.parquet_bytes(store.conform(made.statements)[list(store.COLUMNS)])
        )
        store.write_bytes(folder / f"{made.key}.json", json.dumps(kept, ensure_ascii=False).encode())
        for old in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
            old.with_suffix(".parquet").unlink(missing_ok=True)
