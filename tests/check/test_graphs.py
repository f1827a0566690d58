"""check_gradients: right graphs pass, planted mistakes are caught, named, and traced to their box."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bprop as bp
from bprop import errors

ACTIVATIONS = ("tanh", "sigmoid", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus")


def network(activation=bp.tanh, affine=bp.linear, sizes=(4, 5, 3), l1=1e-3, l2=1e-2, wrap=lambda h: h):
    x, y = bp.Input("x", sizes[:1]), bp.Input("y", (), dtype="int")
    h, weights = x, []
    for k in range(1, len(sizes)):
        W, b = bp.Parameter(f"W{k}", sizes[k - 1 : k + 1]), bp.Parameter(f"b{k}", (sizes[k],))
        a = affine(h, W, b, name=f"a{k}")
        h = wrap(activation(a, name=f"h{k}")) if k < len(sizes) - 1 else bp.softmax(a)
        weights.append(W)
    return bp.Graph(loss=bp.nll(h, y), penalty=l1 * bp.l1(*weights) + l2 * bp.l2(*weights), outputs={"f": h})


def rows(graph, count=6, seed=0):
    rng = np.random.default_rng(seed)
    (width,) = graph.inputs["x"].shape
    return {"x": rng.normal(size=(count, width)), "y": rng.integers(3, size=count)}


def check(graph, seed=0, theta=None, **how):
    theta = graph.init(seed) if theta is None else theta
    return bp.check_gradients(graph, theta, rows(graph, seed=seed), **how)


# --- right graphs ---


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_networks_with_l1_and_l2_pass(name):
    report = check(network(getattr(bp, name)))
    assert report.ok, str(report)
    assert [row.name for row in report.rows] == ["W1", "b1", "W2", "b2", "x"]
    assert all(row.coverage.error < 1e-9 for row in report.rows)


@settings(max_examples=15)
@given(
    st.lists(st.integers(1, 6), min_size=2, max_size=4),
    st.sampled_from(ACTIVATIONS),
    st.integers(0, 10_000),
    st.booleans(),
)
def test_no_false_alarm_on_small_networks(widths, name, seed, stable):
    graph = network(getattr(bp, name), sizes=(*widths, 3))
    graph = bp.Graph(loss=graph.loss, penalty=graph.penalty, stable=stable)
    report = check(graph, seed)
    assert report.ok, str(report)


def test_large_weights_raise_no_false_alarm():
    graph = network()
    theta = {name: 30 * array for name, array in graph.init(0).items()}
    report = check(graph, theta=theta)
    assert report.ok, str(report)


def test_a_mean_over_examples_with_weights_passes():
    assert check(network(), weights=[0.0, 1.0, 2.0, 0.5, 3.0, 0.0]).ok


def test_single_precision_parameters_are_checked_in_the_best_precision():
    graph = network()
    report = check(graph, theta=graph.init(0, "float32"))
    assert report.ok
    assert str(report.precision) in str(report)
    if np.finfo(np.longdouble).eps < np.finfo(np.float64).eps:
        assert report.precision.dtype == np.longdouble
        assert "longdouble" in str(report)


def test_dropouts_noise_is_held_fixed():
    graph = network(wrap=lambda h: bp.dropout(h, 0.5))
    for seed in range(3):
        assert check(graph, seed=seed).ok
    rates = [next(row.coverage.scale for row in check(graph, training=t).rows if row.name == "W2") for t in (0, 1)]
    assert rates[0] != rates[1]


def test_batch_normalisation_passes_in_training_and_outside():
    x, y = bp.Input("x", (4,)), bp.Input("y", (4,))
    gain, shift = bp.Parameter("gain", (4,), init=bp.init.ones), bp.Parameter("shift", (4,))
    mean = bp.Parameter("mean", (4,), trainable=False)
    variance = bp.Parameter("variance", (4,), init=bp.init.ones, trainable=False)
    graph = bp.Graph(loss=bp.squared_error(bp.batch_norm(x, gain, shift, mean, variance), y))
    rng = np.random.default_rng(0)
    data = {"x": rng.normal(size=(6, 4)), "y": rng.normal(size=(6, 4))}
    for training in (True, False):
        report = bp.check_gradients(graph, graph.init(0), data, training=training)
        assert report.ok, str(report)
        assert {row.name for row in report.rows} == {"gain", "shift", "x", "y"}


def test_a_box_with_several_parents_passes():
    x, W = bp.Input("x", (3,)), bp.Parameter("W", (3, 3))
    h = bp.tanh(x @ W)
    graph = bp.Graph(loss=bp.sum(h * bp.sigmoid(h) + h @ W, axis=1))
    assert bp.check_gradients(graph, graph.init(0), x=np.random.default_rng(0).normal(size=(4, 3))).ok


# --- kinks ---


@pytest.mark.parametrize("activation", [bp.relu, bp.abs])
def test_a_kink_is_reported_as_a_kink(activation):
    x, b = bp.Input("x", (3,)), bp.Parameter("b", (3,))
    graph = bp.Graph(loss=bp.sum(activation(x + b), axis=1))
    report = bp.check_gradients(graph, {"b": np.zeros(3)}, x=np.array([[0.0, 1.0, -1.0]]))
    assert report.ok, str(report)
    assert {(name, kink.index) for name, kink in report.kinks} == {("b", (0,)), ("x", (0, 0))}
    assert "ok, 1 kink" in str(report)


def test_near_kinks_pass_without_a_word():
    x, b = bp.Input("x", (4,)), bp.Parameter("b", (4,))
    graph = bp.Graph(loss=bp.sum(bp.relu(x + b), axis=1))
    report = bp.check_gradients(graph, {"b": np.zeros(4)}, x=np.array([[1e-2, -1e-3, 1e-4, -1e-2]]))
    assert report.ok
    assert report.kinks == []


def test_l1_at_weights_of_zero_passes():
    x, W = bp.Input("x", (3,)), bp.Parameter("W", (3, 2))
    graph = bp.Graph(loss=bp.sum(bp.tanh(x @ W), axis=1), penalty=0.1 * bp.l1(W))
    report = bp.check_gradients(graph, {"W": np.zeros((3, 2))}, x=np.ones((2, 3)))
    assert report.ok, str(report)
    assert len(report.kinks) == 6


# --- planted mistakes ---


class GraphTanhSign(bp.Tanh):
    def bprop(self, grad, value, a):
        return -grad * (1 - value * value)


class GraphTanhFactor(bp.Tanh):
    def bprop(self, grad, value, a):
        return 1.0001 * grad * (1 - value * value)


class GraphTanhDropped(bp.Tanh):
    def bprop(self, grad, value, a):
        return grad


class GraphTanhElement(bp.Tanh):
    def bprop(self, grad, value, a):
        part = np.array(grad * (1 - value * value))
        part[0, 0] *= 1.01
        return part


class GraphLinearTransposed(bp.Linear):
    """W and W^T confused, where W is square and nobody notices by shape."""

    def bprop(self, grad, value, h, W, b):
        return grad @ W, h.T @ grad, grad.sum(axis=0)


class GraphLinearNoBias(bp.Linear):
    def bprop(self, grad, value, h, W, b):
        return grad @ W.T, h.T @ grad, None


class GraphLinearBroadcast(bp.Linear):
    def bprop(self, grad, value, h, W, b):
        return grad @ W.T, h.T @ grad, grad


PLANTED = {
    "a sign flip": ({"activation": GraphTanhSign}, "W1", "'h1' (GraphTanhSign)"),
    "a factor 1.0001": ({"activation": GraphTanhFactor}, "W1", "'h1' (GraphTanhFactor)"),
    "a dropped factor": ({"activation": GraphTanhDropped}, "W1", "'h1' (GraphTanhDropped)"),
    "one tiny element": ({"activation": GraphTanhElement}, "W1", "'h1' (GraphTanhElement)"),
    "a transposed matrix": (
        {"affine": GraphLinearTransposed, "sizes": (3, 3, 3)},
        "W1",
        "'a2' (GraphLinearTransposed)",
    ),
    "a dropped term": ({"affine": GraphLinearNoBias}, "b1", "(GraphLinearNoBias)"),
}


@pytest.mark.parametrize(("spoilt", "tensor", "box"), PLANTED.values(), ids=PLANTED)
def test_a_mistake_is_caught_named_and_traced_to_its_box(spoilt, tensor, box):
    report = check(network(**spoilt))
    assert not report.ok
    assert not bool(report)
    wrong = next(row for row in report.rows if row.name == tensor)
    worst = max(wrong.coverage.mismatches, key=lambda mismatch: mismatch.error)
    said = str(report)
    assert f"WRONG {tensor}{list(worst.index)}" in said
    assert f"bprop gives {worst.analytic:.10g}, finite differences give {worst.numeric:.10g}" in said
    assert f"WRONG the box {box}" in said or (box in said and box.startswith("("))
    assert all(box.partition("(")[2] in row.box for row in report.culprits)
    assert said.endswith("THE GRADIENTS DO NOT AGREE")


def test_a_missing_broadcast_sum_is_caught_and_named():
    report = check(network(affine=GraphLinearBroadcast))
    assert not report.ok
    assert "'a2' (GraphLinearBroadcast)" in str(report)
    assert "was a sum over broadcast axes forgotten?" in str(report)


def test_boxes_that_are_right_are_not_blamed():
    report = check(network(activation=GraphTanhSign))
    assert {row.box for row in report.culprits} == {"'h1' (GraphTanhSign)"}
    assert [row.name for row in report.rows if row.ok] == ["W2", "b2"]


def planted_element(at, size):
    class GraphEmbedding(bp.Box):
        """A table of 100,000 numbers, wrong in one of them."""

        def fprop(self, x, W):
            return (W * W).sum() * x

        def bprop(self, grad, value, x, W):
            part = 2 * W * (grad * x).sum()
            part[at] += size * np.abs(part).max()
            return grad * (W * W).sum(), part

    x, W = bp.Input("x"), bp.Parameter("W", (400, 250))
    return bp.Graph(loss=GraphEmbedding(x, W)), {"W": np.random.default_rng(0).normal(size=(400, 250))}


def test_a_tensor_of_100_000_elements_is_checked_along_projections():
    graph, theta = planted_element((0, 0), 0.0)
    report = bp.check_gradients(graph, theta, x=np.ones(1))
    assert report.ok
    assert "all 100000 in 2 random projections" in str(report)


@pytest.mark.parametrize("at", [(123, 45)])
def test_one_wrong_element_of_100_000_is_caught_and_named(at):
    graph, theta = planted_element(at, 1e-3)
    report = bp.check_gradients(graph, theta, x=np.ones(1))
    assert not report.ok
    assert f"WRONG W{list(at)}: bprop gives" in str(report)


# --- what is covered ---


def test_inputs_are_checked_unless_not_asked_for():
    assert [row.name for row in check(network(), inputs=False).rows] == ["W1", "b1", "W2", "b2"]


@pytest.mark.parametrize("name", ["W1", "b2", "x"])
def test_only_one_tensor_on_request(name):
    report = check(network(), only=name)
    assert [row.name for row in report.rows] == [name]
    assert report.ok


def test_a_mistake_elsewhere_is_not_seen_in_the_one_tensor():
    assert check(network(activation=GraphTanhSign), only="W2").ok
    assert not check(network(activation=GraphTanhSign), only="W1").ok


def test_an_unknown_tensor_is_refused():
    with pytest.raises(errors.UnknownNameError, match="cannot check 'W9'"):
        check(network(), only="W9")


@pytest.mark.parametrize(("elements", "said"), [(200, "all 20 elements"), (None, "all 20 elements"), (10, "all 20 in")])
def test_the_report_says_what_was_covered(elements, said):
    report = check(network(), elements=elements)
    assert next(row for row in report.rows if row.name == "W1").coverage.covered.startswith(said)
    assert said in str(report)


def test_the_table_has_a_line_for_each_tensor():
    said = str(check(network())).splitlines()
    assert said[0].startswith("gradient check, in ")
    assert [line.split()[0] for line in said[2:7]] == ["W1", "b1", "W2", "b2", "x"]
    assert said[-1] == "all gradients agree"


def test_data_that_does_not_fit_is_refused():
    graph = network()
    with pytest.raises(errors.ShapeError, match="input 'x'"):
        bp.check_gradients(graph, graph.init(0), x=np.ones((2, 9)), y=np.zeros(2, int))


def test_a_graph_without_a_loss_cannot_be_checked():
    with pytest.raises(errors.GraphError, match="no loss"):
        bp.check_gradients(bp.Graph(outputs={"f": bp.tanh(bp.Input("x"))}), {}, x=np.ones(2))


def test_parameters_are_not_changed():
    graph = network()
    theta = graph.init(0)
    kept = {name: array.copy() for name, array in theta.items()}
    check(graph, theta=theta)
    for name, array in kept.items():
        np.testing.assert_array_equal(theta[name], array)


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_a_gradient_that_is_not_finite_is_caught(value):
    class GraphNotFinite(bp.Tanh):
        def bprop(self, grad, value, a, bad=value):
            part = np.array(grad * (1 - value * value))
            part[0, 0] = bad
            return part

    report = check(network(activation=GraphNotFinite))
    assert not report.ok
    assert "(GraphNotFinite)" in str(report)


# --- kinks that only the boxes can judge ---


class GraphRelu5(bp.Relu):
    def bprop(self, grad, value, a):
        return grad * np.where(a > 0, 1.0, np.where(a == 0, 5.0, 0.0))


class GraphMaxAll(bp.Max):
    def bprop(self, grad, value, a):
        return self.spread(grad, a) * (a == self.spread(value, a))


@pytest.mark.parametrize("box", [GraphRelu5, GraphMaxAll])
def test_a_kink_excuses_nothing(box):
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    value = box(x * w, axis=1) if box is GraphMaxAll else bp.sum(box(x * w), axis=1)
    data = np.array([[2.0, 2.0, 1.0], [0.0, 1.0, -1.0]])
    report = bp.check_gradients(bp.Graph(loss=value), {"w": np.ones(3)}, x=data)
    assert not report.ok
    assert f"({box.__name__})" in str(report)
    assert "at a kink of output" in str(report) or "that tie there" in str(report)


def test_a_sum_of_kinks_is_judged_by_its_boxes():
    """relu(a) - relu(-a) is a: smooth, of slope 1. Its boxes have kinks, and their legal gradients give 0 at 0."""
    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(bp.relu(x * w) - bp.relu(-(x * w)), axis=1))
    report = bp.check_gradients(graph, {"w": np.array([0.0, 1.0, 2.0])}, x=np.array([[1.0, 2.0, 3.0]]))
    assert report.ok, str(report)
    assert ("w", (0,)) in {(name, kink.index) for name, kink in report.kinks}


def test_but_not_where_the_graph_is_wrong_beside_the_kink():
    class GraphHalf(bp.Box):
        """|a|, right at 0 and wrong elsewhere."""

        def fprop(self, a):
            return np.abs(a)

        def bprop(self, grad, value, a):
            return 0.5 * grad * np.sign(a)

    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(GraphHalf(x * w), axis=1))
    report = bp.check_gradients(graph, {"w": np.zeros(3)}, x=np.ones((2, 3)))
    assert not report.ok


# --- what finite differences cannot tell ---


def test_noise_is_not_resolved_and_no_success():
    class GraphRough(bp.Box):
        """a with so much deterministic noise that no slope can be seen."""

        def fprop(self, a):
            return a + np.sin(1e25 * a)

        def bprop(self, grad, value, a):
            return grad

    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(GraphRough(x * w), axis=1))
    report = bp.check_gradients(graph, {"w": np.array([0.3, 0.7, 1.1])}, x=np.ones((2, 3)))
    assert not report.ok
    assert not report.wrong
    assert "not resolved" in str(report)
    assert str(report).splitlines()[-1].startswith("NOT RESOLVED. Finite differences cannot decide")


@pytest.mark.parametrize("unit", [1e-12, 1e12])
@pytest.mark.parametrize("factor", [1.0, 100.0, 1.001])
def test_parameters_in_natural_units(unit, factor):
    class GraphUnits(bp.Box):
        size: float = 1.0

        def fprop(self, a):
            return np.tanh(a / self.size)

        def bprop(self, grad, value, a):
            return factor * grad * (1 - value * value) / self.size

    x, w = bp.Input("x", (3,)), bp.Parameter("w", (3,))
    graph = bp.Graph(loss=bp.sum(x * GraphUnits(w, size=unit), axis=1))
    report = bp.check_gradients(graph, {"w": unit * np.array([0.3, -0.7, 1.1])}, x=np.ones((2, 3)))
    assert report.ok == (factor == 1.0), str(report)
    assert report.kinks == []


def test_a_bias_that_cannot_matter_has_the_gradient_0():
    """Before batch normalisation a bias does nothing: its gradient is 0 but for rounding."""
    x, W, b = bp.Input("x", (4,)), bp.Parameter("W", (4, 3)), bp.Parameter("b", (3,))
    gain, shift = bp.Parameter("gain", (3,), init=bp.init.ones), bp.Parameter("shift", (3,))
    mean = bp.Parameter("mean", (3,), trainable=False)
    variance = bp.Parameter("variance", (3,), init=bp.init.ones, trainable=False)
    h = bp.tanh(bp.batch_norm(x @ W + b, gain, shift, mean, variance))
    graph = bp.Graph(loss=bp.sum(h, axis=1))
    for seed in range(3):
        rng = np.random.default_rng(seed)
        report = bp.check_gradients(graph, graph.init(seed), x=rng.normal(size=(9, 4)))
        assert report.ok, str(report)
