"""Quotations and their sources in German news: ``python -m benchmarks.quotes FOLDER [--part dev]``.

FOLDER holds ``dev.jsonl`` or ``train.jsonl`` of the German news quotes (Petersen-Frey and Biemann, 2024; CC BY-NC-SA
4.0, not part of this project). The shipped network reads each article, the rules of ``benchmarks.spans`` bound what it
found, and the scorer of PyPI's ``quotect`` 1.1.5 (MIT; ``pip install --no-deps quotect`` and scipy) compares tokens.

The scorer pairs system and gold quotations by the overlap of their messages, then averages precision and recall over
the quotations (message) and over the parts that the two sides give (roles: source, cue, frame, addressee; joint: all).
The simplified task is taken here as message and source alone; nested quotations count in both tasks.
"""

import argparse
import importlib.util
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.spans import Quotation, Range, Sentence, find_quotations
from positions import classifier
from positions.classifier import Reading
from positions.mentions import find_marks
from positions.units import Unit, split_units

Document = dict[str, Any]
TYPES = {
    "direct": "Direct",
    "indirect": "Indirect",
    "free": "IndirectFreeIndirect",
    "hearsay": "FreeIndirect",
    "reported": "Reported",
}
ROLES = {"quote": "message", "speaker": "source", "cue": "cue", "frame": "frame", "addressee": "addressee"}
PUBLISHED = {"simple message": 48.1, "simple source": 31.7, "simple joint": 40.4, "full joint": 39.1}
PUBLISHED |= {"full message": 47.9, "full roles": 35.5}


def load_scorer() -> ModuleType:
    """The module ``eval_quotes`` alone: the package around it wants torch."""
    files = metadata.files("quotect") or []
    path = next(file.locate() for file in files if file.name == "eval_quotes.py")
    spec = importlib.util.spec_from_file_location("eval_quotes", str(path))
    assert spec and spec.loader
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    return scorer


def read_documents(path: Path) -> list[Document]:
    """One document a line."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def to_sentences(units: Sequence[Unit], readings: Sequence[Reading]) -> list[Sentence]:
    """Each sentence with the best chance of a statement among its clauses."""
    return [
        Sentence(u.start, u.end, max((r.statement for r in readings if r.start < u.end and r.end > u.start), default=0))
        for u in units
    ]


def tag(document: Document, reader: classifier.Classifier) -> list[Quotation]:
    """The quotations that the program finds in an article."""
    text = document["originalText"]
    units = split_units(text, "de")
    readings = reader.read(text, units, find_marks(text, "de"), stances=False)
    return find_quotations(text, to_sentences(units, readings), "de")


def to_annotations(document: Document, quotations: Iterable[Quotation], full: bool) -> list[dict[str, Any]]:
    """Quotations as the scorer wants them: token ids of each part."""
    tokens = document["tokens"]

    def ids(spans: Sequence[Range]) -> list[int]:
        return [t["id"] for t in tokens if any(a < t["charEnd"] and t["charBegin"] < b for a, b in spans)]

    annotations = []
    for quotation in quotations:
        parts = {role: {"tokenIds": ids(getattr(quotation, name))} for role, name in ROLES.items()}
        if parts["quote"]["tokenIds"]:
            annotations.append(_reduced({**parts, "type": TYPES[quotation.kind], "medium": "Speech"}, full))
    return annotations


def _reduced(annotation: dict[str, Any], full: bool) -> dict[str, Any]:
    """A copy of an annotation with what the task asks for."""
    kept = ROLES if full else ("quote", "speaker")
    roles = {role: {"tokenIds": list(annotation[role]["tokenIds"])} for role in kept}
    return {**roles, "type": annotation["type"], "medium": annotation["medium"]}


def score(documents: Sequence[Document], found: Sequence[Sequence[Quotation]], scorer: ModuleType) -> dict[str, float]:
    """Percentages: precision, recall and F1 of both tasks, and recall of messages by type of quotation."""
    figures = {}
    for task, full in (("simple", False), ("full", True)):
        gold = [{**d, "annotations": [_reduced(a, full) for a in d["annotations"]]} for d in documents]
        system = [{**d, "annotations": to_annotations(d, q, full)} for d, q in zip(documents, found, strict=True)]
        scores = scorer.evaluate(system, gold)
        for name, key in (("message", "msg"), ("roles" if full else "source", "roles"), ("joint", "joint")):
            for figure, part in (("F1", "f1"), ("precision", "prec"), ("recall", "rec")):
                figures[f"{task} {name} {figure}"] = 100 * scores[f"{part}_{key}"]
    return figures | dict(_recalls(documents, found, scorer))


def _recalls(
    documents: Sequence[Document], found: Sequence[Sequence[Quotation]], scorer: ModuleType
) -> Iterator[tuple[str, float]]:
    """Recall of message and source tokens for each type, over the scorer's own pairs."""
    shares: dict[str, list[float]] = defaultdict(list)
    for document, quotations in zip(documents, found, strict=True):
        system = scorer.Document("", to_annotations(document, quotations, False)).groups
        gold = scorer.Document("", [_reduced(a, False) for a in document["annotations"]]).groups
        pairs = dict(zip(*reversed(scorer.assign_messages(system, gold)), strict=True)) if system and gold else {}
        for i, annotation in enumerate(document["annotations"]):
            partner = system[pairs[i]] if i in pairs else None
            kind = annotation["type"] + (" nested" if annotation["isNested"] else "")
            own = set(gold[i].msg)
            shares[f"{kind} message"].append(len(own & set(partner.msg)) / len(own) if partner else 0)
            if source := set(gold[i].roles["speaker"]):
                shares[f"{kind} source"].append(
                    len(source & set(partner.roles["speaker"])) / len(source) if partner else 0
                )
    for name, values in sorted(shares.items()):
        yield f"recall {name} ({len(values)})", 100 * sum(values) / len(values)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=("train", "dev"), default="dev")
    parser.add_argument("--first", type=int, help="read only so many articles")
    options = parser.parse_args()
    documents = read_documents(options.folder / f"{options.part}.jsonl")[: options.first]
    reader = classifier.load()
    figures = score(documents, [tag(document, reader) for document in documents], load_scorer())
    for name, value in figures.items():
        beside = PUBLISHED.get(name.removesuffix(" F1")) if name.endswith(" F1") else None
        print(f"{name:40}{value:6.1f}" + (f"   (QUiTE, rules, on test: {beside})" if beside else ""))


if __name__ == "__main__":
    main()
