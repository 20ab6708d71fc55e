"""Parts of a page that are worked out and sent only once a reader opens them."""

from collections.abc import Callable

import streamlit as st


@st.fragment
def fold(label: str, key: str, draw: Callable[[], object], *, icon: str | None = None, expanded: bool = False) -> None:
    """An expander that calls ``draw`` while it is open; opening it runs nothing else of the page again.

    Inside it no filter may be changed: the rest of the page would not follow.
    """
    box = st.expander(label, key=f"fold-{key}", icon=icon, expanded=expanded, on_change="rerun")
    if box.open:
        with box:
            draw()
