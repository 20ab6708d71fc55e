"""A log-in before the dashboard, where the operator's secrets have a section ``auth``; without one nothing changes.

Streamlit's own: an identity provider says who somebody is. Whoever the provider lets in sees everything; whom that
should be is set there.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from positions.ui.words import Words


def section() -> Mapping[str, Any]:
    """The section ``auth`` of the secrets, empty where there is none.

    A file of secrets that cannot be read raises: it must not open what a log-in was to guard.
    """
    try:
        return st.secrets["auth"]
    except KeyError:
        return {}
    except StreamlitSecretNotFoundError:
        if any(Path(name).exists() for name in st.get_option("secrets.files")):
            raise
        return {}


def require(words: Words) -> None:
    """Let nobody past who is not logged in; offer one button for each provider."""
    auth = section()
    if not auth or st.user.get("is_logged_in"):
        return
    st.title(words("login.title"), anchor=False)
    st.write(words("login.lead"))
    if "client_id" in auth:
        st.button(words("login.button"), on_click=st.login, type="primary")
    for name in (name for name, value in auth.items() if isinstance(value, Mapping)):
        st.button(words("login.button_with", provider=name.title()), on_click=partial(st.login, name), key=f"in-{name}")
    st.stop()


def offer_logout(words: Words) -> None:
    """A way out for those who are logged in."""
    if section():
        st.button(words("login.out"), on_click=st.logout, icon=":material/logout:")
