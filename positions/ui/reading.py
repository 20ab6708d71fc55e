"""The corpus behind every page: the operator's folders, read and tagged once, and this session's uploads on top.

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

from positions import measures, store
from positions.records import Article
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
    "figures.py",
    "bundle.py",
    "diff.py",
    "events.py",
    "__pycache__",
)
BY_CONTENT = 5_000_000
KEPT = 8
ARTICLE_COLUMNS = tuple(field.name for field in fields(Article))


@dataclass(frozen=True)
class Corpus:
    """``statements`` as ``measures.prepare`` leaves them, ``articles`` with the fields of ``records.Article``.

    There ``removed`` is a list of (text, reason). ``unreadable`` holds the refused inputs as (source, reason); ``key``
    tells one corpus from another.
    """

    statements: pd.DataFrame
    articles: pd.DataFrame
    unreadable: tuple[tuple[str, str], ...]
    key: str

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.articles["id"])}

    def article(self, article_id: str) -> pd.Series | None:
        """The article's row, or nothing when the corpus does not hold it."""
        place = self._places.get(article_id)
        return None if place is None else self.articles.iloc[place]


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
    key = hashlib.sha256(f"{_content(paths)} {tagger_key()} {settings.key()}".encode()).hexdigest()[:32]
    if (known := _recall(key)) is not None:
        return known
    from positions.articles import read_articles

    made = tag(read_articles(paths), job, key)
    _remember(made)
    return made


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
    from positions.utterances import join_utterances

    rows = pd.concat([store.conform(part.statements)[list(store.COLUMNS)] for part in _parts], ignore_index=True)
    same = join_utterances(list(rows.itertuples()))
    rows["utterance_id"] = rows["statement_id"].map(same)
    refused = tuple(pair for part in _parts for pair in part.unreadable)
    articles = pd.concat([part.articles for part in _parts], ignore_index=True)
    topics = measures.topics_of(_parts[0].statements)
    return Corpus(measures.prepare(rows, topics), articles, refused, key)


def _files(paths: Sequence[Path]) -> list[Path]:
    return sorted(path for top in paths for path in (top.rglob("*") if top.is_dir() else [top]) if path.is_file())


def _stamp(paths: Sequence[Path]) -> str:
    states = [(path, path.stat()) for path in _files(paths)]
    text = "\n".join(f"{path} {state.st_size} {state.st_mtime_ns}" for path, state in states)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


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


def _remember(made: Corpus) -> None:
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
