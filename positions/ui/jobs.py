"""Long work outside the script run: a click elsewhere must not lose it, and every session can watch its own."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import streamlit as st

WAITING = 8  # uploads that may wait behind the one that is being tagged
GRACE = 30.0  # seconds without its session after which work is given up; a lost connection is often back sooner


class Full(RuntimeError):
    """As many wait already as may wait."""


class Left(RuntimeError):
    """Nobody waits for this work any more."""


@dataclass(eq=False)
class Job:
    """Work under way: ``done`` of ``total`` steps, ``current`` names the step; ``future`` holds the result."""

    total: int = 0
    done: int = 0
    current: str = ""
    future: Future[Any] = field(default_factory=Future)
    left: float | None = None  # when its session went, by the monotonic clock

    def report(self, done: int, current: str = "") -> None:
        """Note progress; called from the worker, read by the page. Raises Left where the session is gone."""
        if self.given_up:
            raise Left
        self.done, self.current = done, current

    @property
    def running(self) -> bool:
        return not self.future.done()

    @property
    def given_up(self) -> bool:
        """Whether the session that began it has been gone for ``GRACE`` seconds."""
        return self.left is not None and time.monotonic() - self.left >= GRACE

    @property
    def share(self) -> float:
        """The part that is done, in [0, 1]."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


class Line:
    """Jobs that are worked through one at a time, in the order in which they came; at most ``most`` may wait."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._jobs: list[Job] = []  # the first one has begun, or does so at once
        self._lock = Lock()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="uploads")

    def join(self, work: Callable[[Job], Any]) -> Job:
        """Queue ``work(job)``, which must not call Streamlit; raises Full."""
        with self._lock:
            if self._full():
                raise Full
            job = Job()
            self._jobs.append(job)
            job.future = self._worker.submit(self._run, work, job)
            return job

    def place(self, job: Job) -> int:
        """How many jobs come before this one; 0 when its turn has come."""
        with self._lock:
            self._drop()
            return self._jobs.index(job) if job in self._jobs else 0

    @property
    def full(self) -> bool:
        """Whether nobody can join now."""
        with self._lock:
            return self._full()

    def _full(self) -> bool:
        self._drop()
        return len(self._jobs) > self.most

    def _drop(self) -> None:
        """Give up what waits for a session that is gone; what has begun stops at its next report."""
        self._jobs = [job for job in self._jobs if not (job.given_up and job.future.cancel())]

    def _run(self, work: Callable[[Job], Any], job: Job) -> Any:
        try:
            job.report(0)
            return work(job)
        finally:
            with self._lock:
                self._jobs.remove(job)


def start(work: Callable[[Job], Any]) -> Job:
    """Begin ``work(job)`` for everybody; one at a time. ``work`` must not call Streamlit."""
    job = Job()
    job.future = _pool().submit(work, job)
    return job


def queue(work: Callable[[Job], Any]) -> Job:
    """Queue ``work(job)`` for this session, behind those of others; raises Full."""
    job = _line().join(work)
    keep(job)
    return job


def place(job: Job) -> int:
    """How many queued jobs come before this one; 0 when its turn has come."""
    return _line().place(job)


def is_full() -> bool:
    """Whether as many wait as may wait."""
    return _line().full


def keep(job: Job) -> None:
    """Say that this session still waits for ``job``; when it goes, the job is given up after ``GRACE`` seconds."""
    job.left = None
    mine = _mine()
    if job not in mine:
        mine.append(job)


def _leave(mine: list[Job]) -> None:
    for job in mine:
        job.left = time.monotonic()


@st.cache_resource(scope="session", on_release=_leave, show_spinner=False)
def _mine() -> list[Job]:
    return []


@st.cache_resource(show_spinner=False)
def _line() -> Line:
    return Line(WAITING)


@st.cache_resource(show_spinner=False)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="corpus")
