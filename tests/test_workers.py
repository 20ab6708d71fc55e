"""Work in batches: order, what is opened how often, failures named, what is done at once handed on at once."""

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from positions import workers
from positions.records import Unusable
from positions.workers import Failure, spread, work_through


def open_double() -> Callable[[int], tuple[int, int]]:
    return double


def double(piece: int) -> tuple[int, int]:
    """Twice the piece, and the process; 13 can't be done, 17 kills whoever tries."""
    if piece == 13:
        raise ValueError("no thirteen")
    if piece == 17:
        os._exit(9)
    return 2 * piece, os.getpid()


def batches(count: int, size: int) -> Iterator[list[int]]:
    for begin in range(0, count, size):
        yield list(range(begin, min(begin + size, count)))


@pytest.mark.parametrize("count", [1, 2])
def test_results_come_in_order_with_their_pieces(count: int) -> None:
    """However many processes: every piece once, each with its own result."""
    found = [pair for batch, results in work_through(batches(10, 3), open_double, count)
             for pair in zip(batch, results, strict=True)]  # fmt: skip
    assert [(piece, result[0]) for piece, result in found] == [(n, 2 * n) for n in range(10)]
    assert (os.getpid() in {result[1] for _, result in found}) == (count == 1)


def test_a_piece_is_tried_twice_before_it_fails() -> None:
    """What fails once may succeed; what fails twice is named and costs no other."""
    tries: list[int] = []

    def moody(piece: int) -> int:
        tries.append(piece)
        if piece == 2 or (piece == 1 and tries.count(1) == 1):
            raise KeyError("gone")
        return piece

    ((_, results),) = work_through([[0, 1, 2]], lambda: moody)
    assert results == [0, 1, Failure("KeyError: 'gone'")]
    assert tries == [0, 1, 1, 2, 2]


def test_a_piece_that_kills_its_process_costs_itself_alone() -> None:
    """The pool is started again, its batches are handed in anew, and the piece is named."""
    found = {piece: result for batch, results in work_through(batches(20, 4), open_double, 2)
             for piece, result in zip(batch, results, strict=True)}  # fmt: skip
    assert {piece: result.reason for piece, result in found.items() if isinstance(result, Failure)} == {
        13: "ValueError: no thirteen",
        17: "the process that worked on it died",
    }
    assert sorted(found) == list(range(20))


def test_batches_are_taken_as_they_are_needed() -> None:
    """An endless input is not read ahead further than the pool has room."""
    taken = []
    endless = (taken.append(n) or [n] for n in itertools.count())
    next(spread(endless, Instant(room=3)))
    assert taken == [0, 1, 2]


class Instant:
    """A pool that does everything at once."""

    def __init__(self, room: int) -> None:
        self._room = room

    def room(self) -> int:
        return self._room

    def submit(self, batch: Sequence[Any]) -> Future:
        future: Future = Future()
        future.set_result([-piece for piece in batch])
        return future

    def wait(self, future: Future) -> list[Any]:
        return future.result()

    def is_lost(self, future: Future) -> bool:
        return False

    def explain(self, error: Exception) -> str:
        return str(error)


def test_what_is_done_is_handed_on_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a slow commit takes all that was done in the meantime, up to a bound."""
    monkeypatch.setattr(workers, "TOGETHER", 5)
    found = list(spread(batches(12, 2), Instant(room=4)))
    assert [batch for batch, _ in found] == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]
    assert [result for _, results in found for result in results] == [-n for n in range(12)]


def test_a_pool_that_cannot_be_used_ends_the_run() -> None:
    """It is no failure of a piece."""

    class Gone(Instant):
        def wait(self, future: Future) -> list[Any]:
            raise Unusable("gone")

    with pytest.raises(Unusable, match="gone"):
        list(spread([[1], [2]], Gone(room=1)))
