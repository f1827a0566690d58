"""Batches and rows as arrays by input."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.batches.batch import Shape, as_array, placed
from bprop.scaling import MisfitError, Scaling, Units

X, Y = np.arange(12.0).reshape(3, 4), np.array([0, 1, 1])


@pytest.fixture
def shape(graph):
    return Shape(graph)


@pytest.mark.parametrize(
    "item",
    [
        (X, Y),
        [X, Y],
        {"x": X, "y": Y, "id": [1, 2, 3]},
        {"y": Y.tolist(), "x": X.tolist()},
        ({"x": X}, Y),
        ({"x": X}, {"y": Y}),
    ],
)
def test_a_batch_is_a_dict_or_a_tuple(shape, item):
    arrays = shape.whole(shape.named(item))
    assert list(arrays) == ["x", "y"]
    np.testing.assert_array_equal(arrays["x"], X)
    np.testing.assert_array_equal(arrays["y"], Y)


def test_tensors_are_arrays():
    torch = pytest.importorskip("torch")
    graph = bp.mlp([4, 2])
    x = torch.tensor(X, requires_grad=True)
    arrays = Shape(graph).named([x, torch.tensor(Y)])
    np.testing.assert_array_equal(arrays["x"], X)
    np.testing.assert_array_equal(as_array(torch.ones(2, dtype=torch.bfloat16)), [1.0, 1.0])
    np.testing.assert_array_equal(Shape(graph).named({"x": [x[0], x[1]], "y": torch.tensor([0, 1])})["x"], X[:2])


def test_a_row_is_told_from_a_batch_by_its_axes(shape):
    row = shape.named((X[0], Y[0]))
    assert shape.is_row(row)
    assert not shape.is_row(shape.named((X, Y)))
    assert shape.whole(row)["x"].shape == (1, 4)
    np.testing.assert_array_equal(shape.stacked(list(zip(X, Y, strict=True)))["x"], X)


def test_a_graph_of_one_input_takes_arrays_and_lists_of_numbers():
    x = bp.Input("x", (4,))
    shape = Shape(bp.Graph(loss=bp.sum(bp.square(x), axis=1)))
    for item in (X, [X], {"x": X}, X.tolist()):
        np.testing.assert_array_equal(shape.whole(shape.named(item))["x"], X)
    assert shape.is_row(shape.named(X[0].tolist()))


def test_several_inputs_come_in_their_order_or_as_x_and_y():
    a, b, y = bp.Input("a"), bp.Input("b"), bp.Input("y")
    f = a + 2.0 * b
    shape = Shape(bp.Graph(loss=bp.squared_error(f, y), outputs={"f": f}))
    for item in ((X[0], X[1], X[2]), ((X[0], X[1]), X[2]), ({"b": X[1], "a": X[0]}, X[2])):
        arrays = shape.named(item)
        assert [arrays[name][1] for name in ("a", "b", "y")] == [1.0, 5.0, 9.0]


@pytest.mark.parametrize(
    ("item", "error", "message"),
    [
        ((X, Y, Y), errors.DataError, "it has 3 parts, but the graph has the inputs x, y; weights of rows are no part"),
        ((X,), errors.DataError, "it has 1 parts, but the graph has the inputs x, y"),
        (X, errors.DataError, "it is one array, but the inputs are x, y"),
        ({"X": X, "y": Y}, errors.UnknownNameError, r"missing inputs: 'x'; it has X, y; did you mean 'X'\?"),
        ((X[:, :3], Y), errors.ShapeError, r"needs shape \(N, 4\), got \(3, 3\)"),
        ((X, Y + 5), errors.DataError, r"is outside 0\.\.1"),
        ((X * np.nan, Y), errors.DataError, "nan at row 0"),
        ((X, Y[:2]), errors.ShapeError, "differ in their number of examples"),
        ((X[:0], Y[:0]), errors.DataError, "empty"),
        ((X.astype(str), Y), errors.DTypeError, "needs numbers"),
    ],
)
def test_what_is_no_batch_is_refused(shape, item, error, message):
    with pytest.raises(error, match=message):
        shape.whole(shape.named(item))


def test_rows_of_different_shapes_are_refused(shape):
    with pytest.raises(errors.ShapeError, match=r"input 'x': rows of different shapes, \(3,\) and \(4,\)"):
        shape.stacked([(X[0], 0), (X[0, :3], 1)])


def test_batches_are_scaled_as_the_notes_say(graph):
    units = Units({"x": Scaling(np.full(4, 1.0), np.full(4, 2.0))})
    shape = Shape(graph, units, np.float32)
    np.testing.assert_allclose(shape.whole(shape.named((X, Y)))["x"], (X - 1) / 2)


def test_errors_begin_with_the_place():
    with pytest.raises(errors.ShapeError, match=r"^batch 3: long$"), placed("batch 3"):
        raise errors.ShapeError("long")
    with pytest.raises(errors.DataError, match=r"^batch 3: too large$"), placed("batch 3"):
        raise MisfitError("too large", "x", 0, None)
