"""Positions without the model's known errors of stance: misclassification correction by its measured confusion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from positions import measures
from positions.intervals import AIM, RESAMPLES, SEED, Floats, resamples, with_pseudo_articles
from positions.records import SIDES, STANCES

LEAST_GAIN = 0.2  # smallest singular value of the confusion below which solving for the truth only amplifies noise
PRIOR = 0.5  # Jeffreys' prior of a multinomial share
MANY = 500  # articles from which those with the same counts are resampled together: the same draws, in less memory


@dataclass(frozen=True)
class Confusion:
    """How often the model called a stance what, on annotated text.

    ``counts[i][j]`` are statements of stance ``STANCES[i]`` that it called ``STANCES[j]``. ``design`` (>= 1) says how
    many such statements are worth one independent one: those of an article share their errors (Kish 1965).
    """

    counts: tuple[tuple[float, ...], ...]
    design: float = 1.0

    @classmethod
    def of(cls, figures: Mapping[str, Any]) -> "Confusion | None":
        """What a model's ``figures.json`` holds, or nothing where the confusion was not measured."""
        found = figures.get("stance_confusion")
        return cls(tuple(map(tuple, found["counts"])), float(found["design"])) if found else None

    @property
    def rates(self) -> Floats:
        """Row by row the probability of each answer given the truth."""
        counts = np.array(self.counts, dtype=float)
        return (counts + PRIOR) / (counts + PRIOR).sum(axis=1, keepdims=True)

    @property
    def stable(self) -> bool:
        """Whether the three stances are told apart well enough to correct for the errors at all."""
        return bool(np.linalg.svd(self.rates, compute_uv=False)[-1] >= LEAST_GAIN)

    def draws(self) -> Floats:
        """``RESAMPLES`` confusions that the annotated text leaves possible (Dirichlet), the same on every run."""
        random = np.random.default_rng(SEED)
        effective = np.array(self.counts) / self.design + PRIOR
        return np.stack([random.dirichlet(row, size=RESAMPLES) for row in effective], axis=1)


def corrected(
    frame: pd.DataFrame,
    confusion: Confusion,
    min_n: int = measures.MIN_N,
    *,
    sides: Sequence[str] = SIDES,
    topics: Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row for every side and topic: the balance of stances as tagged, and what it is without the known errors.

    ``tagged`` is the share of independent utterances called ``favor`` minus that called ``against``; ``corrected`` is
    the same of the true stances, from solving (shares of the truth) x (confusion) = (shares as tagged) and taking the
    nearest shares that exist. ``lower`` and ``upper`` resample articles and confusions together, so that they carry the
    error of both. All in [-1, 1]; ``n``; NaN below ``min_n`` utterances or two articles. ``change`` is corrected minus
    tagged.

    Source: Rogan & Gladen 1978 (prevalence from an imperfect test); for several classes Buonaccorsi 2010, ch. 2, and
    Hopkins & King 2010. It holds as far as the model errs on these articles, for each side and topic, as it did on the
    annotated text.
    """
    spoken = measures.positions(frame)
    topics = measures.topics_of(frame) if topics is None else topics
    draws, counts = confusion.draws(), _counts(spoken, sides, topics)
    pairs = [(side, topic) for side in sides for topic in topics]
    rows = [
        {"side": side, "topic": topic, **_cell(part, confusion, draws, min_n)}
        for (side, topic), part in zip(pairs, counts, strict=True)
    ]
    return pd.DataFrame(rows, columns=["side", "topic", "n", "tagged", "corrected", "lower", "upper", "change"])


def solve(shares: Floats, rates: Floats) -> Floats:
    """True shares of the three stances for tagged ``shares`` (..., 3) under ``rates`` (..., 3, 3), on the simplex."""
    raw: Floats = np.linalg.solve(np.swapaxes(rates, -1, -2), shares[..., None])[..., 0].astype(float)
    return _nearest_shares(raw)


def _nearest_shares(raw: Floats) -> Floats:
    """The nearest point with shares of at least 0 that add up to 1 (Duchi et al. 2008)."""
    ordered = -np.sort(-raw, axis=-1)
    surplus = (np.cumsum(ordered, axis=-1) - 1) / np.arange(1, raw.shape[-1] + 1)
    last = (ordered > surplus).sum(axis=-1, keepdims=True) - 1
    return np.maximum(raw - np.take_along_axis(surplus, last, axis=-1), 0)


def _counts(spoken: pd.DataFrame, sides: Sequence[str], topics: Sequence[str]) -> list[Floats]:
    """For each side and topic a row an article: its independent utterances by stance."""
    side, topic, stance = (
        pd.Index(names).get_indexer(spoken[column].astype(object))
        for column, names in (("side", sides), ("topic", topics), ("stance", STANCES))
    )
    article = spoken["cluster"].astype("category").cat
    known = (side >= 0) & (topic >= 0) & (stance >= 0)
    cell, width = side * len(topics) + topic, len(article.categories) + 1
    keys, row = np.unique((cell * width + article.codes.to_numpy())[known], return_inverse=True)
    counts = np.zeros((len(keys), len(STANCES)))
    np.add.at(counts, (row, stance[known]), 1.0)
    ends = np.searchsorted(keys // width, np.arange(1, len(sides) * len(topics)))
    return np.split(counts, ends)


def _cell(counts: Floats, confusion: Confusion, draws: Floats, min_n: int) -> dict[str, float]:
    n = int(counts.sum())
    nothing = dict.fromkeys(("tagged", "corrected", "lower", "upper", "change"), np.nan)
    if n < min_n or len(counts) < 2:
        return {"n": n, **nothing}
    shares = counts.sum(axis=0) / n
    tagged, value = _balance(shares), _balance(solve(shares, confusion.rates))
    totals = _resampled(_padded(counts))
    drawn = _balance(solve(totals / totals.sum(axis=1, keepdims=True), draws))
    lower, upper = np.quantile(drawn, [(1 - AIM) / 2, (1 + AIM) / 2])
    return {
        "n": n,
        "tagged": float(tagged),
        "corrected": float(value),
        "lower": float(min(lower, value)),
        "upper": float(max(upper, value)),
        "change": float(value - tagged),
    }


def _resampled(counts: Floats) -> Floats:
    """The stances of ``RESAMPLES`` bootstraps of articles; of many articles, those alike are drawn together."""
    if len(counts) <= MANY:
        return resamples(len(counts)) @ counts
    kinds, number = np.unique(counts, axis=0, return_counts=True)
    random = np.random.default_rng((SEED, len(counts)))
    return random.multinomial(len(counts), number / len(counts), size=RESAMPLES) @ kinds


def _padded(counts: Floats) -> Floats:
    """The articles' stances with the two pseudo-articles of ``intervals.intervals``."""
    size = np.column_stack([np.zeros(len(counts)), counts.sum(axis=1)])
    extra = with_pseudo_articles(size[None])[0][len(counts) :]
    rows = np.zeros((2, len(STANCES)))
    for row, (sign, number) in zip(rows, extra, strict=True):
        row[STANCES.index("favor" if sign > 0 else "against")] = number
    return np.vstack([counts, rows])


def _balance(shares: Floats) -> Any:
    return shares[..., STANCES.index("favor")] - shares[..., STANCES.index("against")]
