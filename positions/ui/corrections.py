"""The positions without the model's known errors, beside those shown, and what that changes."""

import pandas as pd
import streamlit as st

from positions import correction, figures, measures
from positions.ui import View, links, quality
from positions.ui.folds import fold


def section(view: View) -> None:
    """The switch, what the correction changed in words, and the table; nothing where the errors were not measured."""
    words = view.words
    confusion = correction.Confusion.of(quality.measured())
    if confusion is None:
        return
    if not links.flag("corrected", words("correction.switch"), default=confusion.stable):
        return
    st.caption(words("correction.means", n=int(sum(map(sum, confusion.counts)))))
    if not confusion.stable:
        st.warning(words("correction.unstable"), icon=":material/warning:")
    table = view.measure(correction.corrected, confusion, sides=view.sides, topics=view.topics)
    known = table.dropna(subset=["corrected"])
    if known.empty:
        st.caption(words("correction.none", n=measures.MIN_N))
        return
    crossed = int((known["tagged"] * known["corrected"] < 0).sum())
    farthest = figures.number(known["change"].abs().max(), view.chart_words).removeprefix("+")
    st.markdown(words("correction.changed", n=len(known), crossed=crossed, farthest=farthest))
    fold(words("correction.table"), "corrections", lambda: _listing(known, view), icon=":material/table:")


def _listing(known: pd.DataFrame, view: View) -> None:
    st.dataframe(_shown(known, view), hide_index=True, alt=view.words("correction.table"))


def _shown(known: pd.DataFrame, view: View) -> pd.DataFrame:
    words, numbers = view.words, view.chart_words
    rows = list(known.itertuples())
    return pd.DataFrame(
        {
            words("positions.side"): [words.option("side", row.side) for row in rows],
            words("positions.topic"): [words.option("topic", row.topic) for row in rows],
            words("correction.tagged"): [figures.number(row.tagged, numbers) for row in rows],
            words("correction.corrected"): [figures.number(row.corrected, numbers) for row in rows],
            words("cell.interval"): [
                words(
                    "cell.from_to", lower=figures.number(row.lower, numbers), upper=figures.number(row.upper, numbers)
                )
                for row in rows
            ],
            words("correction.change"): [figures.number(row.change, numbers) for row in rows],
            words("cell.independent"): [row.n for row in rows],
        }
    )
