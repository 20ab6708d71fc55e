"""An invented archive and an invented tagger for collections, also as a program whose runs can be killed.

``python invented.py COUNT add STORE`` is ``python -m positions add STORE`` with an archive of COUNT articles.
"""

import os
import random
import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

import pandas as pd

from positions import ingest, store
from positions.records import Article, TaggedStatement
from positions.utterances import join_utterances

WORDS = (
    *("Brücke", "Dach", "Vertrag", "Pause", "Woche", "Monat", "Ende", "Anfang", "Plan", "Linie", "Ort", "Halle", "Öl"),
    *("Preis", "Bahn", "Regen", "Montag", "Tor"),
)
SPEAKERS = ("Ada Holm", "Marta Weil", "Arne Lindqvist")


def archive(count: int, seed: int = 1) -> Iterator[Article]:
    """Articles of three statements; every third statement is one that an earlier article had."""
    draw = random.Random(seed)
    said: list[str] = []
    for number in range(count):
        sentences = []
        for _ in range(3):
            if said and draw.random() < 1 / 3:
                sentences.append(draw.choice(said))
            else:
                sentences.append(f"{' '.join(draw.sample(WORDS, 8))}, sagte {draw.choice(SPEAKERS)}.")
                said.append(sentences[-1])
        yield article(f"a-{number}", "\n\n".join(sentences), published=f"2025-12-{number % 20 + 1:02}")


def article(name: str, text: str, **fields: str) -> Article:
    """An article as read out of a file."""
    return Article(**{"id": name, "text": text, "source": f"/archive/{name}.txt", "language": "de", **fields})


def tag(one: Article) -> list[TaggedStatement]:
    """Every paragraph with "sagte" is a statement of its last two words."""
    rows = []
    for found in re.finditer(r"[^\n]+ sagte (\w+ \w+)\.", one.text):
        rows.append(
            TaggedStatement(
                statement_id="s" + sha256(f"{one.text} {found.start()}".encode()).hexdigest()[:14],
                utterance_id="",
                article_id=one.id,
                published=one.published,
                date=one.published,
                date_basis="expression" if found.start() % 2 else "article",
                outlet=one.outlet,
                title=one.title,
                url=one.url,
                language=one.language,
                actor="Europe",
                speaker=found[1],
                holder="Europe",
                mode="indirect",
                via="",
                topic="sanctions",
                stance="favor",
                score=0.5,
                confidence=0.75,
                text=found[0],
                start=found.start(),
                end=found.end(),
                cue="sagte",
            )  # fmt: skip
        )
    return rows


@dataclass(frozen=True)
class Tagger(ingest.Tagger):
    """Tags by ``tag``; another ``name`` is another model."""

    name: str = "one"

    def open(self) -> ingest.Tag:
        return tag

    def facts(self) -> dict:
        book = {"version": "1", "sha256": "c" * 64, "topics": ["sanctions"]}
        return {"model": {"name": self.name, "version": "1", "sha256": self.name}, "codebook": book, "app": "1"}


@dataclass(frozen=True)
class Failing(Tagger):
    """A tagger that can't do some articles."""

    def open(self) -> ingest.Tag:
        return tag_or_fail


def tag_or_fail(one: Article) -> list[TaggedStatement]:
    if "Tod." in one.text:
        os._exit(9)
    if "Fehler." in one.text:
        raise ValueError("as ordered")
    return tag(one)


@dataclass(frozen=True)
class Noted(Tagger):
    """A slow tagger that notes the process that opens it, one line each, in the file ``notes``."""

    notes: str = ""

    def open(self) -> ingest.Tag:
        with open(self.notes, "a", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")
        return tag_slowly


def tag_slowly(one: Article) -> list[TaggedStatement]:
    time.sleep(0.02)
    return tag(one)


@dataclass(frozen=True)
class Astray(Tagger):
    """A tagger that finds another model in every process but the one that it was made in."""

    home: int = 0

    def facts(self) -> dict:
        return {**super().facts(), "app": "1" if os.getpid() == self.home else "2"}


def table(articles: Iterable[Article]) -> pd.DataFrame:
    """What ``tag`` writes of these articles: all of them at once, joined as one table."""
    rows = [row for one in articles for row in tag(one)]
    same = join_utterances(rows)
    return store.to_frame([replace(row, utterance_id=same[row.statement_id]) for row in rows])


def main() -> None:
    """The command line with this tagger, small batches and small parts."""
    from positions import __main__ as program
    from positions import collection

    count = int(sys.argv.pop(1))
    program._open_model = lambda *_: None
    program.read_articles = lambda inputs: archive(count)
    ingest.Tagger = Tagger
    ingest.BATCH, collection.FAN = 2, 3
    program.app(prog_name=os.path.basename(sys.argv[0]))


if __name__ == "__main__":
    main()
