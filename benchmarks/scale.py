"""Collections at scale: ``python -m benchmarks.scale [--articles N] [--sizes N...] [--peer]``.

Speed: ``add`` on one core, with two workers and on a two-worker Dask cluster, all on the same articles in one run,
beside what two processes reach that only tag (the ceiling of this machine) and, with ``--peer`` (needs torch), beside
the zero-shot way of ``benchmarks.speed`` on as many statements. Memory: the peak of ``add`` at growing sizes, with a
cheap stand-in for the tagger, as the real one would take hours.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from benchmarks import speed, stages
from benchmarks.clusters import Cluster
from positions import collection, ingest, pipeline
from positions.articles import read_articles
from positions.records import STANCES, TOPICS, Article, TaggedStatement

ROOT = Path(__file__).parent.parent
SPEAKERS = ("Ada Holm", "Marta Weil", "Arne Lindqvist", "Oleh Marchenko", "Grace Holloway")
LETTERS = "abdefghiklmnoprstuw"
STATEMENTS = 8  # in a generated article
REAL = 2000  # of so many generated articles one is tagged by the real model, so that its memory counts
COMMIT = 256  # generated articles a commit: commits of 16, as usual, would only take longer


# --- speed


def write_articles(file: Path, count: int) -> None:
    """``count`` annotated articles as JSON Lines, each of another text."""
    with file.open("w", encoding="utf-8") as out:
        for number, one in enumerate(stages.articles(count)):
            row = {"id": one.id, "text": f"{one.text}\n\nNo. {number}.", "published": one.published}
            out.write(json.dumps({**row, "language": one.language}) + "\n")


def time_add(file: Path, *options: str) -> tuple[float, int]:
    """Seconds of the whole command ``add``, from its start to its end, and the statements that it found."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "positions", "add", f"{folder}/store", str(file), *options]
        began = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, env={**os.environ, "POSITIONS_THREADS": "1"})
        seconds = time.perf_counter() - began
        opened = collection.load(Path(folder) / "store")
        statements = opened.counts()["statements"]
        opened.close()
    return seconds, statements


def tag_alone(file: Path, until: float) -> int:
    """How many articles one process tags until then, on one thread and with nothing else to do."""
    reader = pipeline.open_reader()
    articles = [one for one in read_articles([file]) if isinstance(one, Article)]
    pipeline.tag_article(articles[0], reader)
    while time.time() < until - WINDOW:
        time.sleep(0.01)
    done = 0
    while time.time() < until:
        pipeline.tag_article(articles[done % len(articles)], reader)
        done += 1
    return done


WINDOW, OPENING = 30.0, 30.0  # seconds


def ceiling(file: Path) -> tuple[float, float]:
    """Articles a second that one process only tags, and that two do at the same time."""
    os.environ["POSITIONS_THREADS"] = "1"
    rates = []
    for processes in (1, 2):
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            until = time.time() + OPENING + WINDOW
            rates.append(sum(pool.map(partial(tag_alone, file), [until] * processes)) / WINDOW)
    return rates[0], rates[1]


def show_speed(count: int, peer: bool) -> None:
    """Print the table of speeds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, one = folder / "articles.jsonl", folder / "one.jsonl"
        write_articles(file, count)
        write_articles(one, 1)
        with Cluster(folder, settings={"POSITIONS_THREADS": "1"}) as cluster:
            for _ in range(2):
                cluster.add_worker()
            ways = {"one core": (), "two workers": ("--workers", "2")}
            ways["two-worker Dask cluster"] = ("--scheduler", cluster.address)
            print(f"\n| {count} articles | seconds | articles a second | times one core | without the start | times |")
            print("|---|---|---|---|---|---|")
            first: tuple[float, float] | None = None
            for way, options in ways.items():
                start, _ = time_add(one, *options)
                seconds, statements = time_add(file, *options)
                rates = (count / seconds, (count - 1) / (seconds - start))
                first = first or rates
                cells = [f"{rate:.2f} | {rate / base:.2f}" for rate, base in zip(rates, first, strict=True)]
                print(f"| `add`, {way} | {seconds:.0f} | {' | '.join(cells)} |", flush=True)
        alone, both = ceiling(file)
        print(f"| tagging alone, one process | | | | {alone:.2f} | 1.00 |")
        print(f"| tagging alone, two processes: what this machine allows | | | | {both:.2f} | {both / alone:.2f} |")
    if peer:
        import torch

        torch.set_num_threads(1)
        seconds = speed.peer() * len(TOPICS) * len(STANCES) * statements
        rate = count / seconds
        what = f"zero-shot peer on one core, on the same {statements} statements"
        print(f"| {what} | {seconds:.0f} | {rate:.3f} | {rate / first[0]:.3f} | | |")
        print("The peer's row is its measured time for a pair times all pairs, without reading or storing anything.")


# --- memory


def write_corpus(file: Path, count: int) -> None:
    """``count`` generated articles as JSON Lines; every seventh statement is one that an earlier article had."""
    draw = random.Random(1)
    words = ["".join(draw.choices(LETTERS, k=draw.randrange(5, 12))) for _ in range(20_000)]
    said: list[str] = []
    with file.open("w", encoding="utf-8") as out:
        for number in range(count):
            parts = []
            for _ in range(STATEMENTS):
                fresh = not said or draw.random() > 1 / 7
                new = f"{' '.join(draw.choices(words, k=20))}, sagte {draw.choice(SPEAKERS)}."
                parts.append(new if fresh else draw.choice(said))
                if fresh:
                    said = [*said[-999:], parts[-1]]
                parts.append(" ".join(draw.choices(words, k=25)) + ".")
            row = {"id": f"a{number}", "text": "\n\n".join(parts), "published": f"2025-{number % 12 + 1:02}-01"}
            out.write(json.dumps({**row, "language": "de", "outlet": f"Paper {number % 60}"}) + "\n")


def stand_in(one: Article) -> list[TaggedStatement]:
    """A statement for each sentence that ends in "sagte" and a name."""
    rows = []
    for found in re.finditer(r"[^\n]+, sagte (\w+ \w+)\.", one.text):
        key = blake2b(f"{one.text}{found.start()}".encode(), digest_size=7).hexdigest()
        about = {name: getattr(one, name) for name in ("published", "outlet", "title", "url", "language")}
        rows.append(
            TaggedStatement(
                **about, statement_id=f"s{key}", utterance_id="", article_id=one.id, date=one.published,
                date_basis="article", actor="Europe", speaker=found[1], holder="Europe", mode="indirect", via="",
                topic="sanctions", stance="favor", score=0.5, confidence=0.7, text=found[0], start=found.start(),
                end=found.end(), cue="sagte",
            )
        )  # fmt: skip
    return rows


@dataclass(frozen=True)
class StandIn(ingest.Tagger):
    """The real model for one in ``REAL`` articles, ``stand_in`` for the others."""

    def open(self) -> ingest.Tag:
        real = super().open()
        turn = iter(range(10**9))
        return lambda one: stand_in(one) if next(turn) % REAL else real(one)


def peak() -> float:
    """The most memory that this process has had, in MB (Linux)."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1000


def add_generated(file: Path, store: Path) -> dict[str, float]:
    """Add a file of generated articles; peak memory, articles a second in all and in the last tenth."""
    ingest.BATCH = COMMIT
    began = time.perf_counter()
    times = [(0, began)]
    opened = collection.create(store)
    outcome = ingest.add(opened, read_articles([file]), StandIn(), lambda o: times.append((o.new, time.perf_counter())))
    late = next(place for place in times if place[0] >= 0.9 * outcome.new - COMMIT)
    (done, end) = times[-1]
    last = (done - late[0]) / max(end - late[1], 1e-9)
    return {"peak": peak(), "rate": done / (end - began), "last": last, "statements": outcome.statements}


def read_folder(folder: Path) -> dict[str, float]:
    """Read a folder of files and keep nothing; peak memory and articles a second."""
    began = time.perf_counter()
    done = sum(isinstance(one, Article) for one in read_articles([folder]))
    return {"peak": peak(), "rate": done / (time.perf_counter() - began)}


def in_a_process(*arguments: str) -> dict[str, float]:
    """What one of the two functions above gives in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.scale", *arguments]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)


def show_memory(sizes: list[int]) -> None:
    """Print the table of memory."""
    print(f"\nWith a cheap stand-in for the tagger (the real model tags one article in {REAL:,}, so that its memory")
    print(f"counts) and commits of {COMMIT} articles of {STATEMENTS} statements each:\n")
    print(
        "| articles | JSON Lines | peak of `add` | articles a second | in the last tenth | peak of reading as files |"
    )
    print("|---|---|---|---|---|---|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder, file = Path(name), Path(name) / "articles.jsonl"
            write_corpus(file, size)
            found = in_a_process("--add", str(file), str(folder / "store"))
            files = folder / "files"
            files.mkdir()
            for one in texts(file, size):
                (files / f"{one['id']}.txt").write_text(one["text"], "utf-8")
            read = in_a_process("--read", str(files))
            size_mb = file.stat().st_size / 1e6
        cells = [f"{size_mb:.0f} MB", f"{found['peak']:.0f} MB", f"{found['rate']:.0f}", f"{found['last']:.0f}"]
        print(f"| {size:,} | {' | '.join(cells)} | {read['peak']:.0f} MB |", flush=True)


def texts(file: Path, count: int) -> Iterator[dict[str, str]]:
    """The rows of a file of generated articles."""
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, islice(lines, count))


def main() -> None:
    """Parse the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=300, help="to tag in each way; 0 leaves the speed out")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000], help="none: no memory")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--add", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.add:
        print(json.dumps(add_generated(*options.add)))
    elif options.read:
        print(json.dumps(read_folder(options.read)))
    else:
        if options.articles:
            show_speed(options.articles, options.peer)
        show_memory(options.sizes)


if __name__ == "__main__":
    main()
