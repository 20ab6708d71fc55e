"""A reader's own articles: checked, tagged away from the page, and seen by this session alone.

Where the operator names a folder in ``POSITIONS_UPLOADS``, files that could be read are kept there and belong to the
shared corpus from then on.
"""

import hashlib
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path, PurePath
from typing import Any
from uuid import uuid4

import streamlit as st

from positions import bundle, store
from positions.records import Article
from positions.ui import jobs, reading
from positions.ui.words import Words

SUFFIXES = ("txt", "md", "html", "htm", "pdf", "csv", "jsonl", "parquet")
FILES_AT_ONCE = 50
ARTICLES_AT_ONCE = 500

Files = Sequence[tuple[str, bytes]]
LookUp = Callable[[Sequence[Article]], Mapping[str, str]]


@dataclass(frozen=True)
class Refused:
    """An input that was not read, and why (a key of the interface's ``refusal`` words)."""

    source: str
    reason: str


def panel(corpus: reading.Corpus, words: Words) -> None:
    """The upload field, the progress of what is under way, and one message for each file that was refused."""
    limit = int(st.get_option("server.maxUploadSize"))
    turn = st.session_state.setdefault("upload_turn", 0)
    files = st.file_uploader(
        words("upload.label"),
        type=list(SUFFIXES),
        accept_multiple_files=True,
        key=f"upload-{turn}",
        max_upload_size=limit,
        help=words("upload.help", limit=limit),
    )
    st.caption(words("upload.kept" if kept_in() else "upload.session_only"))
    if files and "upload_job" not in st.session_state:
        if jobs.is_full():
            _wait_outside(words)
        else:
            _begin([(file.name, file.getvalue()) for file in files], limit, corpus)
    progress(words)
    _outcome(words)


def progress(words: Words) -> None:
    """How far the files under way are; the pages stay usable meanwhile."""
    if "upload_job" in st.session_state:
        _watch(words)


def collect() -> None:
    """Take over what has been tagged since the last run, on whatever page the reader is."""
    job: jobs.Job | None = st.session_state.get("upload_job")
    if job is None:
        return
    jobs.keep(job)
    if not job.running:
        del st.session_state["upload_job"]
        _take(job)


def read(files: Files, limit: int, look_up: LookUp) -> Iterator[Any]:
    """Articles and refusals from uploaded files, as (name, data).

    ``look_up`` gives, of the articles that are there, those with the id or text of one of some articles, as ids with
    their texts' hashes: a text that is there is refused, an id that is taken gets a number. ``limit`` in MB is checked
    here because the browser's own check can be passed by.
    """
    items = list(_items(files, limit))
    known = look_up([item for _, item in items if isinstance(item, Article)])
    ids, texts = set(known), set(known.values())
    for name, item in items:
        if not isinstance(item, Article):
            yield item
        elif (mark := bundle.text_hash(item.text)) in texts:
            yield Refused(name, "known_text")
        else:
            item = replace(item, id=_free(item.id, ids))
            ids.add(item.id)
            texts.add(mark)
            yield item


def _items(files: Files, limit: int) -> Iterator[tuple[str, Any]]:
    """What is in the files, each with the name of its file."""
    from positions.articles import read_bytes

    for place, (name, data) in enumerate(files):
        if place >= FILES_AT_ONCE or len(data) > limit * 1024 * 1024:
            yield name, Refused(name, "too_many_files" if place >= FILES_AT_ONCE else "too_large")
        else:
            yield from ((name, item) for item in read_bytes(name, data))


def kept_in() -> Path | None:
    """The operator's folder for uploads, if there is one."""
    named = os.environ.get("POSITIONS_UPLOADS")
    return Path(named) if named else None


def _begin(files: Files, limit: int, corpus: reading.Corpus) -> None:
    try:
        st.session_state.upload_job = jobs.queue(partial(_work, files, limit, corpus.alike, kept_in()))
    except jobs.Full:  # somebody was quicker; the files stay in the field
        st.rerun()
    st.session_state.upload_turn += 1
    st.session_state.pop("outcome", None)
    st.rerun()


def _wait_outside(words: Words) -> None:
    """Say that the line is full; the files stay in the field, and any click tries again."""
    st.warning(words("upload.full", n=jobs.WAITING), icon=":material/hourglass:")
    st.button(words("upload.again"), key="upload-again", icon=":material/refresh:")


def _work(files: Files, limit: int, look_up: LookUp, folder: Path | None, job: jobs.Job) -> reading.Corpus:
    items = list(read(files, limit, look_up))
    articles = [item for item in items if isinstance(item, Article)]
    items = [*articles[:ARTICLES_AT_ONCE], *(item for item in items if not isinstance(item, Article))]
    items += [Refused(article.id, "too_many_articles") for article in articles[ARTICLES_AT_ONCE:]]
    if folder is None:
        return reading.tag(items, job, uuid4().hex)
    for name, data in files:
        if any(isinstance(item, Article) for item in read([(name, data)], limit, look_up)):
            folder.mkdir(parents=True, exist_ok=True)
            store.write_bytes(
                folder / f"{hashlib.sha256(data).hexdigest()[:8]}-{PurePath(name.replace(chr(92), '/')).name[-80:]}",
                data,
            )
    return reading.tag([item for item in items if not isinstance(item, Article)], job, uuid4().hex)


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else next(f"{name}-{n}" for n in count(2) if f"{name}-{n}" not in taken)


@st.fragment(run_every=0.5)
def _watch(words: Words) -> None:
    job: jobs.Job | None = st.session_state.get("upload_job")
    if job is not None and job.running:
        jobs.keep(job)
        place = jobs.place(job)
        key = "upload.waiting" if place else "upload.progress"
        st.progress(job.share, text=words(key, place=place + 1, done=job.done, total=job.total or "…"))
    elif job is not None:
        st.rerun()


def _take(job: jobs.Job) -> None:
    if job.future.cancelled() or isinstance(job.future.exception(), jobs.Left):
        st.session_state.outcome = (0, 0, [("", "left")])
        return
    if (error := job.future.exception()) is not None:
        logging.getLogger("positions").error("tagging an upload failed", exc_info=error)
        st.session_state.outcome = (0, 0, [("", "failed")])
        return
    made: reading.Corpus = job.future.result()
    if len(made.articles):
        st.session_state.uploads = [*st.session_state.get("uploads", []), replace(made, unreadable=())]
    st.session_state.outcome = (len(made.articles), len(made.statements), made.unreadable)


def _outcome(words: Words) -> None:
    articles, statements, refused = st.session_state.get("outcome", (0, 0, ()))
    if articles:
        done = words(
            "upload.done",
            articles=words.count("count.articles", articles),
            statements=words.count("count.rows", statements),
        )
        st.success(done, icon=":material/check:")
    for source, reason in refused:
        with st.container(border=True, key=None):
            st.badge(words("upload.refused"), icon=":material/error:", color="red")
            st.text(f"{source}: {words.option('refusal', reason)}" if source else words.option("refusal", reason))
