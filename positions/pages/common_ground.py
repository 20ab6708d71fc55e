"""Which options each side demands, offers, accepts or refuses, where two meet, and what is unknown."""

import streamlit as st

from positions import figures, ladders
from positions.ui import links, rungs, settings, tables, view
from positions.ui.folds import fold

v = view()
t = v.words
known = {ladder.topic: ladder for ladder in rungs.known() if ladder.topic in v.topics}
if v.frame.empty:
    st.info(t("empty.filtered" if len(v.corpus.statements) else "empty.corpus"), icon=":material/info:")
    v.footer()
    st.stop()
if not known:
    st.info(t("ground.no_ladder"), icon=":material/info:")
    v.footer()
    st.stop()


def pick() -> None:
    """Take over a click on the chart; the chart itself forgets it when its data change."""
    points = st.session_state["ladder"]["selection"]["points"]
    if points:
        st.session_state["rung"] = points[0]["customdata"][1]


counts = v.frame["topic"].value_counts()
topic = links.pick(
    "focus",
    tuple(known),
    max(known, key=lambda code: counts.get(code, 0)),
    t("over_time.topic"),
    lambda code: t.option("topic", code),
    wrap=True,
)
links.keep("focus", [topic], [])
st.caption(t("positions.proposition", text=tables.proposition(topic, t)))

ladder = known[topic]
named = rungs.names(ladder, v)
found = rungs.placed(v)
found = found[found["topic"].astype(str) == topic]
table = ladders.cells(found, ladder, v.sides)
shared = ladders.overlap(table)
chosen = st.session_state.get("rung") or st.query_params.get("rung", "")
v.chart(
    figures.ladder(
        table,
        v.chart_words,
        names=named,
        shared=shared.groupby("rung")["enough"].any().to_dict(),
        selected=chosen,
        dark=v.dark,
    ),
    figures.describe_ladder(table, v.chart_words, named),
    "ladder",
    on_select=pick,
    selection_mode="points",
)
st.caption(t("ground.reading", n=ladders.MIN_N))
tables.dominance(v)
if settings.shipped_model():
    right, kept = settings.book().ladders.measured
    st.info(t("ground.measured", right=t.percent(right), kept=t.percent(kept)), icon=":material/rule:")

st.header(t("ground.overlap"), anchor=False)
rungs.meetings(shared, named, v)
fold(t("ground.spans"), "spans", lambda: rungs.span_table(table, named, v), icon=":material/table:")

st.header(t("ground.words"), anchor=False)
said = [rung for rung in named if (found["rung"] == rung).any()]
rung = links.one(
    "rung",
    tuple(named),
    said[0] if said else next(iter(named)),
    st.selectbox,
    t("ground.rung"),
    format_func=named.__getitem__,
)
links.keep("rung", [rung], [])  # the default depends on the corpus, so the link always names the rung
rungs.evidence(found, rung, v)
rungs.unplaced(found, v)
v.footer(v.shown[v.shown["topic"].astype(str) == topic])
