"""The shipped model's measured figures as tables: each method on given statements, and the whole path."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from positions import figures
from positions.ui import settings
from positions.ui.words import Words

METHODS = (
    "positions",
    "target-blind",
    "frozen encoder + linear",
    "words + logistic regression",
    "keywords",
    "majority",
)
WHOLE = ("statements_f1", "topic_actor_stance_f1", "actor", "speaker", "holder", "date")
RAW = "from raw article"
FIGURES = Path(__file__).parents[1] / "model" / "figures.json"


@cache
def model_figures() -> dict:
    """The shipped model's measured figures; empty when there are none."""
    path = FIGURES
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def measured() -> dict:
    """The figures that hold for the model in use: none where the operator has set another."""
    return model_figures() if settings.shipped_model() else {}


def gold_sets(measured: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The figures of each annotated set by its name; names and versions of the model are left out."""
    return {name: part for name, part in measured.items() if isinstance(part, Mapping) and "positions" in part}


def precision(measured: Mapping[str, Any], confidence: float) -> Mapping[str, float] | None:
    """What keeping only rows of at least this confidence gave on annotated text; ``None`` where it was not measured.

    Keys: ``at_least``, ``kept`` and ``right`` in [0, 1], ``n`` rows.
    """
    steps = [step for step in measured.get("coverage", ()) if step["at_least"] <= confidence + 1e-9]
    best = max(steps, key=lambda step: step["at_least"], default=None)
    return best if best and confidence - best["at_least"] < 0.05 - 1e-9 else None


def heading(name: str, part: Mapping[str, Any], words: Words) -> str:
    """What an annotated set is called, with its number of statements."""
    return words("quality.set", name=words.option("gold", name), n=part.get("positions", {}).get("statements", "–"))


def tables(part: Mapping[str, Any], words: Words) -> dict[str, pd.DataFrame]:
    """The tables of one annotated set: ``given``, and ``raw`` where whole articles were measured."""
    return {"given": methods(part, words)} | ({"raw": whole(part, words)} if RAW in part else {})


def methods(part: Mapping[str, Any], words: Words) -> pd.DataFrame:
    """A row a method: F1 of topics and of stances, share of opposite signs, calibration error of stances; as text."""
    rows = {name: part[name] for name in METHODS if name in part}
    return pd.DataFrame(
        {
            words("quality.method"): [words.option("contender", name) for name in rows],
            words("quality.topic"): [score(row, "topic_macro_f1", words) for row in rows.values()],
            words("quality.stance"): [score(row, "stance_macro_f1", words) for row in rows.values()],
            words("quality.opposite"): [score(row, "opposite", words) for row in rows.values()],
            words("quality.calibration"): [score(row, "stance_calibration_error", words) for row in rows.values()],
        }
    )


def whole(part: Mapping[str, Any], words: Words) -> pd.DataFrame:
    """A row a figure of the way from the raw article to the rows, beside the keyword floor; as text."""
    row = part.get(RAW, {})
    return pd.DataFrame(
        {
            words("column.measure"): [words.option("whole", key) for key in WHOLE],
            words("column.value"): [score(row, key, words) for key in WHOLE],
            words("quality.keywords"): [score(row, f"keywords_{key}", words) for key in WHOLE],
        }
    )


def score(row: Mapping[str, Any], key: str, words: Words) -> str:
    """A figure from 0 to 1, with its interval where there is one; a dash where it was not measured."""
    value, bounds = _plain(row.get(key), words), row.get(f"{key}_interval")
    if not bounds:
        return value
    return words("quality.interval", value=value, lower=_plain(bounds[0], words), upper=_plain(bounds[1], words))


def _plain(value: float | None, words: Words) -> str:
    return "–" if value is None else figures.number(value, words.group("figures")).removeprefix("+")
