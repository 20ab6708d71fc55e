"""Work in batches, here or in processes of its own: results in the order of the batches, no failure in silence.

Each process opens what it works with once. A batch that fails, or whose process dies, is tried once more, piece by
piece, so that only the pieces that can't be done are named. ``spread`` does the same on any other ``Pool``.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing.synchronize import Event
from typing import Any, Protocol

from positions.records import Unusable

Open = Callable[[], Callable[[Any], Any]]
AHEAD = 2  # batches under way for each process
TOGETHER = 1024  # pieces handed on at a time where more are done than asked for


class Pool(Protocol):
    """Where batches are worked on by others. What it raises as ``Unusable`` ends the run."""

    def room(self) -> int:
        """How many batches may be under way."""

    def submit(self, batch: Sequence[Any]) -> Any:
        """Hand a batch in; what comes back answers ``done``, ``cancelled`` and ``exception``."""

    def wait(self, future: Any) -> list[Any]:
        """The results of a batch that was handed in; raises what kept it from being done."""

    def is_lost(self, future: Any) -> bool:
        """Whether a batch was given up because another one failed, and has to be handed in anew."""

    def explain(self, error: Exception) -> str:
        """Why a piece could not be done."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A piece that could not be done twice over, and why."""

    reason: str


def work_through(batches: Iterable[Sequence[Any]], open_work: Open, workers: int = 1) -> Iterator[tuple[Any, Any]]:
    """(batch, results) for each batch in order; a result is what ``open_work()(piece)`` returned, or a ``Failure``.

    With ``workers`` above one these are processes: ``open_work`` and the pieces must be picklable. Batches are taken as
    they are needed, ``AHEAD`` for each process.
    """
    if workers > 1:
        with ExitStack() as stack:
            yield from spread(batches, _Processes(open_work, workers, stack))
        return
    work = open_work()
    for batch in batches:
        yield batch, [attempt(work, piece) for piece in batch]


def attempt(work: Callable[[Any], Any], piece: Any) -> Any:
    """``work(piece)``, tried twice, or a ``Failure``."""
    reason = ""
    for _ in range(2):
        try:
            return work(piece)
        except Exception as error:  # noqa: BLE001 - whatever the stages raise costs one article, not the run
            reason = _name(error)
    return Failure(reason)


def spread(batches: Iterable[Sequence[Any]], pool: Pool) -> Iterator[tuple[list[Any], list[Any]]]:
    """``work_through`` in a pool; batches that are done at the same time come as one, up to ``TOGETHER`` pieces."""
    waiting: deque[tuple[Sequence[Any], Any]] = deque()
    room = pool.room()
    for batch in batches:
        waiting.append((batch, pool.submit(batch)))
        if len(waiting) >= room:
            yield _finish(pool, waiting)
            room = pool.room()
    while waiting:
        yield _finish(pool, waiting)


def _finish(pool: Pool, waiting: deque[tuple[Sequence[Any], Any]]) -> tuple[list[Any], list[Any]]:
    """The results of the oldest batch and of those behind it that are done, too."""
    pieces: list[Any] = []
    results: list[Any] = []
    while waiting and (not pieces or (waiting[0][1].done() and len(pieces) < TOGETHER)):
        batch, future = waiting.popleft()
        results += _collect(pool, batch, future, waiting)
        pieces += batch
    return pieces, results


def _collect(pool: Pool, batch: Sequence[Any], future: Any, waiting: deque[tuple[Sequence[Any], Any]]) -> list[Any]:
    """The results of a batch, piece by piece if need be; what was lost with it is handed in anew."""
    try:
        return pool.wait(future)
    except Unusable:
        raise
    except Exception:  # noqa: BLE001 - a process died, or the batch could not be handed over
        results = [_retry(pool, piece) for piece in batch]
    for place, (other, begun) in enumerate(waiting):
        if pool.is_lost(begun):
            waiting[place] = (other, pool.submit(other))
    return results


def _retry(pool: Pool, piece: Any) -> Any:
    try:
        return pool.wait(pool.submit([piece]))[0]
    except Unusable:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        return Failure(pool.explain(error))


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


class _Processes:
    """Processes on this machine, started again when one of them has died."""

    def __init__(self, open_work: Open, workers: int, stack: ExitStack) -> None:
        context = multiprocessing.get_context("spawn")
        stop = context.Event()
        self._workers = workers
        self._start = partial(ProcessPoolExecutor, workers, context, _begin, (open_work, workers, stop))
        self._pool = self._start()
        stack.callback(lambda: self._pool.shutdown(cancel_futures=True))
        stack.callback(stop.set)

    def room(self) -> int:
        return AHEAD * self._workers

    def submit(self, batch: Sequence[Any]) -> Future:
        try:
            return self._pool.submit(_do, batch)
        except BrokenProcessPool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = self._start()
            return self._pool.submit(_do, batch)

    def wait(self, future: Future) -> list[Any]:
        return future.result()

    def is_lost(self, future: Future) -> bool:
        return future.cancelled() or (future.done() and future.exception() is not None)

    def explain(self, error: Exception) -> str:
        return "the process that worked on it died" if isinstance(error, BrokenProcessPool) else _name(error)


_open: tuple[Callable[[Any], Any], Event]  # what a process works with, and what tells it to stop


def _begin(open_work: Open, workers: int, stop: Event) -> None:
    """In a new process: open what it works with, leave the cores to the others, and end when the parent does."""
    global _open
    os.environ.setdefault("POSITIONS_THREADS", str(max((os.cpu_count() or 1) // workers, 1)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops the run in good order
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _open = open_work(), stop


def _do(batch: Sequence[Any]) -> list[Any]:
    work, stop = _open
    return [Failure("stopped") if stop.is_set() else attempt(work, piece) for piece in batch]


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
