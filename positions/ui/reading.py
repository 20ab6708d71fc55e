"""The corpus behind every page: the operator's folders, read and tagged once, and this session's uploads on top.

A folder that holds a collection is opened instead of tagged: its texts stay on disk until a page shows them.

A tagged corpus is kept in memory and, where the disk allows, in the user's cache folder under a key made from the
articles, the codebook, the model and the code, so that a warm start reads one file.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import wait
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from functools import cache, cached_property, partial
from pathlib import Path, PurePath
from typing import Any

import pandas as pd
import streamlit as st

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
AT_ONCE = 100  # statements at most whose articles are asked for together with them
REOPENED = 300  # seconds after which a collection that has grown is opened anew
ARTICLE_COLUMNS = tuple(field.name for field in fields(Article))


@dataclass(frozen=True)
class Corpus:
    """``statements`` as ``measures.prepare`` leaves them, ``articles`` with the fields of ``records.Article``.

    There ``removed`` is a list of (text, reason). ``unreadable`` holds the refused inputs as (source, reason); ``key``
    tells one corpus from another. Of what lies in a ``collection`` the frames hold no texts: ``full`` gives those of
    some statements, ``article`` a whole article, and ``search`` looks for words in all.
    """

    statements: pd.DataFrame
    articles: pd.DataFrame
    unreadable: tuple[tuple[str, str], ...]
    key: str
    collection: Collection | None = None

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.articles["id"])}

    @cached_property
    def _whole(self) -> dict[str, pd.Series]:
        return {}

    def _fetch(self, ids: Iterable[str]) -> None:
        missing = set(ids) - self._whole.keys()
        if self.collection is None or not missing:
            return
        if len(self._whole) > 10 * AT_ONCE:
            self._whole.clear()
        self._whole.update(lookup.whole_articles(self.collection, missing))

    def article(self, article_id: str) -> pd.Series | None:
        """The article's row, or nothing when the corpus does not hold it."""
        place = self._places.get(article_id)
        if place is None:
            return None
        if article_id not in self._whole:
            self._fetch([article_id])
        return self._whole.get(article_id, self.articles.iloc[place])

    def full(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of ``statements`` with their texts."""
        if self.collection is None:
            return rows
        if len(rows) <= AT_ONCE:
            self._fetch(rows["article_id"].astype(str))  # a page of cards shows their articles, too
        return lookup.fill(self.collection, rows)

    def search(self, rows: pd.DataFrame, words: str) -> pd.DataFrame:
        """The rows that have ``words`` in text, speaker or title."""
        found = measures.select(rows, text=words)
        if self.collection is None or not words.strip():
            return found
        inside = rows["position"].isin(lookup.search(self.collection, words.strip()))
        return rows[inside | rows.index.isin(found.index)]

    def text_hashes(self) -> dict[str, str]:
        """SHA-256 (hex) of each article's text, by id."""
        hashes = dict(zip(self.articles["id"], map(bundle.text_hash, self.articles["text"]), strict=True))
        return hashes if self.collection is None else {**hashes, **lookup.text_hashes(self.collection)}


def folders() -> tuple[Path, ...]:
    """Where the shared articles lie: ``POSITIONS_DATA`` or the seeds, and the operator's ``POSITIONS_UPLOADS``."""
    named = (os.environ.get("POSITIONS_DATA") or str(ROOT / "seeds"), os.environ.get("POSITIONS_UPLOADS", ""))
    return tuple(path for path in map(Path, filter(None, named)) if path.exists())


def corpus(words: Words) -> Corpus:
    """What this session sees; shows progress while the shared articles are tagged for the first time."""
    paths = folders()
    base = _finished(_loading(paths, f"{_stamp(paths)} {settings.key()}"), words)
    uploads = st.session_state.get("uploads", [])
    return _joined("+".join([base.key, *(upload.key for upload in uploads)]), [base, *uploads]) if uploads else base


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
    rows = store.to_frame(tagger(articles) if articles else [])
    return Corpus(measures.prepare(rows, settings.topics()), articles_frame(map(asdict, articles)), refused, key)


def _opened(folder: Path) -> Corpus:
    found = open_collection(folder)
    known = found.manifest.tagger.get("codebook", {}).get("topics")
    if known and tuple(known) != settings.topics():
        raise Unusable(f"{folder}: was tagged by topics {', '.join(known)}; set POSITIONS_CODEBOOK to that codebook")
    rows = lookup.statements(found)
    statements = measures.prepare(rows, settings.topics()).assign(position=rows["position"])
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


@st.cache_resource(max_entries=4, show_spinner=False)
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


@st.cache_resource(max_entries=16, show_spinner=False)
def _joined(key: str, _parts: Sequence[Corpus]) -> Corpus:
    return _join(key, _parts)


def _join(key: str, parts: Sequence[Corpus]) -> Corpus:
    """One corpus of several; only the first may lie in a collection."""
    refused = tuple(pair for part in parts for pair in part.unreadable)
    articles = pd.concat([part.articles for part in parts], ignore_index=True)
    if parts[0].collection is not None:
        return Corpus(_beside(parts[0], parts[1:]), articles, refused, key, parts[0].collection)
    from positions.utterances import join_utterances

    rows = pd.concat([store.conform(part.statements)[list(store.COLUMNS)] for part in parts], ignore_index=True)
    same = join_utterances(list(rows.itertuples()))
    rows["utterance_id"] = rows["statement_id"].map(same)
    topics = measures.topics_of(parts[0].statements)
    return Corpus(measures.prepare(rows, topics), articles, refused, key)


def _beside(base: Corpus, others: Sequence[Corpus]) -> pd.DataFrame:
    """The statements of a collection and a few others, joined to its utterances; no text of the collection is read."""
    assert base.collection is not None
    few = pd.concat([store.conform(part.statements)[list(store.COLUMNS)] for part in others], ignore_index=True)
    same = lookup.utterances(base.collection, (TaggedStatement(*row) for row in few.itertuples(index=False)))
    added = measures.prepare(few.assign(position=-1), measures.topics_of(base.statements))
    columns = {name: _under(base.statements[name], added[name]) for name in base.statements}
    both = pd.DataFrame(columns)
    moved = both["statement_id"].isin(list(same))
    names = both.loc[moved, "statement_id"].astype(str).map(same)
    both["utterance_id"] = both["utterance_id"].cat.add_categories(
        sorted(set(names) - set(both["utterance_id"].cat.categories))
    )
    both.loc[moved, "utterance_id"] = names
    return both


def _under(upper: pd.Series, lower: pd.Series) -> pd.Series:
    """One column below another; categories stay categories."""
    if isinstance(upper.dtype, pd.CategoricalDtype):
        values = lower.astype(object)
        known = upper.cat.categories
        shared = known.append(pd.Index(values.unique(), dtype=object).difference(known.astype(object), sort=True))
        kind = pd.CategoricalDtype(shared, ordered=upper.cat.ordered)
        upper, lower = upper.cat.set_categories(shared), values.astype(kind)
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
