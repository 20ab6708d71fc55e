"""The filters that every page shares: widgets in the frame, values in the URL, chips that say what is left out."""

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
import streamlit as st

from positions import measures
from positions.records import ACTORS, MODES, STANCES
from positions.ui import links, markup, quality
from positions.ui.markup import tag
from positions.ui.reading import Corpus
from positions.ui.words import Words

CODES = {
    "side": ACTORS,
    "stance": STANCES,
    "mode": MODES,
    "actor": ACTORS,
    "source": measures.SOURCES,
}
DEFAULTS: dict[str, tuple[str, ...]] = {"source": measures.COUNTED}
FROM_CORPUS = ("topic", "outlet", "speaker", "language")


@dataclass(frozen=True)
class Selection:
    """What the reader asks for, by codes; an empty tuple or text lets everything through."""

    source: tuple[str, ...] = measures.COUNTED
    side: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    stance: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    outlet: tuple[str, ...] = ()
    speaker: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    actor: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    confidence: float = 0.0

    def rows(self, frame: pd.DataFrame, *, any_source: bool = False) -> pd.DataFrame:
        """The rows of a prepared frame that meet every filter; ``any_source`` leaves the source switch out."""
        kept = frame[frame["actor"].isin(self.actor)] if self.actor else frame
        return measures.select(
            kept,
            actors=self.side,
            topics=self.topic,
            sources=() if any_source else self.source,
            modes=self.mode,
            outlets=self.outlet,
            speakers=self.speaker,
            stances=self.stance,
            languages=self.language,
            since=self.since,
            until=self.until,
            min_confidence=self.confidence,
        )

    def changed(self) -> dict[str, Any]:
        """The filters that differ from the start, by name."""
        plain = asdict(Selection())
        return {name: value for name, value in asdict(self).items() if value != plain[name]}


def sources(words: Words) -> None:
    """The switch between own words, narrated positions and what others tell; it stands above every view."""
    links.many(
        "source",
        CODES["source"],
        DEFAULTS["source"],
        st.pills,
        words("filters.source"),
        selection_mode="multi",
        format_func=lambda code: words(f"source.{code}"),
        help=words("filters.source_help"),
    )


def sidebar(words: Words, corpus: Corpus) -> None:
    """All other filters."""
    st.subheader(words("filters.title"))
    for name in ("side", "topic", "stance"):
        _several(name, words, corpus if name in FROM_CORPUS else None)
    shape = "DD.MM.YYYY" if words.language == "de" else "YYYY-MM-DD"
    for name in ("since", "until"):
        links.day(name, words(f"filters.{name}"), format=shape)
    for name in ("outlet", "speaker"):
        _several(name, words, corpus)
    with st.expander(words("filters.more")):
        for name in ("mode", "actor", "language"):
            _several(name, words, corpus if name in FROM_CORPUS else None)
        links.start("confidence", lambda given: _share(given[0]), 0.0)
        chosen = st.slider(
            words("filters.confidence"),
            0.0,
            1.0,
            step=0.05,
            key="confidence",
            persist_state="session",
            help=words("filters.confidence_help"),
        )
        links.keep("confidence", [f"{chosen:g}"], ["0"])
        st.caption(_promise(chosen, words))


def current() -> Selection:
    """The filters as they stand in this session."""
    state = st.session_state
    several: dict[str, Any] = {name: tuple(state.get(name, DEFAULTS.get(name, ()))) for name in (*CODES, *FROM_CORPUS)}
    days: dict[str, Any] = {name: state[name].isoformat() if state.get(name) else "" for name in ("since", "until")}
    return Selection(**several, **days, confidence=state.get("confidence", 0.0))


def chips(selection: Selection, words: Words) -> None:
    """The active filters in words, each escaped, with one button that takes them all off."""
    active = selection.changed()
    if not active:
        return
    texts = [f"{words(f'filters.{name}')}: {_spoken(name, value, words)}" for name, value in active.items()]
    pills = "".join(tag("li", markup.text(text)) for text in texts)
    with st.container(horizontal=True, vertical_alignment="center", key="chips"):
        st.html(tag("ul", pills, class_="chips", aria_label=words("filters.active")), width="content")
        st.button(words("filters.reset"), key="reset", icon=":material/close:", type="tertiary", on_click=reset)


def reset() -> None:
    """Take every filter off; a callback, because a drawn widget's value can't be set later in the same run."""
    for name in (*CODES, *FROM_CORPUS):
        st.session_state[name] = list(DEFAULTS.get(name, ()))
    st.session_state.update(since=None, until=None, confidence=0.0)


def _several(name: str, words: Words, corpus: Corpus | None = None) -> None:
    if corpus is None:
        codes = list(CODES[name])
    elif name == "topic":
        codes = list(corpus.statements[name].cat.categories)
    else:
        codes = corpus.values(name)
    links.many(
        name,
        codes,
        (),
        st.multiselect,
        words(f"filters.{name}"),
        format_func=lambda code: words.option(name, code),
        placeholder=words("filters.all"),
        help=words.table.get(f"filters.{name}_help"),
    )


def _spoken(name: str, value: object, words: Words) -> str:
    if isinstance(value, tuple):
        return ", ".join(words.option(name, code) for code in value) or words("filters.all")
    return words.day(str(value)) if name in ("since", "until") else f"≥ {words.percent(float(str(value)))}"


def _promise(confidence: float, words: Words) -> str:
    """How often rows of at least this confidence were right on annotated text."""
    found = quality.precision(quality.measured(), confidence)
    if found is None:
        return words("filters.confidence_unknown")
    return words(
        "filters.confidence_measured",
        right=words.percent(found["right"]),
        n=int(found["n"]),
        kept=words.percent(found["kept"]),
    )


def _share(text: str) -> float | None:
    try:
        return min(max(round(float(text) * 20) / 20, 0.0), 1.0)
    except ValueError:
        return None
