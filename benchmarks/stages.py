"""Which stage takes how much of tagging: ``python -m benchmarks.stages [--articles N]``.

Tags N articles (the annotated ones of ``training/tuning`` and ``tests/gold``, over and over under new names) on this
machine's cores and prints the seconds and the share of each stage that ``pipeline`` calls.
"""

import argparse
import json
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

from positions import pipeline
from positions.records import Article

ROOT = Path(__file__).parent.parent
STAGES = {
    "split_units": "sentences",
    "find_mentions": "names",
    "find_marks": "names",
    "to_statement": "statements",
    "attribute": "attribution",
    "date_statement": "dates",
    "read_act": "acts",
    "join_utterances": "utterances",
}


def articles(count: int) -> list[Article]:
    """``count`` articles under different names."""
    files = [
        *sorted((ROOT / "training" / "tuning").glob("*.jsonl")),
        *sorted((ROOT / "tests" / "gold").glob("w*.jsonl")),
    ]
    records = [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()]
    taken = islice(cycle(records), count)
    return [
        Article(f"{i}-{r['id']}", r["text"], published=r["published"], language=r["lang"]) for i, r in enumerate(taken)
    ]


def timed(work: Callable, spent: dict[str, float], name: str) -> Callable:
    """``work``, with its seconds added to ``spent``."""

    def clocked(*args: object, **kwargs: object) -> object:
        began = time.perf_counter()
        try:
            return work(*args, **kwargs)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - began

    return clocked


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200)
    options = parser.parse_args()
    given, spent = articles(options.articles), dict[str, float]()
    reader = pipeline.open_reader()
    for encoder, name in ((reader._reader, "first encoder"), (reader._judge, "second encoder")):
        encoder.encode = timed(encoder.encode, spent, name)  # type: ignore[method-assign]
    for function, name in STAGES.items():
        setattr(pipeline, function, timed(getattr(pipeline, function), spent, name))
    began = time.perf_counter()
    rows = pipeline.tag(given)
    whole = time.perf_counter() - began
    spent["heads, windows and the rest"] = whole - sum(spent.values())
    statements = len({row.statement_id for row in rows})
    print(
        f"{len(given)} articles, {statements} statements in {whole:.1f} s: {len(given) / whole:.2f} articles a second"
    )
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"| {name} | {seconds:.1f} s | {seconds / whole:.0%} |")


if __name__ == "__main__":
    main()
