"""How the figures look: colours, symbols and axes in light and dark, and marks that a figure gets at once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from positions.figures.wording import escape
from positions.records import SIDES, TOPICS

Colors = Mapping[str, str]
Figure = go.Figure  # for whoever names the type without knowing Plotly
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
CHECKED = False  # whether Plotly looks at every name and value; the tests have it do so
FULL_N = 3  # a point that rests on fewer independent statements is drawn hollow


@dataclass
class Drawing:
    """A figure in the making, as the plain data that the browser gets: Plotly's own objects take ten times as long.

    ``layout`` has neither shapes nor annotations; those are ``shapes`` and ``notes``.
    """

    layout: dict[str, Any]
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

    def look(self, part: str, **look: Any) -> None:
        """Add to a part of the layout, such as ``xaxis`` or ``margin``."""
        self.layout[part] = {**self.layout.get(part, {}), **look}

    def figure(self) -> go.Figure:
        layout = {**self.layout, "shapes": self.shapes, "annotations": self.notes}
        return go.Figure(self.traces, layout, _validate=CHECKED)


def ink_of(dark: bool) -> Colors:
    return INKS["dark" if dark else "light"]


def side_colors(colors: Colors | None, dark: bool) -> Colors:
    return {**COLORS["dark" if dark else "light"], **(colors or {})}


def present(frame: pd.DataFrame, column: str) -> list[str]:
    """The values of a column in their category's order, else sides and topics in their own and the rest after them."""
    values = frame[column]
    found = set(values.astype(str))
    known = values.cat.categories if isinstance(values.dtype, pd.CategoricalDtype) else (*SIDES, *TOPICS)
    order = [str(name) for name in known if name in found]
    return order + [name for name in dict.fromkeys(values.astype(str)) if name not in order]


def blank(ink: Colors, height: int) -> Drawing:
    return Drawing({**style(ink, height), "xaxis": axis(ink), "yaxis": axis(ink)})


def style(ink: Colors, height: int) -> dict[str, Any]:
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


def axis(ink: Colors) -> dict[str, Any]:
    return {"showgrid": False, "zeroline": False, "tickfont": {"color": ink["muted"]}}


def room(labels: Iterable[str], least: int = 24) -> int:
    """Pixels for tick labels at the left of a chart; measured in the browser, they would have it drawn twice."""
    lines = [line for label in labels for line in re.split("<br>", label)]
    return max(least, 12 + round(6.4 * max((len(re.sub("<[^>]*>", "", line)) for line in lines), default=0)))


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def blend(ground: str, color: str, part: float) -> str:
    mixed = [round(a + (b - a) * min(max(part, 0.0), 1.0)) for a, b in zip(_rgb(ground), _rgb(color), strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def faint(color: str) -> str:
    return "rgba({},{},{},0.16)".format(*_rgb(color))


def text_on(fill: str, ink: Colors) -> str:
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


def warn(figure: go.Figure, text: str, dark: bool = False) -> go.Figure:
    """The figure with a line at its foot that any saved picture carries; ``text`` is escaped."""
    room = 30
    figure.update_layout(
        height=figure.layout.height + room,
        margin_b=(figure.layout.margin.b or 0) + room,
        title={"text": escape(text), "x": 0.01, "xanchor": "left", "y": 0, "yanchor": "bottom", "yref": "container",
               "pad": {"b": 6}, "font": {"size": 12, "color": ink_of(dark)["against"]}},
    )  # fmt: skip
    return figure
