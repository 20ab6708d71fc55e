"""Intervals against values worked by hand, against scipy, and against simulated truth."""

import numpy as np
import pytest
from scipy import stats

from benchmarks import shifts
from positions import intervals


def articles(n: int, seed: int) -> np.ndarray:
    """Sum and number of the scores of ``n`` articles with one to three statements each."""
    random = np.random.default_rng(seed)
    sizes = random.integers(1, 4, size=n).astype(float)
    return np.column_stack([sizes * random.uniform(-0.5, 1, size=n), sizes])


def bounds(sums: np.ndarray) -> tuple[float, float]:
    lower, upper = intervals.intervals(sums, np.zeros(len(sums), dtype=int), 1)
    return lower[0], upper[0]


def ratio(total: np.ndarray, number: np.ndarray, axis: int) -> np.ndarray:
    return total.sum(axis=axis) / number.sum(axis=axis)


def test_few_articles_agree_with_scipys_bootstrap():
    """Same data, pseudo-articles included, other code and other random numbers."""
    sums = articles(intervals.MANY_ARTICLES - 1, 4)
    full = intervals.with_pseudo_articles(sums[None])[0]
    other = stats.bootstrap(
        tuple(full.T),
        ratio,
        paired=True,
        method="percentile",
        confidence_level=intervals.AIM,
        n_resamples=9999,
        rng=np.random.default_rng(5),
    ).confidence_interval
    assert bounds(sums) == pytest.approx((other.low, other.high), abs=0.03)


def test_many_articles_agree_with_a_jackknife_done_one_by_one():
    """Each article left out in turn, in plain Python, with scipy's t."""
    sums = articles(40, 6)
    full = intervals.with_pseudo_articles(sums[None])[0]
    mean = full[:, 0].sum() / full[:, 1].sum()
    without = [np.delete(full, i, axis=0).sum(axis=0) for i in range(len(full))]
    error = np.sqrt(sum((s / n - mean) ** 2 for s, n in without) * (len(full) - 1) / len(full))
    effective = full[:, 1].sum() ** 2 / (full[:, 1] ** 2).sum()
    half = stats.t.ppf(0.5 + intervals.AIM / 2, effective - 1) * error
    assert bounds(sums) == pytest.approx((mean - half, mean + half), abs=1e-4)


@pytest.mark.parametrize("columns", [2, 4])
def test_the_two_ways_meet(columns):
    """Bootstrap and jackknife of sixty articles differ little, for a mean and for a difference."""
    sums = np.zeros((60, columns))
    sums[:30, :2], sums[30:, -2:] = articles(30, 7), articles(30, 8)
    tables = intervals.with_pseudo_articles(sums[None])
    assert intervals._resampled(tables)[:, 0] == pytest.approx(intervals._jackknifed(tables)[:, 0], abs=0.04)


def test_a_long_article_counts_as_fewer():
    """One article with forty statements among thirty with one makes the mean less sure than thirty-one alike."""
    alike = np.column_stack([np.tile([1.0, -1.0, 1.0], 11)[:31], np.ones(31)])
    long = alike.copy()
    long[0] *= 40
    assert np.diff(bounds(long)) > np.diff(bounds(alike))


def test_one_article_says_nothing_of_others():
    """No interval from one article, in either group."""
    assert np.isnan(bounds(np.array([[2.0, 3.0]]))).all()
    assert np.isnan(bounds(np.array([[2.0, 3.0, 0, 0], [1, 1, 0, 0], [0, 0, 2, 2]]))).all()


@pytest.mark.parametrize("freedom", [4, 10, 19, 100, 5000])
def test_students_t_is_scipys(freedom):
    """Closer the more articles there are."""
    precision = 1e-4 if freedom >= 15 else 0.02
    assert intervals.t_quantile(0.95, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=precision)


@pytest.mark.parametrize(("k", "n"), [(0, 5), (1, 5), (5, 5), (37, 120), (999, 1000)])
def test_wilson_is_scipys_wilson(k, n):
    """The same bounds as the library, at both ends too."""
    other = stats.binomtest(k, n).proportion_ci(0.9, method="wilson")
    assert intervals.wilson(k, n, 0.9) == pytest.approx((other.low, other.high), abs=1e-12)


def test_wilson_of_nothing_is_everything():
    """Without a case the share may be anything; arrays come back as arrays."""
    assert intervals.wilson(0, 0) == (0.0, 1.0)
    lower, upper = intervals.wilson(np.array([0, 2]), np.array([0, 4]))
    assert lower[0] == 0
    assert upper[1] == pytest.approx(stats.binomtest(2, 4).proportion_ci(method="wilson").high)


@pytest.mark.slow
@pytest.mark.parametrize("count", [3, 12, 40])
def test_no_shift_is_claimed_where_there_is_none(count):
    """At most one false shift in twenty over 1,000 simulated pairs of periods, and intervals that hold the truth."""
    found = shifts.judge(shifts.Setting((count, count), (0.7, 0.7)), 1000, 8)
    assert found.claimed <= 0.05
    assert found.covers_shift >= 0.95
    assert found.covers_mean >= 0.95


@pytest.mark.slow
def test_a_shift_is_found_where_there_is_one():
    """From 85 to 35 percent in favor over twelve articles a period."""
    found = shifts.judge(shifts.Setting((12, 12), (0.85, 0.35)), 1000, 9)
    print(f"power for 85 % -> 35 % in favor with 12 articles in each period: {found.named:.2f}")
    assert found.named > 0.7
