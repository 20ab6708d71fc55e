"""A Dask cluster on the loopback, started with Dask's own commands: for benchmarks and tests."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent


class Cluster:
    """A scheduler at ``address`` and the workers that ``add_worker`` starts; all end with the ``with`` block.

    ``folder`` is for logs. ``paths`` go before the path on which the processes find modules, ``settings`` into their
    environment. Raises ``TimeoutError`` where the scheduler is not up after a minute.
    """

    def __init__(self, folder: Path, paths: tuple[Path, ...] = (), settings: Mapping[str, str] | None = None) -> None:
        self._folder, self._started = folder, list[subprocess.Popen]()
        known = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        found = os.pathsep.join([str(ROOT), *map(str, paths), *known])
        self._environment = {**os.environ, **(settings or {}), "PYTHONPATH": found}

    def __enter__(self) -> "Cluster":
        file = self._folder / "scheduler.json"
        file.unlink(missing_ok=True)
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", str(file))
        for _ in range(600):
            try:
                self.address = json.loads(file.read_text())["address"]
                return self
            except (OSError, ValueError):
                time.sleep(0.1)
        self.__exit__()
        raise TimeoutError((self._folder / "dask-0.log").read_text())

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._started):
            process.terminate()
        for process in self._started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def add_worker(self, nanny: bool = False) -> subprocess.Popen:
        """Start one worker process of one thread; with a ``nanny`` it is started again when it dies."""
        return self._start("worker", self.address, "--nthreads", "1", "--nanny" if nanny else "--no-nanny")

    def _start(self, *arguments: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "dask", *arguments, "--host", "127.0.0.1", "--no-dashboard"]
        with (self._folder / f"dask-{len(self._started)}.log").open("w") as log:
            process = subprocess.Popen(command, env=self._environment, cwd=self._folder, stdout=log, stderr=log)
        self._started.append(process)
        return process
