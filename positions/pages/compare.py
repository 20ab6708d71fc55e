"""Two to four sides, or speakers of one side, next to each other: positions, words, topics, agreement, portrayal."""

import streamlit as st

from positions import figures, measures
from positions.records import ACTORS, SIDES
from positions.ui import comparison, links, tables, view
from positions.ui.folds import fold

v = view()
t = v.words
if v.frame.empty:
    st.info(t("empty.filtered" if len(v.corpus.statements) else "empty.corpus"), icon=":material/info:")
    v.footer()
    st.stop()

words = v.chart_words
level = links.pick(
    "level",
    comparison.LEVELS,
    comparison.LEVELS[0],
    t("compare.level"),
    lambda code: t(f"compare.level_{code}"),
)
if level == "speakers":
    v.footer(comparison.inside_a_side(v))
    st.stop()

offered = [side for side in ACTORS if side in v.sides] if len(v.sides) > 1 else SIDES
sides = links.many(
    "compare",
    offered,
    offered[:4],
    st.pills,
    t("compare.sides"),
    selection_mode="multi",
    format_func=lambda code: t.option("side", code),
)
if len(sides) < 2:
    st.info(t("compare.two"), icon=":material/info:")
    v.footer()
    st.stop()

rows = v.shown[v.shown["side"].isin(sides)]
table = v.measure(measures.compare, sides)
table = table[table["topic"].isin(v.topics)]
v.chart(figures.compare(table, words, dark=v.dark), figures.describe_compare(table, words), "compare-chart")
fold(t("positions.as_table"), "compare", lambda: tables.matrix(table, v), icon=":material/table:")

st.header(t("compare.statements"), anchor=False)
topic = comparison.choose_topic(v)
comparison.strongest([(t.option("side", side), side, rows) for side in sides], topic, v)
people = v.measure(measures.speakers)
people = people[people["side"].isin(sides) & (people["topic"] == topic)]
if people["speaker"].astype(bool).any():
    st.subheader(t("compare.speakers"), anchor=False)
    v.chart(
        figures.speakers(people, words, topic=topic, dark=v.dark),
        figures.describe_speakers(people, words, topic),
        "speakers",
    )

st.header(t("compare.attention"), anchor=False)
st.markdown(t("compare.attention_means"))
shares = v.measure(measures.attention, sides)
v.chart(figures.attention(shares, words, dark=v.dark), figures.describe_attention(shares, words), "attention")

st.header(t("compare.agreement"), anchor=False)
st.markdown(t("compare.agreement_means", n=measures.MIN_N))
pairs = v.measure(measures.agreement, sides)
v.chart(figures.agreement(pairs, words, dark=v.dark), figures.describe_agreement(pairs, words), "agreement")
fold(t("positions.as_table"), "agreement", lambda: tables.agreement(pairs, v), icon=":material/table:")
comparison.network(sides, v)

st.header(t("compare.portrayal"), anchor=False)
st.markdown(t("compare.portrayal_means"))
everything = v.selection.rows(v.corpus.statements, any_source=True)
gap = measures.portrayal(everything)
gap = gap[gap["side"].isin(sides) & gap["topic"].isin(v.topics)]
if gap["enough"].any():
    v.chart(figures.portrayal(gap, words, dark=v.dark), figures.describe_portrayal(gap, words), "portrayal")
else:
    st.info(t("compare.portrayal_none", n=measures.MIN_N), icon=":material/info:")
v.footer(rows)
