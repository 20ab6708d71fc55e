"""What the numbers mean, how they come about, how good they are, and where they stop."""

import streamlit as st

from positions import figures, measures
from positions.ui import quality, tables, view

v = view()
t = v.words
numbers = v.chart_words

st.header(t("about.propositions"), anchor=False)
st.markdown(f"{t('about.propositions_text')} {t('about.alike')}")
for topic in measures.topics_of(v.corpus.statements):
    st.markdown(f"- **{t.option('topic', topic)}** – {tables.proposition(topic, t)}")

st.header(t("about.bands"), anchor=False)
st.markdown(t("about.bands_text"))
edges = [-1.0, *measures.THRESHOLDS, 1.0]
for band, lower, upper in zip(measures.BANDS, edges, edges[1:], strict=False):
    st.markdown(
        "- "
        + t(
            "about.band_range",
            band=t(f"band.{band}"),
            lower=figures.number(lower, numbers),
            upper=figures.number(upper, numbers),
        )
    )
st.markdown(t("about.states", n=measures.MIN_N))

for part in ("measures", "tags"):
    st.header(t(f"about.{part}"), anchor=False)
    st.markdown(t(f"about.{part}_text"))

st.header(t("about.figures"), anchor=False)
model = quality.measured()
measured = quality.gold_sets(model)
st.markdown(t("about.figures_text" if measured else "about.figures_none"))
for name, found in measured.items():
    heading = quality.heading(name, found, t)
    st.subheader(heading, anchor=False)
    for title, table in quality.tables(found, t).items():
        st.markdown(f"**{t(f'quality.{title}')}**  \n{t(f'quality.{title}_text')}")
        st.dataframe(table, hide_index=True, alt=f"{heading}: {t(f'quality.{title}')}")

if bins := model.get("reliability"):
    st.header(t("about.sure"), anchor=False)
    st.markdown(t("about.sure_text"))
    left, right = st.columns(2)
    with left:
        st.markdown(f"**{t('quality.reliability')}**")
        v.chart(
            figures.reliability(bins, numbers, dark=v.dark), figures.describe_reliability(bins, numbers), "reliability"
        )
    with right:
        steps = model["coverage"]
        st.markdown(f"**{t('quality.coverage')}**")
        v.chart(figures.coverage(steps, numbers, dark=v.dark), figures.describe_coverage(steps, numbers), "coverage")

for part in ("limits", "licences"):
    st.header(t(f"about.{part}"), anchor=False)
    st.markdown(t(f"about.{part}_text"))
v.footer()
