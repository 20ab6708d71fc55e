"""False shifts, power and coverage on simulated corpora: ``python -m benchmarks.shifts [--runs N]``.

Each run is a cell of its own: articles before and after, with one to four statements each (or one article with twenty:
"one long"), whose stances hang together within the article. Scores are what a sure (0.9) or an unsure (0.3 to 0.9)
classifier gives. All runs go through ``measures.prepare`` and ``measures.shifts`` as a reader's articles do. A false
shift is any verdict that claims a change where none is: reversed, changed in part, or changed for some.
"""

import argparse
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks import corpora
from positions import measures
from positions.records import SIDES

BEFORE, AFTER = ("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-02-28")
CLAIMS = ("partly_changed", "reversed", "inconsistent")
CLUSTERED = 7 / 3  # beta distribution of the stances of an article: a correlation of 0.3 within it
LONG = 20


@dataclass(frozen=True)
class Setting:
    """Articles in each period, share of statements in favor in each, and what is unusual about them."""

    articles: tuple[int, int]
    favor: tuple[float, float]
    unsure: bool = False
    one_long: bool = False

    @property
    def name(self) -> str:
        marks = [name for name, on in (("unsure", self.unsure), ("one long", self.one_long)) if on]
        return ", ".join([f"{self.articles[0]} and {self.articles[1]} articles", *marks])


NO_SHIFT = [
    Setting(articles, (favor, favor), unsure, one_long)
    for articles in ((3, 3), (3, 25), (6, 6), (12, 12), (25, 25), (40, 40), (150, 150))
    for favor in (0.5, 0.8, 0.95)
    for unsure, one_long in ((False, False), (True, False), (False, True))
]
SHIFT = [
    Setting((articles, articles), shares)
    for articles in (3, 5, 8, 12, 25, 50)
    for shares in ((0.7, 0.5), (0.8, 0.4), (0.85, 0.15))
]


class Found(NamedTuple):
    """Shares of the runs, in [0, 1]: a change claimed, a change named outright, truth inside the intervals."""

    claimed: float
    named: float
    covers_shift: float
    covers_mean: float


def simulate(setting: Setting, runs: int, seed: int) -> tuple[pd.DataFrame, float, float]:
    """A frame with one cell a run, and the true means before and after."""
    random = np.random.default_rng(seed)
    topics = [f"t{i}" for i in range(-(-runs // len(SIDES)))]
    cells = [(side, topic) for topic in topics for side in SIDES][:runs]
    parts, means = [], []
    for period, (articles, favor) in enumerate(zip(setting.articles, setting.favor, strict=True)):
        rows, mean = _period(random, setting, runs, articles, favor)
        side, topic = (np.array([cell[i] for cell in cells])[rows["cell"]] for i in (0, 1))
        day = (BEFORE, AFTER)[period][0]
        parts.append(rows.assign(actor=side, holder=side, topic=topic, date=day, period=period))
        means.append(mean)
    rows = pd.concat(parts, ignore_index=True)
    number = [f"{i}" for i in range(len(rows))]
    ids = {
        "article_id": [f"{row.cell}-{row.period}-{row.article}" for row in rows.itertuples()],
        "statement_id": number,
        "utterance_id": number,
        "stance": np.select([rows["score"] > 0, rows["score"] < 0], ["favor", "against"], "neutral"),
        "speaker": [f"Person {i}" for i in random.integers(6, size=len(rows))],
        "outlet": [f"Paper {i % 4}" for i in rows["article"]],
        "mode": random.choice(["direct", "narrated"], size=len(rows), p=[0.85, 0.15]),
    }
    plain = {name: "" for name in corpora.COLUMNS} | {"start": 0, "end": 1, "confidence": 0.9, "reviewed": False}
    table = pd.DataFrame(plain, index=rows.index).assign(**rows[["actor", "holder", "topic", "date", "score"]], **ids)
    return measures.prepare(table, topics), means[0], means[1]


def _period(
    random: np.random.Generator, setting: Setting, runs: int, articles: int, favor: float
) -> tuple[pd.DataFrame, float]:
    """Statements of one period of all runs (cell, article, score), and the mean that they are drawn from."""
    sizes = random.integers(1, 5, size=(runs, articles))
    if setting.one_long:
        sizes[:, 0] = LONG
    inclined = random.beta(favor * CLUSTERED, (1 - favor) * CLUSTERED, size=(runs, articles))
    cell, article = (place.ravel() for place in np.indices(sizes.shape))
    many = sizes.ravel()
    sign = np.where(random.random(many.sum()) < np.repeat(inclined.ravel(), many), 1.0, -1.0)
    sure = random.uniform(0.3, 0.9, size=len(sign)) if setting.unsure else np.full(len(sign), 0.9)
    mean = (2 * favor - 1) * (0.6 if setting.unsure else 0.9)
    return pd.DataFrame(
        {"cell": np.repeat(cell, many), "article": np.repeat(article, many), "score": sign * sure}
    ), mean


def judge(setting: Setting, runs: int, seed: int) -> Found:
    """How often a change is claimed, and how often the intervals hold the truth."""
    frame, before, after = simulate(setting, runs, seed)
    shifts = measures.shifts(frame, BEFORE, AFTER)
    shifts = shifts[shifts["n_before"] > 0]
    cells = measures.matrix(measures.select(frame, until=BEFORE[1]))
    cells = cells[cells["n_independent"] > 0]
    return Found(
        float(shifts["verdict"].isin(CLAIMS).mean()),
        float(shifts["verdict"].isin(CLAIMS[:2]).mean()),
        _covered(shifts, after - before),
        _covered(cells, before),
    )


def _covered(table: pd.DataFrame, truth: float) -> float:
    known = table.dropna(subset=["lower"])
    return float(((known["lower"] <= truth) & (truth <= known["upper"])).mean())


def main() -> None:
    """Print a table without and one with a shift."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    options = parser.parse_args()
    print(f"No shift, {options.runs:,} runs each\n")
    print(
        "| corpus | in favor | false shifts | interval of the difference holds it | of a mean |\n|---|---|---|---|---|"
    )
    for seed, setting in enumerate(NO_SHIFT):
        found = judge(setting, options.runs, seed)
        shares = f"{found.claimed:.1%} | {found.covers_shift:.1%} | {found.covers_mean:.1%}"
        print(f"| {setting.name} | {setting.favor[0]:.0%} | {shares} |", flush=True)
    print("\nA shift: power\n\n| corpus | in favor | claimed | named outright | interval of the difference holds it |")
    print("|---|---|---|---|---|")
    for seed, setting in enumerate(SHIFT):
        found = judge(setting, options.runs, seed)
        moved = f"{setting.favor[0]:.0%} → {setting.favor[1]:.0%}"
        shares = f"{found.claimed:.1%} | {found.named:.1%} | {found.covers_shift:.1%}"
        print(f"| {setting.name} | {moved} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
