"""The texts of a citing bundle, in the reader's language, and the bundle itself."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from positions import bundle, figures, measures
from positions.ui import quality, settings
from positions.ui.reading import Corpus
from positions.ui.words import Words


def make(
    frame: pd.DataFrame,
    corpus: Corpus,
    words: Words,
    measured: Mapping[str, Any],
    cited: str,
    page: str,
    parameters: Mapping[str, Sequence[str]],
) -> bytes:
    """The zip of a view of the rows ``frame``, made today; ``cited`` cites it, ``measured`` are the model's figures."""
    texts = {"method.md": method(words, measured), "README.txt": f"{words('bundle.readme', cited=cited)}\n"}
    today = datetime.now(UTC).date()
    return bundle.make(
        pd.concat(list(corpus.tables(frame)), ignore_index=True),
        corpus.articles.assign(text_sha256=corpus.articles["id"].map(corpus.text_hashes())),
        texts,
        page=page,
        parameters=parameters,
        created=today,
        book=settings.book(),
        model=settings.model_facts(),
    )


def method(words: Words, measured: Mapping[str, Any]) -> str:
    """What the page Method says, as Markdown."""
    numbers = words.group("figures")
    edges = [-1.0, *measures.THRESHOLDS, 1.0]
    bands = [
        words(
            "about.band_range",
            band=words(f"band.{band}"),
            lower=figures.number(lower, numbers),
            upper=figures.number(upper, numbers),
        )
        for band, lower, upper in zip(measures.BANDS, edges, edges[1:], strict=False)
    ]
    propositions = [
        f"**{words.option('topic', topic.key)}** – {topic.proposition[words.language]}"
        for topic in settings.book().topics
    ]
    parts = [
        f"# {words('method.title')}",
        *_part("propositions", words, propositions),
        *_part("bands", words, bands),
        words("about.states", n=measures.MIN_N),
        *_part("measures", words),
        *_part("tags", words),
        f"## {words('about.figures')}",
        *_figures(words, quality.gold_sets(measured)),
        *_part("limits", words),
        *_part("licences", words),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _part(name: str, words: Words, items: Sequence[str] = ()) -> list[str]:
    listed = ["\n".join(f"- {item}" for item in items)] if items else []
    text = words(f"about.{name}_text") + (f" {words('about.alike')}" if name == "propositions" else "")
    return [f"## {words(f'about.{name}')}", text, *listed]


def _figures(words: Words, sets: Mapping[str, Mapping[str, Any]]) -> list[str]:
    parts = [words("about.figures_text" if sets else "about.figures_none")]
    for name, found in sets.items():
        parts.append(f"### {quality.heading(name, found, words)}")
        for title, table in quality.tables(found, words).items():
            parts += [f"**{words(f'quality.{title}')}** {words(f'quality.{title}_text')}", _markdown(table)]
    return parts


def _markdown(table: pd.DataFrame) -> str:
    rows = [list(table.columns), ["---"] * len(table.columns), *table.to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)
