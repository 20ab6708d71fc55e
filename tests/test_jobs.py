"""The line of uploads: one at a time, in order, bounded; who leaves gives the place up, who fails fails alone."""

from threading import Event

import pytest

from positions.ui import jobs


@pytest.fixture
def gate():
    """Holds the first job until it is set."""
    event = Event()
    yield event
    event.set()


def hold(gate: Event):
    """Work that waits for the gate."""
    return lambda job: gate.wait(10)


def finished(job: jobs.Job) -> object:
    """The result, or the error, of a job."""
    return job.future.exception(10) or job.future.result(10)


def gone(job: jobs.Job) -> None:
    """As if its session had left long ago."""
    job.left = -jobs.GRACE


def test_jobs_run_in_the_order_in_which_they_came(gate):
    """Each knows how many are before it, and that changes as the line moves."""
    line, order = jobs.Line(4), []
    first = line.join(hold(gate))
    second, third = (line.join(lambda job, n=n: order.append(n)) for n in (2, 3))
    assert [line.place(job) for job in (first, second, third)] == [0, 1, 2]
    gate.set()
    finished(third)
    assert order == [2, 3] and line.place(third) == 0


def test_a_full_line_refuses(gate):
    """As many may wait as were said, besides the one that runs; afterwards there is room again."""
    line = jobs.Line(1)
    line.join(hold(gate))
    waiting = line.join(lambda job: None)
    assert line.full
    with pytest.raises(jobs.Full):
        line.join(lambda job: None)
    gate.set()
    finished(waiting)
    assert not line.full and finished(line.join(lambda job: "done")) == "done"


def test_an_exception_stays_with_its_job(gate):
    """The next one in line does not notice."""
    line = jobs.Line(2)
    failing, next_one = line.join(lambda job: 1 / 0), line.join(lambda job: "done")
    assert isinstance(finished(failing), ZeroDivisionError) and finished(next_one) == "done"
    assert not line.full and line.place(next_one) == 0


def test_who_leaves_gives_up_the_place(gate):
    """A job that waits for nobody is taken out, and the others move up."""
    line = jobs.Line(2)
    line.join(hold(gate))
    left, stays = line.join(lambda job: "left"), line.join(lambda job: "stayed")
    assert line.place(stays) == 2 and line.full
    gone(left)
    assert line.place(stays) == 1 and not line.full
    gate.set()
    assert finished(stays) == "stayed" and left.future.cancelled()


def test_a_short_absence_costs_nothing(gate):
    """A lost connection that comes back finds its place."""
    line = jobs.Line(2)
    line.join(hold(gate))
    job = line.join(lambda job: "done")
    jobs._leave([job])
    assert job.left is not None and line.place(job) == 1
    gate.set()
    assert finished(job) == "done"


def test_work_for_nobody_stops_at_its_next_report():
    """What has begun when its session goes does not run to its end."""
    begun, go = Event(), Event()

    def work(job: jobs.Job) -> str:
        begun.set()
        go.wait(10)
        job.report(1)
        return "done"

    line = jobs.Line(1)
    job = line.join(work)
    begun.wait(10)
    gone(job)
    go.set()
    assert isinstance(finished(job), jobs.Left)


def test_what_came_back_in_time_goes_on():
    """A job that is wanted again reports as before."""
    job = jobs.Job(left=-jobs.GRACE)
    assert job.given_up
    with pytest.raises(jobs.Left):
        job.report(1)
    job.left = None
    job.report(1, "a")
    assert (job.done, job.current) == (1, "a")
