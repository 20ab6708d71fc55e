"""What a reader takes along: the link and the sentence that cite a view, and the rows behind it as files.

A session keeps a bit a row, not rows, of what it could download. Small files are made in memory on a click, as
Streamlit does; of more than ``STREAMED`` rows a link is offered, where ``positions.ui.files`` sends them in pieces.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from positions import store
from positions.ui import bundles, files, links, markup, quality, settings
from positions.ui.reading import Corpus
from positions.ui.words import Words

FILES: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "csv": ("csv", "text/csv", "csv", {}),
    "csv_de": ("csv", "text/csv", "csv", {"sep": ";", "decimal": ","}),
    "jsonl": ("jsonl", "application/jsonl", "jsonl", {}),
    "parquet": ("parquet", "application/vnd.apache.parquet", "parquet", {}),
}
STREAMED = 50_000  # rows
BUNDLED = 100_000  # rows of a bundle at most: a zip is made in memory

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
                partial(_bundle, marked(frame, corpus), corpus, words, cited, page, links.parameters()),
                "positions-bundle.zip",
                "application/zip",
                key="bundle",
                help=words("footer.bundle_help", n=words.whole(BUNDLED)),
                icon=":material/inventory_2:",
                on_click="ignore",
                disabled=frame.empty or len(frame) > BUNDLED,
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


Marks = NDArray[np.uint8]


def marked(rows: pd.DataFrame, corpus: Corpus) -> Marks:
    """Which of the corpus's statements ``rows`` are, a bit each."""
    mask = np.zeros(len(corpus.statements), dtype=bool)
    mask[rows.index.to_numpy()] = True
    return np.packbits(mask)


def _rows(marks: Marks, corpus: Corpus) -> pd.DataFrame:
    n = len(corpus.statements)
    return corpus.statements[np.unpackbits(marks, count=n).astype(bool)]


def pieces(kind: str, marks: Marks, corpus: Corpus) -> Iterator[bytes]:
    """The file of a kind in ``FILES`` in the order of the articles, piece by piece."""
    _, _, format, options = FILES[kind]
    return store.encode(corpus.tables(_rows(marks, corpus)), format, **options)


def file_bytes(kind: str, marks: Marks, corpus: Corpus) -> bytes:
    """The same in one."""
    return b"".join(pieces(kind, marks, corpus))


def _bundle(
    marks: Marks, corpus: Corpus, words: Words, cited: str, page: str, parameters: dict[str, list[str]]
) -> bytes:
    return bundles.make(_rows(marks, corpus), corpus, words, quality.measured(), cited, page, parameters)


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
    marks = marked(frame, corpus)
    with st.popover(label, icon=":material/download:", disabled=frame.empty):
        for kind, (suffix, mime, *_) in FILES.items():
            file = f"positions-{name}{'-excel-de' if kind == 'csv_de' else ''}.{suffix}"
            if len(frame) > STREAMED:
                address = files.offer(f"{name}-{kind}", file, mime, partial(pieces, kind, marks, corpus))
                st.html(
                    markup.tag("a", markup.text(words(f"footer.{kind}")), href=address, download=file, class_="file")
                )
            else:
                st.download_button(
                    words(f"footer.{kind}"),
                    partial(file_bytes, kind, marks, corpus),
                    file,
                    mime,
                    key=f"{name}-{kind}",
                    on_click="ignore",
                    width="stretch",
                )
