"""From a measure's frame to a Plotly figure, and to the sentence that says the same to who can't see it.

Every figure takes ``words``: texts by the keys of ``ENGLISH``, which stand in for those that are missing. A soft hyphen
marks where a long word may break. Colours say purple for favor and orange for against, in light and in dark; a state or
a side is always told by shape as well. Names that come from articles are escaped.
"""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from positions.records import SIDES, TOPICS

Words = Mapping[str, str]
Colors = Mapping[str, str]
Figure = go.Figure  # for whoever names the type without knowing Plotly

ENGLISH: dict[str, str] = {
    "Russia": "Russia", "Ukraine": "Ukraine", "USA": "USA", "Europe": "Europe", "other": "Others",
    "nato": "NATO membership", "territory": "Territory", "security_guarantees": "Security guarantees",
    "sanctions": "Sanctions", "all": "All topics",
    "strongly_against": "strongly against", "leans_against": "leans against", "neutral": "neutral",
    "leans_favor": "leans in favor", "strongly_favor": "strongly in favor",
    "none": "no statement", "few": "too few", "mixed": "mixed",
    "not_enough": "not enough", "uncertain": "uncertain", "unchanged": "unchanged",
    "partly_changed": "partly changed", "reversed": "reversed", "inconsistent": "inconsistent",
    "against": "against", "favor": "in favor",
    "n": "n = {n}", "camps": "{favor} for, {against} against",
    "interval": "95 % interval {lower} to {upper}", "no_interval": "no interval: fewer than two articles",
    "counts": "{n_statements} statements, {n_independent} of them independent",
    "reach": "{n_articles} articles, {n_outlets} outlets, {n_speakers} speakers",
    "dates": "{first} to {last}", "no_dates": "no dates known",
    "sources": "own {own}, narrated {narrated}, told by others {told}",
    "statements": "independent statements", "speaker_unknown": "unknown speaker",
    "stated": "says itself", "told": "others say of it", "before": "before", "after": "after", "event": "event",
    "decimal": ".", "date": "%d %b %Y", "day_tick": "%d %b",
    "alt_matrix": "Positions of {sides} sides on {topics} topics. {cells}",
    "alt_cell": "{side} on {topic}: {value}, {band}, n = {n}.",
    "alt_cell_without": "{side} on {topic}: {band}, n = {n}.",
    "alt_timeline": "Positions on {topic} from {first} to {last}. {sides}",
    "alt_trend": "{side}: from {start} to {end}, n = {n}.",
    "alt_agreement": "Agreement of positions, from 0 to 1. {pairs}",
    "alt_pair": "{a} and {b}: {value} over {n} topics.",
    "alt_speakers": "{topic}, by speaker. {sides}", "alt_range": "{side}: {n} speakers between {lowest} and {highest}.",
    "alt_portrayal": "What sides say against what others say of them. {cells}",
    "alt_gap": "{side} on {topic}: says {stated}, is said to hold {told}.",
    "alt_volume": "{n} independent statements from {first} to {last}; most in the period from {peak}.",
    "alt_shifts": "Changes between two periods. {cells}",
    "alt_shift": "{side} on {topic}: from {before} to {after}, {verdict}.",
    "sure": "stated confidence", "right": "share right", "as_stated": "as stated", "kept": "share of rows kept",
    "rows": "{n} rows", "at_least": "confidence at least {value}",
    "alt_reliability": "How often rows were right, by stated confidence. {bins}",
    "alt_bin": "Stated {sure}: right {right} of {n} rows.",
    "alt_coverage": "How often rows are right when only the surest are kept. {steps}",
    "alt_step": "At least {value}: {kept} of the rows kept, {right} right.",
    "demands": "demands", "offers": "offers", "conditional": "if …", "refuses": "refuses", "unknown": "unknown",
    "alt_ladder": "Options and who stands for them. {cells} Unknown: {unknown} pairs of side and option.",
    "alt_rung": "{side} on “{rung}”: {acts}.",
    "alt_calendar": "{n} articles from {first} to {last}; most in the period from {peak}.",
    "silent": "silent", "of": "{n} of {total}",
    "alt_attention": "What each side talks about, in shares of its statements. {cells}",
    "alt_share": "{side} on {topic}: {share}, n = {n}.",
    "alt_network": "{n} pairs of speakers who agree on at least two topics; most often {first}.",
    "alt_nothing": "Nothing to show: no statement meets the filters.",
}  # fmt: skip

COLORS: dict[str, dict[str, str]] = {
    "light": {"Russia": "#cc3311", "Ukraine": "#a67c00", "USA": "#0069a8", "Europe": "#00857a", "other": "#6b6b6b"},
    "dark": {"Russia": "#ff7a5c", "Ukraine": "#f2c14e", "USA": "#66b8f2", "Europe": "#3cd0bc", "other": "#b0b0b0"},
}
SYMBOLS = {"Russia": "circle", "Ukraine": "square", "USA": "diamond", "Europe": "triangle-up", "other": "x"}
PATTERNS = {"Russia": "", "Ukraine": "/", "USA": ".", "Europe": "-", "other": "x"}
DASHES = {"Russia": "solid", "Ukraine": "dash", "USA": "dot", "Europe": "dashdot", "other": "longdash"}
INKS = {
    "light": {"text": "#1f2328", "muted": "#57606a", "line": "#8c959f", "faint": "#d0d7de", "blank": "#f3f1ee",
              "favor": "#542788", "against": "#b35806", "agree": "#0b5563"},
    "dark": {"text": "#f0f3f6", "muted": "#b6bec8", "line": "#8b949e", "faint": "#484f58", "blank": "#2d3037",
             "favor": "#b79cf0", "against": "#f3a54a", "agree": "#5cc4d6"},
}  # fmt: skip
CONFIG = {
    "displaylogo": False, "showSendToCloud": False, "toImageButtonOptions": {"format": "svg"},
    "modeBarButtons": [["toImage"]],
}  # fmt: skip
CERTAINTY = ((0.5, 1.0), (1.0, 0.7), (2.0, 0.42))  # interval at most this wide -> this much of the colour
CELL, GAP = 88, 0.03
NOTES = 88  # pixels at the right of a listing for the remark beside each line, however narrow the chart
EVENT_ROWS, EVENT_TOP = (1.5, 1.3), 1.62  # events stand above the points, at two heights in turn
FULL_N = 3  # a point that rests on fewer independent statements is drawn hollow


@dataclass
class _Marks:
    """Shapes, notes and traces that a figure gets at once: one by one, Plotly would copy all earlier ones each time."""

    shapes: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    traces: list[dict[str, Any]] = field(default_factory=list)

    def shape(self, **look: Any) -> None:
        self.shapes.append(look)

    def note(self, **look: Any) -> None:
        self.notes.append(look)

    def trace(self, **look: Any) -> None:
        """A trace, of points and lines unless ``type`` says otherwise."""
        self.traces.append({"type": "scatter", **look})

    def put_on(self, figure: go.Figure) -> go.Figure:
        figure.add_traces(self.traces)
        return figure.update_layout(
            shapes=[*figure.layout.shapes, *self.shapes], annotations=[*figure.layout.annotations, *self.notes]
        )


# --- words -----------------------------------------------------------------------------------------------------------


def escape(text: object) -> str:
    """Text from outside for a label: Plotly would otherwise read ``<a href=...>`` and ``%{...}`` in it."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "%\u200b{")


def number(value: float, words: Words, digits: int = 2) -> str:
    """A position with its sign and the language's decimal mark (``+0.62``, ``−0,62``); a dash if there is none."""
    if pd.isna(value):
        return "–"
    rounded = round(float(value), digits) + 0.0
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + f"{abs(rounded):.{digits}f}".replace(".", _word(words, "decimal"))


def day(value: object, words: Words) -> str:
    """An ISO day or timestamp in the language's order, or a dash where it is empty."""
    moment = date.fromisoformat(value) if isinstance(value, str) and value else pd.Timestamp(value or None)
    return "–" if pd.isna(moment) else moment.strftime(_word(words, "date"))


def cell_lines(row: pd.Series, words: Words) -> list[str]:
    """All that one cell of ``measures.matrix`` discloses, a line each: for the hover and for who reads instead."""
    title = f"{_plain(words, row.side)} · {_plain_topic(words, row.topic)}"
    if row.state == "none":
        return [title, _word(words, "none")]
    bounds, dates = "no_interval" if pd.isna(row.lower) else "interval", "dates" if row["first"] else "no_dates"
    return [
        title,
        f"{number(row.position, words)} · {_word(words, row.band)}",
        _fill(words, bounds, lower=number(row.lower, words), upper=number(row.upper, words)),
        _fill(words, "counts", n_statements=row.n_statements, n_independent=row.n_independent),
        _fill(words, "camps", favor=row.favor, against=row.against),
        _fill(words, "reach", n_articles=row.n_articles, n_outlets=row.n_outlets, n_speakers=row.n_speakers),
        _fill(words, dates, first=day(row["first"], words), last=day(row["last"], words)),
        _fill(words, "sources", **{name: _percent(row[f"share_{name}"]) for name in ("own", "narrated", "told")}),
    ]


def _word(words: Words, key: object) -> str:
    return words.get(str(key), ENGLISH.get(str(key), str(key)))


def _plain(words: Words, key: object) -> str:
    return _word(words, key).replace("\u00ad", "")


def _topic(words: Words, key: object) -> str:
    """A topic's name: a user's own topics stand in ``words`` as ``topic.`` and the key, apart from all other words."""
    return words.get(f"topic.{key}") or _word(words, key)


def _plain_topic(words: Words, key: object) -> str:
    return _topic(words, key).replace("\u00ad", "")


def _fill(words: Words, key: str, **values: object) -> str:
    return _word(words, key).format(**values)


def _percent(share: float) -> str:
    return "–" if pd.isna(share) else f"{share:.0%}".replace("%", " %")


def _lines(text: str, width: int = 9) -> str:
    """A label broken at blanks and soft hyphens into lines of about ``width`` characters."""
    pieces = textwrap.wrap(text.replace("\u00ad", "\u00ad "), width, break_long_words=False, break_on_hyphens=True)
    joined = "<br>".join(pieces)
    return joined.replace("\u00ad<br>", "-<br>").replace("\u00ad ", "").replace("\u00ad", "")


# --- the matrix and its kin ------------------------------------------------------------------------------------------


def matrix(
    frame: pd.DataFrame, words: Words, *, dark: bool = False, selected: tuple[str, str] | None = None
) -> go.Figure:
    """``measures.matrix`` as a table of cells with value, band and n; the paler, the less certain.

    Four states, four looks: a position is filled, mixed is split in two, too few is hatched, no statement is an empty
    dotted frame. The line at the foot of a cell is its interval on the scale from -1 to 1. The trace named ``cells``
    covers each cell whole; its ``customdata`` is [side, topic]. ``selected`` gets a frame.
    """
    ink = _ink(dark)
    sides, topics = _present(frame, "side"), _present(frame, "topic")
    figure = _table(
        [_lines(_topic(words, name)) for name in topics], [_lines(_word(words, name)) for name in sides], ink
    )
    places = [(topics.index(str(row.topic)), sides.index(str(row.side))) for row in frame.itertuples()]
    rows = [row for _, row in frame.iterrows()]
    fills = [_cell_fill(row, ink) for row in rows]
    marks = _Marks()
    _split_mixed(marks, [place for place, row in zip(places, rows, strict=True) if row.state == "mixed"], ink)
    _cover(
        figure,
        places,
        fills,
        ["/" if row.state == "few" else "" for row in rows],
        [[str(row.side), str(row.topic)] for row in rows],
        ["<br>".join(cell_lines(row, words)) for row in rows],
        ink,
    )
    for place, row, fill in zip(places, rows, fills, strict=True):
        _frame_cell(marks, place, row.state, (str(row.side), str(row.topic)) == selected, ink)
        _write(marks, place, _cell_text(row, words), _text_on(fill, ink) if row.state == "position" else ink["text"])
    _interval_marks(marks, places, rows, [_text_on(fill, ink) for fill in fills], ink)
    return marks.put_on(figure)


def agreement(frame: pd.DataFrame, words: Words, *, dark: bool = False) -> go.Figure:
    """``measures.agreement`` as a table: a row each pair, a column each topic and one for all; darker is nearer.

    A pair without enough statements on a topic has an empty hatched cell.
    """
    ink = _ink(dark)
    pairs = list(dict.fromkeys(zip(frame["side_a"].astype(str), frame["side_b"].astype(str), strict=True)))
    topics = _present(frame, "topic")
    names = [f"{_lines(_word(words, a))} ·<br>{_lines(_word(words, b))}" for a, b in pairs]
    figure = _table([_lines(_topic(words, name)) for name in topics], names, ink, height=60)
    rows = [row for _, row in frame.iterrows()]
    places = [(topics.index(str(row.topic)), pairs.index((str(row.side_a), str(row.side_b)))) for row in rows]
    fills = [
        "rgba(0,0,0,0)" if pd.isna(row.agreement) else _blend(ink["blank"], ink["agree"], row.agreement**2)
        for row in rows
    ]
    hovers = [_agreement_hover(row, words) for row in rows]
    _cover(
        figure,
        places,
        fills,
        ["/" if pd.isna(row.agreement) else "" for row in rows],
        [[str(row.side_a), str(row.side_b), str(row.topic)] for row in rows],
        hovers,
        ink,
    )
    marks = _Marks()
    for place, row, fill in zip(places, rows, fills, strict=True):
        known = not pd.isna(row.agreement)
        text = f"<b>{_share(row.agreement, words)}</b>" if known else _lines(_word(words, "not_enough"))
        _write(marks, place, text, _text_on(fill, ink) if known else ink["text"])
    return marks.put_on(figure)


def describe_matrix(frame: pd.DataFrame, words: Words) -> str:
    """Every cell with its band and n, in one sentence each."""
    if frame.empty:
        return _word(words, "alt_nothing")
    cells = [
        _fill(
            words,
            "alt_cell" if row.state == "position" else "alt_cell_without",
            value=number(row.position, words),
            side=_plain(words, row.side),
            topic=_plain_topic(words, row.topic),
            band=_word(words, row.band),
            n=row.n_independent,
        )
        for row in frame.itertuples()
    ]
    return _fill(
        words, "alt_matrix", sides=frame["side"].nunique(), topics=frame["topic"].nunique(), cells=" ".join(cells)
    )


def describe_agreement(frame: pd.DataFrame, words: Words) -> str:
    """The overall agreement of each pair that shares a topic."""
    shared = frame[(frame["topic"].astype(str) == "all") & frame["agreement"].notna()]
    if shared.empty:
        return _word(words, "alt_nothing")
    pairs = [
        _fill(
            words,
            "alt_pair",
            a=_plain(words, row.side_a),
            b=_plain(words, row.side_b),
            value=_share(row.agreement, words),
            n=row.n_topics,
        )
        for row in shared.itertuples()
    ]
    return _fill(words, "alt_agreement", pairs=" ".join(pairs))


def _cell_fill(row: Any, ink: Colors) -> str:
    if row.state != "position":
        return "rgba(0,0,0,0)"
    width = 2.0 if pd.isna(row.lower) else row.upper - row.lower
    certainty = next(part for widest, part in CERTAINTY if width <= widest + 1e-9)
    pole = ink["favor"] if row.position > 0 else ink["against"]
    return _blend(ink["blank"], pole, abs(row.position) * certainty)


def _cell_text(row: Any, words: Words) -> str:
    n = _fill(words, "n", n=row.n_independent)
    if row.state == "none":
        return f"–<br><span style='font-size:10px'>{_lines(_word(words, 'none'))}</span>"
    if row.state == "few":
        return f"{_lines(_word(words, 'few'))}<br><span style='font-size:10px'>{n}</span>"
    band = _lines(_word(words, row.band))
    return f"<b>{number(row.position, words)}</b><br>{band}<br><span style='font-size:10px'>{n}</span>"


def _agreement_hover(row: Any, words: Words) -> str:
    lines = [f"{_plain(words, row.side_a)} · {_plain(words, row.side_b)}", _plain_topic(words, row.topic)]
    if pd.isna(row.agreement):
        return "<br>".join([*lines, _word(words, "not_enough")])
    bounds = _fill(words, "interval", lower=_share(row.lower, words), upper=_share(row.upper, words))
    return "<br>".join([*lines, _share(row.agreement, words), bounds])


def _share(value: float, words: Words) -> str:
    return "–" if pd.isna(value) else f"{value:.2f}".replace(".", _word(words, "decimal"))


def _table(columns: Sequence[str], rows: Sequence[str], ink: Colors, height: int = CELL) -> go.Figure:
    label = {"tickfont": {"color": ink["text"], "size": 12}, "fixedrange": True}
    across = {"tickvals": list(range(len(columns))), "ticktext": columns, "range": [-0.5, len(columns) - 0.5]}
    down = {"tickvals": list(range(len(rows))), "ticktext": rows, "range": [len(rows) - 0.5, -0.5]}
    layout = {
        **_style(ink, height * max(len(rows), 1) + 54),
        "clickmode": "event+select",
        "barmode": "overlay",
        "dragmode": False,
        "margin": {"l": 4, "r": 8, "t": 48, "b": 4},
        "xaxis": {**_axis(ink), **label, **across, "side": "top", "tickangle": 0},
        "yaxis": {**_axis(ink), **label, **down},
    }
    return go.Figure(layout=layout)


def _cover(
    figure: go.Figure,
    places: Sequence[tuple[int, int]],
    fills: Sequence[str],
    patterns: Sequence[str],
    keys: list[list[str]],
    hovers: Sequence[str],
    ink: Colors,
) -> None:
    """Bars, not a heatmap: Streamlit reports a click on them, and they fill the cell at any width."""
    figure.add_bar(
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


def _split_mixed(marks: _Marks, places: Iterable[tuple[int, int]], ink: Colors) -> None:
    for x, y in places:
        for name, left, right in (("against", x - 0.5 + GAP, x), ("favor", x, x + 0.5 - GAP)):
            marks.shape(
                type="rect",
                layer="below",
                line_width=0,
                fillcolor=_blend(ink["blank"], ink[name], 0.28),
                x0=left,
                x1=right,
                y0=y - 0.5 + GAP,
                y1=y + 0.5 - GAP,
            )


def _frame_cell(marks: _Marks, place: tuple[int, int], state: str, selected: bool, ink: Colors) -> None:
    x, y = place
    dash = {"none": "dot", "few": "dash"}.get(state)
    if dash or selected:
        line = {"color": ink["text"], "width": 3} if selected else {"color": ink["line"], "width": 1, "dash": dash}
        marks.shape(type="rect", line=line, x0=x - 0.5 + GAP, x1=x + 0.5 - GAP, y0=y - 0.5 + GAP, y1=y + 0.5 - GAP)


def _write(marks: _Marks, place: tuple[int, int], text: str, color: str) -> None:
    marks.note(
        x=place[0],
        y=place[1] - 0.06,
        text=text,
        showarrow=False,
        font={"color": color, "size": 12},
        captureevents=False,
    )


def _interval_marks(
    marks: _Marks, places: Sequence[tuple[int, int]], rows: Sequence[Any], texts: Sequence[str], ink: Colors
) -> None:
    """A small scale from -1 to 1 at the foot of each cell that has a value."""
    half = 0.5 - 4 * GAP
    shown = [
        (place, row, text if row.state == "position" else ink["text"])
        for place, row, text in zip(places, rows, texts, strict=True)
        if row.state in ("position", "mixed")
    ]
    for (x, y), row, color in shown:
        foot = y + 0.4
        marks.shape(
            type="line", x0=x - half, x1=x + half, y0=foot, y1=foot, line={"color": color, "width": 1}, opacity=0.45
        )
        marks.shape(type="line", x0=x, x1=x, y0=foot - 0.03, y1=foot + 0.03, line={"color": color, "width": 1})
        if not pd.isna(row.lower):
            marks.shape(
                type="line",
                x0=x + half * row.lower,
                x1=x + half * row.upper,
                y0=foot,
                y1=foot,
                line={"color": color, "width": 4},
                opacity=0.6,
            )
    marks.trace(
        name="values",
        mode="markers",
        x=[x + half * row.position for (x, _), row, _ in shown],
        y=[y + 0.4 for (_, y), _, _ in shown],
        marker={"color": [color for *_, color in shown], "size": 7},
        hoverinfo="skip",
        unselected={"marker": {"opacity": 1}},
    )


# --- the ladder ------------------------------------------------------------------------------------------------------

ACTS = ("demands", "offers", "conditional", "refuses")
RUNG = 78


def ladder(
    frame: pd.DataFrame,
    words: Words,
    *,
    names: Mapping[str, str],
    shared: Mapping[str, bool] = MappingProxyType({}),
    selected: str = "",
    dark: bool = False,
) -> go.Figure:
    """``ladders.cells`` as a table: a row each rung with its name from ``names``, a column each side.

    Filled where a side stands for the option, crossed out where it refuses it, half of each where it does both, an
    empty dotted frame where nothing is known; paler below ``FULL_N`` statements. ``shared`` are the rungs for which two
    sides stand, and whether on enough statements: a full and an empty diamond, and a thick frame in the former case.
    ``selected`` is a rung. ``customdata`` is [side, rung].
    """
    ink = _ink(dark)
    sides, rungs = _present(frame, "side"), list(dict.fromkeys(frame["rung"]))
    signs = {rung: ("◆ " if shared[rung] else "◇ ") if rung in shared else "" for rung in rungs}
    labels = [
        f"{'<b>' if rung == selected else ''}{signs[rung]}{_lines(names[rung], 15)}{'</b>' if rung == selected else ''}"
        for rung in rungs
    ]
    figure = _table([_lines(_word(words, name)) for name in sides], labels, ink, height=RUNG)
    rows = [row for _, row in frame.iterrows()]
    places = [(sides.index(str(row.side)), rungs.index(row.rung)) for row in rows]
    fills = [_rung_fill(row, ink) for row in rows]
    marks = _Marks()
    _halve_both(marks, [place for place, row in zip(places, rows, strict=True) if row.state == "both"], ink)
    _cover(
        figure,
        places,
        fills,
        ["x" if row.state == "against" else "" for row in rows],
        [[str(row.side), row.rung] for row in rows],
        ["<br>".join(_rung_lines(row, names, words)) for row in rows],
        ink,
    )
    for place, row, fill in zip(places, rows, fills, strict=True):
        meets = shared.get(row.rung, False) and row.state in ("for", "both")
        _frame_cell(marks, place, {"unknown": "none"}.get(row.state, ""), meets, ink)
        color = _text_on(fill, ink) if row.state == "for" else ink["text"]
        _write(marks, place, _rung_text(row, words), color)
    return marks.put_on(figure)


def describe_ladder(frame: pd.DataFrame, words: Words, names: Mapping[str, str]) -> str:
    """Every rung that somebody spoke about, with what each side does with it."""
    known = frame[frame["state"] != "unknown"]
    if known.empty:
        return _word(words, "alt_nothing")
    cells = [
        _fill(words, "alt_rung", rung=names[row.rung], side=_plain(words, row.side), acts=", ".join(_acts(row, words)))
        for _, row in known.iterrows()
    ]
    return _fill(words, "alt_ladder", cells=" ".join(cells), unknown=len(frame) - len(known))


def _acts(row: pd.Series, words: Words) -> list[str]:
    return [f"{_word(words, act)} {row[act]}" for act in ACTS if row[act]]


def _rung_lines(row: pd.Series, names: Mapping[str, str], words: Words) -> list[str]:
    title = f"{_plain(words, row.side)} · {names[row.rung]}"
    return [title, *(_acts(row, words) or [_word(words, "unknown")])]


def _rung_text(row: pd.Series, words: Words) -> str:
    if acts := _acts(row, words):
        return "<br>".join(map(_lines, acts))
    return f"<span style='font-size:10px'>{_lines(_word(words, 'unknown'))}</span>"


def _rung_fill(row: pd.Series, ink: Colors) -> str:
    if row.state != "for":
        return "rgba(0,0,0,0)"
    return _blend(ink["blank"], ink["agree"], 0.75 if row.n >= FULL_N else 0.35)


def _halve_both(marks: _Marks, places: Iterable[tuple[int, int]], ink: Colors) -> None:
    """The left half filled, the right half left open for the refusal."""
    for x, y in places:
        marks.shape(
            type="rect",
            layer="below",
            line_width=0,
            fillcolor=_blend(ink["blank"], ink["agree"], 0.3),
            x0=x - 0.5 + GAP,
            x1=x,
            y0=y - 0.5 + GAP,
            y1=y + 0.5 - GAP,
        )


# --- over time -------------------------------------------------------------------------------------------------------


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
    ink, colors = _ink(dark), _side_colors(colors, dark)
    data = frame[(frame["topic"].astype(str) == topic) & frame["side"].astype(str).isin(list(sides))]
    shown = [side for side in sides if (data["side"].astype(str) == side).any()]
    panels = max(len(shown), 1) if split else 1
    figure = make_subplots(
        rows=panels + 1, cols=1, shared_xaxes=True, vertical_spacing=0.05, row_heights=[0.74 / panels] * panels + [0.26]
    )
    marks = _Marks()
    for index, side in enumerate(shown):
        part = data[data["side"].astype(str) == side].sort_values("period")
        look = {"name": _plain(words, side), "legendgroup": side, **_panel(index + 1 if split else 1)}
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
    ink, colors = _ink(dark), _side_colors(colors, dark)
    figure = _blank(ink, 220)
    totals = frame.groupby(["side", "period"], observed=True)["n"].sum().reset_index()
    marks = _Marks()
    for side in _present(frame, "side"):
        _bars(marks, totals[totals["side"].astype(str) == side], side, words, colors[side], 1)
    marks.put_on(figure).update_traces(showlegend=True)
    figure.update_yaxes(rangemode="tozero", nticks=5, gridcolor=ink["faint"], showgrid=True)
    figure.update_xaxes(**_dates(frame["period"], words))
    return figure.update_layout(barmode="stack", bargap=0.2, showlegend=True, margin_t=30)


def calendar(frame: pd.DataFrame, words: Words, *, dark: bool = False) -> go.Figure:
    """Articles by period, from ``audit.calendar``."""
    ink = _ink(dark)
    figure = _blank(ink, 200)
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
        return _word(words, "alt_nothing")
    highest = int(frame["n"].to_numpy().argmax())
    first, last, peak = (day(frame["period"].iloc[place], words) for place in (0, -1, highest))
    return _fill(words, "alt_calendar", n=int(frame["n"].sum()), first=first, last=last, peak=peak)


def warn(figure: go.Figure, text: str, dark: bool = False) -> go.Figure:
    """The figure with a line at its foot that any saved picture carries; ``text`` is escaped."""
    room = 30
    figure.update_layout(
        height=figure.layout.height + room,
        margin_b=(figure.layout.margin.b or 0) + room,
        title={"text": escape(text), "x": 0.01, "xanchor": "left", "y": 0, "yanchor": "bottom", "yref": "container",
               "pad": {"b": 6}, "font": {"size": 12, "color": _ink(dark)["against"]}},
    )  # fmt: skip
    return figure


def reliability(bins: Sequence[Mapping[str, float]], words: Words, *, dark: bool = False) -> go.Figure:
    """Share right against stated confidence, both in [0, 1], a dot a bin of ``confidence``, ``right``, ``n``."""
    ink = _ink(dark)
    figure = _blank(ink, 300)
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": ink["line"], "dash": "dot"}, name=_word(words, "as_stated"),
        hoverinfo="skip",
    )  # fmt: skip
    hovers = [_fill(words, "rows", n=one["n"]) for one in bins]
    _curve(figure, [one["confidence"] for one in bins], [one["right"] for one in bins], hovers, ink)
    return _shares(figure, words, "sure", "right", ink)


def coverage(steps: Sequence[Mapping[str, float]], words: Words, *, dark: bool = False) -> go.Figure:
    """Share right against the share of rows kept, both in [0, 1], a dot a least confidence ``at_least``."""
    ink = _ink(dark)
    figure = _blank(ink, 300)
    hovers = [
        _fill(words, "at_least", value=_percent(one["at_least"])) + "<br>" + _fill(words, "rows", n=one["n"])
        for one in steps
    ]
    _curve(figure, [one["kept"] for one in steps], [one["right"] for one in steps], hovers, ink)
    return _shares(figure, words, "kept", "right", ink)


def describe_reliability(bins: Sequence[Mapping[str, float]], words: Words) -> str:
    """Each bin in words."""
    told = [
        _fill(words, "alt_bin", sure=_percent(one["confidence"]), right=_percent(one["right"]), n=one["n"])
        for one in bins
    ]
    return _fill(words, "alt_reliability", bins=" ".join(told)) if told else _word(words, "alt_nothing")


def describe_coverage(steps: Sequence[Mapping[str, float]], words: Words) -> str:
    """Every step in words."""
    told = [
        _fill(
            words,
            "alt_step",
            value=_percent(one["at_least"]),
            kept=_percent(one["kept"]),
            right=_percent(one["right"]),
        )
        for one in steps
    ]
    return _fill(words, "alt_coverage", steps=" ".join(told)) if told else _word(words, "alt_nothing")


def _curve(figure: go.Figure, x: list[float], y: list[float], hovers: list[str], ink: Colors) -> None:
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": ink["agree"], "width": 2},
        marker={"size": 9},
        hovertext=hovers,
        hovertemplate="%{x:.0%} → %{y:.0%}<br>%{hovertext}<extra></extra>",
    )


def _shares(figure: go.Figure, words: Words, x: str, y: str, ink: Colors) -> go.Figure:
    """Two axes from 0 to 100 percent with their names."""
    look = {"range": [-0.03, 1.03], "tickformat": ".0%", "showgrid": True, "gridcolor": ink["faint"], "nticks": 6}
    figure.update_xaxes(title={"text": _word(words, x), "font": {"color": ink["muted"]}}, **look)
    figure.update_yaxes(title={"text": _word(words, y), "font": {"color": ink["muted"]}}, **look)
    return figure.update_layout(margin_b=44)


def describe_timeline(frame: pd.DataFrame, words: Words, topic: str) -> str:
    """First and last value and n of each side on the topic."""
    data = frame[frame["topic"].astype(str) == topic].sort_values("period")
    if data.empty:
        return _word(words, "alt_nothing")
    sides = []
    for side in _present(data, "side"):
        part = data[data["side"].astype(str) == side]
        sides.append(
            _fill(
                words,
                "alt_trend",
                side=_plain(words, side),
                n=part["n"].sum(),
                start=number(part["position"].iloc[0], words),
                end=number(part["position"].iloc[-1], words),
            )
        )
    return _fill(
        words,
        "alt_timeline",
        topic=_plain_topic(words, topic),
        first=day(data["period"].min(), words),
        last=day(data["period"].max(), words),
        sides=" ".join(sides),
    )


def describe_volume(frame: pd.DataFrame, words: Words) -> str:
    """How many statements in all, over what time, and where most."""
    if frame.empty:
        return _word(words, "alt_nothing")
    totals = frame.groupby("period")["n"].sum()
    return _fill(
        words,
        "alt_volume",
        n=int(totals.sum()),
        first=day(totals.index.min(), words),
        last=day(totals.index.max(), words),
        peak=day(totals.idxmax(), words),
    )


def _trend(
    marks: _Marks,
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


def _band(marks: _Marks, known: pd.DataFrame, color: str, look: dict[str, Any]) -> None:
    marks.trace(
        x=[*known["x"], *known["x"][::-1]],
        y=[*known["upper"], *known["lower"][::-1]],
        fill="toself",
        fillcolor=_faint(color),
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


def _bars(marks: _Marks, part: pd.DataFrame, side: str, words: Words, color: str, panel: int) -> None:
    texts = [
        f"{day(period, words)}<br>{_fill(words, 'n', n=n)}" for period, n in zip(part["period"], part["n"], strict=True)
    ]
    marks.trace(
        type="bar",
        x=part["period"].to_numpy(),
        y=part["n"].to_numpy(),
        name=_plain(words, side),
        legendgroup=side,
        showlegend=False,
        marker={
            "color": color,
            "pattern": {"shape": PATTERNS[side], "fillmode": "overlay", "size": 7, "solidity": 0.25},
        },
        hovertext=texts,
        hovertemplate="%{hovertext}<extra>" + _plain(words, side) + "</extra>",
        **_panel(panel),
    )


def _panel(number: int) -> dict[str, str]:
    """The axes of a panel, counted from above."""
    name = str(number) if number > 1 else ""
    return {"xaxis": f"x{name}", "yaxis": f"y{name}"}


def _trend_axes(figure: go.Figure, data: pd.DataFrame, words: Words, ink: Colors, panels: int, height: int) -> None:
    trend = {
        **_axis(ink),
        "range": [-1.18, 1.18],
        "tickvals": [-1, 0, 1],
        "zeroline": True,
        "zerolinecolor": ink["line"],
        "ticktext": [_word(words, name) for name in ("against", "neutral", "favor")],
    }
    title = {"text": _word(words, "statements"), "font": {"size": 10, "color": ink["muted"]}}
    volume = {**_axis(ink), "rangemode": "tozero", "nticks": 4, "title": title}
    names = ["", *map(str, range(2, panels + 2))]
    axes = {f"xaxis{name}": {**_axis(ink), **_dates(data["period"], words)} for name in names}
    axes |= {f"yaxis{name}": trend if name != names[-1] else volume for name in names}
    look = {"barmode": "stack", "bargap": 0.25, "showlegend": True, "margin_t": 34}
    look |= {"dragmode": "select", "selectdirection": "h"}  # a period drawn with the mouse
    figure.update_layout({**_style(ink, height), **axes}, **look)


def _dates(periods: pd.Series, words: Words) -> dict[str, Any]:
    """An axis of days; few periods are each named, of many Plotly picks some."""
    starts = sorted(periods.unique())
    look = {"tickformat": _word(words, "day_tick"), "hoverformat": _word(words, "date"), "type": "date"}
    return look | ({"tickvals": starts} if 0 < len(starts) <= 6 else {})


def _point(row: Any, words: Words) -> str:
    bounds = "no_interval" if pd.isna(row.lower) else "interval"
    return "<br>".join(
        [
            f"{_plain(words, row.side)} · {day(row.period, words)}",
            f"{number(row.position, words)} · {_fill(words, 'n', n=row.n)}",
            _fill(words, bounds, lower=number(row.lower, words), upper=number(row.upper, words)),
        ]
    )


def _add_events(marks: _Marks, events: pd.DataFrame | None, words: Words, ink: Colors, panels: int) -> None:
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
        name=_word(words, "event"),
        text=[str(place + 1) for place in range(len(events))],
        textfont={"size": 10, "color": ink["text"]},
        marker={"symbol": "square", "size": 15, "color": ink["blank"], "line": {"width": 1, "color": ink["line"]}},
        hovertext=hovers,
        hovertemplate="%{hovertext}<extra></extra>",
    )


# --- side by side ----------------------------------------------------------------------------------------------------


def compare(frame: pd.DataFrame, words: Words, *, colors: Colors | None = None, dark: bool = False) -> go.Figure:
    """``measures.compare`` as bars from neutral with intervals, topic by topic; the states keep their looks.

    A position has a bar and a filled mark, mixed a hollow mark, too few a small hollow one without interval; a side
    that said nothing has only those words, never a mark at zero. With a column ``speaker`` the lines are speakers.
    """
    ink, colors = _ink(dark), _side_colors(colors, dark)
    groups = [(topic, frame[frame["topic"].astype(str) == topic]) for topic in _present(frame, "topic")]
    labels = [(_plain_topic(words, topic), _names(part, words)) for topic, part in groups]
    figure, places, marks = _listing(labels, words, ink, pitch=37)
    rows = [row for _, part in groups for _, row in part.iterrows()]
    for y, row in zip(places, rows, strict=True):
        color = colors[str(row.side)]
        _note(marks, y, _word(words, "none") if row.state == "none" else _remark(row, words), ink)
        if row.state == "position":
            _bar(marks, 0, row.position, y, color, 14)
        if row.state in ("mixed", "position") and not pd.isna(row.lower):
            _bar(marks, row.lower, row.upper, y, color, 4)
        if row.state != "none":
            _dot(marks, row.position, y, str(row.side), color, row.state, "<br>".join(cell_lines(row, words)))
    return marks.put_on(figure)


def _names(part: pd.DataFrame, words: Words) -> list[str]:
    if "speaker" in part:
        return [escape(textwrap.shorten(name, 24, placeholder="…")) for name in part["speaker"]]
    return [_plain(words, side) for side in part["side"]]


def speakers(
    frame: pd.DataFrame, words: Words, *, topic: str, colors: Colors | None = None, dark: bool = False
) -> go.Figure:
    """``measures.speakers`` for one topic: each speaker a mark that grows with n; a tick is the mean."""
    ink, colors = _ink(dark), _side_colors(colors, dark)
    data = frame[frame["topic"].astype(str) == topic]
    sides = _present(data, "side")
    figure, places, marks = _listing([("", [_plain(words, side) for side in sides])], words, ink, pitch=58)
    for y, side in zip(places, sides, strict=True):
        part = data[data["side"].astype(str) == side].sort_values(["position", "speaker"])
        names = [escape(name) if name else _word(words, "speaker_unknown") for name in part["speaker"]]
        hovers = [
            f"{name}<br>{number(value, words)} · {_fill(words, 'n', n=n)}"
            for name, value, n in zip(names, part["position"], part["n"], strict=True)
        ]
        marks.trace(
            x=part["position"],
            y=[y + (index % 5 - 2) * 0.11 for index in range(len(part))],
            mode="markers",
            text=hovers,
            hovertemplate="%{text}<extra></extra>",
            name=_plain(words, side),
            marker={
                "symbol": SYMBOLS[side],
                "color": colors[side],
                "opacity": 0.75,
                "line": {"width": 1, "color": ink["text"]},
                "size": np.clip(6 + 3 * np.sqrt(part["n"]), 9, 24),
            },
        )
        mean = float(np.average(part["position"], weights=part["n"]))
        marks.shape(type="line", x0=mean, x1=mean, y0=y - 0.4, y1=y + 0.4, line={"color": ink["text"], "width": 2})
        _note(marks, y, _fill(words, "n", n=part["n"].sum()), ink)
    return marks.put_on(figure)


def portrayal(frame: pd.DataFrame, words: Words, *, colors: Colors | None = None, dark: bool = False) -> go.Figure:
    """``measures.portrayal`` as dumbbells: filled for what a side says itself, hollow for what others say of it.

    Rows where one of the two is missing stay out; those with too few statements have a thin dotted bar.
    """
    ink, colors = _ink(dark), _side_colors(colors, dark)
    data = frame[(frame["n_stated"] > 0) & (frame["n_told"] > 0)]
    remark = [f"{_fill(words, 'n', n=row.n_stated)} / {row.n_told}" for row in data.itertuples()]
    ends = {"told": "-open", "stated": ""}
    return _dumbbells(data, ends, data["enough"], remark, words, colors, ink)


def shifts(frame: pd.DataFrame, words: Words, *, colors: Colors | None = None, dark: bool = False) -> go.Figure:
    """``measures.shifts`` as dumbbells from before (hollow) to after (filled) with the verdict beside each.

    Cells without enough statements in both periods stay out; a dotted bar is a difference that may be chance.
    """
    ink, colors = _ink(dark), _side_colors(colors, dark)
    data = frame[frame["verdict"] != "not_enough"]
    named = data["verdict"].isin(["partly_changed", "reversed"])
    remark = [_lines(_word(words, verdict), 12) for verdict in data["verdict"]]
    return _dumbbells(data, {"before": "-open", "after": ""}, named, remark, words, colors, ink)


def attention(frame: pd.DataFrame, words: Words, *, dark: bool = False) -> go.Figure:
    """``measures.attention`` as a table: darker is a larger share; silence is a hatched cell that says so."""
    ink = _ink(dark)
    sides, topics = _present(frame, "side"), _present(frame, "topic")
    names = [_lines(_word(words, name)) for name in sides]
    figure = _table([_lines(_topic(words, name)) for name in topics], names, ink, height=56)
    rows = [row for _, row in frame.iterrows()]
    places = [(topics.index(str(row.topic)), sides.index(str(row.side))) for row in rows]
    fills = [_blend(ink["blank"], ink["agree"], row.share) if row.n else "rgba(0,0,0,0)" for row in rows]
    keys = [[str(row.side), str(row.topic)] for row in rows]
    hovers = ["<br>".join(_attention_lines(row, words)) for row in rows]
    _cover(figure, places, fills, ["" if row.n else "/" for row in rows], keys, hovers, ink)
    marks = _Marks()
    for place, row, fill in zip(places, rows, fills, strict=True):
        n = f"<span style='font-size:10px'>{_fill(words, 'n', n=row.n)}</span>"
        text = f"<b>{_percent(row.share)}</b><br>{n}" if row.n else _word(words, "silent")
        _write(marks, place, text, _text_on(fill, ink) if row.n else ink["text"])
    return marks.put_on(figure)


def _attention_lines(row: Any, words: Words) -> list[str]:
    title = f"{_plain(words, row.side)} · {_plain_topic(words, row.topic)}"
    if not row.total:
        return [title, _word(words, "none")]
    bounds = _fill(words, "interval", lower=_percent(row.lower), upper=_percent(row.upper))
    return [title, f"{_percent(row.share)} · {_fill(words, 'of', n=row.n, total=row.total)}", bounds]


def describe_attention(frame: pd.DataFrame, words: Words) -> str:
    """Every side's share and n on every topic."""
    if not frame["n"].sum():
        return _word(words, "alt_nothing")
    cells = [
        _fill(
            words,
            "alt_share",
            side=_plain(words, row.side),
            topic=_plain_topic(words, row.topic),
            share=_percent(row.share) if row.n else _word(words, "silent"),
            n=row.n,
        )
        for row in frame.itertuples()
    ]
    return _fill(words, "alt_attention", cells=" ".join(cells))


def network(frame: pd.DataFrame, words: Words, *, colors: Colors | None = None, dark: bool = False) -> go.Figure:
    """``measures.network`` as a ring of speakers, side by side, with a line for each pair, wider for more topics."""
    ink, colors = _ink(dark), _side_colors(colors, dark)
    ends = {(row.side_a, row.a) for row in frame.itertuples()} | {(row.side_b, row.b) for row in frame.itertuples()}
    people = sorted(ends, key=lambda end: ((*SIDES, "other").index(end[0]), end[1]))
    angle = {end: 2 * np.pi * place / max(len(people), 1) for place, end in enumerate(people)}
    place = {end: (float(np.cos(turn)), float(np.sin(turn))) for end, turn in angle.items()}
    figure, marks = _blank(ink, 460), _Marks()
    for n in sorted(set(frame["n_agree"])):
        pairs = [((row.side_a, row.a), (row.side_b, row.b)) for row in frame[frame["n_agree"] == n].itertuples()]
        x, y = ([value for a, b in pairs for value in (place[a][axis], place[b][axis], None)] for axis in (0, 1))
        marks.trace(x=x, y=y, mode="lines", hoverinfo="skip", showlegend=False, opacity=0.6,
                    line={"color": ink["line"], "width": 1.5 * (n - 1)})  # fmt: skip
    for side in dict.fromkeys(side for side, _ in people):
        own = [end for end in people if end[0] == side]
        marks.trace(
            x=[place[end][0] for end in own],
            y=[place[end][1] for end in own],
            mode="markers+text",
            name=_plain(words, side),
            text=[escape(name) for _, name in own],
            textposition=["middle right" if place[end][0] >= 0 else "middle left" for end in own],
            textfont={"size": 11, "color": ink["text"]},
            hoverinfo="text",
            marker={"symbol": SYMBOLS[side], "size": 13, "color": colors[side]},
        )
    marks.put_on(figure)
    figure.update_xaxes(visible=False, range=[-2.1, 2.1], fixedrange=True)
    figure.update_yaxes(visible=False, range=[-1.15, 1.15], fixedrange=True)
    return figure.update_layout(showlegend=True, margin_t=34)


def describe_network(frame: pd.DataFrame, words: Words) -> str:
    """How many pairs agree, and the one that agrees on most."""
    if frame.empty:
        return _word(words, "alt_nothing")
    return _fill(words, "alt_network", n=len(frame), first=f"{frame['a'].iloc[0]} · {frame['b'].iloc[0]}")


def describe_compare(frame: pd.DataFrame, words: Words) -> str:
    """Every side and topic with band and n."""
    return describe_matrix(frame, words)


def describe_speakers(frame: pd.DataFrame, words: Words, topic: str) -> str:
    """How many speakers each side has on the topic, and how far apart they are."""
    data = frame[frame["topic"].astype(str) == topic]
    if data.empty:
        return _word(words, "alt_nothing")
    ranges = (
        data.assign(side=data["side"].astype(str)).groupby("side", sort=False)["position"].agg(["size", "min", "max"])
    )
    sides = [
        _fill(
            words,
            "alt_range",
            side=_plain(words, side),
            n=row["size"].astype(int),
            lowest=number(row["min"], words),
            highest=number(row["max"], words),
        )
        for side, row in ranges.iterrows()
    ]
    return _fill(words, "alt_speakers", topic=_plain_topic(words, topic), sides=" ".join(sides))


def describe_portrayal(frame: pd.DataFrame, words: Words) -> str:
    """What each side says and is said to hold, where both are known."""
    data = frame[(frame["n_stated"] > 0) & (frame["n_told"] > 0)]
    if data.empty:
        return _word(words, "alt_nothing")
    cells = [
        _fill(
            words,
            "alt_gap",
            side=_plain(words, row.side),
            topic=_plain_topic(words, row.topic),
            stated=number(row.stated, words),
            told=number(row.told, words),
        )
        for row in data.itertuples()
    ]
    return _fill(words, "alt_portrayal", cells=" ".join(cells))


def describe_shifts(frame: pd.DataFrame, words: Words) -> str:
    """Before, after and verdict, where both periods have enough statements."""
    data = frame[frame["verdict"] != "not_enough"]
    if data.empty:
        return _word(words, "alt_nothing")
    cells = [
        _fill(
            words,
            "alt_shift",
            side=_plain(words, row.side),
            topic=_plain_topic(words, row.topic),
            before=number(row.before, words),
            after=number(row.after, words),
            verdict=_word(words, row.verdict),
        )
        for row in data.itertuples()
    ]
    return _fill(words, "alt_shifts", cells=" ".join(cells))


def _dumbbells(
    data: pd.DataFrame,
    ends: Mapping[str, str],
    solid: pd.Series,
    remarks: Sequence[str],
    words: Words,
    colors: Colors,
    ink: Colors,
) -> go.Figure:
    topics = _present(data, "topic")
    order = [int(index) for topic in topics for index in np.flatnonzero(data["topic"].astype(str) == topic)]
    labels = [
        (_plain_topic(words, topic), [_plain(words, s) for s in data["side"][data["topic"].astype(str) == topic]])
        for topic in topics
    ]
    figure, places, marks = _listing(labels, words, ink)
    for y, index in zip(places, order, strict=True):
        row, color = data.iloc[index], colors[str(data["side"].iloc[index])]
        _bar(marks, row[list(ends)[0]], row[list(ends)[1]], y, color, 3, "solid" if solid.iloc[index] else "dot")
        for end, shape in ends.items():
            cell = f"{_plain(words, row.side)} · {_plain_topic(words, row.topic)}"
            hover = f"{cell}<br>{_word(words, end)}: {number(row[end], words)}"
            _dot(marks, row[end], y, str(row.side), color, "mixed" if shape else "position", hover)
        _note(marks, y, remarks[index], ink)
    for end, shape in ends.items():
        marks.trace(
            x=[None],
            y=[None],
            mode="markers",
            name=_word(words, end),
            showlegend=True,
            marker={"symbol": "circle" + shape, "color": ink["text"], "size": 10},
        )
    top = {"yref": "container", "y": 1, "yanchor": "top"}
    marks.put_on(figure)
    return figure.update_layout(showlegend=True, margin_t=62, height=figure.layout.height + 22, legend=top)


def _listing(
    groups: Sequence[tuple[str, Sequence[str]]], words: Words, ink: Colors, pitch: int = 30
) -> tuple[go.Figure, list[float], _Marks]:
    """An empty chart from against to favor, the places of its lines, one a label, and its marks: a heading a group."""
    places, ticks, y = [], [], 0.0
    headings = []
    for heading, labels in groups:
        if heading:
            headings.append((y, heading))
            y += 1
        places += [y + index for index in range(len(labels))]
        ticks += list(labels)
        y += len(labels) + (0.3 if heading else 0)
    figure = _blank(ink, int(pitch * max(y, 1)) + 70)
    figure.update_xaxes(
        range=[-1.08, 1.08],
        tickvals=[-1, -0.5, 0, 0.5, 1],
        fixedrange=True,
        side="top",
        tickangle=0,
        ticktext=[_word(words, "against"), "", _word(words, "neutral"), "", _word(words, "favor")],
        gridcolor=ink["faint"],
        showgrid=True,
    )
    figure.update_yaxes(range=[y - 0.3, -0.6], tickvals=places, ticktext=ticks, fixedrange=True, automargin=True)
    marks = _Marks()
    marks.shape(type="line", x0=0, x1=0, y0=-0.5, y1=y - 0.4, line={"color": ink["line"], "width": 1}, layer="below")
    for place, heading in headings:
        marks.note(
            x=0,
            xref="paper",
            xanchor="left",
            y=place,
            text=f"<b>{heading}</b>",
            showarrow=False,
            font={"color": ink["text"], "size": 13},
        )
    return figure.update_layout(margin_t=40, margin_r=NOTES), places, marks


def _remark(row: Any, words: Words) -> str:
    return f"{_lines(_word(words, row.band), 15)}<br>{_fill(words, 'n', n=row.n_independent)}"


def _note(marks: _Marks, y: float, text: str, ink: Colors) -> None:
    font = {"color": ink["muted"], "size": 10}
    marks.note(x=1, xref="paper", xanchor="left", y=y, align="left", text=text, showarrow=False, font=font)


def _bar(marks: _Marks, start: float, end: float, y: float, color: str, width: int, dash: str = "solid") -> None:
    marks.shape(
        type="line",
        x0=start,
        x1=end,
        y0=y,
        y1=y,
        line={"color": color, "width": width, "dash": dash},
        opacity=0.45,
        layer="below",
    )


def _dot(marks: _Marks, x: float, y: float, side: str, color: str, state: str, hover: str) -> None:
    look = {"position": ("", 12), "mixed": ("-open", 13), "few": ("-open", 7)}[state]
    marker = {"symbol": SYMBOLS[side] + look[0], "size": look[1], "color": color, "line": {"width": 2, "color": color}}
    marks.trace(
        x=[x],
        y=[y],
        mode="markers",
        marker=marker,
        text=[hover],
        showlegend=False,
        hovertemplate="%{text}<extra></extra>",
        name=side,
    )


# --- looks -----------------------------------------------------------------------------------------------------------


def _ink(dark: bool) -> Colors:
    return INKS["dark" if dark else "light"]


def _side_colors(colors: Colors | None, dark: bool) -> Colors:
    return {**COLORS["dark" if dark else "light"], **(colors or {})}


def _present(frame: pd.DataFrame, column: str) -> list[str]:
    """The values of a column in their category's order, else sides and topics in their own and the rest after them."""
    values = frame[column]
    found = set(values.astype(str))
    known = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else (*SIDES, *TOPICS)
    order = [str(name) for name in known if name in found]
    return order + [name for name in dict.fromkeys(values.astype(str)) if name not in order]


def _blank(ink: Colors, height: int) -> go.Figure:
    return go.Figure(layout={**_style(ink, height), "xaxis": _axis(ink), "yaxis": _axis(ink)})


def _style(ink: Colors, height: int) -> dict[str, Any]:
    return {
        "template": "none",
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 10, "b": 24},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": ink["text"], "size": 12},
        "showlegend": False,
        "legend": {"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom", "font": {"color": ink["text"]}},
        "hoverlabel": {"align": "left", "bgcolor": ink["blank"], "font": {"color": ink["text"]}},
    }


def _axis(ink: Colors) -> dict[str, Any]:
    return {"showgrid": False, "zeroline": False, "tickfont": {"color": ink["muted"]}, "automargin": True}


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _blend(ground: str, color: str, part: float) -> str:
    mixed = [round(a + (b - a) * min(max(part, 0.0), 1.0)) for a, b in zip(_rgb(ground), _rgb(color), strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def _faint(color: str) -> str:
    return "rgba({},{},{},0.16)".format(*_rgb(color))


def _text_on(fill: str, ink: Colors) -> str:
    """Black or white, whichever stands out more from the fill; the usual ink where there is none."""
    if not fill.startswith("#"):
        return ink["text"]
    return max(("#000000", "#ffffff"), key=lambda text: contrast(text, fill))


def contrast(one: str, other: str) -> float:
    """Contrast of two ``#rrggbb`` colours, from 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    parts = [value / 255 for value in _rgb(color)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
