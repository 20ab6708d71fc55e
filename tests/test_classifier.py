"""The shipped network: what a reading promises, and that the same text always gives the same figures."""

import dataclasses

import pytest

from positions import classifier
from positions.mentions import find_marks
from positions.records import ACTORS, MODES, TOPICS
from positions.units import split_units

SHORT = "Kiew lehnt einen Verzicht auf den Nato-Beitritt ab. In der Nacht fiel Schnee."
LONG = "\n\n".join(f"Die Lage am Fluss blieb ruhig, Tag {i}. {SHORT}" for i in range(60))


def read(text: str, language: str = "de") -> list[classifier.Reading]:
    """All readings of a text by the shipped network."""
    return classifier.load().read(text, split_units(text, language), find_marks(text, language))


def test_readings_are_probabilities() -> None:
    """Every figure lies in [0, 1], and what excludes each other sums to one."""
    for reading in read(SHORT):
        figures = [reading.statement, *reading.actors, *(topic.presence for topic in reading.topics)]
        assert all(0 <= figure <= 1 for figure in figures)
        assert sum(reading.modes) == pytest.approx(1, abs=1e-5)
        assert sum(reading.holders) == pytest.approx(1, abs=1e-5)
        assert [len(reading.modes), len(reading.actors), len(reading.topics)] == [len(MODES), len(ACTORS), len(TOPICS)]
        for topic in reading.topics:
            assert topic.favor + topic.against + topic.neutral == pytest.approx(1, abs=1e-5)


def test_a_position_is_told_from_narration() -> None:
    """A narrated refusal is a statement on its topic; the weather is neither."""
    position, weather = read(SHORT)
    assert position.statement > 0.5 > weather.statement
    assert max(position.topics, key=lambda topic: topic.presence).topic == "nato"
    assert all(topic.presence < 0.5 for topic in weather.topics)


def test_long_articles_are_read_to_the_end() -> None:
    """Windows cover every sentence of an article longer than one of them, once and in order."""
    readings = read(LONG)
    units = split_units(LONG, "de")
    starts = [reading.start for reading in readings]
    assert starts == sorted(set(starts))
    assert {unit.start for unit in units} <= set(starts)
    assert readings[-1].end == units[-1].end


def test_neighbours_in_a_run_change_nothing() -> None:
    """The same text gives the same bytes whatever was read before."""
    first = [dataclasses.astuple(reading) for reading in read(SHORT)]
    read(LONG)
    assert [dataclasses.astuple(reading) for reading in read(SHORT)] == first


@pytest.mark.parametrize("text", ["", "   ", "!!!", "😀😀😀", "Київ відкидає це.", "x" * 5000, "Wort " * 3000])
def test_odd_text_is_read_or_left(text: str) -> None:
    """Empty, foreign, endless: a list of readings, never an exception."""
    assert all(reading.end <= len(text) for reading in read(text, "en"))
