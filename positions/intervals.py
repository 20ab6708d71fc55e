"""How sure a share, a mean or a difference of means is, where statements hang together within articles.

Articles are what was sampled, not sentences: they are drawn, or left out, as wholes.
"""

from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
AIM = 0.96  # what ``intervals`` aims at, so that in simulated corpora ``LEVEL`` is held and not just about missed
RESAMPLES = 1000
MANY_ARTICLES = 15
PSEUDO = 0.75  # weight of a pseudo-article, see ``intervals``
SEED = 20251218

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def wilson(k: ArrayLike, n: ArrayLike, level: float = LEVEL) -> tuple[Any, Any]:
    """Score interval of the share ``k / n``, in [0, 1]; numbers or arrays. With ``n`` = 0 it is (0, 1).

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    k, n, z = np.asarray(k, dtype=float), np.asarray(n, dtype=float), quantile(level)
    share = np.divide(k, n, out=np.full(np.broadcast(k, n).shape, 0.5), where=n > 0)
    centre = (n * share + z * z / 2) / (n + z * z)
    half = z * np.sqrt(n * share * (1 - share) + z * z / 4) / (n + z * z)
    lower, upper = np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)
    return (float(lower), float(upper)) if lower.ndim == 0 else (lower, upper)


def intervals(sums: Floats, cell: Ints, size: int) -> tuple[Floats, Floats]:
    """95 % interval of a mean, or of a difference of two means, for each of ``size`` cells at once.

    ``sums`` has one row for each article of a cell: the sum and the number of its scores, and for a difference those of
    the second group after them; ``cell`` says which cell, ascending. NaN with fewer than two articles in a group.

    Each group is first given two more articles of ``PSEUDO`` times its mean size, one wholly in favor and one wholly
    against (after Agresti & Coull 1998 and Agresti & Caffo 2000, for shares): three papers that agree would else pass
    for certainty. Below ``MANY_ARTICLES`` articles in either group it is the percentile bootstrap that resamples
    articles (Efron & Tibshirani 1993, ch. 13; Field & Welsh 2007, for clusters). From there on it is the jackknife that
    leaves each article out once ("CV3" in MacKinnon, Nielsen & Webb 2023), with Student's t on the smaller group's
    effective number of articles less one (Carter, Schnepel & Steigerwald 2017: long articles make it smaller), because
    there the bootstrap saw a shift where none was in up to 7 % of simulated corpora. Both aim at ``AIM``.
    ``python -m benchmarks.shifts`` simulates.
    """
    lower, upper = np.full(size, np.nan), np.full(size, np.nan)
    counts = np.bincount(cell, minlength=size)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    drawn = np.stack([np.bincount(cell[sums[:, i] > 0], minlength=size) for i in range(1, sums.shape[1], 2)])
    smaller = drawn.min(axis=0)
    few, many = (smaller >= 2) & (smaller < MANY_ARTICLES), smaller >= MANY_ARTICLES
    for work, known in ((_resampled, few), (_jackknifed, many)):
        for count in np.unique(counts[known]):
            cells = np.flatnonzero((counts == count) & known)
            lower[cells], upper[cells] = work(with_pseudo_articles(sums[starts[cells][:, None] + np.arange(count)]))
    bound = sums.shape[1] / 2
    return np.clip(lower, -bound, bound), np.clip(upper, -bound, bound)


def with_pseudo_articles(tables: Floats) -> Floats:
    """``tables`` (cells, articles, 2 or 4 columns as in ``intervals``) with two more articles a group."""
    added = []
    for group in range(0, tables.shape[2], 2):
        size = tables[:, :, group + 1].sum(axis=1) / (tables[:, :, group + 1] > 0).sum(axis=1)
        for sign in (1.0, -1.0):
            extra = np.zeros((len(tables), 1, tables.shape[2]))
            extra[:, 0, group], extra[:, 0, group + 1] = sign * PSEUDO * size, PSEUDO * size
            added.append(extra)
    return np.concatenate([tables, *added], axis=1)


@lru_cache(maxsize=64)
def resamples(articles: int) -> Floats:
    """How often each article is drawn in each resample; the same on every run, so that a view can be reproduced."""
    drawn = np.random.default_rng((SEED, articles)).integers(articles, size=(RESAMPLES, articles))
    places = drawn + articles * np.arange(RESAMPLES)[:, None]
    return np.bincount(places.ravel(), minlength=RESAMPLES * articles).reshape(RESAMPLES, articles).astype(float)


def quantile(level: float) -> float:
    """How many standard errors an interval of this level reaches to each side under the normal distribution."""
    return NormalDist().inv_cdf(0.5 + level / 2)


def t_quantile(level: float, freedom: ArrayLike) -> Floats:
    """The same under Student's t; from 15 on to four digits, at 4 within 2 % (Abramowitz & Stegun, 26.7.5)."""
    z, n = quantile(level), np.maximum(np.asarray(freedom, dtype=float), 3)
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / n + second / n**2 + third / n**3


def _resampled(tables: Floats) -> Floats:
    totals = np.matmul(resamples(tables.shape[1]), tables)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = _ratio(totals)
    tail = (1 - AIM) / 2
    hollow = ~np.isfinite(values)  # a resample may miss one of two groups altogether
    if hollow.any():
        values[hollow] = np.nan
        return np.nanquantile(values, [tail, 1 - tail], axis=1)
    return np.quantile(values, [tail, 1 - tail], axis=1)


def _jackknifed(tables: Floats) -> Floats:
    totals = tables.sum(axis=1, keepdims=True)
    value, without = _ratio(totals)[:, 0], _ratio(totals - tables)
    variance, fewest = np.zeros(len(tables)), np.full(len(tables), np.inf)
    for group in range(1, tables.shape[2], 2):
        sizes = tables[:, :, group]
        articles = (sizes > 0).sum(axis=1)
        variance += (np.where(sizes > 0, without - value[:, None], 0) ** 2).sum(axis=1) * (articles - 1) / articles
        fewest = np.minimum(fewest, sizes.sum(axis=1) ** 2 / (sizes**2).sum(axis=1))
    half = t_quantile(AIM, fewest - 1) * np.sqrt(variance)
    return np.stack([value - half, value + half])


def _ratio(totals: Floats) -> Floats:
    means = totals[..., 0::2] / totals[..., 1::2]
    return means[..., 0] if means.shape[-1] == 1 else means[..., 1] - means[..., 0]
