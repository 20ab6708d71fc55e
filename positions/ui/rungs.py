"""The options on a topic: which statements were placed on which rung, where sides meet, and the sentences behind it."""

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
import streamlit as st

from positions import ladders
from positions.codebook.entries import Ladder
from positions.ui import View, markup, settings
from positions.ui.folds import fold
from positions.ui.markup import tag
from positions.ui.reading import Corpus

SHOWN = 3
LISTED = 200
NARROW = 120


def known() -> tuple[Ladder, ...]:
    """The ladders of the codebook in the order of its topics."""
    book = settings.book()
    found = (book.ladders.of(topic.key) for topic in book.topics)
    return tuple(ladder for ladder in found if ladder is not None)


def placed(view: View) -> pd.DataFrame:
    """The options named by the rows that meet the filters; see ``ladders.place``. Worked out once a corpus."""
    corpus = view.corpus
    with st.spinner(view.words("ground.placing"), show_time=False):
        table = _placed(corpus.key, partial(_place, corpus))
    return table[table["row"].isin(view.frame.index)]


def _place(corpus: Corpus) -> pd.DataFrame:
    """Of a collection, whose articles stay on disk, only what statements name in their own words."""
    articles = corpus.articles if corpus.collection is None else pd.DataFrame({"id": [], "text": []})
    return ladders.place(corpus.full(corpus.statements), articles, settings.book())


def names(ladder: Ladder, view: View) -> dict[str, str]:
    """Rung -> its name in the reader's language."""
    return {rung.key: rung.name[view.words.language] for rung in ladder.rungs}


def meetings(shared: pd.DataFrame, named: Mapping[str, str], view: View) -> None:
    """The options for which two sides both stand, a line each; or that there is none."""
    words = view.words
    if shared.empty:
        st.markdown(words("ground.no_overlap"))
        return
    items = []
    for row in shared.itertuples():
        sides = words("ground.two", a=words.option("side", row.side_a), b=words.option("side", row.side_b))
        notes = [words("ground.numbers", a=row.n_a, b=row.n_b)]
        notes += [] if row.clear else [words("ground.disputed")]
        notes += [] if row.free else [words("ground.only_if")]
        notes += [] if row.enough else [words("ground.too_few", n=ladders.MIN_N)]
        text = markup.text(f"{named[row.rung]}: {sides} ({', '.join(notes)})")
        items.append(tag("li", text))
    st.html(tag("ul", "".join(items), class_="steps"))


def span_table(table: pd.DataFrame, named: Mapping[str, str], view: View) -> None:
    """For each side the options that it stands for, refuses, and on which nothing was placed."""
    words = view.words
    spans = ladders.spans(table)
    columns = {words("positions.side"): [words.option("side", side) for side in spans["side"]]}
    for name in ("accepted", "refused", "unknown"):
        columns[words(f"ground.{name}")] = [", ".join(named[rung] for rung in rungs) or "–" for rungs in spans[name]]
    st.dataframe(pd.DataFrame(columns), hide_index=True, alt=words("ground.spans"))


def evidence(found: pd.DataFrame, rung: str, view: View) -> None:
    """The statements on one rung, a column a side, the surest of each act first."""
    words = view.words
    said = found[found["rung"] == rung]
    sides = [side for side in view.sides if (said["side"].astype(str) == side).any()]
    if not sides:
        st.markdown(words("ground.nobody"))
        return
    for column, side in zip(st.columns(len(sides)), sides, strict=True):
        with column:
            st.subheader(words.option("side", side), anchor=False)
            for act in ladders.ACTS:
                _act(said[(said["side"].astype(str) == side) & (said["act"] == act)], f"{side}-{act}", act, view)


def _act(said: pd.DataFrame, key: str, act: str, view: View) -> None:
    if said.empty:
        return
    words, total = view.words, said["utterance_id"].nunique()
    rows = view.frame.loc[said["row"]].assign(phrase=list(said["phrase"]), basis=list(said["basis"]))
    best = rows.sort_values("confidence", ascending=False, kind="stable").drop_duplicates("utterance_id")
    st.markdown(f"**{words(f'rung_act.{act}')}** ({words.whole(total)})")
    for place, row in enumerate(best.head(SHOWN).to_dict("records")):
        view.card(pd.Series(row), f"{key}-{place}", NARROW)
        st.text(words(f"ground.by_{row['basis']}", phrase=row["phrase"]))
    if total > SHOWN:
        st.caption(words("ground.more", n=words.whole(total - SHOWN)))


def unplaced(found: pd.DataFrame, view: View) -> None:
    """The statements that were not placed, with the reason; their words in a table that shows them literally."""
    words = view.words
    left = found[(found["reason"] != "") & found["side"].astype(str).isin(view.sides)]
    left = left.drop_duplicates("utterance_id")
    title = words("ground.unplaced", n=words.whole(len(left)))
    fold(title, "unplaced", lambda: _listed(left, title, view), icon=":material/help:")


def _listed(left: pd.DataFrame, title: str, view: View) -> None:
    words = view.words
    counts = {reason: words.whole(int((left["reason"] == reason).sum())) for reason in ladders.REASONS}
    st.markdown(words("ground.unplaced_why", **counts))
    shown = left.head(LISTED)
    rows = view.corpus.full(view.frame.loc[shown["row"]])
    columns = {
        words("column.side"): [words.option("side", side) for side in shown["side"]],
        words("ground.reason"): [words(f"ground.{reason}") for reason in shown["reason"]],
        words("column.speaker"): list(rows["speaker"].astype(str)),
        words("column.text"): list(rows["text"]),
    }
    st.dataframe(pd.DataFrame(columns), hide_index=True, alt=title)
    if len(left) > LISTED:
        st.caption(words("ground.first", n=words.whole(LISTED)))


@st.cache_resource(max_entries=8, show_spinner=False)
def _placed(key: str, _work: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    return _work()
