"""Every statement that the filters let through: searched, sorted, 25 a page."""

import pandas as pd
import streamlit as st

from positions.ui import links, tables, view

PAGE = 25
ORDERS = {
    "newest": ("day", False),
    "oldest": ("day", True),
    "surest": ("confidence", False),
    "article": ("article_id", True),
}

v = view()
t = v.words
with st.container(horizontal=True, vertical_alignment="bottom"):
    links.start("q", lambda given: given[0][:200], "")
    query = st.text_input(
        t("statements.search"),
        key="q",
        type="search",
        live="300ms",
        max_chars=200,
        placeholder=t("statements.placeholder"),
        persist_state="session",
        width=360,
    )
    links.keep("q", [query] if query else [], [])
    order = links.one(
        "sort",
        tuple(ORDERS),
        "newest",
        st.selectbox,
        t("statements.sort"),
        format_func=lambda code: t(f"statements.{code}"),
        width=200,
    )
    look = links.pick(
        "look",
        ("cards", "table"),
        "cards",
        t("statements.look"),
        lambda code: t(f"statements.{code}"),
    )

rows = v.corpus.search(v.frame, query or "")
column, upwards = ORDERS[order]
st.markdown(
    t("statements.found", rows=t.count("count.rows", len(rows)), utterances=t.whole(rows["utterance_id"].nunique()))
)
if rows.empty:
    st.info(t("empty.filtered" if len(v.corpus.statements) else "empty.corpus"), icon=":material/info:")
pages = max(-(-len(rows) // PAGE), 1)
place = st.container()
page = st.pagination(pages, key="page", bind="query-params", persist_state="session") if pages > 1 else 1
part = v.corpus.page(rows, column, upwards, (min(page, pages) - 1) * PAGE, PAGE)
with place:
    if look == "table":
        tables.statements(part, v)
    else:
        for number, row in enumerate(part.to_dict("records")):
            v.card(pd.Series(row), f"row-{number}")
v.footer(rows)
