"""Correction for known errors: values worked by hand, simulated errors, and what it refuses."""

import numpy as np
import pytest
from test_measures import frame

from positions import correction
from positions.correction import Confusion
from positions.records import STANCES

SURE = Confusion(((1e6, 0, 0), (0, 1e6, 0), (0, 0, 1e6)))
KNOWN = Confusion(((80, 10, 10), (20, 70, 10), (15, 15, 70)))


def nato(rows, confusion):
    return correction.corrected(rows, confusion, sides=("Russia",), topics=("nato",)).iloc[0]


def test_shares_worked_by_hand():
    """Half in favor and half against, through 80 and 70 percent right, are 50, 40 and 10 percent as tagged."""
    rates = np.array(KNOWN.counts) / 100
    assert correction.solve(np.array([0.5, 0.4, 0.1]), rates) == pytest.approx([0.5, 0.5, 0.0])


def test_impossible_shares_become_the_nearest_possible():
    """More tagged in favor than even a unanimous truth would give."""
    rates = np.array(KNOWN.counts) / 100
    assert correction.solve(np.array([1.0, 0.0, 0.0]), rates) == pytest.approx([1.0, 0.0, 0.0])


def test_a_model_without_errors_changes_nothing():
    """Three for, one against: a balance of one half before and after."""
    cell = nato(frame(*[{}] * 3, {"stance": "against"}), SURE)
    assert (cell["n"], cell["tagged"]) == (4, 0.5)
    assert cell["corrected"] == pytest.approx(0.5, abs=1e-4)
    assert cell["lower"] < 0.5 < cell["upper"]


def test_errors_of_the_measurement_widen_the_interval():
    """The same rates from fewer annotated statements are less sure."""
    rows = frame(*[{}] * 30, *[{"stance": "against"}] * 10)
    one, other = nato(rows, KNOWN), nato(rows, Confusion(KNOWN.counts, design=20))
    assert other["upper"] - other["lower"] > one["upper"] - one["lower"]


def test_the_interval_holds_the_truth():
    """A hundred corpora whose tags were spoilt by the known rates: the true balance is inside in at least 93."""
    random, inside = np.random.default_rng(3), 0
    truth = {"favor": 0.6, "against": 0.3, "neutral": 0.1}
    for _ in range(100):
        true = random.choice(STANCES, p=[truth[name] for name in STANCES], size=60)
        tags = [random.choice(STANCES, p=np.array(KNOWN.counts[STANCES.index(name)]) / 100) for name in true]
        cell = nato(frame(*({"stance": str(tag)} for tag in tags)), KNOWN)
        inside += cell["lower"] <= 0.3 <= cell["upper"]
    assert inside >= 93


def test_too_few_statements_are_not_corrected():
    """Two statements, or one article, give no value."""
    for rows in (frame({}, {}), frame(*[{"article_id": "a"}] * 5)):
        assert np.isnan(nato(rows, KNOWN)["corrected"])


def test_a_model_that_guesses_is_unstable():
    """Rows that are alike cannot be solved for; the switch then starts off."""
    assert KNOWN.stable
    assert not Confusion(((40, 30, 30), (35, 35, 30), (30, 35, 35))).stable


def test_a_model_without_measured_errors_has_no_confusion():
    """Nothing is invented for it."""
    assert Confusion.of({}) is None
    found = Confusion.of({"stance_confusion": {"counts": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "design": 1.5}})
    assert (found.counts[0], found.design) == ((1, 0, 0), 1.5)
