"""One network of many: whom it tells, and how it ends, on its own core or in steps with others."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest

import bprop as bp
from bprop.engines import choose
from bprop.training.many.network import Network, Networks
from bprop.training.many.plan import plan_of

RNG = np.random.default_rng(2)
X = RNG.normal(size=(24, 3))
DATA = {"x": X, "y": X[:, 0] - X[:, 1]}
GRAPH = bp.mlp([3, 4, 1], task="regression", activation="relu")
SETTINGS = {"epochs": 2, "batch_size": 8, "dtype": "float64", "progress": False, "engine": "numpy"}


def network(crew=None, k=0, **settings):
    plan = plan_of(GRAPH, DATA, [0], None, None, None, None, {**SETTINGS, **settings})
    theta = plan.settings[0].first_theta(plan.jobs[0])
    return Network(crew or Networks(1), k, plan.jobs[0], choose("numpy"), theta, plan.settings[0])


def held(lock):
    """Whether another thread would have to wait for the lock."""
    got = []

    def ask():
        got.append(lock.acquire(blocking=False))
        if got[0]:
            lock.release()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return not got[0]


def test_only_true_stops_a_network():
    record = SimpleNamespace()
    assert Networks(1).after_epoch(0, record) is False
    for answer, stops in ((True, True), (None, False), (1, False), ("yes", False)):
        assert Networks(1, callback=lambda k, record, answer=answer: answer).after_epoch(0, record) is stops


def test_the_caller_hears_of_one_network_at_a_time():
    told = []
    crew = Networks(
        3,
        callback=lambda k, record: told.append((k, record, held(crew.lock))),
        finished=lambda k, fit: told.append((k, fit, held(crew.lock))),
    )
    crew.after_epoch(2, "a record")
    crew.finished(1, "a fit")
    assert told == [(2, "a record", True), (1, "a fit", True)]
    assert not held(crew.lock)
    Networks(1).finished(0, "a fit")  # nobody asked to hear of it


def test_the_crew_stops_where_its_caller_says_so():
    assert Networks(1, stop=lambda: True).stopping
    assert not Networks(1, stop=lambda: False).stopping


def test_a_network_by_itself_has_the_fit_of_a_single_run_and_tells_of_its_end():
    done, epochs = [], []
    crew = Networks(2, callback=lambda k, r: epochs.append((k, r.epoch)), finished=lambda k, fit: done.append((k, fit)))
    fit = network(crew, k=1).run()
    assert done == [(1, fit)]
    assert epochs == [(1, 1), (1, 2)]
    one = bp.train(GRAPH, DATA, **SETTINGS)
    assert (fit.stopped, fit.updates) == (one.stopped, one.updates)
    for name, array in one.params.items():
        np.testing.assert_array_equal(fit.params[name], array)


def test_a_callback_stops_it_after_an_epoch():
    fit = network(Networks(1, callback=lambda k, record: True)).run()
    assert (fit.stopped, len(fit.history)) == ("callback", 1)


def test_one_that_diverges_ends_with_its_fit_and_not_with_an_error():
    done = []
    fit = network(Networks(1, finished=lambda k, fit: done.append(fit)), rule=bp.SGD(1e80)).run()
    assert fit.stopped == "diverged"
    assert "loss" in fit.failure or "finite" in fit.failure
    assert done == [fit]


def test_another_error_is_raised_and_nobody_hears_of_an_end():
    def broken(k, record):
        raise RuntimeError("mine")

    done = []
    with pytest.raises(RuntimeError, match="mine"):
        network(Networks(1, callback=broken, finished=lambda k, fit: done.append(fit))).run()
    assert done == []


def test_a_stretch_moves_it_on():
    one = network()
    one.interrupt.signal = None
    one.begin_together()
    assert one.next_epoch() is True
    one.run_.set_order(one.order, None)
    stretch = one.run_.steps(0, 2, 0)
    one.after(2, 0.5, stretch)
    assert (one.position.step, one.position.updates, one.position.seconds) == (2, 2, 0.5)
    assert one.position.running is stretch.running
    one.after(1, 0.25, one.run_.steps(2, 1, 2))
    assert (one.position.step, one.position.updates, one.position.seconds) == (3, 3, 0.75)
    saved = []
    one.save_checkpoint = saved.append
    assert one.after_epoch(whole=True) is True
    assert saved == [None]  # a checkpoint after an epoch, of a run that goes on
    assert (one.position.epoch, one.position.step, one.position.updates) == (1, 0, 3)
    assert [record.epoch for record in one.history] == [1]


def test_a_part_of_an_epoch_is_an_interrupted_end_without_a_record():
    done = []
    one = network(Networks(1, finished=lambda k, fit: done.append((k, fit))))
    one.begin_together()
    one.next_epoch()
    one.run_.set_order(one.order, None)
    one.after(1, 0.1, one.run_.steps(0, 1, 0))
    assert one.after_epoch(whole=False) is False
    assert one.result.stopped == "interrupted"
    assert (one.result.updates, len(one.result.history)) == (1, 0)
    assert done == [(0, one.result)]


def test_after_its_last_epoch_there_is_no_next():
    one = network(epochs=1)
    one.begin_together()
    one.next_epoch()
    one.run_.set_order(one.order, None)
    one.after(3, 0.1, one.run_.steps(0, 3, 0))
    one.after_epoch(whole=True)
    assert one.next_epoch() is False
    assert one.result.stopped == "epochs"


@pytest.mark.parametrize(("stopped", "failure", "written"), [("epochs", None, True), ("diverged", "too large", False)])
def test_its_end_is_in_the_checkpoint_unless_it_failed(tmp_path, stopped, failure, written):
    one = network(checkpoint=tmp_path / "runs")
    one.begin_together()
    saved = []
    one.save_checkpoint = saved.append
    assert one.end_together(stopped, failure) is False
    assert (one.result.stopped, one.result.failure) == (stopped, failure)
    assert saved == ([stopped] if written else [])
    one.close()


def test_it_goes_back_to_the_step_before_the_one_that_was_not_well():
    one = network(rule=bp.SGD(0.05, momentum=0.9))
    one.begin_together()
    one.next_epoch()
    one.run_.set_order(one.order, None)
    one.after(1, 0.1, one.run_.steps(0, 1, 0))
    theta, arrays = one.run_.params(), one.run_.rule_arrays()
    one.run_.steps(1, 2, 1)
    after = one.run_.params()
    assert one.fail(theta, arrays, 0) is False
    assert one.result.stopped == "diverged"
    assert one.result.updates == 1
    for name, array in theta.items():
        np.testing.assert_array_equal(one.result.params[name], array)
    assert any((after[name] != theta[name]).any() for name in theta)


def test_each_epoch_has_an_order_and_a_reader_of_its_own(monkeypatch):
    one, asked = network(epochs=9), []
    one.begin_together()
    data = type(one.job.data)
    for name in ("order", "reader"):
        monkeypatch.setattr(data, name, lambda self, *words, name=name: asked.append((name, *words)))
    one.position.epoch = 2
    assert one.next_epoch() is True
    assert asked == [("order", one.job.seed, 2, True), ("reader", one.job.seed, 2, True)]
