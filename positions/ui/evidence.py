"""Statements as cards: the words in their paragraph, who said them, how they came here. All article text is escaped."""

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from positions.ui import markup
from positions.ui.markup import tag
from positions.ui.reading import Corpus
from positions.ui.words import Words

AROUND = 420
PLAIN = "report"  # the act that goes without saying


def card(row: pd.Series, corpus: Corpus, words: Words, key: str, around: int = AROUND) -> None:
    """One statement with ``around`` characters of its paragraph and a button that opens its article at the sentence."""
    with st.container(border=True, key=f"card-{key}", gap="xsmall"):
        st.html(card_html(row, corpus, words, around))
        if st.button(words("evidence.open"), key=f"open-{key}", icon=":material/article:", type="tertiary"):
            open_article(row["article_id"], row["statement_id"])


def open_article(article_id: str, statement_id: str = "") -> None:
    """Go to the article's page, at the statement when one is named."""
    st.session_state.update(article=article_id, statement=statement_id)
    st.switch_page("positions/pages/articles.py")


def card_html(row: pd.Series, corpus: Corpus, words: Words, around: int = AROUND) -> str:
    """The card's body; every text from outside is escaped."""
    article = corpus.article(row["article_id"])
    quote = tag("blockquote", paragraph_html(row, "" if article is None else article["text"], around))
    body = (_badges(row, words), quote, _chain(row, words), markup.facts(_facts(row, words), "inline"))
    return tag("article", "".join(body), class_="card")


def paragraph_html(row: pd.Series, text: str, around: int = AROUND) -> str:
    """The statement marked within its paragraph, cut to what a reader needs around it."""
    start, end = int(row["start"]), int(row["end"])
    marked = tag("mark", markup.text(row["text"]))
    if text[start:end] != row["text"]:
        return marked
    first = text.rfind("\n\n", 0, start) + 2 if "\n\n" in text[:start] else 0
    last = text.find("\n\n", end)
    before, after = text[first:start], text[end : last if last >= 0 else len(text)]
    if len(before) > around:
        before = "… " + before[-around:].split(" ", 1)[-1]
    if len(after) > around:
        after = after[:around].rsplit(" ", 1)[0] + " …"
    return f"{markup.text(before)}{marked}{markup.text(after)}"


def marked_html(text: str, rows: pd.DataFrame, chosen: str, words: Words) -> str:
    """A whole article with every statement marked and numbered; overlapping statements are joined into one mark."""
    parts, at = [], 0
    for number, (start, end, sides, hit) in enumerate(_spans(rows, chosen), 1):
        label = f"{number} {', '.join(words.option('side', side) for side in sides)}"
        inner = markup.text(text[start:end]) + tag("sup", markup.text(label))
        parts += [markup.text(text[at:start]), tag("mark", inner, class_="chosen" if hit else "")]
        at = end
    return tag("div", "".join(parts) + markup.text(text[at:]), class_="fulltext")


def _spans(rows: pd.DataFrame, chosen: str) -> list[tuple[int, int, tuple[str, ...], bool]]:
    spans: list[tuple[int, int, tuple[str, ...], bool]] = []
    for row in rows.sort_values(["start", "end"]).itertuples():
        side, hit = (str(row.side),), row.statement_id == chosen
        if spans and row.start < spans[-1][1]:
            start, end, sides, before = spans.pop()
            spans.append((start, max(end, row.end), tuple(dict.fromkeys(sides + side)), before or hit))
        else:
            spans.append((row.start, row.end, side, hit))
    return spans


def _badges(row: pd.Series, words: Words) -> str:
    stance = row["stance"] or "none"
    marks = [(words.option("stance", stance), f"stance-{stance}"), (words.option("topic", row["topic"]), "")]
    marks.append((words.option("mode", row["mode"]), ""))
    marks += [(words("source.told"), "told")] if row["source"] == "told" else []
    act = str(row.get("act") or "")
    marks += [(words.option("act", act), "act")] if act not in ("", PLAIN) else []
    marks += [(words("evidence.red_line"), "act")] if row.get("red_line") else []
    marks += [(words("evidence.reviewed"), "")] if row["reviewed"] else []
    marks.append((words("evidence.sure", share=words.percent(row["confidence"])), "quiet"))
    return tag("p", "".join(tag("span", markup.text(name), class_=style) for name, style in marks), class_="badges")


def _chain(row: pd.Series, words: Words) -> str:
    relays = [part for part in row["via"].split(" > ") if part]
    steps = [*relays, row["outlet"] or words("evidence.this_article")]
    arrow = tag("span", " → ", class_="arrow", aria_hidden="true")
    speaker = tag("strong", markup.text(row["speaker"] or words("evidence.unnamed")))
    side = markup.text(f" ({words.option('actor', row['actor'])})")
    return tag("p", speaker + side + arrow + arrow.join(map(markup.text, steps)), class_="chain")


def _facts(row: pd.Series, words: Words) -> Iterable[tuple[str, str]]:
    yield words("evidence.about"), words.option("side", row["holder"]) if row["holder"] != row["actor"] else ""
    yield words("evidence.condition"), str(row.get("condition") or "")
    yield words("evidence.red_line"), str(row.get("red_line") or "")
    yield words("evidence.mention"), named(row, words)
    yield words("evidence.cue"), row["cue"]
    yield words("evidence.date"), f"{words.day(row['date'])} ({words.option('date_basis', row['date_basis'])})"
    yield words("evidence.article"), article_name(row, words)


def named(row: pd.Series, words: Words) -> str:
    """How the text names the speaker, whom that means, and how many sentences away; empty where nobody is named."""
    back = int(row.get("sentences_back") or 0)
    place = words.count(f"evidence.{'before' if back > 0 else 'after'}", abs(back)) if back else ""
    return ", ".join(part for part in (row["resolution"] or row["mention"], place) if part) if row["mention"] else ""


def article_name(row: pd.Series, words: Words) -> str:
    """How the article of a row is called: title, outlet and day, or its id when it has none of them."""
    day = words.day(row["published"]) if row["published"] else ""
    return " · ".join(part for part in (row["title"], row["outlet"], day) if part) or row["article_id"]
