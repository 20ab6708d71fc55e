"""Choose temperatures, settings and the confidence curve: ``python -m training.calibrate MODEL``.

Works on the exported files, so that what quantization changed is calibrated too. Temperatures minimise the negative
log-likelihood on held-out passages (Guo et al. 2017). Settings are then chosen, one after another from those of the
model before, by figures on the articles in ``tuning/``, which are as dense in topics as real ones, and on every third
of the passages; the confidence of a row is mapped by isotonic regression (Zadrozny & Elkan 2002) to how often such rows
were right in ``tuning/``.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression

from positions.classifier import Classifier, Reading
from positions.evaluation import GoldArticle, evaluate, match_rows, read_record
from positions.mentions import find_marks
from positions.pipeline import tag_article
from positions.records import ACTORS, TOPICS, Article, TaggedStatement
from positions.units import split_units
from training.examples import Passage, Span, read_passages, split

TUNING = Path(__file__).parent / "tuning"
SETTINGS: dict[str, tuple[float, ...]] = {  # the first value is where the search begins
    "stance_weight": (0.55, 0.25, 0.4, 0.7, 0.85),
    "topic_weight": (0.35, 0.0, 0.2, 0.5, 0.65, 0.8),
    "lexicon_bonus": (2.0, 0.0, 4.0, 6.0, 8.0),
    "topic_threshold": (0.75, 0.5, 0.6, 0.65, 0.7, 0.8),
    "statement_threshold": (0.3, 0.4, 0.5, 0.6),
    "narrated_threshold": (0.6, 0.5, 0.7, 0.8, 0.9),
    "cut_threshold": (0.5, 0.3, 0.4, 0.6, 0.7),
}
EVERY = 3  # of the held-out passages, for the search among settings
GRID = np.geomspace(0.4, 4, 60)


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
        "statement": _best(lambda heat: _binary([(r.statement, bool(s.statement)) for r, s in pairs], heat)),
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


class Remembering(Classifier):
    """The classifier, with the hidden states of every text that a network has seen: other settings need no new ones."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for encoder in (self._reader, self._judge):
            encoder.encode = _remember(encoder.encode)  # type: ignore[method-assign]


def _remember(encode: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    known: dict[bytes, np.ndarray] = {}

    def remembered(ids: np.ndarray, side: np.ndarray, evidence: np.ndarray) -> np.ndarray:
        key = ids.tobytes() + side.tobytes() + evidence.tobytes()
        if key not in known:
            known[key] = encode(ids, side, evidence).astype(np.float16)
        return known[key].astype(np.float32)

    return remembered


def read_tuning() -> list[GoldArticle]:
    """The annotated articles in ``tuning/``."""
    lines = [line for path in sorted(TUNING.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [read_record(json.loads(line), TUNING) for line in lines]


def read_held_out(examples: Path, passages: Sequence[Passage]) -> list[GoldArticle]:
    """The examples from which ``passages`` were made, as articles, in the languages that are measured."""
    names = {passage.id for passage in passages if passage.language in ("de", "en")}
    lines = [line for path in sorted(examples.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [read_record(record, examples) for record in map(json.loads, lines) if record["id"] in names]


def choose_settings(classifier: Classifier, *gold: Sequence[GoldArticle]) -> dict[str, float]:
    """Better each setting in turn by the figures on the sets of ``gold``, each of the same weight."""
    config = classifier.config
    config |= {name: values[0] for name, values in SETTINGS.items()}
    best = _worth(classifier, *gold)
    for name in SETTINGS:
        for value in sorted(SETTINGS[name]):
            before, config[name] = config[name], value
            worth = _worth(classifier, *gold) if value != before else best
            if worth > best:
                best = worth
                print(f"{name} {value}: {best:.4f}", flush=True)
            else:
                config[name] = before
    return {name: config[name] for name in SETTINGS}


def _worth(classifier: Classifier, *gold: Sequence[GoldArticle]) -> float:
    parts = [evaluate(one, lambda articles: _tag(classifier, articles))["all"] for one in gold]
    worths = [one["topic_actor_stance_f1"] + 0.25 * one["topic_f1"] + 0.25 * one["statements_f1"] for one in parts]
    return sum(worths) / len(worths)


def calibrate(folder: Path, examples: Path, percent: int) -> None:
    """Rewrite ``config.json`` in ``folder``."""
    passages = split(read_passages(examples), percent)[1]
    gold = read_tuning()
    classifier = Remembering(folder)
    config = classifier.config
    straight = {kind: {"raw": [0, 1], "right": [0, 1]} for kind in ("topical", "other")}
    config |= {"temperature": {}, "confidence": straight} | {name: values[0] for name, values in SETTINGS.items()}
    config |= {"lexicon_bonus": 0.0, "topic_weight": 0.0}
    config["temperature"] = fit_temperatures(pair_readings(classifier, passages))
    config |= choose_settings(classifier, gold, read_held_out(examples, passages)[::EVERY])
    rows = match_rows(gold, _tag(classifier, [item.article for item in gold]))
    config["confidence"] = {kind: fit_confidence(rows, kind == "topical") for kind in ("topical", "other")}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    print(json.dumps(evaluate(gold, lambda articles: _tag(classifier, articles)), indent=1))


def _tag(classifier: Classifier, articles: Iterable[Article]) -> list[TaggedStatement]:
    return [row for article in articles for row in tag_article(article, classifier)]


def _best(loss: Callable[[float], float]) -> float:
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
