"""Choose temperatures and the confidence curve on held-out passages: ``python -m training.calibrate MODEL``.

Works on the exported files, so that what quantization changed is calibrated too. Temperatures minimise the negative
log-likelihood (Guo et al. 2017); the confidence of a row is mapped by isotonic
regression (Zadrozny & Elkan 2002) to how often such rows were right.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression

from positions.classifier import Classifier, Reading
from positions.evaluation import GoldArticle, evaluate, match_rows, read_record
from positions.mentions import Mark, find_marks
from positions.pipeline import tag_article
from positions.records import ACTORS, TOPICS, Article, TaggedStatement
from positions.units import Unit, split_units
from training.examples import Passage, Span, split, to_passage

DENSE = ("contrast", "background")  # batches with far more topical statements than articles have: not for thresholds
# The written passages avoid the stock phrases of real articles and are denser in topics, so what they would choose here
# misses topics in real text: these were chosen on 22 real articles of other outlets, which are not in the repository.
FIXED = {
    "stance_weight": 0.7,
    "lexicon_bonus": 4.0,
    "topic_threshold": 0.5,
    "statement_threshold": 0.5,
    "cut_threshold": 0.5,
}
GRID = np.geomspace(0.4, 4, 60)


def read_held_out(folder: Path, percent: int) -> list[tuple[Passage, GoldArticle]]:
    """The held-out passages, as the trainer and as the evaluation see them."""
    records = [
        json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
    ]
    kept = {passage.id for passage in split([to_passage(record) for record in records], percent)[1]}
    return [(to_passage(record), read_record(record, folder)) for record in records if record["id"] in kept]


def pair_readings(classifier: Classifier, passages: Sequence[Passage]) -> list[tuple[Reading, Span]]:
    """Each reading with the annotated span that it covers."""
    pairs = []
    for passage in passages:
        units = split_units(passage.text, passage.language)
        for reading in classifier.read(passage.text, units, find_marks(passage.text, passage.language)):
            same = [s for s in passage.spans if abs(s.start - reading.start) < 4 and abs(s.end - reading.end) < 4]
            pairs += [(reading, same[-1])] if same else []
    return pairs


def fit_temperatures(pairs: Sequence[tuple[Reading, Span]]) -> dict[str, float]:
    """One temperature a head."""
    labelled = [(r, s) for r, s in pairs if s.mode is not None]
    topical = [(r.topics[t], v) for r, s in labelled for t, v in (s.topics or {}).items()]
    stance = (np.array([[t.favor, t.against, t.neutral] for t, _ in topical]), np.array([v for _, v in topical]))
    presence = [
        (r.topics[t].presence, t in (s.topics or {}))
        for r, s in pairs
        if s.topics is not None or not s.statement
        for t in range(len(TOPICS))
    ]
    actor = [(r.actors[a], a in s.actors) for r, s in labelled for a in range(len(ACTORS))]
    holder = (np.array([r.holders for r, _ in labelled]), np.array([s.holder for _, s in labelled]))
    return {
        "statement": _best(lambda heat: _binary([(r.statement, s.statement) for r, s in pairs], heat)),
        "topic": _best(lambda heat: _binary(presence, heat)),
        "actor": _best(lambda heat: _binary(actor, heat)),
        "stance": _best(lambda heat: _classes(*stance, heat)),
        "holder": _best(lambda heat: _classes(*holder, heat)),
    }


def fit_confidence(rows: Sequence[tuple[TaggedStatement, bool]], topical: bool) -> dict[str, list[float]]:
    """Raw confidence -> share right, as the corners of a rising curve."""
    picked = [(row.confidence, right) for row, right in rows if (row.topic != "other") == topical]
    raw, right = np.array([x for x, _ in picked]), np.array([float(y) for _, y in picked])
    curve = IsotonicRegression(y_min=0.02, y_max=0.98, out_of_bounds="clip").fit(raw, right)
    # one imagined miss and one imagined hit a block, so that no short block claims certainty
    corners = np.quantile(raw, np.linspace(0, 1, 9))
    near = max(len(raw) // 8, 1)
    shrunk = [(float(curve.predict([c])[0]) * near + 1) / (near + 2) for c in corners]
    return {
        "raw": [round(float(c), 4) for c in corners],
        "right": [round(s, 4) for s in np.maximum.accumulate(shrunk).tolist()],
    }


def tag_all(classifier: Classifier, gold: Sequence[GoldArticle]) -> list[TaggedStatement]:
    """Rows of the annotated articles."""
    return [row for item in gold for row in tag_article(item.article, classifier)]


class Remembering(Classifier):
    """The classifier, with its readings kept until ``forget``: most settings need no new ones."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.kept: dict[str, list[Reading]] = {}

    def read(self, text: str, units: Sequence[Unit], marks: Sequence[Mark]) -> list[Reading]:
        """Readings of ``text``, from memory where it was read before."""
        if text not in self.kept:
            self.kept[text] = super().read(text, units, marks)
        return self.kept[text]

    def forget(self) -> None:
        """Read anew from here on."""
        self.kept.clear()


def calibrate(folder: Path, examples: Path, percent: int) -> None:
    """Rewrite ``config.json`` in ``folder``."""
    held_out = read_held_out(examples, percent)
    passages = [passage for passage, _ in held_out]
    gold = [item for passage, item in held_out if not any(batch in passage.id for batch in DENSE)]
    classifier = Remembering(folder)
    config = classifier.config
    straight = {kind: {"raw": [0, 1], "right": [0, 1]} for kind in ("topical", "other")}
    config |= {"temperature": {}, "confidence": straight} | FIXED

    config["temperature"] = fit_temperatures(pair_readings(classifier, passages))
    classifier.forget()
    rows = match_rows(gold, tag_all(classifier, gold))
    config["confidence"] = {kind: fit_confidence(rows, kind == "topical") for kind in ("topical", "other")}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    print(json.dumps(evaluate(gold, lambda articles: _tag(classifier, articles))["all"], indent=1))


def _tag(classifier: Classifier, articles: Sequence[Article]) -> list[TaggedStatement]:
    return [row for article in articles for row in tag_article(article, classifier)]


def _best(loss) -> float:
    return round(float(min(GRID, key=loss)), 3)


def _binary(pairs: Sequence[tuple[float, bool]], heat: float) -> float:
    p = np.clip(np.array([a for a, _ in pairs]), 1e-6, 1 - 1e-6)
    y = np.array([bool(b) for _, b in pairs])
    q = 1 / (1 + np.exp(-np.log(p / (1 - p)) / heat))
    return float(-np.log(np.clip(np.where(y, q, 1 - q), 1e-9, 1)).mean())


def _classes(chances: np.ndarray, right: np.ndarray, heat: float) -> float:
    logits = np.log(np.clip(chances, 1e-9, 1)) / heat
    logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    return float(-logs[np.arange(len(right)), right].mean())


def main() -> None:
    """Parse the command line and calibrate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--examples", type=Path, default=Path(__file__).parent / "examples")
    parser.add_argument("--hold-out", type=int, default=6)
    options = parser.parse_args()
    calibrate(options.model, options.examples, options.hold_out)


if __name__ == "__main__":
    main()
