"""Who stands where: the matrix, one cell in words, the sentences behind it."""

import streamlit as st

from positions import figures, measures
from positions.ui import cells, corrections, links, tables, view
from positions.ui.folds import fold

v = view()
t = v.words
matrix = v.measure(measures.matrix, sides=v.sides, topics=v.topics)


def pick() -> None:
    """Take over a click on the chart; the chart itself forgets it when its data change."""
    points = st.session_state["matrix"]["selection"]["points"]
    if points:
        st.session_state["cell_side"], st.session_state["cell_topic"] = points[0]["customdata"][:2]


if v.frame.empty:
    st.info(t("empty.filtered" if len(v.corpus.statements) else "empty.corpus"), icon=":material/info:")

left, right = st.columns([3, 2], gap="large")
with right:
    one, two = st.columns(2)
    with one:
        side = links.one(
            "cell_side",
            v.sides,
            "",
            st.selectbox,
            t("positions.side"),
            index=None,
            format_func=lambda code: t.option("side", code),
            placeholder=t("positions.choose"),
        )
    with two:
        topic = links.one(
            "cell_topic",
            v.topics,
            "",
            st.selectbox,
            t("positions.topic"),
            index=None,
            format_func=lambda code: t.option("topic", code),
            placeholder=t("positions.choose"),
        )
with left:
    st.markdown(tables.headline(matrix, v))
    chosen = (side, topic) if side and topic else None
    v.chart(
        figures.matrix(matrix, v.chart_words, dark=v.dark, selected=chosen),
        figures.describe_matrix(matrix, v.chart_words),
        "matrix",
        on_select=pick,
        selection_mode="points",
    )
    st.caption(t("positions.reading", n=measures.MIN_N))
    tables.dominance(v)
    fold(t("positions.as_table"), "matrix", lambda: tables.matrix(matrix, v), icon=":material/table:")
    if len(v.frame):
        corrections.section(v)

rows = v.shown
if chosen:
    cell = matrix[(matrix["side"] == side) & (matrix["topic"] == topic)].iloc[0]
    rows = measures.select(v.frame, actors=[side], topics=[topic])
    with right:
        st.caption(t("positions.proposition", text=tables.proposition(topic, t)))
        cells.describe(cell, v)
    cells.evidence(rows, cell, v)
else:
    with right.container(border=True):
        st.subheader(t("hint.title"), anchor=False)
        st.markdown(t("hint.steps"))
v.footer(rows)
