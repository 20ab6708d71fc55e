"""How far the stated confidence can be trusted."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from positions.figures.theme import Colors, Drawing, blank, ink_of
from positions.figures.wording import Words, filled, percent, word


def reliability(bins: Sequence[Mapping[str, float]], words: Words, *, dark: bool = False) -> go.Figure:
    """Share right against stated confidence, both in [0, 1], a dot a bin of ``confidence``, ``right``, ``n``."""
    ink = ink_of(dark)
    drawing = blank(ink, 300)
    drawing.trace(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": ink["line"], "dash": "dot"}, name=word(words, "as_stated"),
        hoverinfo="skip",
    )  # fmt: skip
    hovers = [filled(words, "rows", n=one["n"]) for one in bins]
    _curve(drawing, [one["confidence"] for one in bins], [one["right"] for one in bins], hovers, ink)
    return _shares(drawing, words, "sure", "right", ink)


def coverage(steps: Sequence[Mapping[str, float]], words: Words, *, dark: bool = False) -> go.Figure:
    """Share right against the share of rows kept, both in [0, 1], a dot a least confidence ``at_least``."""
    ink = ink_of(dark)
    drawing = blank(ink, 300)
    hovers = [
        filled(words, "at_least", value=percent(one["at_least"])) + "<br>" + filled(words, "rows", n=one["n"])
        for one in steps
    ]
    _curve(drawing, [one["kept"] for one in steps], [one["right"] for one in steps], hovers, ink)
    return _shares(drawing, words, "kept", "right", ink)


def describe_reliability(bins: Sequence[Mapping[str, float]], words: Words) -> str:
    """Each bin in words."""
    told = [
        filled(words, "alt_bin", sure=percent(one["confidence"]), right=percent(one["right"]), n=one["n"])
        for one in bins
    ]
    return filled(words, "alt_reliability", bins=" ".join(told)) if told else word(words, "alt_nothing")


def describe_coverage(steps: Sequence[Mapping[str, float]], words: Words) -> str:
    """Every step in words."""
    told = [
        filled(
            words,
            "alt_step",
            value=percent(one["at_least"]),
            kept=percent(one["kept"]),
            right=percent(one["right"]),
        )
        for one in steps
    ]
    return filled(words, "alt_coverage", steps=" ".join(told)) if told else word(words, "alt_nothing")


def _curve(drawing: Drawing, x: list[float], y: list[float], hovers: list[str], ink: Colors) -> None:
    drawing.trace(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": ink["agree"], "width": 2},
        marker={"size": 9},
        hovertext=hovers,
        hovertemplate="%{x:.0%} → %{y:.0%}<br>%{hovertext}<extra></extra>",
    )


def _shares(drawing: Drawing, words: Words, x: str, y: str, ink: Colors) -> go.Figure:
    """Two axes from 0 to 100 percent with their names."""
    look = {"range": [-0.03, 1.03], "tickformat": ".0%", "showgrid": True, "gridcolor": ink["faint"], "nticks": 6}
    drawing.look("xaxis", title={"text": word(words, x), "font": {"color": ink["muted"]}}, **look)
    drawing.look("yaxis", title={"text": word(words, y), "font": {"color": ink["muted"]}}, **look)
    drawing.look("margin", l=64, b=44)
    return drawing.figure()
