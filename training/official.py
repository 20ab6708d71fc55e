"""Real official text with labels: ``official/labels.jsonl`` says where in which document, the documents stay outside.

The documents are a JSON Lines file whose rows have ``text``; a row is found by the SHA-256 of its text. Every sentence
of an excerpt has two independent readings. Where they agree, it is learned from (part ``train``) or measured on (part
``test``; parts are drawn by document).
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from positions import pipeline
from positions.evaluation import MEANINGS, Figures, GoldArticle, GoldStatement, evaluate
from positions.records import ACTORS, STANCES, TOPICS, Article, TaggedStatement
from training.examples import Passage, Span

OFFICIAL = "official"  # the batch as which training takes the excerpts
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
        name = f"{OFFICIAL}-{excerpt['document']}-{begin}"
        passages.append(Passage(name, excerpt["language"], text, spans, [], [], [], {}))
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


def _documents(documents: Path) -> dict[str, dict]:
    """The documents by the first 16 digits of the SHA-256 of their text."""
    rows = (json.loads(line) for line in documents.read_text("utf-8").splitlines())
    return {hashlib.sha256(row["text"].encode()).hexdigest()[:16]: row for row in rows}


def _excerpts(documents: Path, part: str) -> Iterator[tuple[dict, str]]:
    known = _documents(documents)
    for line in LABELS.read_text("utf-8").splitlines():
        excerpt = json.loads(line)
        if excerpt["part"] != part:
            continue
        sentences = excerpt["sentences"]
        yield excerpt, _text(known, excerpt, documents)[sentences[0]["start"] : sentences[-1]["end"]]


def _text(known: dict[str, dict], row: dict, documents: Path) -> str:
    if row["document"] not in known:
        raise ValueError(f"{documents}: no document {row['document']} ({row['url']})")
    return str(known[row["document"]]["text"])


def read_passages(documents: Path) -> dict[str, tuple[GoldArticle, range]]:
    """The passages of ``passages.jsonl``, by id: each in its document, read to the passage's end, and where it lies.

    The document's title stands before it, as on the page. Passages measure attribution, so they carry no topics.
    """
    known = _documents(documents)
    found = {}
    for line in PASSAGES.read_text("utf-8").splitlines():
        row = json.loads(line)
        text = _text(known, row, documents)[: row["end"]]
        title = known[row["document"]].get("title", "")
        head = f"{title}\n\n" if title and not text.startswith(title) else ""
        begin, name = len(head) + row["start"], f"{row['document']}-{row['start']}"
        speaker = known[row["document"]].get("speaker", "")
        article = Article(name, head + text, published=row["published"], language="en", speaker=speaker)
        statements = tuple(
            GoldStatement(
                begin + one["start"], begin + one["end"], one["speaker"], frozenset(one["actors"]), one["holder"],
                one["mode"], (), one["date"], {}, False,
            )
            for one in row["statements"]
        )  # fmt: skip
        found[name] = GoldArticle(article, statements), range(begin, len(article.text))
    return found


def measure(documents: Path) -> Figures:
    """How the pipeline attributes the passages; what it finds in their documents before them does not count."""
    passages = read_passages(documents)

    def tag(articles: Iterable[Article]) -> list[TaggedStatement]:
        return [row for row in pipeline.tag(articles) if row.start in passages[row.article_id][1]]

    return evaluate([gold for gold, _ in passages.values()], tag)["all"]


def main() -> None:
    """Print how the pipeline attributes the passages: ``python -m training.official DOCUMENTS``."""
    figures = measure(Path(sys.argv[1]))
    for name in ("n", "statements_f1", "actor", "speaker", "holder", "holder_told", "mode", "date", "date_invented"):
        print(f"{MEANINGS.get(name, name):80}{figures.get(name, 0.0):8.2f}")


if __name__ == "__main__":
    main()
