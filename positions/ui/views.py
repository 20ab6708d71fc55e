"""One page's surroundings: its words, its corpus, its filtered rows; built by the frame, read by the page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from positions import figures, measures
from positions.records import SIDES
from positions.ui import downloads, evidence, filters, links
from positions.ui import words as interface
from positions.ui.reading import Corpus
from positions.ui.words import Words

MANY = 200_000  # rows of a corpus from which on few selections of it are kept
UNWARNED = ("method",)  # its charts show measured quality, not the corpus
CHART = {**figures.CONFIG, "displaylogo": False}


@dataclass(frozen=True)
class View:
    """What ``page`` shows: the rows of ``corpus`` that meet ``selection``.

    A session keeps its view until its next run; the rows themselves are kept for all sessions together.
    """

    page: str
    words: Words
    corpus: Corpus
    selection: filters.Selection
    dark: bool

    @property
    def frame(self) -> pd.DataFrame:
        """The filtered rows."""
        kept = _rows if len(self.corpus.statements) < MANY else _many_rows
        return kept(self.key, partial(self.selection.rows, self.corpus.statements))

    @property
    def key(self) -> str:
        """Identity of corpus and filters, for caches."""
        return f"{self.corpus.key} {self.selection}"

    @property
    def chart_words(self) -> dict[str, str]:
        """The words that the figures take."""
        return self.words.group("figures")

    def chart(self, figure: figures.Figure, alt: str, key: str, **shape: Any) -> Any:
        """Draw a figure with its alternative text; the camera in its corner saves it, one-sided sources named in it."""
        if warning := self.one_sided():
            figure, alt = figures.warn(figure, warning, self.dark), f"{alt} {warning}"
        kind = st.session_state.get("image") or downloads.IMAGES[0]
        config = {**CHART, "toImageButtonOptions": {"format": kind, "filename": f"positions-{key}", "scale": 2}}
        return st.plotly_chart(figure, theme=None, key=key, alt=alt, config=config, **shape)

    def measure(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """``function(frame, *args, **options)`` from ``positions.measures``, worked out once for these filters.

        A frame among the ``args`` has to follow from corpus and filters.
        """
        plain = [arg for arg in args if not isinstance(arg, pd.DataFrame)]
        key = f"{self.key} {function.__name__} {plain} {options}"
        return _measured(key, lambda: function(self.frame, *args, **options))

    def one_sided(self) -> str:
        """That one outlet or agency supplies over half of what the charts show, or nothing."""
        found = None if self.page in UNWARNED else self.measure(measures.dominance)
        if found is None:
            return ""
        return self.words(f"chart.{found.kind}", share=self.words.percent(found.share), name=found.name)

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides to show: the chosen ones, or all four."""
        return self.selection.side or SIDES

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics to show that have a proposition: the chosen ones, or all of the codebook's."""
        known = measures.topics_of(self.frame)
        return tuple(topic for topic in self.selection.topic if topic in known) or known

    @property
    def shown(self) -> pd.DataFrame:
        """The filtered rows of the sides and topics that the charts show."""
        return measures.select(self.frame, actors=self.sides, topics=self.topics)

    def card(self, row: pd.Series, key: str, around: int = evidence.AROUND) -> None:
        """An evidence card."""
        whole = row if row["text"] else self.corpus.full(row.to_frame().T).iloc[0]
        evidence.card(whole, self.corpus, self.words, key, around)

    def footer(self, frame: pd.DataFrame | None = None) -> None:
        """Citation and downloads of ``frame``, or of all filtered rows."""
        downloads.footer(self.frame if frame is None else frame, self.corpus, self.words, self.page)


def language() -> str:
    """The interface's language: chosen before, in the URL, or the browser's."""
    browser = "de" if (st.context.locale or "").lower().startswith("de") else "en"
    links.start("lang", lambda given: given[0] if given[0] in interface.LANGUAGES else None, browser)
    return st.session_state["lang"] or browser


def choose_language() -> None:
    """The switch in the frame; the URL always names the language, so that a link reads as its sender saw it."""
    names = {"de": "Deutsch", "en": "English"}
    chosen = st.segmented_control(
        "Language · Sprache",
        list(names),
        key="lang",
        format_func=names.__getitem__,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    links.keep("lang", [chosen or "en"], [])


def open_view(page: str, words: Words, corpus: Corpus, selection: filters.Selection) -> View:
    """Remember the view of the corpus by ``selection`` for ``page``, which runs next."""
    st.session_state["view"] = View(page, words, corpus, selection, st.context.theme.type == "dark")
    return st.session_state["view"]


def view() -> View:
    """The view that the frame opened in this run."""
    return st.session_state["view"]


@st.cache_data(max_entries=256, show_spinner=False)
def _measured(key: str, _work: Callable[[], Any]) -> Any:
    return _work()


@st.cache_resource(max_entries=32, show_spinner=False)
def _rows(key: str, _select: partial) -> pd.DataFrame:
    return _select()


@st.cache_resource(max_entries=8, show_spinner=False)
def _many_rows(key: str, _select: partial) -> pd.DataFrame:
    return _select()
