"""Generated corpora: invented statements in any number, as a folder that the dashboard opens without tagging.

``python -m benchmarks.corpora FOLDER [N]`` makes a collection of N statements (default 1,000,000), five an article.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pyarrow as pa

from positions import measures
from positions.collection import ROWS, SCHEMAS, create
from positions.ingest import Tagger, digest
from positions.linking import list_words
from positions.records import MODES, SIDES, TOPICS, Article, TaggedStatement
from positions.ui import reading
from positions.utterances import name_utterance

COLUMNS = [field.name for field in fields(TaggedStatement)]
A_TEXT = 12  # statements in an article
OUTLETS, SPEAKERS, DAYS = 60, 400, 365
WIDTH = 160  # characters from the beginning of one statement to that of the next
BATCH = 20_000  # articles of a collection that are committed together
LEANING = {"Russia": -0.7, "Ukraine": 0.8, "USA": 0.1, "Europe": 0.6}
SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "mi", "no", "pe", "ra", "su", "to")


def statements(n: int, seed: int = 1, a_text: int = A_TEXT) -> pd.DataFrame:
    """``n`` tagged statements of invented speakers, about ``a_text`` an article, over a year; each side leans its way.

    One in ten repeats the utterance of another.
    """
    random = np.random.default_rng(seed)
    known = np.arange(min(max(n // a_text, 1), n))
    article = np.sort(np.append(known, random.integers(max(len(known), 1), size=n - len(known))))
    actor = random.choice(SIDES, size=n)
    holder = np.where(random.random(n) < 0.1, random.choice(SIDES, size=n), actor)
    score = np.clip(pd.Series(holder).map(LEANING).to_numpy() + random.normal(0, 0.5, size=n), -1, 1).round(3)
    day = (pd.Timestamp("2025-01-01") + pd.to_timedelta(article % DAYS, unit="D")).strftime("%Y-%m-%d")
    place = np.arange(n) - np.searchsorted(article, article)
    sentence = _sentences(random, n)
    made = {
        "statement_id": [f"s{i}" for i in range(n)],
        "utterance_id": [f"u{i}" for i in random.integers(max(int(n * 0.9), 1), size=n)],
        "article_id": [f"a{i}" for i in article],
        "published": day,
        "date": np.where(random.random(n) < 0.05, "", day),
        "outlet": [f"Paper {i % OUTLETS}" for i in article],
        "language": np.where(article % 2, "de", "en"),
        "actor": actor,
        "holder": holder,
        "speaker": [f"Person {i}" for i in random.integers(SPEAKERS, size=n)],
        "mode": random.choice(MODES, size=n, p=[0.4, 0.4, 0.1, 0.1]),
        "topic": random.choice(TOPICS, size=n),
        "stance": np.select([score > 0.3, score < -0.3], ["favor", "against"], "neutral"),
        "score": score,
        "confidence": random.uniform(0.3, 1, size=n).round(3),
        "text": sentence,
        "start": place * WIDTH,
        "end": place * WIDTH + np.char.str_len(np.array(sentence, dtype=str)),
    }
    blank = dict.fromkeys(COLUMNS, "") | {"reviewed": False, "date_basis": "article", "sentences_back": 0}
    empty = {name: value for name, value in blank.items() if name not in made}
    return pd.DataFrame(made).assign(**empty)[COLUMNS]


def _sentences(random: np.random.Generator, n: int) -> list[str]:
    """``n`` sentences of about twenty words that mean nothing, no two alike."""
    words = np.array([f"{a}{b}{c}" for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES])
    picked = words[random.integers(len(words), size=(n, 16))]
    return [f"Sentence number {i} of {' '.join(row)}." for i, row in enumerate(picked)]


def articles(rows: pd.DataFrame) -> pd.DataFrame:
    """The articles of ``rows``, each with the statements as its text."""
    first = rows.drop_duplicates("article_id").set_index("article_id")
    text = rows["text"].str.ljust(WIDTH - 1).groupby(rows["article_id"], sort=False).agg(" ".join)
    blank = Article("", "")
    plain = {field.name: getattr(blank, field.name) for field in fields(Article)}
    known = [
        {
            "id": id,
            "text": text,
            "title": f"Article {id}",
            "published": published,
            "outlet": outlet,
            "language": language,
        }
        for id, text, published, outlet, language in zip(
            first.index, text, first["published"], first["outlet"], first["language"], strict=True
        )
    ]
    return reading.articles_frame([plain | one for one in known])


def prepare(n: int, cache: Path) -> Path:
    """A folder that a server with the cache folder ``cache`` shows as a corpus of ``n`` statements at once."""
    folder = cache / f"articles-{n}"
    folder.mkdir(parents=True)
    (folder / "one.txt").write_text(f"Stands for {n} generated statements.\n", "utf-8")
    rows = statements(n)
    corpus = reading.Corpus(measures.prepare(rows), articles(rows), (), reading.corpus_key([folder]))
    with mock.patch.dict("os.environ", {"XDG_CACHE_HOME": str(cache)}):
        reading.remember(corpus)
    return folder


def fill(folder: Path, n: int, a_text: int = 5) -> Path:
    """Make ``folder`` a collection of ``n`` statements, about ``a_text`` an article, as ``add`` would leave it."""
    collection = create(folder)
    rows = statements(n, a_text=a_text)
    known = articles(rows)
    number, _ = pd.factorize(rows["article_id"])
    at = np.arange(n) - np.searchsorted(number, number)
    rows = rows.assign(number=number, position=number * ROWS + at)
    roots = rows.groupby("utterance_id", sort=False)["statement_id"].transform("first")
    linked = rows["utterance_id"].duplicated(keep=False)
    rows["utterance_id"] = rows["statement_id"].map(name_utterance)
    links = rows.loc[linked, ["number", "statement_id", "date"]].assign(root=roots, since=1)
    links["utterance_id"] = links["root"].map(name_utterance)
    for start in range(0, len(known), BATCH):
        part = rows[(number >= start) & (number < start + BATCH)]
        collection.commit(
            {
                "articles": _article_table(known.iloc[start : start + BATCH], start),
                "statements": _table(part, "statements"),
                "words": _words(part),
                "links": _table(links[links["number"].isin(part["number"])], "links"),
            },
            tagger=Tagger().facts(),
        )
    collection.close()
    return folder


def _article_table(known: pd.DataFrame, start: int) -> pa.Table:
    records = [
        {**record, "number": number, "place": number, "digest": digest(Article(**record)), "origin": "", "tagger": ""}
        for number, record in enumerate(known.to_dict("records"), start)
    ]
    return pa.Table.from_pylist(records, SCHEMAS["articles"])


def _words(rows: pd.DataFrame) -> pa.Table:
    tagged = [TaggedStatement(*values) for values in rows[COLUMNS].itertuples(index=False)]
    return list_words(tagged, rows["number"].tolist(), rows["position"].tolist())


def _table(rows: pd.DataFrame, name: str) -> pa.Table:
    return pa.Table.from_pandas(rows[SCHEMAS[name].names], SCHEMAS[name], preserve_index=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make a collection and say how long that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("n", type=int, nargs="?", default=1_000_000)
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    fill(options.folder, options.n)
    print(f"{options.n:,} statements in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
