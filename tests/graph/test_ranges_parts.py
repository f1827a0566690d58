"""Ranges, part by part: limits and the slack of rounding, foreseen boxes, and the row of a value."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.graph import ranges
from bprop.graph.passes import fprop
from bprop.graph.ranges import SLACK, Limit, Ranges, _outside, _size, _tries


def limit(low=-np.inf, high=np.inf):
    return Limit(bp.Input("a"), bp.Input("b"), low, high)


@pytest.mark.parametrize(
    ("values", "low", "high", "where"),
    [
        ([0, 2], 0, 2, None),
        ([0, 3], 0, 2, (1,)),
        ([-1, 3], 0, 2, (0,)),
        ([1.0 + 0.9 * SLACK, -0.9 * SLACK], 0, 1, None),
        ([1.0 + 1.1 * SLACK], 0, 1, (0,)),
        ([-1.1 * SLACK], 0, 1, (0,)),
        ([1000 + 900 * SLACK, -1000 - 900 * SLACK], -1000, 1000, None),
        ([1000 + 1100 * SLACK], -1000, 1000, (0,)),
        ([-1000 - 1100 * SLACK], -1000, 1000, (0,)),
        ([1e300], 0, np.inf, None),
        ([np.nan], 0, 1, (0,)),
        ([], 0, 1, None),
    ],
)
def test_floats_may_be_as_far_beyond_an_end_as_rounding_gets_them(values, low, high, where):
    assert _outside(np.array(values), limit(low, high)) == where


def test_the_first_of_several_places_is_returned():
    assert _outside(np.array([[0, 1], [5, 9]]), limit(0, 2)) == (1, 0)


def test_the_size_of_an_end_is_at_least_one():
    assert [_size(end) for end in (0.0, 0.5, -8.0, 8.0, np.inf, -np.inf)] == [1, 1, 8, 8, 1, 1]


def test_the_tries_change_the_second_example_alone():
    specs = [
        bp.Input("x", (2,)).spec,
        bp.Input("i", (), "int").spec,
        bp.Input("b", (), "bool").spec,
        bp.Constant([5.0]).spec,
    ]
    first, *others = _tries(specs)
    assert len(others) == 2
    for number, arrays in zip((1, 0), others, strict=True):
        for array, before in zip(arrays, first, strict=True):
            np.testing.assert_array_equal(array[:1], before[:1])
        assert np.isnan(arrays[0][1]).all()
        assert (arrays[1][1], arrays[2][1]) == (number, bool(number))
        assert len(arrays[0]) == 2


class Blocks(bp.Box):
    """Row numbers from whole numbers: `each` for every one, or one for every example."""

    each: int = 1

    def fprop(self, i):
        return np.repeat(i.reshape(-1), self.each)

    def bprop(self, grad, value, i):
        return None


@pytest.mark.parametrize(("each", "row"), [(1, 3), (2, 3), (3, 3)])
def test_a_value_of_several_rows_an_example_is_reported_by_its_example(each, row):
    i, W = bp.Input("i", (), dtype="int"), bp.Parameter("W", (3, 4))
    taken = bp.reshape(bp.take(W, Blocks(i, each=each)), (-1, 4 * each))
    graph = bp.Graph(loss=bp.sum(taken, axis=1))
    data = np.zeros(9, int)
    data[row] = 3
    with pytest.raises(errors.DataError, match=rf"input 'i': row {row} gives"):
        graph.fprop(graph.init(), i=data)


def test_rows_are_computed_in_parts(monkeypatch):
    monkeypatch.setattr(ranges, "PART", 4)
    i, W = bp.Input("i", (), dtype="int"), bp.Parameter("W", (3, 4))
    graph = bp.Graph(loss=bp.sum(bp.take(W, i + 1), axis=1))
    found = Ranges(graph, (graph.loss,))
    sizes = []

    def counting(plan, leaves, context):
        sizes.append(len(context.weights))
        return fprop(plan, leaves, context)

    monkeypatch.setattr(ranges, "fprop", counting)
    found.check({"i": np.zeros(10, int)})
    assert sizes == [4, 4, 2]
    data = np.zeros(10, int)
    data[9] = 2
    with pytest.raises(errors.DataError, match="row 109 gives"):
        found.check({"i": data}, first=100)


def kinds(of):
    """(derived, unknown) names of the row numbers that `of` computes."""
    i, W = bp.Input("i", (2,), dtype="int"), bp.Parameter("W", (3, 4))
    graph = bp.Graph(loss=bp.sum(bp.reshape(bp.take(W, of(i)), (-1, 4)), axis=1))
    found = Ranges(graph, (graph.loss,))
    return len(found.derived), len(found.unknown)


@pytest.mark.parametrize(
    ("of", "derived", "unknown"),
    [
        (lambda i: i[:, 0], 1, 0),
        (lambda i: i[:, 0] + bp.Constant(1), 1, 0),
        (lambda i: i[::-1, 0], 0, 1),
        (lambda i: i[::-1, 0] * 2, 0, 1),
        (lambda i: (i + bp.Constant([[0, 1]]))[:, 1], 1, 0),
    ],
)
def test_values_that_depend_on_one_row_of_the_inputs_are_foreseen(of, derived, unknown):
    assert kinds(of) == (derived, unknown)


def test_parameters_and_noise_are_not_foreseen():
    x, p, t = bp.Input("x"), bp.Parameter("p", ()), bp.Input("t")
    for share, foreseen in ((0.5 * x, True), (x * p, False), (bp.dropout(x, 0.5), False)):
        graph = bp.Graph(loss=bp.binary_cross_entropy(t, share))
        found = Ranges(graph, (graph.loss,))
        assert bool(found.derived) == foreseen
        assert found.unknown == []  # shares are no whole numbers: the loss itself is checked


def test_data_without_the_inputs_that_a_value_needs_is_not_checked():
    i, y, W = bp.Input("i", (), dtype="int"), bp.Input("y"), bp.Parameter("W", (3, 4))
    graph = bp.Graph(loss=bp.sum(bp.take(W, i + 1), axis=1) * y)
    found = Ranges(graph, (graph.loss,))
    found.check({"y": np.ones(2)})
    with pytest.raises(errors.DataError, match="row 1 gives"):
        found.check({"i": np.array([0, 5])})


def test_the_narrowest_limits_of_an_input_count_and_name_their_box():
    i, W, V = bp.Input("i", (), dtype="int"), bp.Parameter("W", (5, 2)), bp.Parameter("V", (3, 2))
    wide, narrow = bp.take(W, i, name="wide"), bp.take(V, i, name="narrow")
    for boxes in ((wide, narrow), (narrow, wide)):
        graph = bp.Graph(outputs={box.name: box for box in boxes})
        assert Ranges(graph, boxes).direct == {"i": (0, 2, "narrow")}
    graph = bp.Graph(outputs={"wide": wide})
    assert Ranges(graph, (wide,)).direct == {"i": (0, 4, "wide")}


def test_several_inputs_are_named_together():
    i, j, W = bp.Input("i", (), dtype="int"), bp.Input("j", (), dtype="int"), bp.Parameter("W", (3, 4))
    graph = bp.Graph(loss=bp.sum(bp.take(W, i + j), axis=1))
    with pytest.raises(
        errors.DataError, match=r"^inputs 'i' and 'j': row 1 gives 'add_1' = i \+ j the value 4, outside"
    ):
        graph.fprop(graph.init(), i=np.array([0, 2]), j=np.array([1, 2]))
