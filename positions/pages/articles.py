"""What was read and how: the list of articles, one article with its statements marked, and articles of one's own."""

import streamlit as st

from positions.ui import evidence, links, tables, uploads, view

LISTED = 1000

v = view()
t = v.words
with st.expander(
    t("upload.title"),
    icon=":material/upload_file:",
    expanded="upload_job" in st.session_state or "outcome" in st.session_state,
):
    uploads.panel(v.corpus, t)
if v.corpus.unreadable:
    with st.expander(t("articles.unreadable", n=len(v.corpus.unreadable)), icon=":material/error:"):
        for source, reason in v.corpus.unreadable:
            st.text(f"{source}: {t.option('refusal', reason)}")
if v.corpus.articles.empty:
    st.info(t("empty.corpus"), icon=":material/info:")
    v.footer()
    st.stop()

listed = tables.article_list(v)
st.markdown(t("articles.found", articles=t.count("count.articles", len(listed)), silent=int((listed["n"] == 0).sum())))
if len(listed) > LISTED:
    st.caption(t("articles.first", n=t.whole(LISTED)))
picked = tables.articles(listed.head(LISTED), v)
if picked is not None:
    st.session_state.update(article=picked, statement="")
wanted = st.session_state.get("article") or st.query_params.get("article")
ids = list(listed["id"].head(LISTED))
ids += [wanted] if wanted not in ids and v.corpus.listed(str(wanted)) is not None else []
chosen = links.one(
    "article",
    ids,
    "",
    st.selectbox,
    t("articles.choose"),
    index=None,
    placeholder=t("positions.choose"),
    format_func=lambda code: tables.article_name(code, v),
)
rows = v.frame
if chosen:
    said = v.corpus.full(v.corpus.statements[v.corpus.statements["article_id"] == chosen])
    links.start("statement", lambda given: given[0], "")
    statement = st.session_state["statement"] if (said["statement_id"] == st.session_state["statement"]).any() else ""
    rows = said[said.index.isin(v.frame.index) | (said["statement_id"] == statement)]
    links.keep("statement", [statement] if statement else [], [])
    tables.article(v.corpus.article(chosen), rows, v)
    hit = rows[rows["statement_id"] == statement]
    if len(hit):
        st.subheader(t("articles.the_statement"), anchor=False)
        st.html(evidence.card_html(hit.iloc[0], v.corpus, t))
    if len(said) > len(rows):
        st.caption(t("articles.hidden", rows=t.count("count.rows", len(said) - len(rows))))
    tables.article_text(v.corpus.article(chosen), rows, statement, v)
v.footer(rows)
