"""What the numbers rest on: what the articles are, what is missing in them, and who supplies how much."""

import streamlit as st

from positions import audit, figures, measures
from positions.ui import sources, tables, view

v = view()
t = v.words
articles = tables.article_list(v)
if articles.empty:
    st.info(t("empty.filtered" if len(v.corpus.articles) else "empty.corpus"), icon=":material/info:")
    v.footer()
    st.stop()

if v.frame.empty:
    st.info(t("empty.filtered" if len(v.corpus.statements) else "empty.corpus"), icon=":material/info:")
tables.dominance(v)
left, right = st.columns(2, gap="large")
with left:
    st.header(t("corpus.counts"), anchor=False)
    sources.counts(v.measure(audit.counts, articles), v)
with right:
    st.header(t("corpus.modes"), anchor=False)
    sources.modes(v.measure(audit.modes), v)

st.header(t("corpus.calendar"), anchor=False)
found = audit.calendar(articles)
undated = len(articles) - int(found["n"].sum())
if found.empty:
    st.info(t("corpus.no_dates"), icon=":material/info:")
else:
    v.chart(
        figures.calendar(found, v.chart_words, dark=v.dark), figures.describe_calendar(found, v.chart_words), "days"
    )
    st.caption(t(f"corpus.step.{found['step'].iloc[0]}"))
if undated and len(found):
    st.caption(t("corpus.undated", n=t.count("count.articles", undated)))
sources.doubts(audit.doubtful(articles), v)

st.header(t("corpus.sources"), anchor=False)
st.markdown(t("corpus.sources_means"))
sources.shares(v.measure(measures.coverage, articles), v)
v.footer()
