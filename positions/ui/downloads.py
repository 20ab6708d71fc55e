"""What a reader takes along: the link and the sentence that cite a view, and the rows behind it as files."""

import tempfile
from functools import partial

import pandas as pd
import streamlit as st

from positions import store
from positions.ui import bundles, links, quality, settings
from positions.ui.reading import Corpus
from positions.ui.words import Words

FILES: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "csv": ("csv", "text/csv", "csv", {}),
    "csv_de": ("csv", "text/csv", "csv", {"sep": ";", "decimal": ","}),
    "jsonl": ("jsonl", "application/jsonl", "jsonl", {}),
    "parquet": ("parquet", "application/vnd.apache.parquet", "parquet", {}),
}
PIECE = 20_000  # rows

IMAGES = ("svg", "png")


def footer(frame: pd.DataFrame, corpus: Corpus, words: Words, page: str) -> None:
    """The end of ``page``: how to cite this view, its rows (``frame``) or the whole table as files, and the bundle."""
    with st.container(border=True, key="footer"):
        st.subheader(words("footer.title"))
        cited = f"{sentence(frame, words)}\n{links.here()}"
        st.code(cited, language=None, wrap_lines=True)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            _menu("shown", words.count("footer.shown", len(frame)), frame, corpus, words)
            everything = corpus.statements
            _menu("everything", words.count("footer.everything", len(everything)), everything, corpus, words)
            st.download_button(
                words("footer.bundle"),
                partial(bundles.make, frame, corpus, words, quality.measured(), cited, page, links.parameters()),
                "positions-bundle.zip",
                "application/zip",
                key="bundle",
                help=words("footer.bundle_help"),
                icon=":material/inventory_2:",
                on_click="ignore",
                disabled=frame.empty,
            )
            st.segmented_control(
                words("footer.image"),
                IMAGES,
                default=IMAGES[0],
                required=True,
                key="image",
                format_func=str.upper,
                persist_state="session",
            )
        st.caption(words("footer.note"))


def sentence(frame: pd.DataFrame, words: Words) -> str:
    """What the view rests on, in one sentence fit for a footnote."""
    days = frame.loc[frame["day"].notna(), "day"]
    last = days.max().date().isoformat() if len(days) else ""
    parts = (
        words.count("count.statements", frame["utterance_id"].nunique()),
        words.count("count.in_articles", frame["article_id"].nunique()),
    )
    key = "footer.sentence" if last else "footer.sentence_undated"
    return words(
        key,
        day=words.day(last),
        statements=parts[0],
        articles=parts[1],
        codebook=codebook_version(),
        model=model_name(),
    )


def table(frame: pd.DataFrame) -> pd.DataFrame:
    """The contract's columns of a prepared frame, in plain types."""
    return store.conform(frame)[list(store.COLUMNS)]


def file_bytes(kind: str, frame: pd.DataFrame, corpus: Corpus) -> bytes:
    """The file of a kind in ``FILES``, written piece by piece so that few texts of a collection are in memory."""
    _, _, format, options = FILES[kind]
    pieces = (frame.iloc[start : start + PIECE] for start in range(0, max(len(frame), 1), PIECE))
    with tempfile.TemporaryFile() as file:
        store.write_frames((table(corpus.full(piece)) for piece in pieces), file, format, **options)
        file.seek(0)
        return file.read()


def model_name() -> str:
    """Name and version of the shipped model, as its figures give them; the name of another one."""
    if not settings.shipped_model():
        return settings.model_name()
    figures = quality.model_figures()
    return " ".join(str(figures[key]) for key in ("model", "version") if figures.get(key)) or "–"


def codebook_version() -> str:
    """The codebook's version."""
    return settings.book().version


def _menu(name: str, label: str, frame: pd.DataFrame, corpus: Corpus, words: Words) -> None:
    with st.popover(label, icon=":material/download:", disabled=frame.empty):
        for kind, (suffix, mime, *_) in FILES.items():
            stem = f"positions-{name}{'-excel-de' if kind == 'csv_de' else ''}"
            st.download_button(
                words(f"footer.{kind}"),
                partial(file_bytes, kind, frame, corpus),
                f"{stem}.{suffix}",
                mime,
                key=f"{name}-{kind}",
                on_click="ignore",
                width="stretch",
            )
