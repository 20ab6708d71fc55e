"""Sides and speakers next to each other: bars, dots, dumbbells, and who agrees with whom."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from positions.figures.tables import describe_matrix
from positions.figures.theme import SYMBOLS, Colors, Drawing, blank, ink_of, present, room, side_colors
from positions.figures.wording import Words, broken, cell_lines, escape, filled, number, plain, plain_topic, word
from positions.records import SIDES

NOTES = 88  # pixels at the right of a listing for the remark beside each line, however narrow the chart


class _Dot(NamedTuple):
    x: float
    y: float
    side: str
    color: str
    state: str
    hover: str


def compare(frame: pd.DataFrame, words: Words, *, colors: Colors | None = None, dark: bool = False) -> go.Figure:
    """``measures.compare`` as bars from neutral with intervals, topic by topic; the states keep their looks.

    A position has a bar and a filled mark, mixed a hollow mark, too few a small hollow one without interval; a side
    that said nothing has only those words, never a mark at zero. With a column ``speaker`` the lines are speakers.
    """
    ink, colors = ink_of(dark), side_colors(colors, dark)
    groups = [(topic, frame[frame["topic"].astype(str) == topic]) for topic in present(frame, "topic")]
    labels = [(plain_topic(words, topic), _names(part, words)) for topic, part in groups]
    drawing, places = _listing(labels, words, ink, pitch=37)
    rows, dots = [row for _, part in groups for _, row in part.iterrows()], []
    for y, row in zip(places, rows, strict=True):
        color = colors[str(row.side)]
        _note(drawing, y, word(words, "none") if row.state == "none" else _remark(row, words), ink)
        if row.state == "position":
            _bar(drawing, 0, row.position, y, color, 14)
        if row.state in ("mixed", "position") and not pd.isna(row.lower):
            _bar(drawing, row.lower, row.upper, y, color, 4)
        if row.state != "none":
            hover = "<br>".join(cell_lines(row, words))
            dots.append(_Dot(row.position, y, str(row.side), color, row.state, hover))
    _dots(drawing, dots)
    return drawing.figure()


def _names(part: pd.DataFrame, words: Words) -> list[str]:
    if "speaker" in part:
        return [escape(textwrap.shorten(name, 24, placeholder="…")) for name in part["speaker"]]
    return [plain(words, side) for side in part["side"]]


def speakers(
    frame: pd.DataFrame, words: Words, *, topic: str, colors: Colors | None = None, dark: bool = False
) -> go.Figure:
    """``measures.speakers`` for one topic: each speaker a mark that grows with n; a tick is the mean."""
    ink, colors = ink_of(dark), side_colors(colors, dark)
    data = frame[frame["topic"].astype(str) == topic]
    sides = present(data, "side")
    drawing, places = _listing([("", [plain(words, side) for side in sides])], words, ink, pitch=58)
    for y, side in zip(places, sides, strict=True):
        part = data[data["side"].astype(str) == side].sort_values(["position", "speaker"])
        names = [escape(name) if name else word(words, "speaker_unknown") for name in part["speaker"]]
        hovers = [
            f"{name}<br>{number(value, words)} · {filled(words, 'n', n=n)}"
            for name, value, n in zip(names, part["position"], part["n"], strict=True)
        ]
        drawing.trace(
            x=part["position"].to_numpy(),
            y=[y + (index % 5 - 2) * 0.11 for index in range(len(part))],
            mode="markers",
            text=hovers,
            hovertemplate="%{text}<extra></extra>",
            name=plain(words, side),
            marker={
                "symbol": SYMBOLS[side],
                "color": colors[side],
                "opacity": 0.75,
                "line": {"width": 1, "color": ink["text"]},
                "size": np.clip(6 + 3 * np.sqrt(part["n"].to_numpy()), 9, 24),
            },
        )
        mean = float(np.average(part["position"], weights=part["n"]))
        drawing.shape(type="line", x0=mean, x1=mean, y0=y - 0.4, y1=y + 0.4, line={"color": ink["text"], "width": 2})
        _note(drawing, y, filled(words, "n", n=part["n"].sum()), ink)
    return drawing.figure()


def portrayal(frame: pd.DataFrame, words: Words, *, colors: Colors | None = None, dark: bool = False) -> go.Figure:
    """``measures.portrayal`` as dumbbells: filled for what a side says itself, hollow for what others say of it.

    Rows where one of the two is missing stay out; those with too few statements have a thin dotted bar.
    """
    ink, colors = ink_of(dark), side_colors(colors, dark)
    data = frame[(frame["n_stated"] > 0) & (frame["n_told"] > 0)]
    remark = [f"{filled(words, 'n', n=row.n_stated)} / {row.n_told}" for row in data.itertuples()]
    ends = {"told": "-open", "stated": ""}
    return _dumbbells(data, ends, data["enough"], remark, words, colors, ink)


def shifts(frame: pd.DataFrame, words: Words, *, colors: Colors | None = None, dark: bool = False) -> go.Figure:
    """``measures.shifts`` as dumbbells from before (hollow) to after (filled) with the verdict beside each.

    Cells without enough statements in both periods stay out; a dotted bar is a difference that may be chance.
    """
    ink, colors = ink_of(dark), side_colors(colors, dark)
    data = frame[frame["verdict"] != "not_enough"]
    named = data["verdict"].isin(["partly_changed", "reversed"])
    remark = [broken(word(words, verdict), 12) for verdict in data["verdict"]]
    return _dumbbells(data, {"before": "-open", "after": ""}, named, remark, words, colors, ink)


def network(frame: pd.DataFrame, words: Words, *, colors: Colors | None = None, dark: bool = False) -> go.Figure:
    """``measures.network`` as a ring of speakers, side by side, with a line for each pair, wider for more topics."""
    ink, colors = ink_of(dark), side_colors(colors, dark)
    ends = {(row.side_a, row.a) for row in frame.itertuples()} | {(row.side_b, row.b) for row in frame.itertuples()}
    people = sorted(ends, key=lambda end: ((*SIDES, "other").index(end[0]), end[1]))
    angle = {end: 2 * np.pi * place / max(len(people), 1) for place, end in enumerate(people)}
    place = {end: (float(np.cos(turn)), float(np.sin(turn))) for end, turn in angle.items()}
    drawing = blank(ink, 460)
    for n in sorted(set(frame["n_agree"])):
        pairs = [((row.side_a, row.a), (row.side_b, row.b)) for row in frame[frame["n_agree"] == n].itertuples()]
        x, y = ([value for a, b in pairs for value in (place[a][axis], place[b][axis], None)] for axis in (0, 1))
        drawing.trace(x=x, y=y, mode="lines", hoverinfo="skip", showlegend=False, opacity=0.6,
                    line={"color": ink["line"], "width": 1.5 * (n - 1)})  # fmt: skip
    for side in dict.fromkeys(side for side, _ in people):
        own = [end for end in people if end[0] == side]
        drawing.trace(
            x=[place[end][0] for end in own],
            y=[place[end][1] for end in own],
            mode="markers+text",
            name=plain(words, side),
            text=[escape(name) for _, name in own],
            textposition=["middle right" if place[end][0] >= 0 else "middle left" for end in own],
            textfont={"size": 11, "color": ink["text"]},
            hoverinfo="text",
            marker={"symbol": SYMBOLS[side], "size": 13, "color": colors[side]},
        )
    drawing.look("xaxis", visible=False, range=[-2.1, 2.1], fixedrange=True)
    drawing.look("yaxis", visible=False, range=[-1.15, 1.15], fixedrange=True)
    drawing.look("margin", t=34)
    drawing.layout["showlegend"] = True
    return drawing.figure()


def describe_network(frame: pd.DataFrame, words: Words) -> str:
    """How many pairs agree, and the one that agrees on most."""
    if frame.empty:
        return word(words, "alt_nothing")
    return filled(words, "alt_network", n=len(frame), first=f"{frame['a'].iloc[0]} · {frame['b'].iloc[0]}")


def describe_compare(frame: pd.DataFrame, words: Words) -> str:
    """Every side and topic with band and n."""
    return describe_matrix(frame, words)


def describe_speakers(frame: pd.DataFrame, words: Words, topic: str) -> str:
    """How many speakers each side has on the topic, and how far apart they are."""
    data = frame[frame["topic"].astype(str) == topic]
    if data.empty:
        return word(words, "alt_nothing")
    ranges = (
        data.assign(side=data["side"].astype(str)).groupby("side", sort=False)["position"].agg(["size", "min", "max"])
    )
    sides = [
        filled(
            words,
            "alt_range",
            side=plain(words, side),
            n=row["size"].astype(int),
            lowest=number(row["min"], words),
            highest=number(row["max"], words),
        )
        for side, row in ranges.iterrows()
    ]
    return filled(words, "alt_speakers", topic=plain_topic(words, topic), sides=" ".join(sides))


def describe_portrayal(frame: pd.DataFrame, words: Words) -> str:
    """What each side says and is said to hold, where both are known."""
    data = frame[(frame["n_stated"] > 0) & (frame["n_told"] > 0)]
    if data.empty:
        return word(words, "alt_nothing")
    cells = [
        filled(
            words,
            "alt_gap",
            side=plain(words, row.side),
            topic=plain_topic(words, row.topic),
            stated=number(row.stated, words),
            told=number(row.told, words),
        )
        for row in data.itertuples()
    ]
    return filled(words, "alt_portrayal", cells=" ".join(cells))


def describe_shifts(frame: pd.DataFrame, words: Words) -> str:
    """Before, after and verdict, where both periods have enough statements."""
    data = frame[frame["verdict"] != "not_enough"]
    if data.empty:
        return word(words, "alt_nothing")
    cells = [
        filled(
            words,
            "alt_shift",
            side=plain(words, row.side),
            topic=plain_topic(words, row.topic),
            before=number(row.before, words),
            after=number(row.after, words),
            verdict=word(words, row.verdict),
        )
        for row in data.itertuples()
    ]
    return filled(words, "alt_shifts", cells=" ".join(cells))


def _dumbbells(
    data: pd.DataFrame,
    ends: Mapping[str, str],
    solid: pd.Series,
    remarks: Sequence[str],
    words: Words,
    colors: Colors,
    ink: Colors,
) -> go.Figure:
    topics = present(data, "topic")
    order = [int(index) for topic in topics for index in np.flatnonzero(data["topic"].astype(str) == topic)]
    labels = [
        (plain_topic(words, topic), [plain(words, s) for s in data["side"][data["topic"].astype(str) == topic]])
        for topic in topics
    ]
    drawing, places = _listing(labels, words, ink)
    dots = []
    for y, index in zip(places, order, strict=True):
        row, color = data.iloc[index], colors[str(data["side"].iloc[index])]
        _bar(drawing, row[list(ends)[0]], row[list(ends)[1]], y, color, 3, "solid" if solid.iloc[index] else "dot")
        for end, shape in ends.items():
            cell = f"{plain(words, row.side)} · {plain_topic(words, row.topic)}"
            hover = f"{cell}<br>{word(words, end)}: {number(row[end], words)}"
            dots.append(_Dot(row[end], y, str(row.side), color, "mixed" if shape else "position", hover))
        _note(drawing, y, remarks[index], ink)
    _dots(drawing, dots)
    for end, shape in ends.items():
        drawing.trace(
            x=[None],
            y=[None],
            mode="markers",
            name=word(words, end),
            showlegend=True,
            marker={"symbol": "circle" + shape, "color": ink["text"], "size": 10},
        )
    drawing.look("legend", yref="container", y=1, yanchor="top")
    drawing.look("margin", t=62)
    drawing.layout.update(showlegend=True, height=drawing.layout["height"] + 22)
    return drawing.figure()


def _listing(
    groups: Sequence[tuple[str, Sequence[str]]], words: Words, ink: Colors, pitch: int = 30
) -> tuple[Drawing, list[float]]:
    """A chart from against to favor with a heading a group, and the places of its lines, one a label."""
    places, ticks, y = [], [], 0.0
    headings = []
    for heading, labels in groups:
        if heading:
            headings.append((y, heading))
            y += 1
        places += [y + index for index in range(len(labels))]
        ticks += list(labels)
        y += len(labels) + (0.3 if heading else 0)
    drawing = blank(ink, int(pitch * max(y, 1)) + 70)
    drawing.look(
        "xaxis",
        range=[-1.08, 1.08],
        tickvals=[-1, -0.5, 0, 0.5, 1],
        fixedrange=True,
        side="top",
        tickangle=0,
        ticktext=[word(words, "against"), "", word(words, "neutral"), "", word(words, "favor")],
        gridcolor=ink["faint"],
        showgrid=True,
    )
    drawing.look("yaxis", range=[y - 0.3, -0.6], tickvals=places, ticktext=ticks, fixedrange=True)
    drawing.look("margin", l=room(ticks), t=40, r=NOTES)
    drawing.shape(type="line", x0=0, x1=0, y0=-0.5, y1=y - 0.4, line={"color": ink["line"], "width": 1}, layer="below")
    for place, heading in headings:
        drawing.note(
            x=0,
            xref="paper",
            xanchor="left",
            y=place,
            text=f"<b>{heading}</b>",
            showarrow=False,
            font={"color": ink["text"], "size": 13},
        )
    return drawing, places


def _remark(row: Any, words: Words) -> str:
    return f"{broken(word(words, row.band), 15)}<br>{filled(words, 'n', n=row.n_independent)}"


def _note(drawing: Drawing, y: float, text: str, ink: Colors) -> None:
    font = {"color": ink["muted"], "size": 10}
    drawing.note(x=1, xref="paper", xanchor="left", y=y, align="left", text=text, showarrow=False, font=font)


def _bar(drawing: Drawing, start: float, end: float, y: float, color: str, width: int, dash: str = "solid") -> None:
    drawing.shape(
        type="line",
        x0=start,
        x1=end,
        y0=y,
        y1=y,
        line={"color": color, "width": width, "dash": dash},
        opacity=0.45,
        layer="below",
    )


def _dots(drawing: Drawing, dots: Sequence[_Dot]) -> None:
    """All dots as one trace, for each trace costs the browser time: filled, hollow where mixed, small where few."""
    looks = {"position": ("", 12), "mixed": ("-open", 13), "few": ("-open", 7)}
    colors = [dot.color for dot in dots]
    drawing.trace(
        name="dots",
        mode="markers",
        x=[dot.x for dot in dots],
        y=[dot.y for dot in dots],
        text=[dot.hover for dot in dots],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
        marker={
            "symbol": [SYMBOLS[dot.side] + looks[dot.state][0] for dot in dots],
            "size": [looks[dot.state][1] for dot in dots],
            "opacity": 1,
            "color": colors,
            "line": {"width": 2, "color": colors},
        },
    )
