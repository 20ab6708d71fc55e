"""Real official text with labels: ``official/labels.jsonl`` says where in which document, the documents stay outside.

The documents are a JSON Lines file whose rows have ``text``; a row is found by the SHA-256 of its text. Every sentence
of an excerpt has two independent readings. Where they agree, it is learned from (part ``train``) or measured on (part
``test``; parts are drawn by document).
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from positions import pipeline
from positions.evaluation import MEANINGS, GoldArticle, GoldStatement, evaluate
from positions.records import ACTORS, STANCES, TOPICS, Article
from training.examples import Passage, Span

LABELS = Path(__file__).parent / "official" / "labels.jsonl"
PASSAGES = Path(__file__).parent / "official" / "passages.jsonl"


def read_official(documents: Path, part: str) -> list[Passage]:
    """The excerpts of one part as passages; nothing is learned from them but topics, stances and holders."""
    passages = []
    for excerpt, text in _excerpts(documents, part):
        begin = excerpt["sentences"][0]["start"]
        spans = []
        for row in excerpt["sentences"]:
            span = Span(row["start"] - begin, row["end"] - begin, None)
            if row["first"] == row["second"]:
                span.topics = {TOPICS.index(t): STANCES.index(s) for t, s in row["first"].items()}
                span.holder = ACTORS.index(row["holder"])
            spans.append(span)
        passages.append(Passage(f"{excerpt['document']}-{begin}", excerpt["language"], text, spans, [], [], [], {}))
    return passages


def official_gold(documents: Path, part: str = "test") -> list[GoldArticle]:
    """The excerpts of one part as annotated articles, with the sentences on which both readings agree."""
    found = []
    for excerpt, text in _excerpts(documents, part):
        begin, actor = excerpt["sentences"][0]["start"], excerpt["actor"]
        statements = tuple(
            GoldStatement(
                row["start"] - begin, row["end"] - begin, "", frozenset({actor}), row["holder"], "direct", (), "",
                row["first"], row["hard"],
            )
            for row in excerpt["sentences"]
            if row["first"] == row["second"]
        )  # fmt: skip
        article = Article(
            f"{excerpt['document']}-{begin}", text, published=excerpt["date"], language=excerpt["language"]
        )
        found.append(GoldArticle(article, statements))
    return found


def _texts(documents: Path) -> dict[str, str]:
    """The documents' texts by the first 16 digits of their SHA-256."""
    texts = (json.loads(line)["text"] for line in documents.read_text("utf-8").splitlines())
    return {hashlib.sha256(text.encode()).hexdigest()[:16]: text for text in texts}


def _excerpts(documents: Path, part: str) -> Iterator[tuple[dict, str]]:
    texts = _texts(documents)
    for line in LABELS.read_text("utf-8").splitlines():
        excerpt = json.loads(line)
        if excerpt["part"] != part:
            continue
        if excerpt["document"] not in texts:
            raise ValueError(f"{documents}: no document {excerpt['document']} ({excerpt['url']})")
        sentences = excerpt["sentences"]
        yield excerpt, texts[excerpt["document"]][sentences[0]["start"] : sentences[-1]["end"]]


def read_passages(documents: Path) -> list[GoldArticle]:
    """The passages of ``passages.jsonl`` as annotated articles; they measure attribution, so they carry no topics."""
    texts = _texts(documents)
    found = []
    for line in PASSAGES.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["document"] not in texts:
            raise ValueError(f"{documents}: no document {row['document']} ({row['url']})")
        text = texts[row["document"]][row["start"] : row["end"]]
        article = Article(f"{row['document']}-{row['start']}", text, published=row["published"], language="en")
        statements = tuple(
            GoldStatement(
                one["start"], one["end"], one["speaker"], frozenset(one["actors"]), one["holder"], one["mode"], (),
                one["date"], {}, False,
            )
            for one in row["statements"]
        )  # fmt: skip
        found.append(GoldArticle(article, statements))
    return found


def main() -> None:
    """Print how the pipeline attributes the passages: ``python -m training.official DOCUMENTS``."""
    figures = evaluate(read_passages(Path(sys.argv[1])), pipeline.tag)["all"]
    for name in ("n", "statements_f1", "actor", "speaker", "holder", "holder_told", "mode", "date", "date_invented"):
        print(f"{MEANINGS.get(name, name):80}{figures.get(name, 0.0):8.2f}")


if __name__ == "__main__":
    main()
