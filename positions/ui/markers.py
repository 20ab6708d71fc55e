"""The events that the chart over time marks: shipped ones or the operator's, their switch, and the list of them."""

import os
from pathlib import Path

import pandas as pd
import streamlit as st

from positions import events
from positions.ui import View, markup, settings
from positions.ui.markup import tag
from positions.ui.words import Words

FEW = 6  # up to so many are listed openly


def known(words: Words) -> pd.DataFrame | None:
    """All events of ``POSITIONS_EVENTS`` or of the shipped file; nothing, and one message, where that is broken.

    The shipped events belong to the shipped topics, so that other topics have none of their own accord.
    """
    if settings.own_topics() and not os.environ.get("POSITIONS_EVENTS"):
        return None
    path = Path(os.environ.get("POSITIONS_EVENTS") or events.FILE)
    try:
        return events.read(path)
    except events.BadEvents as error:
        where = words("over_time.events_line", line=error.line) if error.line else ""
        reason = words(f"over_time.events_{error.reason}")
        with st.container(border=True, key="events-broken"):
            st.warning(words("over_time.events_broken"), icon=":material/event_busy:")
            st.text(f"{path.name}{where}: {reason}")
        return None


def within(found: pd.DataFrame, line: pd.DataFrame, words: Words) -> pd.DataFrame:
    """The events inside the periods of ``line`` (see ``measures.timeline``), with labels in the reader's language."""
    first, last = line["period"].min().date().isoformat(), line["until"].max().date().isoformat()
    return events.within(found, first, last, words.language)


def listing(marked: pd.DataFrame, view: View) -> None:
    """The events by number, day and label, for whoever cannot hover; open where they are few."""
    words = view.words
    if marked.empty:
        st.caption(words("over_time.events_none"))
        return
    items = "".join(tag("li", _item(row, words)) for row in marked.to_dict("records"))
    with st.expander(words("over_time.events_list", n=len(marked)), expanded=len(marked) <= FEW):
        st.html(tag("ol", items, class_="events", aria_label=words("over_time.events")))


def _item(row: dict[str, str], words: Words) -> str:
    label = markup.text(row["label"])
    if row["url"]:
        label = tag("a", label, href=row["url"], rel="noopener noreferrer", target="_blank")
    return f"{tag('time', markup.text(words.day(row['date'])), datetime=row['date'])} {label}"
