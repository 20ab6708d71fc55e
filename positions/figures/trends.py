"""Charts over time: positions with their volume, statements and articles by period."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from positions.figures.theme import (
    DASHES,
    FULL_N,
    PATTERNS,
    SYMBOLS,
    Colors,
    Drawing,
    axis,
    blank,
    faint,
    ink_of,
    present,
    room,
    side_colors,
    style,
)
from positions.figures.wording import Words, day, escape, filled, number, plain, plain_topic, word
from positions.records import SIDES

VOLUME, SPACE = 0.26, 0.05  # the volume's share of the height, and the gap between two panels
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
    drawing = Drawing(_panels(data, words, ink, panels, 130 * panels + 110 if split else 440))
    for index, side in enumerate(shown):
        part = data[data["side"].astype(str) == side].sort_values("period")
        look = {"name": plain(words, side), "legendgroup": side, **_axes_of(index + 1 if split else 1)}
        dodge = 0.0 if split else (index - (len(shown) - 1) / 2) * 0.14
        _trend(drawing, part, side, words, colors[side], dodge, banded=split or len(shown) == 1, look=look)
        _bars(drawing, part, side, words, colors[side], panels + 1)
    _add_events(drawing, events, words, ink, panels)
    if events is not None and not events.empty:
        drawing.look("yaxis", range=[-1.18, EVENT_TOP])
    return drawing.figure()


def calendar(frame: pd.DataFrame, words: Words, *, dark: bool = False) -> go.Figure:
    """Articles by period, from ``audit.calendar``."""
    ink = ink_of(dark)
    drawing = blank(ink, 200)
    days = [day(value, words) for value in frame["period"]]
    drawing.trace(
        type="bar",
        x=_iso(frame["period"]),
        y=frame["n"].to_numpy(),
        marker={"color": ink["agree"]},
        hovertext=[f"{start}: {n}" for start, n in zip(days, frame["n"], strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    drawing.look("yaxis", rangemode="tozero", nticks=5, gridcolor=ink["faint"], showgrid=True)
    drawing.look("xaxis", **_dates(frame["period"], words))
    drawing.look("margin", l=44)
    drawing.layout["bargap"] = 0.15
    return drawing.figure()


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


def _trend(
    drawing: Drawing,
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
            _band(drawing, known, color, look)
        above, below = (run["upper"] - run["position"]).to_numpy(), (run["position"] - run["lower"]).to_numpy()
        whiskers = {"symmetric": False, "array": above, "arrayminus": below, "width": 0, "thickness": 1.2}
        whiskers["visible"] = not banded or len(known) == 1
        drawing.trace(
            x=_iso(run["x"]),
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
    drawing.trace(x=[None], y=[None], mode="lines+markers", **key, **look)


def _band(drawing: Drawing, known: pd.DataFrame, color: str, look: dict[str, Any]) -> None:
    drawing.trace(
        x=_iso(pd.concat([known["x"], known["x"][::-1]])),
        y=[*known["upper"].tolist(), *known["lower"].tolist()[::-1]],
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


def _bars(drawing: Drawing, part: pd.DataFrame, side: str, words: Words, color: str, panel: int) -> None:
    texts = [
        f"{day(period, words)}<br>{filled(words, 'n', n=n)}"
        for period, n in zip(part["period"], part["n"], strict=True)
    ]
    drawing.trace(
        type="bar",
        x=_iso(part["period"]),
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
        **_axes_of(panel),
    )


def _axes_of(number: int) -> dict[str, str]:
    """The axes of a panel, counted from above."""
    name = str(number) if number > 1 else ""
    return {"xaxis": f"x{name}", "yaxis": f"y{name}"}


def _panels(data: pd.DataFrame, words: Words, ink: Colors, panels: int, height: int) -> dict[str, Any]:
    """The layout of ``panels`` trends above each other and the volume beneath, all over the same days."""
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
    days, free = {**axis(ink), **_dates(data["period"], words)}, 1 - SPACE * panels
    axes, top = {}, 1.0
    for panel in range(1, panels + 2):
        last, name = panel == panels + 1, str(panel) if panel > 1 else ""
        share = free * (VOLUME if last else (1 - VOLUME) / panels)
        domain = [max(top - share, 0), top]
        top -= share + SPACE
        axes[f"xaxis{name}"] = {**days, "anchor": f"y{name}", "matches": f"x{panels + 1}", "showticklabels": last}
        axes[f"yaxis{name}"] = {**(volume if last else trend), "domain": domain, "anchor": f"x{name}"}
    del axes[f"xaxis{panels + 1}"]["matches"]
    look = {"barmode": "stack", "bargap": 0.25, "showlegend": True}
    look |= {"dragmode": "select", "selectdirection": "h"}  # a period drawn with the mouse
    plain_look = style(ink, height)
    return {**plain_look, **axes, **look, "margin": {**plain_look["margin"], "t": 34, "l": room(trend["ticktext"], 60)}}


def _dates(periods: pd.Series, words: Words) -> dict[str, Any]:
    """An axis of days; few periods are each named, of many Plotly picks some."""
    starts = _iso(pd.Series(sorted(periods.unique()), dtype="datetime64[us]"))
    look = {"tickformat": word(words, "day_tick"), "hoverformat": word(words, "date"), "type": "date"}
    return look | ({"tickvals": starts} if 0 < len(starts) <= 6 else {})


def _iso(moments: pd.Series) -> list[str]:
    return moments.dt.strftime("%Y-%m-%d %H:%M").tolist()


def _point(row: Any, words: Words) -> str:
    bounds = "no_interval" if pd.isna(row.lower) else "interval"
    return "<br>".join(
        [
            f"{plain(words, row.side)} · {day(row.period, words)}",
            f"{number(row.position, words)} · {filled(words, 'n', n=row.n)}",
            filled(words, bounds, lower=number(row.lower, words), upper=number(row.upper, words)),
        ]
    )


def _add_events(drawing: Drawing, events: pd.DataFrame | None, words: Words, ink: Colors, panels: int) -> None:
    if events is None or events.empty:
        return
    line = {"color": ink["muted"], "width": 1, "dash": "dot"}
    axes = ["" if row == 1 else str(row) for row in range(1, panels + 2)]
    for when in events["date"]:
        for n in axes:
            drawing.shape(type="line", x0=when, x1=when, y0=0, y1=1, line=line, xref=f"x{n}", yref=f"y{n} domain")
    hovers = [
        f"{day(when, words)}<br>{escape(label)}" for when, label in zip(events["date"], events["label"], strict=True)
    ]
    drawing.trace(
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
