"""Speed, as ratios within one run: ``python -m benchmarks.speed [--peer]``.

Start-up: the command line on the seed articles from a cold interpreter. Reading: sentences a second of the whole
tagger and of the bare encoder on the same windows. ``--peer`` (needs torch) adds the usual zero-shot way: one forward
pass of a DeBERTa-base shaped model for each statement, topic and stance; its weights are random, which changes nothing
about its speed.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from positions import classifier
from positions.mentions import find_marks
from positions.pipeline import tag_article
from positions.records import STANCES, TOPICS, Article
from positions.units import split_units

ROOT = Path(__file__).parent.parent
SENTENCE = (
    "Die Regierung in Kiew lehnt einen Verzicht auf den Nato-Beitritt nach den Worten des Unterhändlers Oleh Marynenko "
    "ab, "
    "solange Moskau keine verbindlichen Zusagen über den Abzug seiner Truppen mache."
)


def time_of(work, runs: int = 3) -> float:
    """Median seconds of ``runs`` calls."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return float(np.median(seconds))


def start_up() -> float:
    """Seconds from a cold start to the written file, five articles."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "positions", "tag", "seeds", "--output", f"{folder}/statements.csv"]
        return time_of(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True))


def reading(sentences: int) -> dict[str, float]:
    """Seconds a sentence: everything, and the bare encoder on windows of the same size."""
    text = "\n\n".join(" ".join(f"{i}{j} {SENTENCE}" for j in range(4)) for i in range(sentences // 4))
    article, reader = Article("a", text, language="de"), classifier.load()
    width, tokens = 384, 320
    window = np.random.default_rng(1).standard_normal((1, tokens, width)).astype(np.float32)
    ids, _ = classifier.tokenize(reader._tokenizer.backend_tokenizer, text)
    windows = len(ids) / (tokens - classifier.LEFT - classifier.RIGHT)
    read = lambda: reader.read(text, split_units(text, "de"), find_marks(text, "de"))  # noqa: E731
    bare = time_of(lambda: [reader._reader._session.run(None, {"embedded": window}) for _ in range(20)]) / 20
    return {
        "tagged": time_of(lambda: tag_article(article, reader)) / sentences,
        "read": time_of(read) / sentences,
        "bare": bare * windows / sentences,
    }


def peer(pairs: int = 24) -> float:
    """Seconds for each (statement, hypothesis) pair of a DeBERTa-base shaped classifier in torch."""
    import torch
    from transformers import DebertaV2Config, DebertaV2ForSequenceClassification

    shape = DebertaV2Config(
        vocab_size=251000,
        hidden_size=768,
        num_hidden_layers=12,
        num_attention_heads=12,
        intermediate_size=3072,
        relative_attention=True,
        position_buckets=256,
        pos_att_type=["p2c", "c2p"],
        num_labels=3,
    )
    model = DebertaV2ForSequenceClassification(shape).eval()
    ids = torch.randint(10, 250000, (8, 60))
    with torch.no_grad():
        return time_of(lambda: [model(ids) for _ in range(pairs // 8)]) / pairs


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--sentences", type=int, default=400)
    options = parser.parse_args()
    print(f"cold start to CSV, five seed articles: {start_up():.1f} s")
    figures = reading(options.sentences)
    print(
        f"a sentence: {figures['tagged'] * 1000:.1f} ms tagged, {figures['read'] * 1000:.1f} ms read by both networks"
    )
    share = figures["bare"] / figures["tagged"]
    print(f"a sentence: {figures['bare'] * 1000:.1f} ms bare first encoder, {share:.0%} of the whole")
    if options.peer:
        pair = peer()
        whole = pair * len(TOPICS) * len(STANCES)
        times = whole / figures["tagged"]
        print(f"zero-shot peer: {pair * 1000:.0f} ms a pair, {whole * 1000:.0f} ms a statement: {times:.0f} times")


if __name__ == "__main__":
    main()
