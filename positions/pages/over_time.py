"""How positions moved: the trend of one topic with its volume, and what changed between two periods."""

import streamlit as st

from positions import figures, measures
from positions.ui import changes, links, markers, tables, view

v = view()
t = v.words


def brush() -> None:
    """Take over a period drawn on the chart as the filter on dates, which also stands in the link."""
    boxes = st.session_state["timeline"]["selection"]["box"]
    if boxes:
        first, last = sorted(str(day)[:10] for day in boxes[0]["x"])
        st.session_state.update(since=links.parse_day(first), until=links.parse_day(last))


if v.frame.empty:
    st.info(t("empty.filtered" if len(v.corpus.statements) else "empty.corpus"), icon=":material/info:")
    v.footer()
    st.stop()

counts = v.frame["topic"].value_counts()
first = max(v.topics, key=lambda code: counts.get(code, 0))
with st.container(horizontal=True, vertical_alignment="bottom"):
    topic = links.pick(
        "focus",
        v.topics,
        first,
        t("over_time.topic"),
        lambda code: t.option("topic", code),
        wrap=True,
    )
    freq = links.pick(
        "freq",
        ("D", "W", "M"),
        "W",
        t("over_time.step"),
        lambda code: t(f"over_time.{code}"),
    )
    split = links.flag("split", t("over_time.split"))
    marking = links.flag("events", t("over_time.events"), default=True)
links.keep("focus", [topic], [])  # the default depends on the corpus, so the link always names the topic

st.caption(t("positions.proposition", text=tables.proposition(topic, t)))
line = v.measure(measures.timeline, freq, topic)
words = v.chart_words
dated = line[line["side"].isin(v.sides)]
if dated.empty:
    st.info(t("over_time.none"), icon=":material/info:")
else:
    known = markers.known(t) if marking else None
    marked = None if known is None else markers.within(known, dated, t)
    v.chart(
        figures.timeline(line, words, topic=topic, sides=v.sides, dark=v.dark, split=split, events=marked),
        figures.describe_timeline(line, words, topic),
        "timeline",
        on_select=brush,
        selection_mode="box",
    )
    st.caption(t("over_time.brush"))
    st.caption(t("over_time.reading", n=measures.MIN_N))
    if marked is not None:
        markers.listing(marked, v)
tables.undated(v, topic)
tables.dominance(v)
changes.section(v)
v.footer(v.shown)
