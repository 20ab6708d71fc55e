"""The shipped pipeline on annotated articles: no figure may fall below its floor in ``tests/gold/floors.json``.

A floor is lowered only by hand, in that file, with the reason in the commit.
"""

import json
from functools import cache
from pathlib import Path

import pytest

from positions import evaluation, pipeline

GOLD = Path(__file__).parent / "gold"
FLOORS = json.loads((GOLD / "floors.json").read_text("utf-8"))


@cache
def measured(name: str) -> dict[str, float]:
    """All figures of one gold file."""
    gold = evaluation.read_gold(GOLD / f"{name}.jsonl")
    return evaluation.evaluate(gold, pipeline.tag)["all"]


@pytest.mark.parametrize(
    ("name", "figure", "floor"), [(name, *pair) for name, part in FLOORS.items() for pair in part.items()]
)
def test_figure_keeps_its_floor(name: str, figure: str, floor: float) -> None:
    """Quality does not fall unnoticed."""
    value = measured(name)[figure]
    bounded_above = figure in ("opposite", "date_invented", "holder_invented", "via_invented")
    assert value <= floor if bounded_above else value >= floor, f"{name}: {figure} is {value}, floor {floor}"


def test_floors_cover_what_people_quote() -> None:
    """Each gold file has floors for statements, for actors and for the whole triple."""
    assert set(FLOORS) == {path.stem for path in GOLD.glob("*.jsonl")} - {
        "utterance_pairs",
        "rungs",
        "acts",
        "translation_pairs",
    }
    for part in FLOORS.values():
        assert {"statements_f1", "actor", "topic_actor_stance_f1", "opposite"} <= set(part)
