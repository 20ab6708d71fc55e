"""Work in batches on a Dask cluster: ``positions.workers`` with the processes on other machines.

Only this module knows Dask. Each worker process opens what it works with once. When a worker dies, the scheduler gives
its batches to others; a batch during which that happened too often is tried once more, piece by piece. Whoever reaches
a scheduler can run programs on its workers: the network, or Dask's own TLS, has to keep others out.
"""

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any

from positions.records import Unusable
from positions.workers import AHEAD, Open, attempt, spread

CONNECT = 5.0  # seconds for an answer of the scheduler
PATIENCE = 120.0  # seconds without any worker before a run gives up; a worker that died takes a while to come back
_OPENING = Lock()


def check_installed() -> None:
    """Raise ``Unusable`` with what to install where Dask is missing."""
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise Unusable("a cluster needs Dask; install it with: pip install -r requirements-cluster.txt") from error


def work_through(
    batches: Iterable[Sequence[Any]], open_work: Open, address: str
) -> Iterator[tuple[list[Any], list[Any]]]:
    """As ``workers.work_through``, on the workers of the scheduler at ``address``.

    ``open_work`` and the pieces must be picklable, and what they are made of installed on the workers. Raises
    ``Unusable`` where Dask is missing, the scheduler can't be reached or is lost, no worker is left, or one can't open
    the work.
    """
    check_installed()
    import distributed

    try:
        client = distributed.Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Unusable(f"{address}: no Dask scheduler answers there; start one with 'dask scheduler'") from error
    with client:
        yield from spread(batches, _Cluster(client, address, pickle.dumps(open_work)))


class _Cluster:
    """The workers of one scheduler, however many there are at a time."""

    def __init__(self, client: Any, address: str, work: bytes) -> None:
        self._client, self._address, self._work = client, address, work
        self._await_workers()
        for worker, answer in client.run(_try, work, on_error="return").items():
            if isinstance(answer, Exception):
                raise Unusable(f"{address}: the worker {worker} can't do the work: {answer}") from answer

    def room(self) -> int:
        with self._reached():
            return AHEAD * max(sum(self._client.nthreads().values()), 1)

    def submit(self, batch: Sequence[Any]) -> Any:
        with self._reached():
            return self._client.submit(_do, self._work, batch, pure=False)

    def wait(self, future: Any) -> list[Any]:
        with self._reached():
            while True:
                try:
                    return future.result(timeout=PATIENCE)
                except TimeoutError:
                    self._await_workers()

    def is_lost(self, future: Any) -> bool:
        return False

    def explain(self, error: Exception) -> str:
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            return "each worker that worked on it died"
        return f"{type(error).__name__}: {error}"

    def _await_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise Unusable(
                f"{self._address}: the scheduler has no worker; start one with 'dask worker {self._address}'"
            ) from error

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except (CancelledError, OSError) as error:  # a task's own errors come as results, or are no OSError
            raise Unusable(f"{self._address}: the connection to the scheduler was lost") from error


@lru_cache(maxsize=1)
def _open(work: bytes) -> Callable[[Any], Any]:
    return pickle.loads(work)()


def _check(work: bytes, dask_worker: Any) -> Callable[[Any], Any]:
    """On a worker: what it works with, opened if it is not yet, with as many threads as the worker has."""
    with _OPENING:
        os.environ.setdefault("POSITIONS_THREADS", str(dask_worker.state.nthreads))
        return _open(work)


def _try(work: bytes, dask_worker: Any) -> None:
    _check(work, dask_worker)


def _do(work: bytes, batch: Sequence[Any]) -> list[Any]:
    """On a worker: do a batch; what it can't open ends the run, as no batch would fare better here."""
    from distributed import get_worker

    try:
        tool = _check(work, get_worker())
    except Exception as error:  # noqa: BLE001 - whatever it is, the message names it
        raise Unusable(f"a worker can't do the work: {error}") from error
    return [attempt(tool, piece) for piece in batch]
