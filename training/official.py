"""Real official text with labels: ``official/labels.jsonl`` says where in which document, the documents stay outside.

The documents are a JSON Lines file whose rows have ``text``; a row is found by the SHA-256 of its text. Every sentence
of an excerpt has two independent readings. Where they agree, it is learned from (part ``train``) or measured on (part
``test``; parts are drawn by document).
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from positions.evaluation import GoldArticle, GoldStatement
from positions.records import ACTORS, STANCES, TOPICS, Article
from training.examples import Passage, Span

LABELS = Path(__file__).parent / "official" / "labels.jsonl"


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


def _excerpts(documents: Path, part: str) -> Iterator[tuple[dict, str]]:
    texts = {}
    for line in documents.read_text("utf-8").splitlines():
        text = json.loads(line)["text"]
        texts[hashlib.sha256(text.encode()).hexdigest()[:16]] = text
    for line in LABELS.read_text("utf-8").splitlines():
        excerpt = json.loads(line)
        if excerpt["part"] != part:
            continue
        if excerpt["document"] not in texts:
            raise ValueError(f"{documents}: no document {excerpt['document']} ({excerpt['url']})")
        sentences = excerpt["sentences"]
        yield excerpt, texts[excerpt["document"]][sentences[0]["start"] : sentences[-1]["end"]]
