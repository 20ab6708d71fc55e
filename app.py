"""What ``streamlit run`` serves: the pages, and beside them the files that readers take along.

The server imports this file once for its addresses; for each reader Streamlit runs it as a script.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import Thread

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

if __name__ == "__main__":
    from positions.ui import frame

    frame.draw()
else:

    def send(request: Request) -> Response:
        """A file that a session was offered."""
        from positions.ui import files  # with the first file: its caches need a server that runs

        return files.send(request)

    @asynccontextmanager
    async def start(_: st.App) -> AsyncIterator[None]:
        """Read and tag the shared articles while the first reader's browser still loads the page."""
        Thread(target=begin, daemon=True).start()
        yield

    def begin() -> None:
        from positions.ui import reading

        with suppress(Exception):  # whatever it is, the readers are told
            reading.begin()

    app = st.App(__file__, lifespan=start, routes=[Route("/files/{token}", send)])
