"""The dashboard as README starts it, on a free port, for what needs a browser: benchmarks, screenshots, tests."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

ROOT = Path(__file__).parent.parent


def chromium() -> str:
    """Path of the installed Chromium, ``CHROMIUM`` first; empty where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), "")


class Server(str):
    """The address of a running server, with the id of its process."""

    pid: int


class Memory:
    """A process's resident memory in MB, read every tenth of a second from Linux's ``/proc``."""

    def __init__(self, pid: int) -> None:
        self._file = Path(f"/proc/{pid}/statm")
        self._most, self._done = 0.0, Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._done.set()
        self._thread.join()

    def now(self) -> float:
        """MB now."""
        return int(self._file.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def most(self) -> float:
        """MB at most so far."""
        return max(self._most, self.now())

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            try:
                self._most = self.most()
            except OSError:
                return


@contextmanager
def serve(cache: Path, app: Path = ROOT / "app.py", data: Path | None = None) -> Iterator[Server]:
    """The address of a server of ``app``, once it answers; ours shows the folder ``data``, or else the seeds.

    ``cache`` is where it keeps its files.

    Raises ``TimeoutError`` after 60 s without an answer; what the server printed is in ``cache/log``.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("POSITIONS_")}
    environment["XDG_CACHE_HOME"] = str(cache)
    if data is not None:
        environment["POSITIONS_DATA"] = str(data)
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.headless=true", f"--server.port={port}"]
    with (
        (cache / "log").open("w") as log,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            _wait_for(f"http://localhost:{port}/_stcore/health")
            server = Server(f"http://localhost:{port}")
            server.pid = process.pid
            yield server
        finally:
            process.terminate()


def _wait_for(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)
