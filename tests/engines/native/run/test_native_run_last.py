"""Batches whose rows depend on each other: the last one, which is shorter, is a program of its own."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose


def graph():
    """Scores less their mean over the batch."""
    x, y = bp.Input("x", (4,)), bp.Input("y", (), dtype="int")
    a = x @ bp.Parameter("W", (4, 3))
    return bp.Graph(loss=bp.cross_entropy(a - bp.mean(a, axis=0, keepdims=True), y))


@pytest.mark.parametrize("weights", [None, np.linspace(0.5, 2, 11)], ids=["alike", "weighted"])
@pytest.mark.parametrize(
    "rule", [bp.SGD(0.1), bp.SGD(bp.schedules.exponential(0.1, 0.5, every=1), momentum=0.5)], ids=["plain", "paced"]
)
def test_a_shorter_last_batch_trains_as_on_numpy(rule, weights):
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(11, 4)), "y": rng.integers(3, size=11)}
    settings = {"batch_size": 4, "epochs": 3, "rule": rule, "dtype": "float64", "progress": False, "weights": weights}
    ours, theirs = (bp.train(graph(), data, engine=engine, **settings) for engine in ("numpy", "native"))
    np.testing.assert_allclose(theirs.params["W"], ours.params["W"], rtol=0, atol=1e-13)
    for one, two in zip(ours.history, theirs.history, strict=True):
        assert two.loss == pytest.approx(one.loss, rel=1e-12)
        assert (two.updates, two.learning_rate) == (one.updates, pytest.approx(one.learning_rate, rel=1e-9))


def test_a_last_batch_that_diverges_is_told_with_its_step():
    data = {"x": np.ones((5, 4)), "y": np.zeros(5, int)}
    data["x"][4] = 3e38
    for engine in ("numpy", "native"):
        with pytest.raises(bp.errors.NonFiniteError, match="epoch 1, step 3 of 3"):
            bp.train(
                graph(), data, engine=engine, batch_size=2, epochs=1, shuffle=False, progress=False, rule=bp.SGD(0.1)
            )


@pytest.mark.parametrize("first", [0, 1, 3])
def test_the_first_step_that_is_not_finite_is_told_whatever_comes_after(first):
    x, w = bp.Input("x"), bp.Parameter("w", ())
    data = DataSet({"x": np.where(np.arange(6) < first, 1.0, 1e200)})
    job = Job(bp.Graph(loss=bp.square(x * w)), bp.SGD(0.0), data, 1, np.dtype("float64"), 0)
    run = choose("native").start(job, {"w": np.array(1.0)})
    run.set_order(np.arange(6, dtype=np.int32))
    assert run.steps(0, 6, 0).bad_step == first
