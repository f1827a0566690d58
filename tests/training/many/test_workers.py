"""Which networks are trained together, which on a core each."""

import threading

import numpy as np
import pytest

import bprop as bp
from bprop.engines.many import cores_here
from bprop.training.many import workers

DATA = {"x": np.arange(40.0).reshape(20, 2) / 40, "y": np.arange(20) % 2}
SETTINGS = {"epochs": 2, "progress": False}

pytest.importorskip("llvmlite")
pytest.importorskip("jax")


def threads_of(**more):
    """The names of the threads that networks were trained in, and the cores that each could use."""
    seen = {}

    def told(k, record):
        seen[k] = threading.current_thread().name.rpartition("_")[0], cores_here()

    bp.train_many(bp.mlp([2, 3, 2]), DATA, seeds=range(4), callback=told, **SETTINGS, **more)
    return set(seen.values())


@pytest.fixture
def cores(monkeypatch):
    monkeypatch.setattr(workers.surroundings, "cores", lambda: 3)


def test_native_networks_have_a_core_each_and_numpys_run_one_after_the_other(cores):
    assert threads_of(engine="native") == {("bprop-network", 1)}
    assert threads_of(engine="numpy") == {("", 3)}


def test_one_worker_has_all_cores(cores):
    assert threads_of(engine="native", workers=1) == {("", 3)}


@pytest.fixture
def groups(monkeypatch):
    """The numbers of networks that are trained together, for each call."""
    sizes, train = [], workers.train_together
    monkeypatch.setattr(
        workers, "train_together", lambda members, many: sizes.append(len(members)) or train(members, many)
    )
    return sizes


def test_xla_trains_networks_with_as_many_steps_together(groups):
    rows = [np.arange(20), np.arange(19), np.arange(16), np.arange(15), np.arange(8)]
    fits = bp.train_many(bp.mlp([2, 3, 2]), DATA, rows=rows, batch_size=4, engine="xla", **SETTINGS)
    assert groups == [2, 2]  # 5 steps, 4 steps; that of 2 steps runs by itself
    assert [fit.updates for fit in fits] == [10, 10, 8, 8, 4]


def test_xla_trains_networks_of_the_same_structure_together(groups):
    graphs = [bp.mlp([2, width, 2]) for width in (3, 4, 3, 4, 5)]
    rules = [bp.SGD(), bp.SGD(), bp.Adam(), bp.SGD(0.2), bp.SGD()]
    fits = bp.train_many(graphs, DATA, rules=rules, engine="xla", **SETTINGS)
    assert groups == [2]  # of width 4
    assert [fit.params["b1"].shape for fit in fits] == [(3,), (4,), (3,), (4,), (5,)]


def test_boxes_of_ones_own_and_optax_run_one_after_the_other_on_xla(groups):
    optax = pytest.importorskip("optax")

    class Twice(bp.Box):
        def fprop(self, a):
            return 2 * a

        def bprop(self, grad, value, a):
            return 2 * grad

    x, y = bp.Input("x", (2,)), bp.Input("y", dtype="int")
    f = bp.softmax(Twice(x) @ bp.Parameter("W", (2, 2)), name="f")
    graph = bp.Graph(loss=bp.nll(f, y), outputs={"f": f})
    fits = bp.train_many(graph, DATA, seeds=range(2), engine="xla", **SETTINGS)
    fits += bp.train_many(bp.mlp([2, 3, 2]), DATA, seeds=range(2), rule=optax.adam(0.1), engine="xla", **SETTINGS)
    assert [fit.stopped for fit in fits] == ["epochs"] * 4
    assert groups == []


def test_auto_trains_together_where_xla_is_the_best_engine(groups, monkeypatch):
    from bprop.engines import auto

    monkeypatch.setattr(auto, "preferred", lambda job: [auto.XLA, auto.NUMPY])
    fits = bp.train_many(bp.mlp([2, 3, 2]), DATA, seeds=range(2), engine="auto", **SETTINGS)
    assert (groups, fits[0].engine) == ([2], "xla")


def test_health_is_measured_of_networks_that_are_trained_together(groups):
    fits = bp.train_many(bp.mlp([2, 3, 2]), DATA, seeds=range(2), engine="xla", health=True, **SETTINGS)
    one = bp.train(bp.mlp([2, 3, 2]), DATA, seed=1, engine="xla", health=True, **SETTINGS)
    assert groups == [2]
    assert fits[1].history[-1].health == one.history[-1].health


@pytest.mark.parametrize("engine", ["native", "xla"])
def test_places_of_checkpoints_are_free_after_an_error(engine, tmp_path):
    def fail(k, record):
        raise RuntimeError("of mine")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="of mine"):
            bp.train_many(bp.mlp([2, 3, 2]), DATA, seeds=range(3), callback=fail, checkpoint=tmp_path, engine=engine,
                          **SETTINGS)  # fmt: skip


def grid(engine):
    """6 learning rates on 5 folds, of different sizes, each with its own penalty, dropout and validation rows."""
    place = np.arange(23) % 5
    data = {"x": np.arange(46.0).reshape(23, 2) / 46, "y": np.arange(23) % 2}
    points = [(rate, k) for rate in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) for k in range(5)]
    graphs = [bp.mlp([2, 3, 2], l2=rate / 10, dropout=rate) for rate, _ in points]
    return bp.train_many(graphs, data, rules=[bp.Adam(rate) for rate, _ in points], batch_size=4, engine=engine,
                         rows=[place != k for _, k in points], validation_rows=[place == k for _, k in points],
                         **SETTINGS)  # fmt: skip


def test_a_grid_on_folds_is_compiled_once_by_the_native_engine(monkeypatch, tmp_path):
    from bprop.engines.native.run import routines

    monkeypatch.setenv("BPROP_CACHE", str(tmp_path))
    monkeypatch.setattr(routines, "_routines", type(routines._routines)())
    compiled, compile = [], routines.routine_of
    monkeypatch.setattr(routines, "routine_of", lambda *args: compiled.append(1) or compile(*args))
    assert len(grid("native")) == 30
    assert len(compiled) == 2  # a step, and an evaluation


def test_a_grid_on_folds_is_compiled_once_by_xla(monkeypatch, tmp_path):
    from bprop.engines.xla import compilation, programs

    monkeypatch.setenv("BPROP_CACHE", str(tmp_path))
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    compiled, compile = [], compilation.compile_or_load
    monkeypatch.setattr(compilation, "compile_or_load", lambda *args: compiled.append(1) or compile(*args))
    assert len(grid("xla")) == 30
    assert len(compiled) == 2  # epochs of all networks, and their evaluation
