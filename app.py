"""What ``streamlit run`` serves: the pages, and beside them the files that readers take along.

The server imports this file once for its addresses; for each reader Streamlit runs it as a script.
"""

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

    app = st.App(__file__, routes=[Route("/files/{token}", send)])
