"""One table: the shipped model beside its floors, on annotated text that it was not trained on.

``python -m training.evaluate [GOLD ...]`` prints it; without GOLD it also writes ``figures.json`` beside the model,
which the method page shows, and the tables of README and the model card. Statements and their context are given for
topics and stances; the last block is the whole path from raw article to rows.
"""

import argparse
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from positions import classifier, codebook, evaluation, pipeline
from positions.classifier import Classifier
from positions.evaluation import GoldArticle, GoldStatement
from positions.mentions import find_marks, find_mentions
from positions.records import OTHER, STANCES, TOPICS, Article, TaggedStatement, TopicStance
from positions.units import Unit, split_units
from training.examples import read_passages, split
from training.official import official_gold

GOLD = Path(__file__).parent.parent / "tests" / "gold"
SETS = {
    "seeds": "seeds.jsonl",
    "written German": "written_de.jsonl",
    "written English": "written_en.jsonl",
    "parallel German": "parity_de.jsonl",
    "parallel English": "parity_en.jsonl",
    "news German": "news_de.jsonl",
    "news English": "news_en.jsonl",
}
CLASSES = (*TOPICS, OTHER)
RAW = {
    "statements_f1": "statements found, F1",
    "topic_actor_stance_f1": "(topic, actor, stance) of a statement, F1",
    "keywords_topic_actor_stance_f1": "the same by keywords and nearest name",
    "actor": "side right, of statements found",
    "speaker": "speaker right",
    "holder": "holder right",
    "via": "chain right",
    "date": "day right, where the text gives one",
    "date_invented": "day given where the text gives none",
    "confidence_calibration_error": "confidence of topical rows, calibration error",
}


@dataclass(frozen=True)
class Judged:
    """One annotated statement with what a method says of it."""

    article: str
    gold: GoldStatement
    topics: frozenset[str]
    stances: dict[str, str]
    sure: dict[str, float]


Method = Callable[[GoldArticle], list[Judged]]


def ours(model: Classifier, blind: bool = False) -> Method:
    """The shipped network on given spans; ``blind``: the stance is that of all topics together, whatever the topic
    is."""

    def judge(item: GoldArticle) -> list[Judged]:
        article = item.article
        units = [Unit(gold.start, gold.end) for gold in sorted(item.statements, key=lambda g: g.start)]
        marks = find_marks(article.text, article.language, article.published)
        readings = {(r.start, r.end): r for r in model.read(article.text, units, marks)}
        return [
            _judge(item, gold, readings[gold.start, gold.end].topics, model.config["topic_threshold"], blind)
            for gold in item.statements
        ]

    return judge


def _judge(
    item: GoldArticle, gold: GoldStatement, topics: Sequence[TopicStance], threshold: float, blind: bool
) -> Judged:
    mean = {s: float(np.mean([getattr(t, s) for t in topics])) for s in STANCES}
    stances = {t.topic: max(mean, key=mean.__getitem__) if blind else t.stance for t in topics}
    found = frozenset(t.topic for t in topics if t.presence > threshold)
    return Judged(item.article.id, gold, found, stances, {t.topic: max(t.favor, t.against, t.neutral) for t in topics})


def keywords(item: GoldArticle) -> list[Judged]:
    """The floor: words of the topic's lexicon, the sign by counting words of support, refusal and undoing."""
    language = item.article.language if item.article.language in ("de", "en") else "en"
    book = codebook.load()
    judged = []
    for gold in item.statements:
        text = item.article.text[gold.start : gold.end]
        topics = frozenset(t for t in TOPICS if book.topic(t).core_pattern(language).search(text))
        stance = evaluation.blind_stance(text, language)
        judged.append(Judged(item.article.id, gold, topics, dict.fromkeys(TOPICS, stance), {}))
    return judged


def _by_arrays(item: GoldArticle, present: np.ndarray, stance: np.ndarray) -> list[Judged]:
    """(topics, statements) arrays of presence and of stances, by statement."""
    return [
        Judged(
            item.article.id,
            gold,
            frozenset(t for i, t in enumerate(TOPICS) if present[i, j]),
            dict(zip(TOPICS, stance[:, j], strict=True)),
            {},
        )
        for j, gold in enumerate(item.statements)
    ]


def bag_of_words(examples: Path) -> Method:
    """TF-IDF of words and pairs of words with logistic regression, trained on the same examples as ours."""
    passages, _ = split(read_passages(examples), 6)
    texts, labels, topical = [], [], []
    for passage in passages:
        for span in passage.spans:
            if span.topics is not None:
                texts.append(passage.text[span.start : span.end])
                labels.append(span.topics)
                topical += [(TOPICS[t] + " " + texts[-1], v) for t, v in span.topics.items()]
    makes = [
        make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=1000))
        for _ in range(5)
    ]
    for i in range(len(TOPICS)):
        makes[i].fit(texts, [i in topics for topics in labels])
    makes[4].fit([text for text, _ in topical], [STANCES[v] for _, v in topical])

    def judge(item: GoldArticle) -> list[Judged]:
        spans = [item.article.text[gold.start : gold.end] for gold in item.statements]
        present = np.array([makes[i].predict(spans) for i in range(len(TOPICS))])
        stance = np.array([makes[4].predict([f"{topic} {span}" for span in spans]) for topic in TOPICS])
        return _by_arrays(item, present, stance)

    return judge


def frozen_encoder(examples: Path, base: Path) -> Method:
    """The untuned encoder's mean state of the statement; a logistic regression for each topic and for its stance.

    Learned from every sixth statement: the encoder is the slow part.
    """
    import torch
    from transformers import AutoModel, AutoTokenizer

    encoder, tokenizer = AutoModel.from_pretrained(base).eval(), AutoTokenizer.from_pretrained(base)

    @torch.no_grad()
    def vectors(texts: Sequence[str]) -> np.ndarray:
        parts = []
        for start in range(0, len(texts), 32):
            words = [classifier.PREFIX + text for text in texts[start : start + 32]]
            coded = tokenizer(words, return_tensors="pt", padding=True, truncation=True, max_length=128)
            mask = coded["attention_mask"][..., None]
            parts.append((encoder(**coded).last_hidden_state * mask).sum(1) / mask.sum(1))
        return torch.cat(parts).numpy()

    passages, _ = split(read_passages(examples), 6)
    spans = [(p.text[s.start : s.end], s.topics) for p in passages for s in p.spans if s.topics is not None][::6]
    known = vectors([text for text, _ in spans])
    presence, stance = [], []
    for i in range(len(TOPICS)):
        presence.append(LogisticRegression(C=10, max_iter=2000).fit(known, [i in topics for _, topics in spans]))
        rows = [j for j, (_, topics) in enumerate(spans) if i in topics]
        labels = [STANCES[spans[j][1][i]] for j in rows]
        stance.append(LogisticRegression(C=10, max_iter=2000).fit(known[rows], labels))

    def judge(item: GoldArticle) -> list[Judged]:
        found = vectors([item.article.text[gold.start : gold.end] for gold in item.statements])
        present = np.array([model.predict(found) for model in presence])
        judged = np.array([model.predict(found) for model in stance])
        return _by_arrays(item, present, judged)

    return judge


def majority(item: GoldArticle) -> list[Judged]:
    """No topic, and everybody in favour."""
    return [Judged(item.article.id, gold, frozenset(), dict.fromkeys(TOPICS, "favor"), {}) for gold in item.statements]


def figures_of(judged: Sequence[Judged]) -> dict[str, float]:
    """Topic macro-F1 over the four topics and other, stance macro-F1 over given topics, share of opposite signs."""
    wanted = [set(j.gold.topics) or {OTHER} for j in judged]
    given = [set(j.topics) or {OTHER} for j in judged]
    topic = []
    for name in CLASSES:
        hit = sum(name in w and name in g for w, g in zip(wanted, given, strict=True))
        wrong = sum((name in w) != (name in g) for w, g in zip(wanted, given, strict=True))
        if any(name in w for w in wanted):
            topic.append(2 * hit / (2 * hit + wrong))
    pairs = [(stance, j.stances[t]) for j in judged for t, stance in j.gold.topics.items()]
    opposite = sum({a, b} == {"favor", "against"} for a, b in pairs) / max(len(pairs), 1)
    found = {
        "statements": len(judged),
        "topic_macro_f1": float(np.mean(topic)),
        "stance_macro_f1": evaluation.macro_f1(pairs),
        "opposite": opposite,
    }
    sure = [(j.sure[t], j.stances[t] == stance) for j in judged for t, stance in j.gold.topics.items() if j.sure]
    return found | ({"stance_calibration_error": calibration_error(sure)} if sure else {})


def calibration_error(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Expected calibration error over equal-count bins (Nixon et al. 2019), in [0, 1]."""
    ordered = np.array(sorted((p, float(right)) for p, right in pairs))
    parts = [part for part in np.array_split(ordered, min(bins, max(len(ordered) // 10, 1))) if len(part)]
    return float(sum(len(part) * abs(part[:, 0].mean() - part[:, 1].mean()) for part in parts) / len(ordered))


def reliability(pairs: Sequence[tuple[float, bool]], bins: int = 8) -> list[dict[str, float]]:
    """Bins of equal count: mean stated confidence, share right, number of rows (DeGroot & Fienberg 1983)."""
    parts = np.array_split(np.array(sorted((p, float(right)) for p, right in pairs)).reshape(-1, 2), bins)
    return [
        {"confidence": round(float(part[:, 0].mean()), 3), "right": round(float(part[:, 1].mean()), 3), "n": len(part)}
        for part in parts
        if len(part)
    ]


def coverage(pairs: Sequence[tuple[float, bool]], least: int = 15) -> list[dict[str, float]]:
    """For each least confidence in steps of 0.05: share of rows kept, share of those right, their number; down to
    ``least`` rows (risk and coverage, El-Yaniv & Wiener 2010)."""
    found = []
    for step in range(20):
        kept = [right for p, right in pairs if p >= step / 20]
        if len(kept) >= least:
            found.append(
                {
                    "at_least": step / 20,
                    "kept": round(len(kept) / len(pairs), 3),
                    "right": round(sum(kept) / len(kept), 3),
                    "n": len(kept),
                }
            )
    return found


def with_intervals(judged: Sequence[Judged], draws: int = 500) -> dict[str, object]:
    """Each figure with its 95 % interval, articles drawn anew."""
    rng = random.Random(1)
    by_article: dict[str, list[Judged]] = {}
    for j in judged:
        by_article.setdefault(j.article, []).append(j)
    ids = sorted(by_article)
    drawn = [figures_of([j for a in rng.choices(ids, k=len(ids)) for j in by_article[a]]) for _ in range(draws)]
    result: dict[str, object] = {}
    for key, value in figures_of(judged).items():
        spread = sorted(d[key] for d in drawn if key in d)
        result[key] = round(value, 3) if key != "statements" else int(value)
        if key in ("topic_macro_f1", "stance_macro_f1"):
            result[f"{key}_interval"] = [round(spread[int(0.025 * draws)], 3), round(spread[int(0.975 * draws)], 3)]
    return result


def keyword_rows(item: GoldArticle) -> list[tuple[int, int, str, str, str]]:
    """(start, end, topic, actor, stance) of the whole keyword floor: each sentence with a topic's word and a name."""
    article = item.article
    mentions = [m for m in find_mentions(article.text, article.language, article.published) if m.side != OTHER]
    rows = []
    for unit in split_units(article.text, article.language):
        gold = GoldStatement(unit.start, unit.end, "", frozenset(), OTHER, "", (), "", {}, False)
        judged = keywords(GoldArticle(article, (gold,)))[0]
        near = [m for m in mentions if unit.start <= m.start < unit.end] or [
            m for m in mentions if m.start < unit.start
        ][-1:]
        rows += [(unit.start, unit.end, topic, near[0].side, judged.stances[topic]) for topic in judged.topics if near]
    return rows


def keyword_f1(gold: Sequence[GoldArticle]) -> float:
    """(topic, actor, stance) F1 of the keyword floor from raw article to rows."""
    hit = extra = wanted = 0
    for item in gold:
        targets = {(g.start, g.end, t, a, s) for g in item.statements for t, s in g.topics.items() for a in g.actors}
        wanted += len(targets)
        for start, end, *rest in keyword_rows(item):
            match = next(
                (
                    x
                    for x in targets
                    if list(x[2:]) == rest
                    and min(end, x[1]) - max(start, x[0]) >= 0.5 * (max(end, x[1]) - min(start, x[0]))
                ),
                None,
            )
            targets.discard(match)
            hit, extra = hit + bool(match), extra + (not match)
    return round(2 * hit / max(hit + extra + wanted, 1), 3)


def measure(
    paths: dict[str, Path],
    model: Classifier,
    folder: Path,
    examples: Path,
    official: Path | None = None,
    base: Path | None = None,
) -> dict[str, object]:
    """All figures, by set and method; official text has no attribution to find, so only its statements are judged."""
    methods: dict[str, Method] = {
        "positions": ours(model),
        "target-blind": ours(model, blind=True),
        **({"frozen encoder + linear": frozen_encoder(examples, base)} if base else {}),
        "words + logistic regression": bag_of_words(examples),
        "keywords": keywords,
        "majority": majority,
    }
    result: dict[str, object] = {"model": "positions", "version": model.config["version"]}
    sure: list[tuple[float, bool]] = []
    stances: list[list[tuple[str, str]]] = []
    for name, path in paths.items():
        gold = evaluation.read_gold(path)
        result[name] = {
            method: with_intervals([j for item in gold for j in judge(item)]) for method, judge in methods.items()
        }
        rows = pipeline.tag([item.article for item in gold], model=folder)
        whole = evaluation.evaluate(gold, partial(_given, rows))["all"]
        judged = [(row.confidence, right) for row, right in evaluation.match_rows(gold, rows) if row.topic != OTHER]
        sure += judged
        stances += evaluation.stance_pairs(gold, rows)
        low, high = evaluation.interval(gold, rows, "topic_actor_stance_f1")
        result[name]["from raw article"] = whole | {  # type: ignore[index]
            "topic_actor_stance_f1_interval": [low, high],
            "keywords_topic_actor_stance_f1": keyword_f1(gold),
            "confidence_calibration_error": round(calibration_error(judged), 3),
        }
    if official:
        gold = official_gold(official)
        result["official"] = {
            method: with_intervals([j for item in gold for j in judge(item)]) for method, judge in methods.items()
        }
    return result | {
        "reliability": reliability(sure),
        "coverage": coverage(sure),
        "stance_confusion": confusion(stances),
    }


def stance_confusion(paths: Iterable[Path], folder: Path) -> dict[str, object]:
    """``confusion`` over all annotated files, from the raw article on."""
    stances = []
    for path in paths:
        gold = evaluation.read_gold(path)
        stances += evaluation.stance_pairs(gold, pipeline.tag([item.article for item in gold], model=folder))
    return confusion(stances)


def confusion(articles: Sequence[Sequence[tuple[str, str]]]) -> dict[str, object]:
    """What ``positions.correction.Confusion`` takes, of (annotated, tagged) stances by article.

    ``counts``: rows the annotated stance, columns the tagged one, both in the order of ``STANCES``. ``design``: Kish's
    design effect of the share right, the ratio of its variance between articles to that of as many free draws.
    """
    pairs = [pair for article in articles for pair in article]
    counts = [[sum(pair == (right, given) for pair in pairs) for given in STANCES] for right in STANCES]
    share = sum(a == b for a, b in pairs) / len(pairs)
    errors = [sum((a == b) - share for a, b in article) for article in articles if article]
    clustered = sum(error**2 for error in errors) * len(errors) / max(len(errors) - 1, 1)
    design = clustered / max(len(pairs) * share * (1 - share), 1e-9)
    return {"counts": counts, "design": round(max(design, 1.0), 2), "articles": len(errors)}


def far_domain(model: Classifier, path: Path) -> dict[str, float]:
    """Favor or against towards propositions of quite other debates, for which the judge was not made.

    Rows of ``path``: ``question``, ``comment``, ``label`` (FAVOR or AGAINST). Figures beside the majority's.
    """
    pairs = []
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        chances = model.judge_words(f"{classifier.PREFIX}{row['question']} {OTHER}:", row["comment"])
        pairs.append((row["label"].lower(), "favor" if chances[0] > chances[1] else "against"))
    most = max(("favor", "against"), key=[right for right, _ in pairs].count)
    return {
        "n": len(pairs),
        "macro_f1": evaluation.macro_f1(pairs),
        "majority": evaluation.macro_f1([(right, most) for right, _ in pairs]),
    }


def _given(rows: list[TaggedStatement], articles: Iterable[Article]) -> list[TaggedStatement]:
    """Rows that were tagged before, whatever is asked for."""
    return rows


def to_markdown(result: dict[str, object]) -> str:
    """The figures as two tables for README and the model card."""
    sets = [name for name, value in result.items() if isinstance(value, dict) and "positions" in value]
    lines = [
        "| annotated set | method | topic macro-F1 (95 %) | stance macro-F1 (95 %) | opposite sign |",
        "|---|---|---|---|---|",
    ]
    for name in sets:
        for method, part in result[name].items():  # type: ignore[attr-defined]
            if "topic_macro_f1" in part:
                topic, stance = (_with_range(part, key) for key in ("topic_macro_f1", "stance_macro_f1"))
                lines.append(
                    f"| {name} ({part['statements']}) | {method} | {topic} | {stance} | {part['opposite']:.0%} |"
                )
    sets = [name for name in sets if "from raw article" in result[name]]  # type: ignore[operator]
    lines += ["", "| from raw article | " + " | ".join(sets) + " |", "|---|" + "---|" * len(sets)]
    for key, label in RAW.items():
        cells = [_with_range(result[name]["from raw article"], key) for name in sets]  # type: ignore[index]
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _with_range(part: dict, key: str) -> str:
    low, high = part.get(f"{key}_interval", (None, None))
    return f"{part.get(key, 0):.2f}" + (f" ({low:.2f}–{high:.2f})" if low is not None else "")


def write_block(path: Path, text: str) -> None:
    """Put ``text`` between the marks ``<!-- figures -->`` and ``<!-- /figures -->`` of a Markdown file."""
    before, rest = path.read_text("utf-8").split("<!-- figures -->", 1)
    path.write_text(
        before + "<!-- figures -->\n" + text + "\n<!-- /figures -->" + rest.split("<!-- /figures -->", 1)[1], "utf-8"
    )


def main() -> None:
    """Parse the command line, print the table, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path, nargs="*")
    parser.add_argument("--model", type=Path, default=classifier.MODEL)
    parser.add_argument("--examples", type=Path, default=Path(__file__).parent / "examples")
    parser.add_argument("--official", type=Path, help="the documents that official/labels.jsonl speaks of")
    parser.add_argument("--base", type=Path, help="the encoder of training.base, for the baseline of the untuned one")
    parser.add_argument(
        "--confusion", action="store_true", help="measure only which stance is taken for which, into figures.json"
    )
    parser.add_argument("--far", type=Path, help="print only stance on other propositions: JSON Lines as x-stance has")
    options = parser.parse_args()
    if options.far:
        print(json.dumps(far_domain(classifier.load(options.model), options.far)))
        return
    paths = {path.stem: path for path in options.gold} or {name: GOLD / file for name, file in SETS.items()}
    if options.confusion:
        known = json.loads((options.model / "figures.json").read_text("utf-8"))
        known["stance_confusion"] = stance_confusion(paths.values(), options.model)
        (options.model / "figures.json").write_text(json.dumps(known, indent=1) + "\n", "utf-8")
        print(json.dumps(known["stance_confusion"]))
        return
    result = measure(
        paths, classifier.load(options.model), options.model, options.examples, options.official, options.base
    )
    print(json.dumps(result, indent=1))
    if not options.gold:
        (options.model / "figures.json").write_text(json.dumps(result, indent=1) + "\n", "utf-8")
        for path in (Path(__file__).parent.parent / "README.md", options.model / "README.md"):
            write_block(path, to_markdown(result))


if __name__ == "__main__":
    main()
