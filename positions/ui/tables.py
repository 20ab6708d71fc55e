"""Tables and short texts that stand beside the charts. Cells of ``st.dataframe`` show text literally."""

from pathlib import PurePath
from typing import Any

import pandas as pd
import streamlit as st

from positions import figures, measures
from positions.ui import View, evidence, markup, settings
from positions.ui.markup import tag
from positions.ui.words import Words


def proposition(topic: str, words: Words) -> str:
    """The sentence that every stance on ``topic`` is towards, for an element that reads Markdown."""
    return markup.literal(settings.book().topic(topic).proposition[words.language])


def headline(matrix: pd.DataFrame, view: View) -> str:
    """What the matrix rests on, in a sentence."""
    words, frame = view.words, view.shown
    days = frame["day"].dropna()
    clear, full = int((matrix["state"] == "position").sum()), len(matrix)
    span = (
        words.span(*(day.date().isoformat() for day in (days.min(), days.max()))) if len(days) else words("date.none")
    )
    return words(
        "positions.headline",
        statements=words.count("count.statements", frame["utterance_id"].nunique()),
        articles=words.count("count.in_articles", frame["article_id"].nunique()),
        span=span,
        clear=clear,
        full=full,
    )


def dominance(view: View) -> None:
    """A warning when one outlet or agency supplies over half of what is shown."""
    found = view.measure(measures.dominance)
    if found is not None:
        st.warning(view.words("positions.dominance", share=view.words.percent(found.share)), icon=":material/warning:")
        st.text(found.name)


def undated(view: View, topic: str) -> None:
    """How many utterances on ``topic`` have no day and so stand in no chart over time."""
    found = view.measure(measures.undated)
    n = int(found.loc[found["topic"] == topic, "n"].sum())
    if n:
        st.caption(view.words("over_time.undated", statements=view.words.count("count.statements", n)))


def matrix(cells: pd.DataFrame, view: View) -> None:
    """The matrix, or its like for a comparison, as a table of words and formatted numbers."""
    words, numbers = view.words, view.chart_words
    speakers = {words("column.speaker"): list(cells["speaker"])} if "speaker" in cells else {}
    columns = {
        words("positions.side"): [words.option("side", code) for code in cells["side"]],
        **speakers,
        words("positions.topic"): [words.option("topic", code) for code in cells["topic"]],
        words("cell.band"): [words(f"band.{code}") for code in cells["band"]],
        words("cell.value"): [figures.number(value, numbers) for value in cells["position"]],
        words("cell.interval"): [_interval(row, view) for row in cells.itertuples()],
        words("cell.independent"): list(cells["n_independent"]),
        words("cell.n_articles"): list(cells["n_articles"]),
        words("cell.n_outlets"): list(cells["n_outlets"]),
        words("cell.dates"): [words.span(row.first, row.last) if row.first else "–" for row in cells.itertuples()],
    }
    st.dataframe(pd.DataFrame(columns), hide_index=True, alt=words("positions.as_table"))


def agreement(pairs: pd.DataFrame, view: View) -> None:
    """Agreement of each two sides on each topic, with its interval and both n."""
    words, numbers = view.words, view.chart_words
    share = [figures.number(value, numbers).removeprefix("+") for value in pairs["agreement"]]
    columns = {
        words("compare.pair"): [
            f"{words.option('side', row.side_a)} · {words.option('side', row.side_b)}" for row in pairs.itertuples()
        ],
        words("positions.topic"): [
            words("compare.all_topics") if code == "all" else words.option("topic", code) for code in pairs["topic"]
        ],
        words("compare.agreement"): share,
        words("cell.interval"): [_bounds(row, view) for row in pairs.itertuples()],
        words("cell.independent"): [f"{row.n_a} / {row.n_b}" for row in pairs.itertuples()],
    }
    st.dataframe(pd.DataFrame(columns), hide_index=True, alt=words("compare.agreement"))


def network(edges: pd.DataFrame, view: View) -> None:
    """Each pair that agrees, the topics, and on how many it differs."""
    words = view.words
    columns = {
        words("compare.pair"): [
            f"{row.a} ({words.option('side', row.side_a)}) · {row.b} ({words.option('side', row.side_b)})"
            for row in edges.itertuples()
        ],
        words("compare.agree_on"): [
            ", ".join(words.option("topic", code) for code in topics) for topics in edges["topics"]
        ],
        words("compare.differ_on"): list(edges["n_conflict"]),
    }
    st.dataframe(pd.DataFrame(columns), hide_index=True, alt=words("compare.network"))


def statements(rows: pd.DataFrame, view: View) -> None:
    """A page of statements as a table; choosing a row shows its card below."""
    words = view.words
    names = ("date", "side", "topic", "stance", "speaker", "text", "mode", "act", "outlet", "confidence")
    shown = rows[list(names)].astype(object)
    for name in ("side", "topic", "stance", "mode", "act"):
        shown[name] = [words.option(name, code) if code else words("stance.none") for code in shown[name]]
    shown["date"] = [words.day(day) for day in shown["date"]]
    shown["confidence"] = [words.percent(value) for value in shown["confidence"]]
    config = {
        name: st.column_config.TextColumn(words(f"column.{name}"), width="large" if name == "text" else None)
        for name in names
    }
    event = st.dataframe(
        shown,
        hide_index=True,
        column_config=config,
        on_select="rerun",
        selection_mode="single-row",
        height="content",
        key="statement-table",
        alt=words("statements.title"),
    )
    for place in event.selection.rows[:1]:
        view.card(rows.iloc[place], "picked")


def article_list(view: View) -> pd.DataFrame:
    """The articles that the filters on outlet, language and date let through, newest first, with ``n`` statements."""
    asked, listed = view.selection, view.corpus.catalogue
    for name in ("outlet", "language"):
        if wanted := getattr(asked, name):
            listed = listed[listed[name].isin(wanted)]
    if asked.since or asked.until:
        listed = listed[listed["published"].astype(str).between(max(asked.since, "0"), asked.until or "9")]
    return listed


def articles(listed: pd.DataFrame, view: View) -> str | None:
    """The list as a table; the id of the row just chosen, if any."""
    words = view.words
    names = ("published", "outlet", "title", "language", "n", "pieces", "id")
    shown = listed.assign(
        published=[words.day(day) for day in listed["published"]],
        title=[opening(one) for _, one in listed.iterrows()],
        pieces=listed["removed"].map(len),
    )[list(names)]
    config = {name: st.column_config.Column(words(f"column.{name}")) for name in names}
    event = st.dataframe(
        shown,
        hide_index=True,
        column_config=config,
        on_select="rerun",
        selection_mode="single-row",
        key="article-table",
        alt=words("articles.title"),
    )
    row = event.selection.rows[0] if event.selection.rows else None
    fresh = row != st.session_state.get("article_row")
    st.session_state["article_row"] = row
    return str(listed["id"].iloc[row]) if fresh and row is not None and row < len(listed) else None


def article_name(article_id: str, view: View) -> str:
    """How an article is called in a list: its title or first words, outlet and day."""
    one = view.corpus.listed(article_id)
    if one is None:
        return article_id
    day = view.words.day(one["published"]) if one["published"] else ""
    return " · ".join(part for part in (opening(one), one["outlet"], day) if part)


def opening(one: pd.Series) -> str:
    """The title, or the first words of an article without one."""
    return one["title"][:90] or " ".join(one["text"][:200].split()[:10]) + " …"


def article(one: pd.Series, rows: pd.DataFrame, view: View) -> None:
    """What is known of an article, where its date comes from, and what a reader should know of it."""
    words = view.words
    basis = words.option("published_basis", one["published_basis"] or "none")
    known = {
        "title": one["title"],
        "outlet": one["outlet"],
        "published": f"{words.day(one['published'])} ({basis})",
        "language": words.option("language", one["language"]),
        "url": one["url"],
        "source": PurePath(one["source"]).name,
        "note": one["note"],
        "n": words.whole(rows["statement_id"].nunique()),
    }
    st.html(markup.facts(((words(f"column.{name}"), str(text)) for name, text in known.items()), "facts"))
    for warning in one["warnings"]:
        st.badge(words("articles.warning"), icon=":material/warning:", color="orange")
        st.text(words.option("warning", warning))


def article_text(one: pd.Series, rows: pd.DataFrame, chosen: str, view: View) -> None:
    """The cleaned text with its statements marked, and what cleaning took out."""
    words = view.words
    text, removed = st.tabs([words("articles.text"), words("articles.removed", n=len(one["removed"]))])
    with text:
        st.caption(words("articles.text_means"))
        st.html(evidence.marked_html(one["text"], rows, chosen, words))
    with removed:
        if not one["removed"]:
            st.caption(words("articles.nothing_removed"))
        for piece, reason in one["removed"]:
            why = tag("strong", markup.text(words.option("removed", reason)))
            st.html(tag("div", f"{why}\n{markup.text(piece)}", class_="removed"))


def _bounds(row: Any, view: View) -> str:
    lower, upper = (figures.number(value, view.chart_words).removeprefix("+") for value in (row.lower, row.upper))
    return "–" if pd.isna(row.agreement) else view.words("cell.from_to", lower=lower, upper=upper)


def _interval(row: Any, view: View) -> str:
    lower, upper = (figures.number(value, view.chart_words) for value in (row.lower, row.upper))
    return "–" if row.state == "none" else view.words("cell.from_to", lower=lower, upper=upper)
