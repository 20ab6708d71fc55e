"""Long work outside the script run: a click elsewhere must not lose it, and every session can watch its own."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import streamlit as st


@dataclass
class Job:
    """Work under way: ``done`` of ``total`` steps, ``current`` names the step; ``future`` holds the result."""

    total: int = 0
    done: int = 0
    current: str = ""
    future: Future[Any] = field(default_factory=Future)

    def report(self, done: int, current: str = "") -> None:
        """Note progress; called from the worker, read by the page."""
        self.done, self.current = done, current

    @property
    def running(self) -> bool:
        return not self.future.done()

    @property
    def share(self) -> float:
        """The part that is done, in [0, 1]."""
        return min(self.done / self.total, 1.0) if self.total else 0.0


def start(work: Callable[[Job], Any]) -> Job:
    """Queue ``work(job)``; one runs at a time, so that the pages stay quick. ``work`` must not call Streamlit."""
    job = Job()
    job.future = _pool().submit(work, job)
    return job


@st.cache_resource(show_spinner=False)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="tagging")
