"""What networks that are trained at the same time share."""

import threading
from types import SimpleNamespace

import pytest

from bprop.training.crew import Crew, Share


class Shown:
    def __init__(self):
        self.of, self.seen = "", []

    def engine(self, choice):
        self.seen.append(choice)

    def steps(self, epoch, done, loss):
        self.seen.append((epoch, done, loss, self.of))

    def epoch(self, record):
        self.seen.append(record.updates)


def test_the_wish_to_stop_is_asked_for_until_it_comes():
    answers = iter([False, False, True])
    crew = Crew(2, lambda: next(answers))
    assert [crew.stopping for _ in range(5)] == [False, False, True, True, True]
    assert crew.asked


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_of_one_is_raised_and_stops_the_others(threads):
    crew = Crew(3)

    def work(k):
        if k == 0:
            raise RuntimeError("mine")
        return crew.stopping

    with pytest.raises(RuntimeError, match="mine"):
        crew.each(work, range(3), threads)
    assert crew.stopping
    assert not crew.asked


def test_an_error_that_comes_to_the_waiting_thread_alone_stops_them_all(monkeypatch):
    from bprop.training import crew as module

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "side_by_side", interrupted)
    crew = Crew(2)
    with pytest.raises(KeyboardInterrupt):
        crew.each(print, range(2), 2)
    assert crew.stopping


def test_the_others_run_on_threads_of_their_own():
    names = Crew(2).each(lambda k: threading.current_thread().name, range(2), 2)
    assert all(name.startswith("bprop-network") for name in names)


def test_progress_is_that_of_all_networks_together():
    crew = Crew(2)
    crew.shown = shown = Shown()
    shares = [Share(crew, k) for k in range(2)]
    for share in shares:
        share.engine("numpy")
    shares[0].steps(1, 5, 0.5)
    shares[1].steps(1, 3, 0.25)
    assert shown.seen == ["numpy", (1, 5, 0.5, ", network 1 of 2"), (1, 8, 0.25, ", network 2 of 2")]
    assert shown.of == ""


def test_the_only_network_has_no_number():
    assert Share(Crew(1), 0).of == ""


def test_epochs_of_each_are_shown_with_the_updates_of_all_unless_they_are_shown_together():
    import bprop as bp

    crew = Crew(2)
    crew.shown = shown = Shown()
    fit = bp.train(bp.mlp([2, 3, 2]), {"x": [[0.0, 1.0]] * 4, "y": [0, 1, 0, 1]}, epochs=1, batch_size=2,
                   engine="numpy", progress=False)  # fmt: skip
    Share(crew, 0).steps(1, 7, 0.5)
    Share(crew, 1).epoch(fit.history[0])
    Share(crew, 1, together=True).epoch(SimpleNamespace(updates=99))
    assert shown.seen == [(1, 7, 0.5, ", network 1 of 2"), 9]
