"""Charts over time: positions with their volume, statements and articles by period."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from positions.figures.theme import (
    DASHES,
    FULL_N,
    PATTERNS,
    SYMBOLS,
    Colors,
    Marks,
    axis,
    blank,
    faint,
    ink_of,
    present,
    side_colors,
    style,
)
from positions.figures.wording import Words, day, escape, filled, number, plain, plain_topic, word
from positions.records import SIDES

EVENT_ROWS, EVENT_TOP = (1.5, 1.3), 1.62  # events stand above the points, at two heights in turn


def timeline(
    frame: pd.DataFrame,
    words: Words,
    *,
    topic: str,
    sides: Sequence[str] = SIDES,
    colors: Colors | None = None,
    dark: bool = False,
    events: pd.DataFrame | None = None,
    split: bool = False,
) -> go.Figure:
    """``measures.timeline`` for one topic: a trend with its interval for each side, and the volume beneath.

    No line crosses a period in which nothing was said. Points grow with n and are hollow below ``FULL_N``. ``events``
    (columns date, label) are dotted lines, numbered as they come, with a hover. ``split`` draws a panel for each side.
    """
    ink, colors = ink_of(dark), side_colors(colors, dark)
    data = frame[(frame["topic"].astype(str) == topic) & frame["side"].astype(str).isin(list(sides))]
    shown = [side for side in sides if (data["side"].astype(str) == side).any()]
    panels = max(len(shown), 1) if split else 1
    figure = make_subplots(
        rows=panels + 1, cols=1, shared_xaxes=True, vertical_spacing=0.05, row_heights=[0.74 / panels] * panels + [0.26]
    )
    marks = Marks()
    for index, side in enumerate(shown):
        part = data[data["side"].astype(str) == side].sort_values("period")
        look = {"name": plain(words, side), "legendgroup": side, **_panel(index + 1 if split else 1)}
        dodge = 0.0 if split else (index - (len(shown) - 1) / 2) * 0.14
        _trend(marks, part, side, words, colors[side], dodge, banded=split or len(shown) == 1, look=look)
        _bars(marks, part, side, words, colors[side], panels + 1)
    _add_events(marks, events, words, ink, panels)
    marks.put_on(figure)
    _trend_axes(figure, data, words, ink, panels, 130 * panels + 110 if split else 440)
    if events is not None and not events.empty:
        figure.update_layout(yaxis_range=[-1.18, EVENT_TOP])
    return figure


def volume(frame: pd.DataFrame, words: Words, *, colors: Colors | None = None, dark: bool = False) -> go.Figure:
    """Independent statements in each period of ``measures.timeline``, all topics together, stacked by side."""
    ink, colors = ink_of(dark), side_colors(colors, dark)
    figure = blank(ink, 220)
    totals = frame.groupby(["side", "period"], observed=True)["n"].sum().reset_index()
    marks = Marks()
    for side in present(frame, "side"):
        _bars(marks, totals[totals["side"].astype(str) == side], side, words, colors[side], 1)
    marks.put_on(figure).update_traces(showlegend=True)
    figure.update_yaxes(rangemode="tozero", nticks=5, gridcolor=ink["faint"], showgrid=True)
    figure.update_xaxes(**_dates(frame["period"], words))
    return figure.update_layout(barmode="stack", bargap=0.2, showlegend=True, margin_t=30)


def calendar(frame: pd.DataFrame, words: Words, *, dark: bool = False) -> go.Figure:
    """Articles by period, from ``audit.calendar``."""
    ink = ink_of(dark)
    figure = blank(ink, 200)
    days = [day(value, words) for value in frame["period"]]
    figure.add_bar(
        x=frame["period"],
        y=frame["n"],
        marker={"color": ink["agree"]},
        hovertext=[f"{start}: {n}" for start, n in zip(days, frame["n"], strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    figure.update_yaxes(rangemode="tozero", nticks=5, gridcolor=ink["faint"], showgrid=True)
    figure.update_xaxes(**_dates(frame["period"], words))
    return figure.update_layout(bargap=0.15)


def describe_calendar(frame: pd.DataFrame, words: Words) -> str:
    """How many articles, from when to when, and where most are."""
    if frame.empty:
        return word(words, "alt_nothing")
    highest = int(frame["n"].to_numpy().argmax())
    first, last, peak = (day(frame["period"].iloc[place], words) for place in (0, -1, highest))
    return filled(words, "alt_calendar", n=int(frame["n"].sum()), first=first, last=last, peak=peak)


def describe_timeline(frame: pd.DataFrame, words: Words, topic: str) -> str:
    """First and last value and n of each side on the topic."""
    data = frame[frame["topic"].astype(str) == topic].sort_values("period")
    if data.empty:
        return word(words, "alt_nothing")
    sides = []
    for side in present(data, "side"):
        part = data[data["side"].astype(str) == side]
        sides.append(
            filled(
                words,
                "alt_trend",
                side=plain(words, side),
                n=part["n"].sum(),
                start=number(part["position"].iloc[0], words),
                end=number(part["position"].iloc[-1], words),
            )
        )
    return filled(
        words,
        "alt_timeline",
        topic=plain_topic(words, topic),
        first=day(data["period"].min(), words),
        last=day(data["period"].max(), words),
        sides=" ".join(sides),
    )


def describe_volume(frame: pd.DataFrame, words: Words) -> str:
    """How many statements in all, over what time, and where most."""
    if frame.empty:
        return word(words, "alt_nothing")
    totals = frame.groupby("period")["n"].sum()
    return filled(
        words,
        "alt_volume",
        n=int(totals.sum()),
        first=day(totals.index.min(), words),
        last=day(totals.index.max(), words),
        peak=day(totals.idxmax(), words),
    )


def _trend(
    marks: Marks,
    part: pd.DataFrame,
    side: str,
    words: Words,
    color: str,
    dodge: float,
    *,
    banded: bool,
    look: dict[str, Any],
) -> None:
    """One side's trend: a line for each run of neighbouring periods; ``dodge`` shifts it by a part of a period."""
    apart = part["period"] - part["until"].shift() > pd.Timedelta(days=1)
    shift = (part["until"] - part["period"] + pd.Timedelta(days=1)) * dodge
    part = part.assign(x=part["period"] + shift)
    for _, run in part.groupby(apart.cumsum()):
        known = run.dropna(subset=["lower"])
        if banded and len(known) > 1:
            _band(marks, known, color, look)
        above, below = (run["upper"] - run["position"]).to_numpy(), (run["position"] - run["lower"]).to_numpy()
        whiskers = {"symmetric": False, "array": above, "arrayminus": below, "width": 0, "thickness": 1.2}
        whiskers["visible"] = not banded or len(known) == 1
        marks.trace(
            x=run["x"].to_numpy(),
            y=run["position"].to_numpy(),
            mode="lines+markers",
            showlegend=False,
            error_y=whiskers,
            line={"color": color, "width": 2, "dash": DASHES[side]},
            marker=_markers(run["n"], side, color),
            text=[_point(point, words) for point in run.itertuples()],
            hovertemplate="%{text}<extra></extra>",
            **look,
        )
    key = {"line": {"color": color, "dash": DASHES[side]}, "marker": {"symbol": SYMBOLS[side], "size": 9}}
    marks.trace(x=[None], y=[None], mode="lines+markers", **key, **look)


def _band(marks: Marks, known: pd.DataFrame, color: str, look: dict[str, Any]) -> None:
    marks.trace(
        x=[*known["x"], *known["x"][::-1]],
        y=[*known["upper"], *known["lower"][::-1]],
        fill="toself",
        fillcolor=faint(color),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        **look,
    )


def _markers(n: pd.Series, side: str, color: str) -> dict[str, Any]:
    symbols = [SYMBOLS[side] + ("" if count >= FULL_N else "-open") for count in n]
    sizes = np.clip(5 + 3 * np.sqrt(n.to_numpy()), 8, 20)
    return {"symbol": symbols, "color": color, "size": sizes, "opacity": 1, "line": {"width": 2, "color": color}}


def _bars(marks: Marks, part: pd.DataFrame, side: str, words: Words, color: str, panel: int) -> None:
    texts = [
        f"{day(period, words)}<br>{filled(words, 'n', n=n)}"
        for period, n in zip(part["period"], part["n"], strict=True)
    ]
    marks.trace(
        type="bar",
        x=part["period"].to_numpy(),
        y=part["n"].to_numpy(),
        name=plain(words, side),
        legendgroup=side,
        showlegend=False,
        marker={
            "color": color,
            "pattern": {"shape": PATTERNS[side], "fillmode": "overlay", "size": 7, "solidity": 0.25},
        },
        hovertext=texts,
        hovertemplate="%{hovertext}<extra>" + plain(words, side) + "</extra>",
        **_panel(panel),
    )


def _panel(number: int) -> dict[str, str]:
    """The axes of a panel, counted from above."""
    name = str(number) if number > 1 else ""
    return {"xaxis": f"x{name}", "yaxis": f"y{name}"}


def _trend_axes(figure: go.Figure, data: pd.DataFrame, words: Words, ink: Colors, panels: int, height: int) -> None:
    trend = {
        **axis(ink),
        "range": [-1.18, 1.18],
        "tickvals": [-1, 0, 1],
        "zeroline": True,
        "zerolinecolor": ink["line"],
        "ticktext": [word(words, name) for name in ("against", "neutral", "favor")],
    }
    title = {"text": word(words, "statements"), "font": {"size": 10, "color": ink["muted"]}}
    volume = {**axis(ink), "rangemode": "tozero", "nticks": 4, "title": title}
    names = ["", *map(str, range(2, panels + 2))]
    axes = {f"xaxis{name}": {**axis(ink), **_dates(data["period"], words)} for name in names}
    axes |= {f"yaxis{name}": trend if name != names[-1] else volume for name in names}
    look = {"barmode": "stack", "bargap": 0.25, "showlegend": True, "margin_t": 34}
    look |= {"dragmode": "select", "selectdirection": "h"}  # a period drawn with the mouse
    figure.update_layout({**style(ink, height), **axes}, **look)


def _dates(periods: pd.Series, words: Words) -> dict[str, Any]:
    """An axis of days; few periods are each named, of many Plotly picks some."""
    starts = sorted(periods.unique())
    look = {"tickformat": word(words, "day_tick"), "hoverformat": word(words, "date"), "type": "date"}
    return look | ({"tickvals": starts} if 0 < len(starts) <= 6 else {})


def _point(row: Any, words: Words) -> str:
    bounds = "no_interval" if pd.isna(row.lower) else "interval"
    return "<br>".join(
        [
            f"{plain(words, row.side)} · {day(row.period, words)}",
            f"{number(row.position, words)} · {filled(words, 'n', n=row.n)}",
            filled(words, bounds, lower=number(row.lower, words), upper=number(row.upper, words)),
        ]
    )


def _add_events(marks: Marks, events: pd.DataFrame | None, words: Words, ink: Colors, panels: int) -> None:
    if events is None or events.empty:
        return
    line = {"color": ink["muted"], "width": 1, "dash": "dot"}
    axes = ["" if row == 1 else str(row) for row in range(1, panels + 2)]
    for when in events["date"]:
        for n in axes:
            marks.shape(type="line", x0=when, x1=when, y0=0, y1=1, line=line, xref=f"x{n}", yref=f"y{n} domain")
    hovers = [
        f"{day(when, words)}<br>{escape(label)}" for when, label in zip(events["date"], events["label"], strict=True)
    ]
    marks.trace(
        x=list(events["date"]),
        y=[EVENT_ROWS[place % len(EVENT_ROWS)] for place in range(len(events))],
        mode="markers+text",
        name=word(words, "event"),
        text=[str(place + 1) for place in range(len(events))],
        textfont={"size": 10, "color": ink["text"]},
        marker={"symbol": "square", "size": 15, "color": ink["blank"], "line": {"width": 1, "color": ink["line"]}},
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
    )
