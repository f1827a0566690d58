"""`bp.train_many` beside single runs of `bp.train`, on every engine."""

import os
import signal
import threading

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.training import Terminated

N = 60
ENGINES = pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
RNG = np.random.default_rng(3)
X = RNG.normal(size=(N, 5))
DATA = {"x": X, "y": (X[:, 0] + X[:, 1] ** 2 > 0.5).astype(int)}
SETTINGS = {"epochs": 3, "batch_size": 16, "dtype": "float64", "progress": False}


def part(index, data=DATA):
    return {name: array[index] for name, array in data.items()}


def folds(count):
    place = np.arange(N) % count
    return [np.flatnonzero(place != k) for k in range(count)], [np.flatnonzero(place == k) for k in range(count)]


def alike(fit, one):
    """Whether a fit of many is that of a single run."""
    assert (fit.stopped, fit.best_epoch, fit.updates) == (one.stopped, one.best_epoch, one.updates)
    assert len(fit.history) == len(one.history)
    for name, array in one.params.items():
        np.testing.assert_allclose(fit.params[name], array, rtol=1e-10, atol=1e-13)
    for record, other in zip(fit.history, one.history, strict=True):
        assert record.objective == pytest.approx(other.objective, rel=1e-10)
        assert record.penalty == pytest.approx(other.penalty, rel=1e-10)
        assert record.metrics == pytest.approx(other.metrics, rel=1e-10)
        assert record.learning_rate == pytest.approx(other.learning_rate, rel=1e-12)
        assert (record.validation is None) == (other.validation is None)
        if record.validation is not None:
            assert record.validation == pytest.approx(other.validation, rel=1e-10)


@ENGINES
def test_networks_differ_in_seeds_rules_penalties_dropout_and_folds_and_each_is_that_of_a_single_run(engine):
    trained, held = folds(4)
    graphs = [bp.mlp([5, 6, 2], l2=l2, dropout=rate) for l2, rate in ((0.0, 0.1), (1e-3, 0.2), (0.01, 0.5), (0.1, 0))]
    rules = [bp.Adam(0.02 * (k + 1)) for k in range(4)]
    fits = bp.train_many(graphs, DATA, seeds=range(4), rules=rules, rows=trained, validation_rows=held, patience=1,
                         engine=engine, **SETTINGS)  # fmt: skip
    for k, fit in enumerate(fits):
        assert fit.engine == engine
        one = bp.train(graphs[k], part(trained[k]), seed=k, rule=rules[k], validation=part(held[k]), patience=1,
                       engine=engine, **SETTINGS)  # fmt: skip
        alike(fit, one)


@ENGINES
def test_bootstrap_rows_weights_and_schedules(engine):
    rng, graph, weights = np.random.default_rng(0), bp.mlp([5, 4, 2]), RNG.uniform(0.2, 2, N)
    rows = [rng.integers(N, size=50) for _ in range(3)]
    rules = [bp.SGD(bp.schedules.cosine(0.1 * (k + 1), 9), momentum=0.9) for k in range(3)]
    fits = bp.train_many(graph, DATA, rules=rules, rows=rows, weights=weights, seed=5, engine=engine, **SETTINGS)
    for index, rule, fit in zip(rows, rules, fits, strict=True):
        one = bp.train(graph, part(index), rule=rule, weights=weights[index], seed=5, engine=engine, **SETTINGS)
        alike(fit, one)


@ENGINES
@pytest.mark.parametrize("validation", [0.25, "set"])
def test_a_share_is_held_out_by_each_and_a_set_is_that_of_all(engine, validation):
    graph, held = bp.mlp([5, 4, 2], l2=0.01), part(slice(0, 20))
    validation = held if validation == "set" else validation
    fits = bp.train_many(graph, DATA, seeds=(3, 1), validation=validation, engine=engine, **SETTINGS)
    for seed, fit in zip((3, 1), fits, strict=True):
        alike(fit, bp.train(graph, DATA, seed=seed, validation=validation, engine=engine, **SETTINGS))


@ENGINES
def test_folds_of_other_sizes_and_numbers_of_steps(engine):
    graph = bp.mlp([5, 4, 2])
    rows = [np.arange(48), np.arange(47), np.arange(49), np.arange(20)]
    fits = bp.train_many(graph, DATA, rows=rows, seeds=range(4), engine=engine, **SETTINGS)
    for k, fit in enumerate(fits):
        alike(fit, bp.train(graph, part(rows[k]), seed=k, engine=engine, **SETTINGS))


@ENGINES
def test_boxes_that_mix_rows_and_the_last_batch_of_another_size(engine):
    graph = bp.mlp([5, 4, 2], normalise="batch")
    rows = [np.arange(50), np.arange(10, 60)]
    fits = bp.train_many(graph, DATA, rows=rows, seeds=range(2), engine=engine, **SETTINGS)
    for k, fit in enumerate(fits):
        alike(fit, bp.train(graph, part(rows[k]), seed=k, engine=engine, **SETTINGS))
    assert np.abs(fits[0].params["mean1"] - fits[1].params["mean1"]).max() > 0


@ENGINES
def test_graphs_of_other_structures_are_trained_too(engine):
    graphs = [bp.mlp([5, 4, 2]), bp.mlp([5, 3, 2]), bp.mlp([5, 4, 2], activation="relu")]
    fits = bp.train_many(graphs, DATA, engine=engine, seed=2, **SETTINGS)
    for graph, fit in zip(graphs, fits, strict=True):
        alike(fit, bp.train(graph, DATA, seed=2, engine=engine, **SETTINGS))


@ENGINES
def test_one_that_diverges_ends_and_the_others_go_on(engine):
    graph = bp.mlp([5, 4, 1], task="regression", activation="relu")
    data = {"x": X, "y": X[:, 0]}
    rules = [bp.SGD(0.1), bp.SGD(1e80), bp.SGD(0.05)]
    fits = bp.train_many(graph, data, rules=rules, engine=engine, **SETTINGS)
    assert [fit.stopped for fit in fits] == ["epochs", "diverged", "epochs"]
    with pytest.raises(errors.NonFiniteError) as error:
        bp.train(graph, data, rule=rules[1], engine=engine, **SETTINGS)
    assert fits[1].failure == error.value.fit.failure
    assert fits[1].updates == error.value.fit.updates
    for name, array in error.value.fit.params.items():
        np.testing.assert_allclose(fits[1].params[name], array, rtol=1e-9)
    for k in (0, 2):
        alike(fits[k], bp.train(graph, data, rule=rules[k], engine=engine, **SETTINGS))


@ENGINES
def test_a_callback_stops_one_network_and_finished_tells_of_each(engine):
    told, done = [], {}
    fits = bp.train_many(bp.mlp([5, 4, 2]), DATA, seeds=range(3), engine=engine, finished=done.__setitem__,
                         callback=lambda k, record: told.append((k, record.epoch)) or k == 1, **SETTINGS)  # fmt: skip
    assert [fit.stopped for fit in fits] == ["epochs", "callback", "epochs"]
    assert sorted(told) == [(0, 1), (0, 2), (0, 3), (1, 1), (2, 1), (2, 2), (2, 3)]
    assert all(done[k] is fit for k, fit in enumerate(fits))
    alike(fits[1], bp.train(bp.mlp([5, 4, 2]), DATA, seed=1, engine=engine, callbacks=lambda *_: True, **SETTINGS))


@ENGINES
def test_stop_ends_all_networks_with_the_fits_so_far(engine):
    epochs = []
    fits = bp.train_many(bp.mlp([5, 4, 2]), DATA, seeds=range(3), engine=engine, stop=lambda: len(epochs) >= 2,
                         callback=lambda k, record: epochs.append(k), **{**SETTINGS, "epochs": 10_000})  # fmt: skip
    assert {fit.stopped for fit in fits} == {"interrupted"}
    assert max(len(fit.history) for fit in fits) >= 1
    assert all(np.isfinite(fit.predict(x=X)).all() for fit in fits)


@ENGINES
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_networks_with_the_fits_so_far(engine, number, capsys):
    def send(k, record):
        if record.epoch == 2:
            os.kill(os.getpid(), number)

    run, before = {**SETTINGS, "epochs": 10_000, "engine": engine}, signal.getsignal(signal.SIGINT)
    if number == signal.SIGTERM:
        with pytest.raises(Terminated) as error:
            bp.train_many(bp.mlp([5, 4, 2]), DATA, seeds=range(3), callback=send, **run)
        fits = error.value.fit
    else:
        fits = bp.train_many(bp.mlp([5, 4, 2]), DATA, seeds=range(3), callback=send, **run)
    assert {fit.stopped for fit in fits} == {"interrupted"}
    assert capsys.readouterr().err.count("interrupted; 0 of 3 networks are done") == 1
    assert signal.getsignal(signal.SIGINT) is before


@ENGINES
def test_a_run_that_was_stopped_is_resumed_bit_for_bit(engine, tmp_path):
    graph, place = bp.mlp([5, 4, 2], dropout=0.2), tmp_path / "runs"
    run = {**SETTINGS, "engine": engine, "checkpoint": place, "validation": 0.2, "patience": 5}
    bp.train_many(graph, DATA, seeds=range(3), callback=lambda k, record: record.epoch == 2, **{**run, "epochs": 5})
    assert sorted(path.name for path in place.iterdir()) == [f"m{k}.checkpoint" for k in (1, 2, 3)]
    fits = bp.train_many(graph, DATA, seeds=range(3), resume=True, **{**run, "epochs": 5})
    whole = {name: value for name, value in run.items() if name != "checkpoint"}
    for fit, one in zip(fits, bp.train_many(graph, DATA, seeds=range(3), **{**whole, "epochs": 5}), strict=True):
        alike(fit, one)
        for name, array in one.params.items():
            np.testing.assert_array_equal(fit.params[name], array)


def test_an_error_of_one_network_stops_all_and_is_raised():
    def fail(k, record):
        if k == 1:
            raise RuntimeError("of mine")

    with pytest.raises(RuntimeError, match="of mine"):
        bp.train_many(bp.mlp([5, 4, 2]), DATA, seeds=range(4), callback=fail, **{**SETTINGS, "epochs": 100_000})


def test_nobody_is_told_of_two_networks_at_once():
    busy = threading.Lock()

    def told(*_):
        assert busy.acquire(blocking=False)
        busy.release()

    bp.train_many(bp.mlp([5, 4, 2]), DATA, seeds=range(4), callback=told, finished=told, workers=4,
                  **{**SETTINGS, "epochs": 20})  # fmt: skip


def test_one_worker_trains_the_same(monkeypatch):
    graph = bp.mlp([5, 4, 2])
    fits = [bp.train_many(graph, DATA, seeds=range(3), workers=count, **SETTINGS) for count in (1, 3)]
    for one, other in zip(*fits, strict=True):
        alike(one, other)


def test_scaled_data_and_notes_are_those_of_bp_train():
    notes = {"scaling": {"x": {"mean": [1.0] * 5, "deviation": [2.0] * 5}}}
    graph = bp.mlp([5, 4, 2])
    fits = bp.train_many(graph, DATA, seeds=range(2), rows=[np.arange(40)] * 2, notes=notes, **SETTINGS)
    one = bp.train(graph, part(slice(0, 40)), seed=1, notes=notes, **SETTINGS)
    alike(fits[1], one)
    assert fits[0].notes == notes
    np.testing.assert_allclose(fits[1].predict(x=X), one.predict(x=X), rtol=1e-10)


def test_the_fits_make_an_ensemble():
    fits = bp.train_many(bp.mlp([5, 4, 2]), DATA, seeds=range(3), **SETTINGS)
    f = bp.ensemble(fits).predict(x=X)["f"]
    np.testing.assert_allclose(f, np.mean([fit.predict(x=X) for fit in fits], axis=0), rtol=1e-12)


def test_progress_counts_the_updates_of_all_networks(capsys):
    bp.train_many(bp.mlp([5, 4, 2]), DATA, seeds=range(2), **{**SETTINGS, "progress": True, "engine": "numpy"})
    shown = capsys.readouterr().err
    assert shown.count("engine: numpy") == 1
    assert "epoch 3/3" in shown
