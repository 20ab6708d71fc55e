"""Work in batches, here or in processes of its own: results in the order of the batches, no failure in silence.

Each process opens what it works with once. A batch that fails, or whose process dies, is tried once more, piece by
piece, so that only the pieces that can't be done are named.
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
from typing import Any

Open = Callable[[], Callable[[Any], Any]]
AHEAD = 2  # batches under way for each process


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
        yield from _spread(batches, open_work, workers)
        return
    work = open_work()
    for batch in batches:
        yield batch, [_attempt(work, piece) for piece in batch]


def _attempt(work: Callable[[Any], Any], piece: Any) -> Any:
    reason = ""
    for _ in range(2):
        try:
            return work(piece)
        except Exception as error:  # noqa: BLE001 - whatever the stages raise costs one article, not the run
            reason = f"{type(error).__name__}: {error}"
    return Failure(reason)


def _spread(batches: Iterable[Sequence[Any]], open_work: Open, workers: int) -> Iterator[tuple[Any, Any]]:
    with ExitStack() as stack:
        pool = _Pool(open_work, workers, stack)
        waiting: deque[tuple[Sequence[Any], Future]] = deque()
        for batch in batches:
            waiting.append((batch, pool.submit(batch)))
            if len(waiting) >= AHEAD * workers:
                yield _finish(pool, waiting)
        while waiting:
            yield _finish(pool, waiting)


class _Pool:
    """Processes that are started again when one of them has died."""

    def __init__(self, open_work: Open, workers: int, stack: ExitStack) -> None:
        context = multiprocessing.get_context("spawn")
        stop = context.Event()
        self._start = partial(ProcessPoolExecutor, workers, context, _begin, (open_work, workers, stop))
        self._pool = self._start()
        stack.callback(lambda: self._pool.shutdown(cancel_futures=True))
        stack.callback(stop.set)

    def submit(self, batch: Sequence[Any]) -> Future:
        try:
            return self._pool.submit(_do, batch)
        except BrokenProcessPool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = self._start()
            return self._pool.submit(_do, batch)


def _finish(pool: _Pool, waiting: deque[tuple[Sequence[Any], Future]]) -> tuple[Any, Any]:
    """The result of the oldest batch; where its process died, it is done again and the others are handed in anew."""
    batch, future = waiting.popleft()
    try:
        return batch, future.result()
    except Exception:  # noqa: BLE001 - the process died, or the batch could not be handed over
        results = [_retry(pool, piece) for piece in batch]
    for place, (other, begun) in enumerate(waiting):
        if begun.cancelled() or (begun.done() and begun.exception() is not None):
            waiting[place] = (other, pool.submit(other))
    return batch, results


def _retry(pool: _Pool, piece: Any) -> Any:
    try:
        return pool.submit([piece]).result()[0]
    except BrokenProcessPool:
        return Failure("the process that worked on it died")
    except Exception as error:  # noqa: BLE001 - as above
        return Failure(f"{type(error).__name__}: {error}")


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
    return [Failure("stopped") if stop.is_set() else _attempt(work, piece) for piece in batch]


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
