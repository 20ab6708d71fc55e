"""State that lives in the URL: widgets' values by code, never by label, so that a link survives another language."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

import streamlit as st

EMPTY = "all"
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)


def start(key: str, read: Callable[[list[str]], Any], default: Any) -> None:
    """Give the widget ``key`` its first value: from the URL when that holds a valid one, else ``default``."""
    if key not in st.session_state:
        given = st.query_params.get_all(key)
        value = read(given) if given else None
        st.session_state[key] = default if value is None else value


def keep(key: str, codes: Sequence[str], default: Sequence[str]) -> None:
    """Write the widget's value to the URL; a default leaves no trace there."""
    if list(codes) == list(default):
        st.query_params.pop(key, None)
    elif st.query_params.get_all(key) != (list(codes) or [EMPTY]):
        st.query_params[key] = list(codes) or [EMPTY]


def many(
    key: str, options: Sequence[str], default: Sequence[str], widget: Callable[..., Any], label: str, **shape: Any
) -> tuple[str, ...]:
    """A widget for several codes of ``options``; its value lives under ``key`` in the session and in the URL."""
    start(key, lambda given: [code for code in given if code in options] if given != [EMPTY] else [], list(default))
    st.session_state[key] = [code for code in st.session_state[key] if code in options]
    chosen = widget(label, options, key=key, persist_state="session", **shape)
    keep(key, chosen, default)
    return tuple(chosen)


def one(key: str, options: Sequence[str], default: str, widget: Callable[..., Any], label: str, **shape: Any) -> str:
    """A widget for one code of ``options``; an empty ``default`` leaves the choice open and may come back."""
    start(key, lambda given: given[0] if given[0] in options else None, default or None)
    if st.session_state[key] not in options:
        st.session_state[key] = default or None
    chosen = widget(label, options, key=key, persist_state="session", **shape) or default
    keep(key, [chosen] if chosen else [], [default] if default else [])
    return chosen


def pick(key: str, options: Sequence[str], default: str, label: str, name: Callable[[str], str], **shape: Any) -> str:
    """One code of ``options`` by a row of buttons, of which one is always down; ``name`` says what stands on each."""
    return one(key, options, default, st.segmented_control, label, required=True, format_func=name, **shape)


def day(key: str, label: str, **shape: Any) -> str:
    """A date field; the ISO date or nothing."""
    start(key, lambda given: parse_day(given[0]), None)
    chosen = st.date_input(
        label, value=None, key=key, min_value=FIRST_DAY, max_value=LAST_DAY, persist_state="session", **shape
    )
    keep(key, [chosen.isoformat()] if chosen else [], [])
    return chosen.isoformat() if chosen else ""


def flag(key: str, label: str, default: bool = False) -> bool:
    """A switch that starts as ``default``."""
    start(key, lambda given: {"1": True, "0": False}.get(given[0]), default)
    on = st.toggle(label, key=key, persist_state="session")
    keep(key, [str(int(on))], [str(int(default))])
    return on


def parse_day(text: str) -> date | None:
    """The date of an ISO text, or nothing for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= LAST_DAY else None


def here() -> str:
    """The address that reopens this view."""
    pairs = [(key, value) for key, values in parameters().items() for value in values]
    base = (st.context.url or "").split("?")[0]
    base += "/" if base.count("/") == 2 else ""
    return f"{base}?{urlencode(pairs)}" if pairs else base


def parameters() -> dict[str, list[str]]:
    """The parameters of that address, each with its values."""
    return {key: st.query_params.get_all(key) for key in st.query_params}
