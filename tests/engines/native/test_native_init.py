"""The native engine: what it takes on, and what it leaves to others."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.engines.native import NativeEngine


def job(dtype="float32", rule=None, graph=None):
    data = DataSet({"x": np.ones((4, 40)), "y": np.arange(4) % 3})
    return Job(graph or bp.mlp([40, 3]), rule or bp.SGD(0.1), data, 2, np.dtype(dtype), 0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_starts_from_the_parameters_that_it_is_given(dtype):
    mine = job(dtype)
    theta = mine.graph.init(3)
    run = NativeEngine().start(mine, theta)
    assert (run.engine, NativeEngine.name) == ("native", "native")
    assert type(choose("native")) is NativeEngine
    assert run.transposed == {"W1"}  # of few outputs
    for name, array in theta.items():
        np.testing.assert_array_equal(run.params()[name], array.astype(dtype))


def test_other_precisions_are_refused():
    with pytest.raises(errors.SettingError, match="engine 'native' computes in float32 or float64, not float16"):
        NativeEngine().start(job("float16"), {})


def test_optax_rules_are_refused():
    optax = pytest.importorskip("optax")
    foreign = bp.rules.as_rule(optax.sgd(0.1))
    with pytest.raises(errors.UnsupportedError, match="an optax rule computes with JAX: it needs engine='xla'"):
        NativeEngine().start(job(rule=foreign), {})


def test_row_numbers_that_are_not_known_before_are_refused():
    class NativeArgmax(bp.Box):
        def fprop(self, a):
            return bp.namespace(a).argmax(a, axis=-1)

        def bprop(self, grad, value, a):
            return None

    x, y, V = bp.Input("x", (40,)), bp.Input("y", (), dtype="int"), bp.Parameter("V", (40, 3))
    graph = bp.Graph(loss=bp.cross_entropy(bp.take(V, NativeArgmax(x * bp.Parameter("u", (40,)))), y))
    with pytest.raises(errors.UnsupportedError, match="engine 'native': the whole numbers that"):
        NativeEngine().start(job(graph=graph), graph.init())
