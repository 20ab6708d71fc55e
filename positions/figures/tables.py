"""Charts that are tables of cells: the matrix of positions, agreement of pairs, who talks about what."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from positions.figures.theme import Colors, Drawing, axis, blend, ink_of, present, room, style, text_on
from positions.figures.wording import (
    Words,
    broken,
    cell_lines,
    filled,
    number,
    percent,
    plain,
    plain_topic,
    topic_name,
    unsigned,
    word,
)

CERTAINTY = ((0.5, 1.0), (1.0, 0.7), (2.0, 0.42))  # interval at most this wide -> this much of the colour
CELL, GAP = 88, 0.03


def matrix(
    frame: pd.DataFrame, words: Words, *, dark: bool = False, selected: tuple[str, str] | None = None
) -> go.Figure:
    """``measures.matrix`` as a table of cells with value, band and n; the paler, the less certain.

    Four states, four looks: a position is filled, mixed is split in two, too few is hatched, no statement is an empty
    dotted frame. The line at the foot of a cell is its interval on the scale from -1 to 1. The trace named ``cells``
    covers each cell whole; its ``customdata`` is [side, topic]. ``selected`` gets a frame.
    """
    ink = ink_of(dark)
    sides, topics = present(frame, "side"), present(frame, "topic")
    drawing = grid(
        [broken(topic_name(words, name)) for name in topics], [broken(word(words, name)) for name in sides], ink
    )
    places = [(topics.index(str(row.topic)), sides.index(str(row.side))) for row in frame.itertuples()]
    rows = [row for _, row in frame.iterrows()]
    fills = [_cell_fill(row, ink) for row in rows]
    _split_mixed(drawing, [place for place, row in zip(places, rows, strict=True) if row.state == "mixed"], ink)
    cover(
        drawing,
        places,
        fills,
        ["/" if row.state == "few" else "" for row in rows],
        [[str(row.side), str(row.topic)] for row in rows],
        ["<br>".join(cell_lines(row, words)) for row in rows],
        ink,
    )
    for place, row, fill in zip(places, rows, fills, strict=True):
        frame_cell(drawing, place, row.state, (str(row.side), str(row.topic)) == selected, ink)
        write(drawing, place, _cell_text(row, words), text_on(fill, ink) if row.state == "position" else ink["text"])
    _interval_marks(drawing, places, rows, [text_on(fill, ink) for fill in fills], ink)
    return drawing.figure()


def agreement(frame: pd.DataFrame, words: Words, *, dark: bool = False) -> go.Figure:
    """``measures.agreement`` as a table: a row each pair, a column each topic and one for all; darker is nearer.

    A pair without enough statements on a topic has an empty hatched cell.
    """
    ink = ink_of(dark)
    pairs = list(dict.fromkeys(zip(frame["side_a"].astype(str), frame["side_b"].astype(str), strict=True)))
    topics = present(frame, "topic")
    names = [f"{broken(word(words, a))} ·<br>{broken(word(words, b))}" for a, b in pairs]
    drawing = grid([broken(topic_name(words, name)) for name in topics], names, ink, height=60)
    rows = [row for _, row in frame.iterrows()]
    places = [(topics.index(str(row.topic)), pairs.index((str(row.side_a), str(row.side_b)))) for row in rows]
    fills = [
        "rgba(0,0,0,0)" if pd.isna(row.agreement) else blend(ink["blank"], ink["agree"], row.agreement**2)
        for row in rows
    ]
    hovers = [_agreement_hover(row, words) for row in rows]
    cover(
        drawing,
        places,
        fills,
        ["/" if pd.isna(row.agreement) else "" for row in rows],
        [[str(row.side_a), str(row.side_b), str(row.topic)] for row in rows],
        hovers,
        ink,
    )
    for place, row, fill in zip(places, rows, fills, strict=True):
        known = not pd.isna(row.agreement)
        text = f"<b>{unsigned(row.agreement, words)}</b>" if known else broken(word(words, "not_enough"))
        write(drawing, place, text, text_on(fill, ink) if known else ink["text"])
    return drawing.figure()


def describe_matrix(frame: pd.DataFrame, words: Words) -> str:
    """Every cell with its band and n, in one sentence each."""
    if frame.empty:
        return word(words, "alt_nothing")
    cells = [
        filled(
            words,
            "alt_cell" if row.state == "position" else "alt_cell_without",
            value=number(row.position, words),
            side=plain(words, row.side),
            topic=plain_topic(words, row.topic),
            band=word(words, row.band),
            n=row.n_independent,
        )
        for row in frame.itertuples()
    ]
    return filled(
        words, "alt_matrix", sides=frame["side"].nunique(), topics=frame["topic"].nunique(), cells=" ".join(cells)
    )


def describe_agreement(frame: pd.DataFrame, words: Words) -> str:
    """The overall agreement of each pair that shares a topic."""
    shared = frame[(frame["topic"].astype(str) == "all") & frame["agreement"].notna()]
    if shared.empty:
        return word(words, "alt_nothing")
    pairs = [
        filled(
            words,
            "alt_pair",
            a=plain(words, row.side_a),
            b=plain(words, row.side_b),
            value=unsigned(row.agreement, words),
            n=row.n_topics,
        )
        for row in shared.itertuples()
    ]
    return filled(words, "alt_agreement", pairs=" ".join(pairs))


def _cell_fill(row: Any, ink: Colors) -> str:
    if row.state != "position":
        return "rgba(0,0,0,0)"
    width = 2.0 if pd.isna(row.lower) else row.upper - row.lower
    certainty = next(part for widest, part in CERTAINTY if width <= widest + 1e-9)
    pole = ink["favor"] if row.position > 0 else ink["against"]
    return blend(ink["blank"], pole, abs(row.position) * certainty)


def _cell_text(row: Any, words: Words) -> str:
    n = filled(words, "n", n=row.n_independent)
    if row.state == "none":
        return f"–<br><span style='font-size:10px'>{broken(word(words, 'none'))}</span>"
    if row.state == "few":
        return f"{broken(word(words, 'few'))}<br><span style='font-size:10px'>{n}</span>"
    band = broken(word(words, row.band))
    return f"<b>{number(row.position, words)}</b><br>{band}<br><span style='font-size:10px'>{n}</span>"


def _agreement_hover(row: Any, words: Words) -> str:
    lines = [f"{plain(words, row.side_a)} · {plain(words, row.side_b)}", plain_topic(words, row.topic)]
    if pd.isna(row.agreement):
        return "<br>".join([*lines, word(words, "not_enough")])
    bounds = filled(words, "interval", lower=unsigned(row.lower, words), upper=unsigned(row.upper, words))
    return "<br>".join([*lines, unsigned(row.agreement, words), bounds])


def grid(columns: Sequence[str], rows: Sequence[str], ink: Colors, height: int = CELL) -> Drawing:
    label = {"tickfont": {"color": ink["text"], "size": 12}, "fixedrange": True}
    across: dict[str, Any] = {
        "tickvals": list(range(len(columns))),
        "ticktext": columns,
        "range": [-0.5, len(columns) - 0.5],
        "tickfont": {"color": ink["text"], "size": 12 if len(columns) <= 4 else 10},  # five fit on a phone
    }
    down = {"tickvals": list(range(len(rows))), "ticktext": rows, "range": [len(rows) - 0.5, -0.5]}
    layout = {
        **style(ink, height * max(len(rows), 1) + 54),
        "clickmode": "event+select",
        "barmode": "overlay",
        "dragmode": False,
        "margin": {
            "l": room(rows),
            "r": 8,
            "t": 16 + 16 * max((c.count("<br>") + 1 for c in columns), default=1),
            "b": 4,
        },
        "xaxis": {**axis(ink), **label, **across, "side": "top", "tickangle": 0},
        "yaxis": {**axis(ink), **label, **down},
    }
    return Drawing(layout)


def cover(
    drawing: Drawing,
    places: Sequence[tuple[int, int]],
    fills: Sequence[str],
    patterns: Sequence[str],
    keys: list[list[str]],
    hovers: Sequence[str],
    ink: Colors,
) -> None:
    """Bars, not a heatmap: Streamlit reports a click on them, and they fill the cell at any width."""
    drawing.trace(
        type="bar",
        name="cells",
        x=[x for x, _ in places],
        y=[1 - 2 * GAP] * len(places),
        width=1 - 2 * GAP,
        base=[y - 0.5 + GAP for _, y in places],
        customdata=keys,
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
        marker={
            "color": [ink["faint"] if shape else fill for fill, shape in zip(fills, patterns, strict=True)],
            "line": {"width": 0},
            "pattern": {"shape": list(patterns), "bgcolor": "rgba(0,0,0,0)", "size": 8, "solidity": 0.3},
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )


def _split_mixed(drawing: Drawing, places: Iterable[tuple[int, int]], ink: Colors) -> None:
    for x, y in places:
        for name, left, right in (("against", x - 0.5 + GAP, x), ("favor", x, x + 0.5 - GAP)):
            drawing.shape(
                type="rect",
                layer="below",
                line={"width": 0},
                fillcolor=blend(ink["blank"], ink[name], 0.28),
                x0=left,
                x1=right,
                y0=y - 0.5 + GAP,
                y1=y + 0.5 - GAP,
            )


def frame_cell(drawing: Drawing, place: tuple[int, int], state: str, selected: bool, ink: Colors) -> None:
    x, y = place
    dash = {"none": "dot", "few": "dash"}.get(state)
    if dash or selected:
        line = {"color": ink["text"], "width": 3} if selected else {"color": ink["line"], "width": 1, "dash": dash}
        drawing.shape(type="rect", line=line, x0=x - 0.5 + GAP, x1=x + 0.5 - GAP, y0=y - 0.5 + GAP, y1=y + 0.5 - GAP)


def write(drawing: Drawing, place: tuple[int, int], text: str, color: str) -> None:
    drawing.note(
        x=place[0],
        y=place[1] - 0.06,
        text=text,
        showarrow=False,
        font={"color": color, "size": 12},
        captureevents=False,
    )


def _interval_marks(
    drawing: Drawing, places: Sequence[tuple[int, int]], rows: Sequence[Any], texts: Sequence[str], ink: Colors
) -> None:
    """A small scale from -1 to 1 at the foot of each cell that has a value."""
    half = 0.5 - 4 * GAP
    shown = [
        (place, row, text if row.state == "position" else ink["text"])
        for place, row, text in zip(places, rows, texts, strict=True)
        if row.state in ("position", "mixed")
    ]
    thin: dict[str, str] = {}
    thick: dict[str, str] = {}
    for (x, y), row, color in shown:
        foot = y + 0.4
        scale = f"M{x - half},{foot}L{x + half},{foot}M{x},{foot - 0.03}L{x},{foot + 0.03}"
        thin[color] = thin.get(color, "") + scale
        if not pd.isna(row.lower):
            thick[color] = thick.get(color, "") + f"M{x + half * row.lower},{foot}L{x + half * row.upper},{foot}"
    for paths, width, opacity in (
        (thin, 1, 0.5),
        (thick, 4, 0.6),
    ):  # a path a colour: few shapes
        for color, path in paths.items():
            drawing.shape(type="path", path=path, line={"color": color, "width": width}, opacity=opacity)
    drawing.trace(
        name="values",
        mode="markers",
        x=[x + half * row.position for (x, _), row, _ in shown],
        y=[y + 0.4 for (_, y), _, _ in shown],
        marker={"color": [color for *_, color in shown], "size": 7},
        hoverinfo="skip",
        unselected={"marker": {"opacity": 1}},
    )


def attention(frame: pd.DataFrame, words: Words, *, dark: bool = False) -> go.Figure:
    """``measures.attention`` as a table: darker is a larger share; silence is a hatched cell that says so."""
    ink = ink_of(dark)
    sides, topics = present(frame, "side"), present(frame, "topic")
    names = [broken(word(words, name)) for name in sides]
    drawing = grid([broken(topic_name(words, name)) for name in topics], names, ink, height=56)
    rows = [row for _, row in frame.iterrows()]
    places = [(topics.index(str(row.topic)), sides.index(str(row.side))) for row in rows]
    fills = [blend(ink["blank"], ink["agree"], row.share) if row.n else "rgba(0,0,0,0)" for row in rows]
    keys = [[str(row.side), str(row.topic)] for row in rows]
    hovers = ["<br>".join(_attention_lines(row, words)) for row in rows]
    cover(drawing, places, fills, ["" if row.n else "/" for row in rows], keys, hovers, ink)
    for place, row, fill in zip(places, rows, fills, strict=True):
        n = f"<span style='font-size:10px'>{filled(words, 'n', n=row.n)}</span>"
        text = f"<b>{percent(row.share)}</b><br>{n}" if row.n else word(words, "silent")
        write(drawing, place, text, text_on(fill, ink) if row.n else ink["text"])
    return drawing.figure()


def _attention_lines(row: Any, words: Words) -> list[str]:
    title = f"{plain(words, row.side)} · {plain_topic(words, row.topic)}"
    if not row.total:
        return [title, word(words, "none")]
    bounds = filled(words, "interval", lower=percent(row.lower), upper=percent(row.upper))
    return [title, f"{percent(row.share)} · {filled(words, 'of', n=row.n, total=row.total)}", bounds]


def describe_attention(frame: pd.DataFrame, words: Words) -> str:
    """Every side's share and n on every topic."""
    if not frame["n"].sum():
        return word(words, "alt_nothing")
    cells = [
        filled(
            words,
            "alt_share",
            side=plain(words, row.side),
            topic=plain_topic(words, row.topic),
            share=percent(row.share) if row.n else word(words, "silent"),
            n=row.n,
        )
        for row in frame.itertuples()
    ]
    return filled(words, "alt_attention", cells=" ".join(cells))
