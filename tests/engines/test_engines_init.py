"""Engines of one's own, by object and by name."""

import numpy as np

import bprop as bp
from bprop.engines import Engine, choose
from bprop.engines.delegate import Delegate
from bprop.engines.numpy import NumpyEngine


class CountingRun(Delegate):
    """Hands everything on to a run on NumPy, and counts the steps."""

    engine = "counting"

    def __init__(self, counter, run):
        super().__init__(run)
        self.counter = counter

    def steps(self, start, count, t):
        self.counter.steps += count
        return super().steps(start, count, t)


class Counting(Engine):
    name = "counting"
    made = []

    def __init__(self):
        self.steps = 0
        Counting.made.append(self)

    def start(self, job, params):
        return CountingRun(self, NumpyEngine().start(job, params))


def trained(engine, rng_seed=0, **settings):
    rng = np.random.default_rng(rng_seed)
    data = {"x": rng.normal(size=(20, 3)), "y": rng.integers(2, size=20)}
    return bp.train(bp.mlp([3, 4, 2]), data, epochs=3, batch_size=5, engine=engine, progress=False, **settings)


def test_an_engine_object_is_used_as_it_is():
    engine = Counting()
    fit = trained(engine)
    assert engine.steps == 12 and fit.engine == "counting"
    np.testing.assert_array_equal(fit.params["W1"], trained("numpy").params["W1"])


def test_an_engine_of_ones_own_is_known_by_its_name(tmp_path):
    Counting.made.clear()
    fit = trained("counting", checkpoint=tmp_path / "run.bprop")
    assert [engine.steps for engine in Counting.made] == [12] and fit.settings["engine"] == "counting"
    again = trained("counting", checkpoint=tmp_path / "run.bprop", resume=True)
    np.testing.assert_array_equal(again.params["W1"], fit.params["W1"])


def test_an_object_is_chosen_as_itself_and_a_class_of_ours_by_name():
    engine = Counting()
    assert choose(engine) is engine
    assert isinstance(choose("numpy"), NumpyEngine)
