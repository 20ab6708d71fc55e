"""Parts of the page Compare: speakers inside one side, strongest words side by side, the network of agreement."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from positions import figures, measures
from positions.records import OTHER
from positions.ui import View, links, tables
from positions.ui.folds import fold

LEVELS = ("sides", "speakers")
MOST = 4
NARROW = 120
FEWEST_EDGES = 3


def inside_a_side(view: View) -> pd.DataFrame:
    """Two to four speakers of one side; the rows that are shown."""
    words = view.words
    side = links.pick(
        "inside",
        view.sides,
        view.sides[0],
        words("positions.side"),
        lambda code: words.option("side", code),
    )
    rows = measures.select(view.shown, actors=[side])
    people = view.measure(measures.speakers)
    people = people[
        ((people["side"] == side) & (people["speaker"] != "") & people["topic"].isin(view.topics)).to_numpy()
    ]
    counts = people.groupby("speaker", observed=True)["n"].sum().sort_values(ascending=False, kind="stable")
    offered = [str(name) for name in counts.index if counts[name]]
    names = links.many(
        "who", offered, offered[:MOST], st.multiselect, words("compare.who", n=MOST), max_selections=MOST
    )[:MOST]
    links.keep("who", names, [])  # the most talkative depend on the corpus, so the link always names them
    if len(names) < 2:
        st.info(words("compare.two_speakers"), icon=":material/info:")
        return rows
    table = view.measure(measures.compare_speakers, side, names)
    table = table[table["topic"].isin(view.topics)]
    view.chart(
        figures.compare(table, view.chart_words, dark=view.dark),
        figures.describe_compare(table, view.chart_words),
        "compare-chart",
    )
    fold(words("positions.as_table"), "compare", lambda: tables.matrix(table, view), icon=":material/table:")
    st.header(words("compare.statements"), anchor=False)
    topic = choose_topic(view)
    strongest([(name, side, measures.select(rows, speakers=[name])) for name in names], topic, view)
    return measures.select(rows, speakers=names)


def choose_topic(view: View) -> str:
    """The topic whose words are shown, with its proposition."""
    words = view.words
    topic = links.pick(
        "words",
        view.topics,
        view.topics[0],
        words("over_time.topic"),
        lambda code: words.option("topic", code),
    )
    st.caption(words("positions.proposition", text=tables.proposition(topic, words)))
    return topic


def strongest(parts: Sequence[tuple[str, str, pd.DataFrame]], topic: str, view: View) -> None:
    """A column for each (name, side, rows), with the strongest statement in each direction."""
    words = view.words
    for place, (column, (name, side, rows)) in enumerate(zip(st.columns(len(parts)), parts, strict=True)):
        with column:
            st.text(name)
            best = measures.strongest(rows, side, topic, count=1)
            if best.empty:
                st.caption(words("compare.silent"))
                continue
            for direction in ("favor", "against"):
                camp = best[best["direction"] == direction]
                st.caption(words(f"compare.strongest_{direction}") if len(camp) else words(f"cell.no_{direction}"))
                for row in camp.to_dict("records"):
                    view.card(pd.Series(row), f"{place}-{direction}", NARROW)


def network(sides: Sequence[str], view: View) -> None:
    """Who agrees with whom, as a chart and as a table; said where there is too little for it."""
    words = view.words
    st.subheader(words("compare.network"), anchor=False)
    edges = view.measure(measures.network)
    edges = edges[edges["side_a"].isin(sides) & edges["side_b"].isin(sides) & (edges["side_a"] != OTHER)]
    st.markdown(words("compare.network_means", least=measures.LEAST_SHARED, most=measures.MOST_NODES))
    if len(edges) < FEWEST_EDGES:
        st.info(words("compare.network_none", n=FEWEST_EDGES), icon=":material/info:")
        return
    numbers = view.chart_words
    view.chart(figures.network(edges, numbers, dark=view.dark), figures.describe_network(edges, numbers), "network")
    fold(words("positions.as_table"), "network", lambda: tables.network(edges, view), icon=":material/table:")
