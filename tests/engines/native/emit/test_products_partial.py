"""Products of few rows with large weights, in partial sums: what NumPy gives, shared out by rows of the weights."""

import numpy as np
import pytest

import bprop as bp
from bprop.data import DataSet
from bprop.engines import Job, choose
from bprop.engines.native.run.evaluate import evaluate
from bprop.engines.trace.functions import new_tape, partial_sums


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("M", "K", "N"), [(1, 784, 500), (10, 777, 301), (3, 203, 500), (13, 1001, 95), (1, 9_001, 40)]
)
def test_they_add_up_to_the_product(M, K, N, dtype):
    tape = new_tape(np.dtype(dtype))
    assert partial_sums(tape.leaf("a", (M, K), tape.dtype), tape.leaf("b", (K, N), tape.dtype)) > 1
    rng = np.random.default_rng(0)
    x, W, c = rng.normal(size=(M, K)), rng.normal(size=(K, N)), rng.normal(size=N)
    found, again = evaluate(lambda x, W, c: (x @ W, (x.T * 2.0).T @ W + c), x, W, c, dtype=dtype)
    eps = np.finfo(dtype).eps * 50 * np.sqrt(K)
    np.testing.assert_allclose(found, x @ W, rtol=0, atol=eps)
    np.testing.assert_allclose(again, 2 * (x @ W) + c, rtol=0, atol=2 * eps)


@pytest.mark.parametrize("batch_size", [1, 7])
def test_a_network_of_large_weights_trains_as_on_numpy_on_any_number_of_threads(batch_size, rng):
    graph = bp.mlp([300, 260, 4], activation="tanh", l2=1e-3)
    data = DataSet({"x": rng.normal(size=(21, 300)), "y": rng.integers(4, size=21)})
    job = Job(graph, bp.SGD(0.1, momentum=0.5), data, batch_size, np.dtype("float64"), 0)
    found = {}
    for name in ("numpy", "native"):
        for count in (1,) if name == "numpy" else (1, 2, 3, 8):
            run = choose(name).start(job, graph.init(0))
            if name == "native":
                run.step.tuner.counts, run.step.tuner.trials, run.step.tuner.seconds = [count], [], {count: 1e-4}
            run.set_order(np.arange(21, dtype=np.int32))
            run.steps(0, -(-21 // batch_size), 0)
            found[name, count] = run.params()
    for key, theta in found.items():
        for name, array in theta.items():
            np.testing.assert_allclose(array, found["numpy", 1][name], rtol=0, atol=1e-12)
            if key[0] == "native":
                np.testing.assert_array_equal(array, found["native", 1][name])
