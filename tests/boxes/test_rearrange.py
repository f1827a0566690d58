import numpy as np
import pytest

import bprop as bp
from bprop import boxes, errors
from bprop.boxes import rearrange


def test_reshape_keeps_the_order_and_sends_the_gradient_back(bare, rng):
    a, box = rng.normal(size=(2, 6)), bare(boxes.Reshape, shape=(-1, 3, 2))
    np.testing.assert_array_equal(box.fprop(a), a.reshape(2, 3, 2))
    np.testing.assert_array_equal(box.bprop(a.reshape(2, 3, 2), None, a), a)


def test_reshape_leaves_the_batch_open():
    x = bp.Input("x", (28, 28))
    assert bp.reshape(x, (-1, 784)).dims == ("N", 784)
    assert bp.reshape(x, [-1, 28, 28, 1]).dims == ("N", 28, 28, 1)


def test_a_shape_that_does_not_fit_or_fixes_the_batch_is_refused():
    x = bp.Input("x", (4,))
    for shape in ((-1, 3), (2, 4), (-1, -1)):
        with pytest.raises(errors.ShapeError):
            bp.reshape(x, shape)


def test_transpose_permutes_and_its_gradient_permutes_back(bare, rng):
    a, box = rng.normal(size=(2, 3, 4)), bare(boxes.Transpose, axes=(2, 0, 1))
    value = box.fprop(a)
    np.testing.assert_array_equal(value, a.transpose(2, 0, 1))
    np.testing.assert_array_equal(box.bprop(value, value, a), a)
    assert bp.transpose(bp.Input("x", (3, 4)), (0, 2, 1)).dims == ("N", 4, 3)


def test_transpose_refuses_axes_that_are_no_permutation():
    x = bp.Input("x", (3, 4))
    for axes in ((0, 1), (0, 0, 1), (0, 1, 3)):
        with pytest.raises(errors.ShapeError):
            bp.transpose(x, axes)


def test_concat_puts_parts_side_by_side_and_cuts_the_gradient(bare, rng):
    parts = [rng.normal(size=(2, n)) for n in (3, 1, 2)]
    box = bare(boxes.Concat)
    value = box.fprop(*parts)
    np.testing.assert_array_equal(value, np.hstack(parts))
    for sent, part in zip(box.bprop(value, value, *parts), parts, strict=True):
        np.testing.assert_array_equal(sent, part)


def test_concat_of_one_child_is_the_child_and_of_a_twin_gives_both_gradients():
    W = bp.Parameter("W", (2,))
    x = bp.Input("x", (2,))
    one, twin = bp.concat([x * W]), bp.concat([x * W, x * W], axis=1)
    for box, times in ((one, 1), (twin, 2)):
        graph = bp.Graph(loss=bp.sum(box, axis=1))
        values = graph.fprop({"W": np.array([1.0, 10.0])}, x=[[2.0, 3.0]])
        assert values.objective == times * 32
        np.testing.assert_array_equal(graph.bprop(values)["W"], [times * 2, times * 3])


def test_concat_is_along_the_last_axis_unless_another_is_said():
    x, z = bp.Input("x", (2, 3)), bp.Input("z", (2, 4))
    assert boxes.Concat(x, z).dims == bp.concat([x, z]).dims == ("N", 2, 7)
    assert boxes.Concat(x, x, axis=1).dims == bp.concat([x, x], axis=1).dims == ("N", 4, 3)


def test_concat_refuses_parts_that_do_not_fit():
    with pytest.raises(errors.ShapeError, match="Concat"):
        bp.concat([bp.Input("x", (2, 3)), bp.Input("z", (3, 2))])
    with pytest.raises(errors.ShapeError, match="axis 4"):
        bp.concat([bp.Input("x", (2,))], axis=4)


@pytest.mark.parametrize(
    "index",
    [
        (slice(None), 1),
        (slice(None), slice(None, None, -1)),
        (Ellipsis, None),
        0,
        (slice(None), slice(1, 3)),
        slice(1, 2),
    ],
)
def test_slice_is_numpys_and_its_gradient_goes_back_to_its_place(index, bare, rng):
    a, box = rng.normal(size=(3, 4)), bare(boxes.Slice, index=index)
    value = np.asarray(box.fprop(a))
    np.testing.assert_array_equal(value, a[index])
    expected = np.zeros_like(a)
    expected[index] = value
    np.testing.assert_array_equal(box.bprop(value, value, a), expected)


def test_indexing_a_box_writes_a_slice():
    x = bp.Input("x", (4,))
    assert x[:, 2].dims == ("N",)
    assert x[..., 1:3].dims == ("N", 2)
    assert x[:, None].dims == ("N", 1, 4)
    assert bp.slice(x, (slice(None), 2)).index == x[:, 2].index


def test_a_slice_refuses_rows_by_number_and_points_to_take():
    for index in (np.array([0, 1]), (slice(None), 1.0), "a"):
        with pytest.raises(errors.DTypeError, match="take"):
            bp.Input("x", (4,))[index]


def test_a_slice_that_has_too_many_indices_is_a_shape_error():
    with pytest.raises(errors.ShapeError, match="too many indices"):
        bp.Input("x", (4,))[:, 0, 0]


def test_take_adds_up_the_gradients_of_a_row_taken_twice(bare):
    W, rows = np.arange(6.0).reshape(3, 2), np.array([2, 0, 2])
    box = bare(boxes.Take)
    np.testing.assert_array_equal(box.fprop(W, rows), [[4, 5], [0, 1], [4, 5]])
    grad_W, grad_rows = box.bprop(np.array([[1.0, 2.0], [3.0, 4.0], [10.0, 20.0]]), None, W, rows)
    np.testing.assert_array_equal(grad_W, [[3, 4], [0, 0], [11, 22]])
    assert grad_rows is None


def test_take_gives_a_row_for_each_place():
    W = bp.Parameter("W", (7, 3))
    assert bp.take(W, bp.Input("r", (), "int")).dims == ("N", 3)
    assert bp.take(W, bp.Input("r", (5,), "int")).dims == ("N", 5, 3)
    assert bp.take(bp.Parameter("one", (1, 3)), bp.Input("r", (), "int")).dims == ("N", 3)


def test_take_needs_whole_numbers():
    with pytest.raises(errors.DTypeError, match="int input"):
        bp.take(bp.Parameter("W", (7, 3)), bp.Input("r", ()))


@pytest.mark.parametrize("row", [-1, 7])
def test_a_row_that_is_not_there_is_refused_by_place(row):
    graph = bp.Graph(outputs={"e": bp.take(bp.Parameter("W", (7, 3)), bp.Input("r", (2,), "int"))})
    with pytest.raises(errors.DataError, match=r"'r': -?\d at row 1, index \(0,\) is outside 0..6"):
        graph.fprop(graph.init(), r=[[0, 6], [row, 0]])


def test_how_many_rows_a_batch_has_is_not_known_beforehand():
    box = bp.take(bp.Input("x", (3,)), bp.Input("r", (), "int"))
    assert box.limits() == {}
    values = bp.Graph(outputs={"t": box}).fprop({}, x=np.eye(3), r=[2, 2, 0])
    np.testing.assert_array_equal(values["t"], np.eye(3)[[2, 2, 0]])


@pytest.mark.parametrize(
    ("index", "rank", "whole"),
    [
        ((), 1, True),
        (slice(None), 1, True),
        (slice(0, None), 2, True),
        ((slice(None), 2), 2, True),
        ((None, slice(None)), 1, True),
        (Ellipsis, 1, True),
        ((Ellipsis, 0), 2, True),
        ((Ellipsis, slice(None, None, -1)), 1, False),
        (slice(None, None, -1), 1, False),
        (slice(None, 5), 2, False),
        (slice(1, None), 2, False),
        (slice(None, None, 2), 2, False),
        (0, 2, False),
    ],
)
def test_a_slice_keeps_rows_if_it_takes_all_of_them(index, rank, whole):
    assert rearrange.takes_all_rows(index, rank) is whole
    places = np.arange(9).reshape(9, *[1] * (rank - 1)) + np.zeros((9, 3)[:rank], int)
    taken = places[index]
    rows = taken.ravel() if np.size(taken) != 27 else taken.reshape(9, 3)[:, 0]
    assert np.array_equal(rows, np.arange(9)) is whole


def test_rows_taken_from_other_rows_are_not_apart():
    rows = bp.Input("rows", (), "int")
    assert bp.take(bp.Parameter("W", (5, 3)), rows).keeps_rows
    assert not bp.take(bp.Input("x", (3,)), rows).keeps_rows


def test_stack_puts_its_children_along_a_new_axis_and_gives_each_its_gradient(bare):
    a, b = np.arange(6.0).reshape(3, 2), np.arange(6.0, 12).reshape(3, 2)
    for axis in (0, 1, 2, -1, -3):
        box = bare(boxes.Stack, axis=axis)
        value = box.fprop(a, b)
        np.testing.assert_array_equal(value, np.stack([a, b], axis=axis))
        for grad, part in zip(box.bprop(value, value, a, b), (a, b), strict=True):
            np.testing.assert_array_equal(grad, part)


def test_stack_has_a_legal_axis_and_children_of_one_shape():
    x, z = bp.Input("x", (2,)), bp.Input("z", (3,))
    assert bp.stack([x, x, x]).dims == ("N", 3, 2)
    assert bp.stack([bp.Input("c")] * 2, axis=-1).dims == ("N", 2)
    assert bp.stack([bp.Parameter("W", (3, 2))] * 4, axis=-3).dims == (4, 3, 2)
    for parts, axis, match in (([x, z], 1, "same shape"), ([x, x], 3, "axis 3"), ([x, x], -4, "axis -4")):
        with pytest.raises(errors.ShapeError, match=match):
            bp.stack(parts, axis=axis)


def test_concat_and_stack_take_boxes_one_by_one_or_in_a_list():
    a, b = bp.Input("a", (2,)), bp.Input("b", (2,))
    for function, axis in ((bp.concat, 1), (bp.stack, 1)):
        made = [function(a, b), function([a, b]), function((a, b)), function(v for v in (a, b)), function([a, b], axis)]
        made += [function(a, b, axis=axis), function([a, b], axis=axis)]
        assert {box.children for box in made} == {(a, b)} and len({box.dims for box in made}) == 1
    with pytest.raises(bp.errors.BoxError, match=r"the axis is a keyword here, concat\(a, b, axis=1\)"):
        bp.concat(a, b, 1)
    with pytest.raises(bp.errors.BoxError, match="not both"):
        bp.stack([a, b], a)


def test_no_gradient_passes_a_stop_and_what_only_lies_below_it_is_not_trained():
    x, W, V = bp.Input("x", (3,)), bp.Parameter("W", (3, 2)), bp.Parameter("V", (2,))
    h = bp.stop_gradient(x @ W, name="h")
    graph = bp.Graph(loss=bp.square(h @ V))
    theta, X = {**graph.init(0), "V": np.ones(2)}, np.ones((4, 3))
    grads = graph.bprop(graph.fprop(theta, x=X), inputs=["x", "h"])
    assert not grads["W"].any()
    assert not grads["x"].any()
    assert grads["V"].any()
    assert grads["h"].any()
    assert graph.trained == ("V",)
    both = bp.Graph(loss=bp.square(h @ V) + bp.sum(x @ W, axis=1), penalty=bp.l2(W))
    assert both.trained == ("W", "V")


@pytest.mark.parametrize("engine", ["numpy", "native", "xla"])
def test_a_stop_trains_the_head_and_leaves_the_body(engine):
    rng = np.random.default_rng(0)
    x, W = bp.Input("x", (3,)), bp.Parameter("W", (3, 2))
    loss = bp.cross_entropy(bp.stop_gradient(bp.tanh(x @ W)) @ bp.Parameter("V", (2, 2)), bp.Input("y", dtype="int"))
    graph, data = bp.Graph(loss=loss), {"x": rng.normal(size=(9, 3)), "y": rng.integers(0, 2, 9)}
    start = graph.init(1)
    rule, settings = bp.AdamW(0.1, weight_decay=0.5), {"epochs": 2, "batch_size": 4, "progress": False}
    fit = bp.train(graph, data, rule=rule, params=start, engine=engine, dtype="float64", **settings)
    assert np.array_equal(fit.params["W"], start["W"])
    assert not np.allclose(fit.params["V"], start["V"])


def test_the_gradient_check_takes_the_value_of_a_stop_as_a_constant():
    x, W = bp.Input("x", (3,)), bp.Parameter("W", (3, 2))
    h = bp.tanh(x @ W)
    graph = bp.Graph(loss=bp.sum(bp.stop_gradient(h) * bp.square(h), axis=1))
    report = bp.check_gradients(graph, graph.init(0), x=np.random.default_rng(0).normal(size=(4, 3)))
    assert report.ok, report


def test_a_box_that_says_it_stops_gradients_and_sends_one_is_wrong():
    class Leaky(bp.StopGradient):
        def bprop(self, grad, value, a):
            return grad

    assert bp.check_box(bp.StopGradient).ok
    assert not bp.check_box(Leaky, [(np.array([[1.0, -2.0]]),)]).ok


def test_a_stop_is_the_identity_in_onnx():
    class Operators:
        @staticmethod
        def Identity(a):
            return "Identity", a

    assert bp.stop_gradient(bp.Input("h", (2,))).onnx(Operators, "a") == ("Identity", "a")


def test_an_axis_by_position_stands_alone_behind_a_list():
    a, b = bp.Input("a", (2,)), bp.Input("b", (2,))
    assert bp.stack([a, b], 2).dims == ("N", 2, 2)
    with pytest.raises(bp.errors.BoxError, match=r"the axis is a keyword here, stack\(a, b, axis=2\)"):
        bp.stack([a, b], 1, 2)
