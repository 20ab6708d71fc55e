"""The tables of the page on the corpus: what is there, what is missing, who supplies how much."""

import pandas as pd
import streamlit as st

from positions.ui import View, markup
from positions.ui.folds import fold
from positions.ui.words import Words

KINDS = ("outlet", "agency", "language")


def counts(table: pd.DataFrame, view: View) -> None:
    """``audit.counts`` as a list; parts of a total with their share."""
    words = view.words
    pairs = [(words(f"count_of.{row.what}"), _part(row.n, row.of, row.what, words)) for row in table.itertuples()]
    st.html(markup.facts(pairs, "facts"))


def modes(table: pd.DataFrame, view: View) -> None:
    """``audit.modes`` as a list."""
    words = view.words
    pairs = [
        (words.option("mode", row.mode), f"{words.whole(row.n)} ({words.percent(row.share)})")
        for row in table.itertuples()
    ]
    st.html(markup.facts(pairs, "facts"))


def doubts(table: pd.DataFrame, view: View) -> None:
    """The warnings of ``audit.doubtful``, shown literally."""
    words = view.words
    if table.empty:
        return
    title = words("corpus.doubts", n=words.whole(len(table)))
    shown = {
        words("column.id"): list(table["id"]),
        words("column.outlet"): list(table["outlet"]),
        words("articles.warning"): [words.option("warning", text) for text in table["warning"]],
    }
    fold(
        title,
        "doubts",
        lambda: st.dataframe(pd.DataFrame(shown), hide_index=True, alt=title),
        icon=":material/warning:",
    )


def shares(table: pd.DataFrame, view: View) -> None:
    """``measures.coverage`` by outlet, agency and language, side by side; more than half is marked."""
    words = view.words
    for column, kind in zip(st.columns(len(KINDS)), KINDS, strict=True):
        rows = table[table["kind"] == kind]
        with column:
            st.subheader(words(f"corpus.kind.{kind}"), anchor=False)
            if rows.empty:
                st.caption(words("corpus.nothing"))
                continue
            shown = {
                words(f"corpus.kind.{kind}"): [
                    words.option(kind, key) or words("corpus.unknown") for key in rows["key"]
                ],
                words("cell.n_articles"): list(rows["n_articles"]),
                words("cell.independent"): list(rows["n_independent"]),
                words("column.n"): [_share(row.n_statements, row.share, words) for row in rows.itertuples()],
            }
            st.dataframe(pd.DataFrame(shown), hide_index=True, alt=words(f"corpus.kind.{kind}"))


def _share(n: int, share: float, words: Words) -> str:
    marked = f" – {words('corpus.over_half')}" if share > 0.5 else ""
    return f"{words.whole(int(n))} ({words.percent(share)}){marked}"


def _part(n: int, of: int, what: str, words: Words) -> str:
    whole = words.whole(int(n))
    return whole if what in ("articles", "statements") or not of else f"{whole} ({words.percent(n / of)})"
