"""A collection filled on a Dask cluster: a real scheduler and workers on the loopback, killed, missing, unlike."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import invented
import pytest
from typer.testing import CliRunner

from benchmarks.clusters import Cluster
from positions import cluster, collection, ingest, store
from positions.__main__ import app
from positions.collection import Collection
from positions.records import Unusable

# Dask leaves a socket to a worker that died for the garbage collector to close
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collection]:
    """An empty collection, with small batches."""
    monkeypatch.setattr(ingest, "BATCH", 4)
    opened = collection.create(tmp_path / "store")
    yield opened
    opened.close()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster without workers; its processes find the invented taggers, and it gives a batch up after two tries."""
    settings = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    with Cluster(tmp_path, (Path(invented.__file__).parent,), settings) as started:
        yield started


def same(opened: Collection, articles: list[invented.Article]) -> bool:
    """Whether the collection's table is, byte for byte, what ``tag`` would write."""
    found = b"".join(store.csv_bytes(frame) for frame in opened.statements())
    return found == store.csv_bytes(invented.table(articles))


@pytest.mark.slow
def test_a_worker_killed_in_mid_run_costs_nothing(dask: Cluster, opened: Collection, tmp_path: Path) -> None:
    """Two workers, of which one dies after the first commit: every row of an undisturbed run, opened once a worker."""
    first, second = dask.add_worker(), dask.add_worker()
    notes, articles = tmp_path / "notes", list(invented.archive(160))
    tagger, commits = invented.Noted(notes=str(notes), scheduler=dask.address), []

    def report(outcome: ingest.Outcome) -> None:
        commits.append(outcome.new)
        if len(commits) == 1:
            wait_for_lines(notes, 2)
            second.kill()

    outcome = ingest.add(opened, articles, tagger, report)
    assert (outcome.new, outcome.failed) == (160, []) and commits[0] < 160
    assert same(opened, articles)
    assert sorted(notes.read_text().split()) == sorted(str(one.pid) for one in (first, second))
    assert second.returncode or second.wait() < 0


def wait_for_lines(file: Path, count: int) -> None:
    for _ in range(600):
        if len(file.read_text().split()) >= count:
            return
        time.sleep(0.1)
    raise TimeoutError(file)


@pytest.mark.slow
def test_what_kills_its_worker_each_time_is_named_and_left(dask: Cluster, opened: Collection) -> None:
    """One deadly article and one that can't be tagged cost themselves alone; the next run takes them up again."""
    for _ in range(2):
        dask.add_worker(nanny=True)
    articles = list(invented.archive(24))
    bad = {5: "Fehler.", 14: "Tod."}
    given = [invented.replace(one, text=f"{one.text}\n\n{bad.get(n, '')}".strip()) for n, one in enumerate(articles)]
    tagger = invented.Failing(scheduler=dask.address)
    outcome = ingest.add(opened, given, tagger, lambda outcome: None)
    assert outcome.failed == [("a-5", "ValueError: as ordered"), ("a-14", "each worker that worked on it died")]
    assert same(opened, [one for n, one in enumerate(articles) if n not in bad])
    again = ingest.add(opened, articles, tagger, lambda outcome: None)
    assert (again.new, again.same) == (2, 22)


@pytest.mark.slow
def test_a_worker_with_another_program_is_refused(dask: Cluster, opened: Collection) -> None:
    """Rows of two programs never stand in one collection: the run ends before the first batch, naming the worker."""
    dask.add_worker()
    tagger = invented.Astray(home=os.getpid(), scheduler=dask.address)
    with pytest.raises(Unusable, match="the worker tcp://.* can't do the work: it has another version of the program"):
        ingest.add(opened, invented.archive(9), tagger, lambda outcome: None)
    assert opened.counts()["articles"] == 0


@pytest.mark.slow
def test_a_scheduler_without_workers(dask: Cluster, opened: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run does not wait for ever, and says what to start."""
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with pytest.raises(Unusable, match="the scheduler has no worker; start one with 'dask worker tcp://"):
        ingest.add(opened, invented.archive(9), invented.Tagger(scheduler=dask.address), lambda outcome: None)


@pytest.mark.slow
@pytest.mark.parametrize("gone", ["the scheduler", "the last worker"])
def test_a_cluster_that_goes_ends_the_run(
    dask: Cluster, opened: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    """What was committed stays, and another run goes on from there."""
    only, articles = dask.add_worker(), list(invented.archive(200))
    tagger = invented.Noted(notes=str(tmp_path / "notes"), scheduler=dask.address)

    def lose(outcome: ingest.Outcome) -> None:
        monkeypatch.setattr(cluster, "PATIENCE", 1.0)
        (dask.scheduler if gone == "the scheduler" else only).kill()

    reason = "the connection to the scheduler was lost" if gone == "the scheduler" else "the scheduler has no worker"
    with pytest.raises(Unusable, match=reason):
        ingest.add(opened, articles, tagger, lose)
    done = opened.counts()["articles"]
    assert 0 < done < 200
    assert ingest.add(opened, articles, invented.Tagger(), lambda outcome: None).same == done
    assert same(opened, articles)


def test_a_scheduler_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that says what to start, and a collection that was begun is still empty."""
    monkeypatch.setattr(cluster, "CONNECT", 0.3)
    (tmp_path / "one.txt").write_text("Es bleibt dabei, sagte Ada Holm.", encoding="utf-8")
    command = ["add", str(tmp_path / "store"), str(tmp_path / "one.txt"), "--scheduler", "tcp://127.0.0.1:9"]
    found = CliRunner().invoke(app, command)
    assert found.exit_code == 1
    assert "tcp://127.0.0.1:9: no Dask scheduler answers there; start one with 'dask scheduler'" in found.stderr
    assert collection.load(tmp_path / "store").counts()["articles"] == 0


def test_without_dask_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong usage, told before anything is read."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    found = CliRunner().invoke(app, ["add", str(tmp_path / "store"), "x", "--scheduler", "tcp://127.0.0.1:9"])
    assert found.exit_code == 2 and not (tmp_path / "store").exists()
    assert "pip install -r requirements-cluster.txt" in " ".join(found.stderr.replace("│", " ").split())


def test_workers_are_those_of_the_cluster(tmp_path: Path) -> None:
    """A number of processes here and a cluster contradict each other."""
    found = CliRunner().invoke(app, ["retag", str(tmp_path), "--scheduler", "tcp://127.0.0.1:9", "--workers", "2"])
    assert found.exit_code == 2 and "leave --workers out" in found.stderr
