"""Labels, row numbers and shares are checked wherever they come from."""

from importlib.util import find_spec

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.graph.ranges import keeps_rows_together

ENGINES = [name for name, needs in (("numpy", "numpy"), ("native", "llvmlite"), ("xla", "jax")) if find_spec(needs)]
COMPILED = ENGINES[1:]


class Argmax(bp.Box):
    """The place of the largest of each row. Shapes: a (N, C) -> (N,) int."""

    def fprop(self, a):
        return bp.namespace(a).argmax(a, axis=-1)

    def bprop(self, grad, value, a):
        return None


def rows(of):
    """A graph that takes rows of a table of 3; `of(i)` computes their numbers from an int input i (2,)."""
    i, W = bp.Input("i", (2,), dtype="int"), bp.Parameter("W", (3, 4))
    taken = bp.take(W, of(i), name="taken")
    return bp.Graph(loss=bp.sum(bp.reshape(taken, (-1, 4))[:, 0:1], axis=1), outputs={"f": taken})


def labels(loss):
    i, W = bp.Input("i", (2,), dtype="int"), bp.Parameter("W", (3,))
    return bp.Graph(loss=loss(bp.reshape(1.0 * i[:, 1:], (-1, 1)) * W, i[:, 0]))


DERIVED = {
    "a column": (lambda: rows(lambda i: i[:, 0]), [[0, 9], [2, 9], [3, 0]], 2, 3),
    "a negative row": (lambda: rows(lambda i: i[:, 0]), [[0, 9], [-1, 9], [1, 0]], 1, -1),
    "reshaped": (lambda: rows(lambda i: bp.reshape(i, (-1, 2))[:, 1]), [[9, 0], [9, 4]], 1, 4),
    "computed": (lambda: rows(lambda i: i[:, 0] * 3 + 1), [[0, 0], [1, 0]], 1, 4),
    "computed beyond 32 bits": (lambda: rows(lambda i: i[:, 0] * 2**31), [[0, 0], [2, 0]], 1, 2**32),
    "cross entropy": (lambda: labels(bp.cross_entropy), [[0, 0], [3, 1]], 1, 3),
    "nll of softmax": (lambda: labels(lambda a, y: bp.nll(bp.softmax(a), y)), [[-1, 0], [2, 1]], 0, -1),
    "multi-class hinge": (lambda: labels(bp.hinge), [[0, 0], [3, 1]], 1, 3),
}


@pytest.mark.parametrize("case", DERIVED)
@pytest.mark.parametrize("engine", ENGINES)
def test_values_computed_from_inputs_are_checked_before_training(case, engine):
    make, data, row, value = DERIVED[case]
    with pytest.raises(
        errors.DataError, match=rf"input 'i': row {row} gives .* the value {value}, outside 0..2, which"
    ):
        bp.train(make(), {"i": np.array(data)}, engine=engine, epochs=1, progress=False)


@pytest.mark.parametrize("case", DERIVED)
def test_values_computed_from_inputs_are_checked_wherever_data_enters(case):
    make, data, row, _ = DERIVED[case]
    graph = make()
    theta, bad, good = graph.init(), {"i": np.array(data)}, {"i": np.zeros((2, 2), int)}
    said = rf"input 'i': row {row} gives"
    if case != "computed" and "multi" not in case:
        bp.train(graph, good, engine="numpy", epochs=1, progress=False)
    with pytest.raises(errors.DataError, match=said):
        graph.fprop(theta, bad)
    with pytest.raises(errors.DataError, match=said):
        bp.check_gradients(graph, theta, bad)
    with pytest.raises(errors.DataError, match=said):
        bp.train(graph, good, validation=bad, engine="numpy", progress=False)
    if graph.outputs:
        with pytest.raises(errors.DataError, match=said):
            graph.predict(theta, bad)
        with pytest.raises(errors.DataError, match=said):
            bp.Model(graph, theta).predict(bad)


def test_a_prediction_checks_only_the_values_of_its_outputs(rng):
    i, W = bp.Input("i", (2,), dtype="int"), bp.Parameter("W", (3, 4))
    graph = bp.Graph(loss=bp.cross_entropy(bp.take(W, i[:, 0]), i[:, 1]), outputs={"f": bp.take(W, i[:, 0])})
    theta = graph.init()
    np.testing.assert_array_equal(graph.predict(theta, i=np.array([[2, 9]])), theta["W"][[2]])
    with pytest.raises(errors.DataError, match=r"row 0 gives .* the value 9"):
        graph.fprop(theta, i=np.array([[2, 9]]))


def test_rows_are_counted_in_the_whole_set_and_blocks_of_rows_belong_to_one_example():
    i, W = bp.Input("i", (2,), dtype="int"), bp.Parameter("W", (3, 4))
    graph = bp.Graph(loss=bp.sum(bp.reshape(bp.take(W, bp.reshape(i, (-1,))), (-1, 8)), axis=1))
    data = np.zeros((10_000, 2), int)
    data[8_765, 1] = 3
    with pytest.raises(errors.DataError, match="row 8765 gives"):
        graph.fprop(graph.init(), i=data)


def test_shares_that_are_computed_are_checked_but_for_rounding():
    x, w = bp.Input("x", (3,)), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.binary_cross_entropy(w * x[:, 0], 0.1 * x[:, 1] + 0.7 * x[:, 2]))
    share = np.array([[1.0, 3.0, 1.0 + 1e-9]])  # as far past 1 as rounding in float32 gets
    graph.fprop({"w": 1.0}, x=share)
    with pytest.raises(errors.DataError, match=r"row 1 gives .* the value 1.5\d*, outside 0..1"):
        graph.fprop({"w": 1.0}, x=np.array([[1.0, 3.0, 1.0], [1.0, 8.0, 1.0]]))


def test_constants_are_checked():
    x, W = bp.Input("x"), bp.Parameter("W", (3, 2))
    graph = bp.Graph(loss=x + bp.sum(bp.take(W, bp.Constant([0, 3]))))
    with pytest.raises(errors.DataError, match=r"the constants give 'constant_1' the value 3, outside 0..2"):
        bp.train(graph, {"x": np.ones(3)}, engine="numpy", progress=False)


def test_streamed_sets_are_checked_part_by_part(tmp_path):
    from bprop.data import DataSet

    class Parts(DataSet):
        def cuts(self):
            yield from (slice(0, 2), slice(2, 4))

    graph = rows(lambda i: i[:, 0])
    with pytest.raises(errors.DataError, match="row 3 gives"):
        bp.train(graph, Parts({"i": np.array([[0, 0], [1, 0], [2, 0], [3, 0]])}), engine="numpy", progress=False)


def test_estimators_check_the_values_that_their_graph_computes():
    pytest.importorskip("sklearn")
    x, y, W = bp.Input("x", (3,)), bp.Input("y", (), dtype="int"), bp.Parameter("W", (3, 2))
    a = x @ W
    graph = bp.Graph(loss=bp.cross_entropy(a, y * 2), outputs={"f": bp.softmax(a)})
    with pytest.raises(errors.DataError, match=r"input 'y': row 1 gives .* the value 2, outside 0..1"):
        bp.GraphClassifier(graph).fit(np.ones((4, 3)), [0, 1, 0, 1])


# --- known only as they are computed ---


def attention(least=0):
    x, U, V = bp.Input("x", (4,)), bp.Parameter("U", (4,)), bp.Parameter("V", (3, 2))
    return bp.Graph(loss=bp.sum(bp.take(V, Argmax(x * U) + least), axis=1))


THETA = {"U": np.ones(4), "V": np.ones((3, 2))}


def test_row_numbers_that_depend_on_parameters_are_checked_on_numpy():
    bp.train(attention(), {"x": np.eye(4)[:3]}, params=THETA, engine="numpy", progress=False)
    with pytest.raises(errors.DataError, match=r"the box 'add_1' gave -1 at \(0,\) of the batch, outside 0..2"):
        bp.train(attention(-1), {"x": np.eye(4)[:1]}, params=THETA, engine="numpy", progress=False)
    with pytest.raises(errors.DataError, match="which 'take_1' needs"):
        attention(-1).fprop(THETA, x=np.eye(4)[:1])


@pytest.mark.parametrize("engine", COMPILED)
def test_row_numbers_that_depend_on_parameters_are_not_compiled(engine):
    with pytest.raises(errors.UnsupportedError, match=r"'take_1' takes from 'add_1' .* use engine='numpy'"):
        bp.train(attention(), {"x": np.eye(4)[:3]}, params=THETA, engine=engine, progress=False)


def test_auto_takes_numpy_for_them():
    fit = bp.train(attention(), {"x": np.eye(4)[:3]}, params=THETA, rule=bp.SGD(0.0), progress=False)
    assert fit.history[-1].loss == 2


def test_row_numbers_from_other_rows_of_the_batch_are_checked_on_numpy():
    graph = rows(lambda i: i[::-1, 0] - 1)
    with pytest.raises(errors.DataError, match="gave -1 at"):
        graph.fprop(graph.init(), i=np.array([[1, 0], [0, 0]]))


def test_boxes_that_keep_the_rows_of_examples_together_are_known():
    x, i = bp.Input("x", (4,)), bp.Input("i", (2,), dtype="int")
    together = [x[:, 0], bp.reshape(x, (-1, 2)), bp.tanh(x), i * 3, bp.reshape(i, (-1,)), bp.sum(x, axis=1),
                bp.softmax(x), bp.Constant(2.0) * bp.Constant(3.0)]  # fmt: skip
    apart = [x[::-1], bp.sum(x, axis=0), x - bp.max(x, axis=0), bp.transpose(x, (1, 0)), x[1:], i[::-1, 0]]
    assert [keeps_rows_together(box) for box in together] == [True] * len(together)
    assert [keeps_rows_together(box) for box in apart] == [False, False, True, False, False, False]


@pytest.mark.parametrize("dtype", ["int", "float"])
def test_a_range_without_an_end_takes_all_numbers_on_that_side(dtype):
    """Counts of a column: 0 to infinity."""
    i, x, w = bp.Input("i", (2,), dtype=dtype), bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.poisson(x * w, i[:, 0]))
    counts = np.array([[0, -1], [3, 0], [10**6, -5]]).astype("int64" if dtype == "int" else "float64")
    assert np.isfinite(graph.fprop({"w": 1.0}, i=counts, x=np.ones(3)).loss)
    counts[2, 0] = -1
    with pytest.raises(errors.DataError, match=r"row 2 gives 'slice_1' .* the value -1(\.0)?, outside 0\.\.inf"):
        graph.fprop({"w": 1.0}, i=counts, x=np.ones(3))


@pytest.mark.parametrize("off", [-1e-7, 1 + 1e-7, 0.0, 1.0])
def test_rounding_beside_either_end_of_a_range_is_no_fault(off):
    a, t = bp.Input("a"), bp.Input("t", (2,))
    graph = bp.Graph(loss=bp.binary_cross_entropy(a, t[:, 0]))
    graph.fprop({}, a=np.ones(2), t=np.array([[off, 7.0], [0.5, 7.0]]))
    beyond = off - 1e-4 if off <= 0 else off + 1e-4
    with pytest.raises(errors.DataError, match=r"outside 0\.\.1"):
        graph.fprop({}, a=np.ones(2), t=np.array([[beyond, 7.0], [0.5, 7.0]]))


class Limit(Exception):  # noqa: N818
    """The exception of a time limit, raised in any code."""


def raises_once(monkeypatch, cls):
    """fprop of a class of boxes meets the time limit the next time, and only then."""
    fprop, calls = cls.fprop, []

    def limited(self, *children):
        calls.append(self)
        if len(calls) == 1:
            raise Limit
        return fprop(self, *children)

    monkeypatch.setattr(cls, "fprop", limited)


def test_a_time_limit_during_the_trial_of_rows_is_passed_on(monkeypatch):
    box = bp.reshape(bp.Input("x", (4,)), (-1, 2))
    assert keeps_rows_together(box)
    raises_once(monkeypatch, type(box))
    with pytest.raises(Limit):
        keeps_rows_together(box)
    assert keeps_rows_together(box)
