"""The comparison of an engine's gradients with the reference's: what is asked of it, and how far it may be off."""

import types

import numpy as np
import pytest

import bprop as bp
from bprop.check import compiled
from bprop.check.compiled import SLACK, TOLERANCE, _compare
from bprop.engines.program import Program
from bprop.graph.passes import fprop
from bprop.graph.plan import Context

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(7, 5)), RNG.integers(3, size=7)


def arrays(*values):
    return [np.array(value, float) for value in values]


@pytest.mark.parametrize(
    ("found", "right", "rounded", "wrong"),
    [
        ([4 + 3.9 * TOLERANCE, 1.0], [4.0, 1.0], [4.0, 1.0], []),
        ([4 + 4.1 * TOLERANCE, 1.0], [4.0, 1.0], [4.0, 1.0], [(0,)]),
        ([1.0, -4 - 4.1 * TOLERANCE], [1.0, -4.0], [1.0, -4.0], [(1,)]),
        ([4 + 0.99e-3 * SLACK, 1.0], [4.0, 1.0], [4.0, 1 - 1e-3], []),
        ([4 + 1.01e-3 * SLACK, 1.0], [4.0, 1.0], [4.0, 1 - 1e-3], [(0,)]),
        ([np.nan, 1.0], [4.0, 1.0], [4.0, 1.0], [(0,)]),
        ([0.0, 0.0], [0.0, 0.0], [0.0, 0.0], []),
        ([0.0, 1e-300], [0.0, 0.0], [0.0, 0.0], [(1,)]),
        ([], [], [], []),
    ],
)
def test_an_element_may_be_off_as_far_as_rounding_moves_it_on_numpy(found, right, rounded, wrong):
    coverage = _compare(*arrays(found, right, rounded))
    assert [m.index for m in coverage.mismatches] == wrong
    assert (coverage.elements, coverage.shape) == (len(right), (len(right),))


def test_a_mismatch_says_both_numbers_and_how_far_they_are_apart():
    coverage = _compare(*arrays([[2.0, 5.0]], [[2.0, 4.0]], [[2.0, 4.0]]))
    (mismatch,) = coverage.mismatches
    assert (mismatch.index, mismatch.analytic, mismatch.numeric, mismatch.error) == ((0, 1), 5.0, 4.0, 0.25)
    assert (coverage.scale, coverage.error) == (4.0, 0.25)
    zero = _compare(*arrays([3.0], [0.0], [0.0]))
    assert (zero.scale, zero.error, zero.mismatches[0].error) == (0.0, 1.0, 1.0)


def network(**settings):
    graph = bp.mlp([5, 4, 3], activation="tanh", task="classification", **settings)
    return graph, graph.init(0)


def test_the_step_is_one_update_over_the_whole_set_with_the_seed_that_is_given(monkeypatch):
    seen = []

    class Engine:
        def start(self, job, theta):
            seen.append((job, theta))
            return self

        engine = "told"

        def set_order(self, order):
            seen.append(order)

        def steps(self, *arguments):
            seen.append(arguments)
            return type("Stretch", (), {"sums": {"loss": np.nan}})()

        def params(self):
            return "params"

    monkeypatch.setattr(compiled, "choose", lambda name: Engine())
    graph, theta = network()
    weights = np.linspace(1, 2, 7)
    found = compiled.engine_step(graph, theta, {"x": X, "y": Y}, weights, 5, "told")
    assert found[:2] == ("told", "params")
    assert not found[2]
    (job, start), order, arguments = seen
    assert (job.batch_size, job.seed, job.dtype) == (7, 5, np.float64)
    np.testing.assert_array_equal(job.data.weights, weights)
    assert {name: array.dtype for name, array in start.items()} == dict.fromkeys(theta, np.dtype("float64"))
    assert (order.dtype, list(order)) == (np.int32, list(range(7)))
    assert arguments == (0, 1, 0)


def test_a_loss_that_the_engine_does_not_tell_is_not_finite(monkeypatch):
    run = type("Run", (), {"engine": "told", "set_order": lambda *_: None, "params": dict,
                           "steps": lambda *_: type("Stretch", (), {"sums": {}})()})()  # fmt: skip
    monkeypatch.setattr(compiled, "choose", lambda name: type("Engine", (), {"start": lambda *_: run})())
    graph, theta = network()
    assert not compiled.engine_step(graph, theta, {"x": X, "y": Y}, None, 0, "told")[2]


def test_what_an_engine_cannot_do_is_raised_and_not_reported(monkeypatch):
    def cannot(*arguments):
        raise bp.errors.UnsupportedError("not this")

    monkeypatch.setattr(compiled, "engine_step", cannot)
    graph, theta = network()
    with pytest.raises(bp.errors.UnsupportedError, match="not this"):
        bp.check_gradients(graph, theta, x=X, y=Y, engine="numpy")


def test_every_parameter_has_a_row_also_one_that_does_not_matter_or_is_not_trained():
    x, w, idle, fixed = (
        bp.Input("x", (5,)),
        bp.Parameter("w", (5,)),
        bp.Parameter("idle", (2,)),
        bp.Parameter("fixed", (5,), trainable=False),
    )
    graph = bp.Graph(loss=bp.sum(x * w * fixed, axis=1) + 0.0 * bp.sum(idle, axis=0))
    theta = {"w": np.ones(5), "idle": np.ones(2), "fixed": np.full(5, 2.0)}
    report = bp.check_gradients(graph, theta, x=X, engine="numpy")
    assert report.ok, str(report)
    assert [row.name for row in report.rows if "numpy" in row.name] == ["w (numpy)", "idle (numpy)"]
    (note,) = report.notes
    assert note.startswith("NAME (numpy): gradients of the training step of engine numpy, in float64, against bprop")
    assert str(report.precision) in note


def test_without_gradients_of_the_reference_no_engine_is_asked(monkeypatch):
    monkeypatch.setattr(compiled, "engine_step", lambda *_: pytest.fail("asked"))

    class Fails(bp.Tanh):
        def bprop(self, grad, value, a):
            raise RuntimeError("oh")

    x, w = bp.Input("x", (5,)), bp.Parameter("w", (5,))
    graph = bp.Graph(loss=bp.sum(Fails(x * w), axis=1))
    report = bp.check_gradients(graph, {"w": np.ones(5)}, x=X, engine="numpy")
    assert not report.ok


def test_dividing_by_zero_in_the_reference_is_no_error():
    class Careless(bp.Box):
        """a, and 0 where it is 0, by way of 1 / 0."""

        def fprop(self, a):
            return np.where(a == 0, 0.0, a * a * (1 / a))

        def bprop(self, grad, value, a):
            return grad * np.where(a == 0, 1.0, a * (1 / a))

    x, w = bp.Input("x", (5,)), bp.Parameter("w", (5,))
    graph = bp.Graph(loss=bp.sum(bp.tanh(Careless(x * w)), axis=1))
    report = bp.check_gradients(graph, {"w": np.ones(5)}, x=np.where(X > 0, X, 0.0), engine="numpy", inputs=False)
    assert not [text for text in report.failures if "engine" in text], str(report)
    assert [row.ok for row in report.rows if "numpy" in row.name] == [True]


def test_the_right_results_are_computed_in_the_precision_that_is_asked_for():
    """Floats are of that precision throughout, and whole numbers stay whole: a label is an index."""
    graph, theta = network()
    plan = graph.plan()
    wide = {name: np.asarray(a, np.float64) for name, a in {**theta, "x": X}.items()}
    context = Context.of(7, np.dtype("float64"))
    start = types.SimpleNamespace(plan=plan, leaves={**wide, "y": Y}, context=context)
    for dtype in map(np.dtype, ("float64", "float32")):
        results = compiled._expected(graph, start, dtype)
        assert {name: a.dtype for name, a in results.items()} == dict.fromkeys(theta, dtype)
        narrow = {name: a.astype(dtype) for name, a in wide.items()}
        there = Context.of(7, dtype)
        _, grads = Program(graph, dtype).gradients(fprop(plan, {**narrow, "y": Y}, there), there, plan)
        for name in theta:
            np.testing.assert_array_equal(results[name], grads[name])
