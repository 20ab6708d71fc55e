"""One cell of the matrix in words: its value and all that it rests on, and the statements on both sides of it."""

import pandas as pd
import streamlit as st

from positions import figures, measures
from positions.ui import View, markup
from positions.ui.folds import fold
from positions.ui.markup import tag, text

SHOWN = 5


def describe(cell: pd.Series, view: View) -> None:
    """Value, band and everything a cell discloses, as a heading and a list."""
    words, numbers = view.words, view.chart_words
    title = f"{words.option('side', cell['side'])} · {words.option('topic', cell['topic'])}"
    value = "" if cell["state"] == "none" else f" ({figures.number(cell['position'], numbers)})"
    verdict = words.option("band", cell["band"]) + value
    lines = ((title, "quiet"), (verdict, "verdict"), (words(f"state.{cell['state']}", n=measures.MIN_N), ""))
    body = "".join(tag("p", text(line), class_=style) for line, style in lines if line)
    st.html(body + markup.facts(facts(cell, view), "facts"))


def facts(cell: pd.Series, view: View) -> list[tuple[str, str]]:
    """(name, text) of each figure that stands beside a cell's value; none for an empty cell."""
    words, numbers = view.words, view.chart_words
    if cell["state"] == "none":
        return []
    bounds = [figures.number(cell[name], numbers) for name in ("lower", "upper")]
    shares = " · ".join(
        f"{words(f'source.{name}')} {words.percent(cell[f'share_{name}'])}" for name in measures.SOURCES
    )
    stances = " · ".join(
        f"{words(f'stance.{name}')} {words.whole(int(cell[name]))}" for name in ("favor", "against", "neutral")
    )
    outlets = words.whole(int(cell["n_outlets"])) if cell["n_outlets"] else words("corpus.unknown")
    return [
        (words("cell.interval"), words("cell.from_to", lower=bounds[0], upper=bounds[1])),
        (words("cell.independent"), words.whole(int(cell["n_independent"]))),
        (words("cell.statements"), words.whole(int(cell["n_statements"]))),
        (words("cell.articles"), f"{words.whole(int(cell['n_articles']))} / {outlets}"),
        (words("cell.speakers"), words.whole(int(cell["n_speakers"]))),
        (words("cell.dates"), words.span(cell["first"], cell["last"])),
        (words("cell.stances"), stances),
        (words("cell.sources"), shares),
    ]


def evidence(rows: pd.DataFrame, cell: pd.Series, view: View) -> None:
    """The strongest statements for and against, side by side; the camp against the shown value is named as contrary."""
    words = view.words
    if rows.empty:
        return
    best = measures.strongest(rows, cell["side"], cell["topic"], count=SHOWN)
    held, other = ("against", "favor") if cell["position"] < 0 else ("favor", "against")
    contrary = "contrary" if cell["state"] == "position" else other
    if set(best["direction"]) == {"favor", "against"}:
        left, right = st.columns(2)
        with left:
            _camp(held, held, best, rows, 1, view)
        with right:
            _camp(contrary, other, best, rows, 1, view)
    else:
        _camp(held, held, best, rows, 2, view)
        _camp(contrary, other, best, rows, 2, view)
    neutral = rows[rows["stance"] == "neutral"].drop_duplicates("utterance_id")
    if len(neutral):
        label = words("cell.neutral", n=words.whole(len(neutral)))
        fold(label, "neutral", lambda: _cards(neutral.head(SHOWN), "neutral", view), expanded=best.empty)
    if rows["utterance_id"].nunique() > SHOWN:
        _all_of_them(cell, view)


def _cards(rows: pd.DataFrame, key: str, view: View) -> None:
    for place, row in enumerate(rows.to_dict("records")):
        view.card(pd.Series(row), f"{key}-{place}")


def _camp(title: str, direction: str, best: pd.DataFrame, rows: pd.DataFrame, columns: int, view: View) -> None:
    total = rows.loc[rows["stance"] == direction, "utterance_id"].nunique()
    st.subheader(view.words(f"cell.{title}", n=view.words.whole(total)), anchor=False)
    camp = best[best["direction"] == direction].to_dict("records")
    slots = st.columns(columns)
    for place, row in enumerate(camp):
        with slots[place % columns]:
            view.card(pd.Series(row), f"{direction}-{place}")
    if not camp:
        st.caption(view.words(f"cell.no_{direction}"))


def _all_of_them(cell: pd.Series, view: View) -> None:
    only = {"side": [cell["side"]], "topic": [cell["topic"]]}
    if st.button(view.words("cell.all"), icon=":material/list:", on_click=st.session_state.update, args=(only,)):
        st.switch_page("positions/pages/statements.py")
