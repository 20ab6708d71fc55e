"""Files that are written while they are sent, beside the pages: none is ever whole in memory or on disk.

An address is a secret of the session that was shown it, and holds as long as that session.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

PATH = "files"  # as in app.py


@dataclass(frozen=True)
class _Offer:
    name: str
    mime: str
    pieces: Callable[[], Iterator[bytes]]


_OFFERS: dict[str, _Offer] = {}


def offer(key: str, name: str, mime: str, pieces: Callable[[], Iterator[bytes]]) -> str:
    """The address, from any page, of a file called ``name``; the session's last offer under ``key`` holds."""
    token = _mine().setdefault(key, secrets.token_urlsafe(24))
    _OFFERS[token] = _Offer(name, mime, pieces)
    return f"{PATH}/{token}"


def send(request: Request) -> Response:
    """Send the file that was offered; 404 for any other address."""
    found = _OFFERS.get(request.path_params["token"])
    if found is None:
        return PlainTextResponse("This file is no longer offered. Reload the page it was on.", status_code=404)
    headers = {
        "Content-Disposition": f'attachment; filename="{found.name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(found.pieces(), media_type=found.mime, headers=headers)


def _withdraw(mine: dict[str, str]) -> None:
    for token in mine.values():
        _OFFERS.pop(token, None)


@st.cache_resource(scope="session", on_release=_withdraw, show_spinner=False)
def _mine() -> dict[str, str]:
    return {}
