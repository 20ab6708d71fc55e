"""Generated corpora: invented statements in any number, and a folder that the dashboard opens without tagging."""

from dataclasses import fields
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd

from positions import measures
from positions.records import MODES, SIDES, TOPICS, Article, TaggedStatement
from positions.ui import reading

COLUMNS = [field.name for field in fields(TaggedStatement)]
A_TEXT = 12  # statements in an article
OUTLETS, SPEAKERS, DAYS = 60, 400, 365
LEANING = {"Russia": -0.7, "Ukraine": 0.8, "USA": 0.1, "Europe": 0.6}


def statements(n: int, seed: int = 1) -> pd.DataFrame:
    """``n`` tagged statements of invented speakers, about twelve an article, over a year; each side leans its way."""
    random = np.random.default_rng(seed)
    article = np.sort(random.integers(max(n // A_TEXT, 1), size=n))
    actor = random.choice(SIDES, size=n)
    holder = np.where(random.random(n) < 0.1, random.choice(SIDES, size=n), actor)
    score = np.clip(pd.Series(holder).map(LEANING).to_numpy() + random.normal(0, 0.5, size=n), -1, 1).round(3)
    day = (pd.Timestamp("2025-01-01") + pd.to_timedelta(article % DAYS, unit="D")).strftime("%Y-%m-%d")
    place = np.arange(n) - np.searchsorted(article, article)
    sentence = [f"Sentence number {i}." for i in range(n)]
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
        "start": place * 40,
        "end": place * 40 + np.char.str_len(np.array(sentence, dtype=str)),
    }
    empty = {name: "" for name in COLUMNS if name not in made} | {"reviewed": False, "date_basis": "article"}
    return pd.DataFrame(made).assign(**empty)[COLUMNS]


def articles(rows: pd.DataFrame) -> pd.DataFrame:
    """The articles of ``rows``, each with the statements as its text."""
    blank = Article("", "")
    plain = {field.name: getattr(blank, field.name) for field in fields(Article)}
    records = []
    for name, part in rows.groupby("article_id", sort=False):
        text = " ".join(sentence.ljust(39) for sentence in part["text"])
        first = part.iloc[0]
        known = {"id": name, "text": text, "title": f"Article {name}"}
        records.append(plain | known | {key: first[key] for key in ("published", "outlet", "language")})
    return reading.articles_frame(records)


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
