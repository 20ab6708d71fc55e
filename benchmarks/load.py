"""Many readers at once: ``python -m benchmarks.load [FOLDER] [--sessions 50] [--seconds 300] [--uploading 2]``.

A server of the collection in FOLDER (made with ``--statements`` rows where there is none) on the loopback, and that
many sessions in one process that speak Streamlit's own protocol: each opens the dashboard, then again and again, with
pauses of two to six seconds, changes a filter or turns a page of statements. Some of them upload an article each time
that the last one is done. Prints errors, how long a rerun takes, how long an upload waits and is tagged, and the
server's memory over time.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks import corpora
from benchmarks.serving import Memory, Server, serve
from positions.collection import is_collection

MOST_SESSIONS, MOST_SECONDS = 100, 900
PATIENCE = 60  # seconds until a rerun counts as an error
PAUSE = (2.0, 6.0)
FILTERS = {
    "side": ("Russia", "Ukraine", "USA", "Europe"),
    "topic": ("NATO", "Territory", "Security guarantees", "Sanctions"),
    "stance": ("for", "against", "neutral"),
    "language": ("English", "German"),
    "outlet": tuple(f"Paper {i}" for i in range(20)),
}
PAGES = 100  # of the list of statements, at most turned to
ARTICLE = (
    "Kyiv, 2 December 2025\n\nForeign Minister {name} said on Tuesday that Ukraine would not give up any territory.\n"
)


@dataclass
class Found:
    """What all sessions together met; times in seconds."""

    reruns: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    uploads: list[float] = field(default_factory=list)
    refused: int = 0
    errors: list[str] = field(default_factory=list)


class Session:
    """One reader: the widgets seen so far, by the key that the app gave them, and what was chosen in them."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.id = self._page = ""
        self.pages: dict[str, str] = {}
        self.widgets: dict[str, str] = {}
        self.chosen: dict[str, tuple[str, Any]] = {}
        self.texts: list[str] = []
        self.last = {"page": 1}

    async def run(self, page: str = "") -> float:
        """Ask for a run of the app with what is chosen, on request on another page; seconds until it has ended."""
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string = "lang=en"
        state.page_script_hash = self.pages[page] if page else self._page
        state.widget_states.SetInParent()
        for key, (kind, value) in self.chosen.items():
            if key not in self.widgets:
                continue
            widget = state.widget_states.widgets.add(id=self.widgets[key])
            if kind == "string_array_value":
                widget.string_array_value.data.extend(value)
                widget.string_array_value.SetInParent()
            elif kind == "file_uploader_state_value":
                widget.file_uploader_state_value.CopyFrom(value)
            else:
                setattr(widget, kind, value)
        began = time.perf_counter()
        await self._socket.send(asked.SerializeToString())
        self.texts = []
        async with asyncio.timeout(PATIENCE):
            while not self._ends(await self._next()):
                pass
        return time.perf_counter() - began

    async def _next(self) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(bytes(await self._socket.recv(decode=False)))
        return message

    def _ends(self, message: ForwardMsg) -> bool:
        """Take in a message; whether it was the last one of a run. Raises RuntimeError for what a reader would see."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.id = message.new_session.initialize.session_id or self.id
            self._page = message.new_session.page_script_hash
        elif kind == "navigation":
            self.pages = {page.page_name: page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._see(message.delta.new_element)
        elif kind == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                raise RuntimeError("the script does not compile")
            return message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
        return False

    def _see(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        shown = getattr(element, kind)
        if kind == "exception" or (kind == "alert" and shown.format == shown.ERROR):
            raise RuntimeError(f"{kind}: {shown.message if kind == 'exception' else shown.body}")
        if kind == "alert":
            self.texts.append(shown.body)
        if name := getattr(shown, "id", ""):
            self.widgets[name.split("-", 2)[-1]] = name
        if kind == "pagination":
            self.last["page"] = shown.num_pages

    async def upload(self, files: httpx2.AsyncClient, name: str, text: bytes) -> None:
        """Put a file into the field on the page of articles."""
        asked = BackMsg()
        asked.file_urls_request.request_id = name
        asked.file_urls_request.file_names.append(name)
        asked.file_urls_request.session_id = self.id
        await self._socket.send(asked.SerializeToString())
        while (message := await self._next()).WhichOneof("type") != "file_urls_response":
            self._ends(message)
        urls = message.file_urls_response.file_urls[0]
        token = files.cookies.get("_streamlit_xsrf") or ""
        answer = await files.put(urls.upload_url, files={"file": (name, text)}, headers={"X-Xsrftoken": token})
        answer.raise_for_status()
        state = BackMsg().rerun_script.widget_states.widgets.add().file_uploader_state_value
        info = state.uploaded_file_info.add(name=name, size=len(text), file_id=urls.file_id)
        info.file_urls.CopyFrom(urls)
        field = max((key for key in self.widgets if key.startswith("upload-")), key=lambda key: int(key.split("-")[1]))
        self.chosen[field] = ("file_uploader_state_value", state)


async def read(session: Session, dice: random.Random) -> float:
    """One thing that a reader does: another filter, or another page of statements."""
    if dice.random() < 0.5:
        key = dice.choice(list(FILTERS))
        options = FILTERS[key]
        session.chosen[key] = ("string_array_value", dice.sample(options, dice.randint(0, min(3, len(options)))))
        return await session.run()
    if "page" not in session.widgets:
        return await session.run("Statements")
    if dice.random() < 0.2:
        session.widgets.pop("page")
        return await session.run("Positions")
    session.chosen["page"] = ("int_value", dice.randint(1, max(min(PAGES, session.last["page"]), 1)))
    return await session.run()


async def tag(session: Session, files: httpx2.AsyncClient, dice: random.Random, found: Found) -> None:
    """Upload an article and wait until it is there."""
    found.reruns.append(await session.run("Articles"))
    name = f"{''.join(dice.sample('abcdefghijklmnop', 9)).title()}"
    await session.upload(files, f"{name}.txt", ARTICLE.format(name=name).encode())
    began = time.perf_counter()
    found.reruns.append(await session.run())
    while not any("found" in text for text in session.texts):
        if any("waiting" in text for text in session.texts):
            found.refused += 1
        if time.perf_counter() - began > MOST_SECONDS:
            raise TimeoutError("an upload did not end")
        await asyncio.sleep(1)
        found.reruns.append(await session.run())
    found.uploads.append(time.perf_counter() - began)


async def visit(server: Server, number: int, until: float, uploading: bool, found: Found) -> None:
    """One session from its first view to the end of the test."""
    dice = random.Random(number)
    await asyncio.sleep(dice.uniform(0, 10))
    address = f"{server.replace('http', 'ws')}/_stcore/stream"
    try:
        async with (
            connect(address, subprotocols=["streamlit"], origin=server, max_size=None, open_timeout=PATIENCE) as socket,
            httpx2.AsyncClient(base_url=server, timeout=PATIENCE) as files,
        ):
            await files.get("/_stcore/health")  # sets the cookie that uploads need
            session = Session(socket)
            found.first.append(await session.run())
            while time.perf_counter() < until:
                await asyncio.sleep(dice.uniform(*PAUSE))
                if uploading:
                    await tag(session, files, dice, found)
                else:
                    found.reruns.append(await read(session, dice))
    except Exception as error:  # whatever it is, it is what the test is to find
        found.errors.append(f"session {number}: {type(error).__name__}: {error}")


async def watch(memory: Memory, seconds: float, found: Found) -> None:
    """Print the server's memory ten times in all."""
    for tenth in range(1, 11):
        await asyncio.sleep(seconds / 10)
        late = found.reruns[-200:] or [float("nan")]
        print(
            f"| {tenth * seconds / 10:.0f} s | {memory.now():.0f} MB | {len(found.reruns)} | "
            f"{np.percentile(late, 95):.2f} s | {len(found.errors)} |",
            flush=True,
        )


async def load(server: Server, options: argparse.Namespace) -> Found:
    """All sessions together."""
    found = Found()
    with Memory(server.pid) as memory:
        async with asyncio.timeout(PATIENCE * 3), asyncio.TaskGroup() as group:  # the collection is opened once
            group.create_task(visit(server, -1, 0, False, found))
        print(f"first view of all: {found.first.pop():.1f} s, then {memory.now():.0f} MB\n" if found.first else "")
        print("| after | memory | reruns | 95 % of the last 200 | errors |\n|---|---|---|---|---|")
        until = time.perf_counter() + options.seconds
        async with asyncio.TaskGroup() as group:
            group.create_task(watch(memory, options.seconds, found))
            for number in range(options.sessions):
                group.create_task(visit(server, number, until, number < options.uploading, found))
        print(f"\nserver at most: {memory.most():.0f} MB")
    return found


def summary(found: Found) -> Mapping[str, str]:
    """What is printed at the end."""
    reruns, first = np.array(found.reruns or [np.nan]), np.array(found.first or [np.nan])
    uploads = np.array(found.uploads or [np.nan])
    return {
        "sessions that opened": str(len(found.first)),
        "first view, median and 95 %": f"{np.median(first):.2f} s, {np.percentile(first, 95):.2f} s",
        "reruns": str(len(found.reruns)),
        "a rerun, median": f"{np.median(reruns):.2f} s",
        "a rerun, 95 %": f"{np.percentile(reruns, 95):.2f} s",
        "a rerun, slowest": f"{reruns.max():.2f} s",
        "uploads tagged, median time": f"{len(found.uploads)}, {np.median(uploads):.1f} s",
        "reruns that met a full line": str(found.refused),
        "errors": str(len(found.errors)),
    }


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--statements", type=int, default=100_000)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--uploading", type=int, default=2)
    options = parser.parse_args()
    if options.sessions > MOST_SESSIONS or options.seconds > MOST_SECONDS:
        parser.error(f"at most {MOST_SESSIONS} sessions and {MOST_SECONDS} seconds")
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made) / "store"
        if not is_collection(folder):
            corpora.fill(folder, options.statements)
        cache = Path(made) / "cache"
        cache.mkdir()
        with serve(cache, data=folder) as server:
            found = asyncio.run(load(server, options))
    print("\n| what | figure |\n|---|---|")
    for what, figure in summary(found).items():
        print(f"| {what} | {figure} |")
    for error in found.errors:
        print(error)


if __name__ == "__main__":
    main()
