"""The ladder of options: who demands, offers or refuses what."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd
import plotly.graph_objects as go

from positions.figures.tables import GAP, cover, frame_cell, grid, write
from positions.figures.theme import FULL_N, Colors, Drawing, blend, ink_of, present, text_on
from positions.figures.wording import Words, broken, filled, plain, word

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
    ink = ink_of(dark)
    sides, rungs = present(frame, "side"), list(dict.fromkeys(frame["rung"]))
    signs = {rung: ("◆ " if shared[rung] else "◇ ") if rung in shared else "" for rung in rungs}
    labels = [
        f"{'<b>' if rung == selected else ''}{signs[rung]}{broken(names[rung], 15)}{'</b>' if rung == selected else ''}"
        for rung in rungs
    ]
    drawing = grid([broken(word(words, name)) for name in sides], labels, ink, height=RUNG)
    rows = [row for _, row in frame.iterrows()]
    places = [(sides.index(str(row.side)), rungs.index(row.rung)) for row in rows]
    fills = [_rung_fill(row, ink) for row in rows]
    _halve_both(drawing, [place for place, row in zip(places, rows, strict=True) if row.state == "both"], ink)
    cover(
        drawing,
        places,
        fills,
        ["x" if row.state == "against" else "" for row in rows],
        [[str(row.side), row.rung] for row in rows],
        ["<br>".join(_rung_lines(row, names, words)) for row in rows],
        ink,
    )
    for place, row, fill in zip(places, rows, fills, strict=True):
        meets = shared.get(row.rung, False) and row.state in ("for", "both")
        frame_cell(drawing, place, {"unknown": "none"}.get(row.state, ""), meets, ink)
        color = text_on(fill, ink) if row.state == "for" else ink["text"]
        write(drawing, place, _rung_text(row, words), color)
    return drawing.figure()


def describe_ladder(frame: pd.DataFrame, words: Words, names: Mapping[str, str]) -> str:
    """Every rung that somebody spoke about, with what each side does with it."""
    known = frame[frame["state"] != "unknown"]
    if known.empty:
        return word(words, "alt_nothing")
    cells = [
        filled(words, "alt_rung", rung=names[row.rung], side=plain(words, row.side), acts=", ".join(_acts(row, words)))
        for _, row in known.iterrows()
    ]
    return filled(words, "alt_ladder", cells=" ".join(cells), unknown=len(frame) - len(known))


def _acts(row: pd.Series, words: Words) -> list[str]:
    return [f"{word(words, act)} {row[act]}" for act in ACTS if row[act]]


def _rung_lines(row: pd.Series, names: Mapping[str, str], words: Words) -> list[str]:
    title = f"{plain(words, row.side)} · {names[row.rung]}"
    return [title, *(_acts(row, words) or [word(words, "unknown")])]


def _rung_text(row: pd.Series, words: Words) -> str:
    if acts := _acts(row, words):
        return "<br>".join(map(broken, acts))
    return f"<span style='font-size:10px'>{broken(word(words, 'unknown'))}</span>"


def _rung_fill(row: pd.Series, ink: Colors) -> str:
    if row.state != "for":
        return "rgba(0,0,0,0)"
    return blend(ink["blank"], ink["agree"], 0.75 if row.n >= FULL_N else 0.35)


def _halve_both(drawing: Drawing, places: Iterable[tuple[int, int]], ink: Colors) -> None:
    """The left half filled, the right half left open for the refusal."""
    for x, y in places:
        drawing.shape(
            type="rect",
            layer="below",
            line={"width": 0},
            fillcolor=blend(ink["blank"], ink["agree"], 0.3),
            x0=x - 0.5 + GAP,
            x1=x,
            y0=y - 0.5 + GAP,
            y1=y + 0.5 - GAP,
        )
