import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.graph.send import is_zero


class Forgetful(bp.Box):
    """scale a with a scalar scale; bprop forgets something."""

    how: str

    def fprop(self, a, scale):
        return a * scale

    def bprop(self, grad, value, a, scale):
        return {"a child": (grad,), "a sum": (grad, grad * a), "nothing": (grad * scale, (grad * a).sum())}[self.how]


def test_a_bprop_with_too_few_gradients_or_a_wrong_shape_is_named():
    x, s = bp.Input("x", (2,)), bp.Parameter("s", ())
    for how, message in (
        ("a child", "1 gradients for 2 children"),
        ("a sum", r"\(1, 2\) for child 1.*\(\).*broadcast"),
    ):
        graph = bp.Graph(loss=bp.sum(Forgetful(x, s, how=how, name="scaled"), axis=1))
        values = graph.fprop({"s": 2.0}, x=[[1.0, 2.0]])
        with pytest.raises(errors.ShapeError, match=rf"the box 'scaled' \(Forgetful\): bprop gave .*{message}"):
            graph.bprop(values)
    graph = bp.Graph(loss=bp.sum(Forgetful(x, s, how="nothing"), axis=1))
    np.testing.assert_array_equal(graph.bprop(graph.fprop({"s": 2.0}, x=[[1.0, 2.0]]))["s"], 3)


def test_an_error_inside_a_box_says_which_box():
    class Fragile(bp.Box):
        def fprop(self, a):
            if a.max() > 1:
                raise RuntimeError("too large")
            return a

        def bprop(self, grad, value, a):
            raise RuntimeError("no way back")

    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    graph = bp.Graph(loss=bp.sum(Fragile(x * W, name="fragile"), axis=1))
    with pytest.raises(RuntimeError, match="too large") as caught:
        graph.fprop({"W": np.ones(2)}, x=[[1.0, 2.0]])
    assert caught.value.__notes__ == ["in fprop of the box 'fragile' (Fragile)"]
    values = graph.fprop({"W": np.ones(2)}, x=[[0.0, 0.5]])
    with pytest.raises(RuntimeError, match="no way back") as caught:
        graph.bprop(values)
    assert caught.value.__notes__ == ["in bprop of the box 'fragile' (Fragile)"]


def test_only_wanted_gradients_are_asked_of_a_box_that_takes_wanted():
    class Picky(bp.Box):
        asked = []

        def fprop(self, a, b):
            return a * b

        def bprop(self, grad, value, a, b, wanted):
            Picky.asked.append(wanted)
            return grad * b if wanted[0] else None, (grad * a).sum(axis=0) if wanted[1] else None

    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    graph = bp.Graph(loss=bp.sum(Picky(x, W), axis=1))
    values = graph.fprop({"W": np.ones(2)}, x=[[1.0, 2.0]])
    graph.bprop(values)
    graph.bprop(values, "x")
    assert Picky.asked == [(False, True), (True, True)]


def test_a_whole_number_in_a_graph_does_not_change_the_precision():
    x, W = bp.Input("x", (2,)), bp.Parameter("W", (2,))
    graph = bp.Graph(loss=bp.sum(2 * (1 - x * W) / 3, axis=1), penalty=2 * bp.l2(W))
    values = graph.fprop({"W": np.ones(2)}, x=[[1.0, 2.0]], dtype="float32")
    kinds = {name: values[name].dtype for name in graph.boxes if "constant" not in name}
    assert set(kinds.values()) == {np.dtype("float32")}
    assert values.objective.dtype == np.float32
    assert {g.dtype for g in graph.bprop(values).values()} == {np.dtype("float32")}


def test_only_the_number_0_needs_not_be_sent():
    assert [bool(is_zero(np.array(value))) for value in (0.0, -0.0, 1.0, -1.0, np.nan)] == [True, True, *[False] * 3]
    assert not is_zero(np.zeros(1))
