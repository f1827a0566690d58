"""The formulas of boxes, with names and with the numbers of one example."""

import doctest
import math
from xml.etree import ElementTree

import numpy as np
import pytest

import bprop as bp
from bprop.formulas import Arrays, formula, formula_of, numbers_of


def test_a_layer_has_its_formula_with_names_and_with_numbers():
    x, W, b = bp.Input("x", (2,)), bp.Parameter("W1", (2, 2)), bp.Parameter("b1", (2,))
    a = bp.linear(x, W, b, name="a1")
    graph = bp.Graph(outputs={"a1": a})
    arrays = Arrays([np.array([[0.5, -0.3]]), np.array([[1.2, 0.0], [0.7, 1.0]]), np.array([0.1, 0.0])])
    assert formula_of(a, graph.names).text == "a1 = x @ W1 + b1"
    numbers = numbers_of(a, graph.names, arrays)
    assert numbers.text.splitlines()[0] == "a1[0] = 0.5 * 1.2 + (-0.3) * 0.7 + 0.1 = 0.49"
    assert ElementTree.fromstring(numbers.mathml).tag == "math"


def test_the_examples_of_the_documentation_run():
    results = doctest.testmod(formula, extraglobs={"bp": bp, "np": np})
    assert results.attempted == 7 and not results.failed


def row(*numbers):
    return np.array([numbers])


def numbers_text(box, arrays, phase="fprop", **more):
    return numbers_of(box, {}, arrays, phase, **more).text


class Swish(bp.Box):
    def fprop(self, a):
        return a / (1 + np.exp(-a))

    def bprop(self, grad, value, a):
        s = 1 / (1 + np.exp(-a))
        return grad * (s + a * s * (1 - s))


class Lookup(bp.Box):
    """Code that no array of another kind can run."""

    def fprop(self, a):
        return np.array([[math.floor(x) for x in line] for line in np.asarray(a, dtype=float)], dtype=float)

    def bprop(self, grad, value, a):
        return 0 * np.asarray(grad, dtype=float)


class ByHand(bp.Tanh):
    """A tanh with code of its own, whose inherited formula is not that of its code."""

    def fprop(self, a):
        return a - a**3 / 3

    def bprop(self, grad, value, a):
        return grad * (1 - a**2)


class Boast(bp.Box):
    def fprop(self, a):
        return 2 * a

    def bprop(self, grad, value, a):
        return 2 * grad

    def formula(self, m, a):
        return 3 * a


class Named(bp.Box):
    """A class that had a method of this name before, for ends of its own."""

    def fprop(self, a):
        return 2 * a

    def bprop(self, grad, value, a):
        return 2 * grad

    def formula(self):
        return "two a"

    def bprop_formula(self, *_):
        return "two"


def test_another_method_of_the_name_formula_is_left_alone():
    box = Named(bp.Input("a", (2,)), name="h")
    assert formula_of(box, {}).text == "h = 2 * a"
    assert formula_of(box, {}, "bprop").text == "dL/da = 2 * dL/dh"


def test_a_box_of_ones_own_has_the_formula_of_its_code():
    box = Swish(bp.Input("a", (2,)), name="h")
    assert formula_of(box, {}).text == "h = a / (1 + exp(-a))"
    assert formula_of(box, {}, "bprop").text == (
        "dL/da = dL/dh * (1 / (1 + exp(-a)) + a / (1 + exp(-a)) * (1 - 1 / (1 + exp(-a))))"
    )
    arrays = Arrays([row(0.5, -1.0)], value=box.fprop(row(0.5, -1.0)))
    assert numbers_text(box, arrays).splitlines()[0] == "h[0] = 0.5 / (1 + exp(-0.5)) = 0.3112"


def test_code_that_leaves_no_formula_is_shown_as_a_call_with_its_numbers():
    box = Lookup(bp.Input("a", (2,)), name="h")
    assert formula_of(box, {}).text == "h = Lookup(a)"
    assert formula_of(box, {}, "bprop").text == "dL/da = bprop of Lookup(dL/dh, h, a)"
    assert numbers_text(box, Arrays([row(0.5, 1.5)], value=row(0.0, 1.0))) == "h = [0, 1]"
    arrays = Arrays([row(0.5, 1.5)], value=row(0.0, 1.0), grad=row(1.0, 1.0))
    assert numbers_text(box, arrays, "bprop") == "dL/da = [0, 0]"


def test_a_subclass_with_its_own_code_has_its_own_formula():
    box = ByHand(bp.Input("a", (2,)), name="h")
    assert formula_of(box, {}).text == "h = a - a^3 / 3"
    assert formula_of(box, {}, "bprop").text == "dL/da = dL/dh * (1 - a^2)"


def test_a_formula_that_gives_other_numbers_than_the_code_is_not_shown_with_numbers():
    box = Boast(bp.Input("a", (1,)), name="h")
    assert numbers_text(box, Arrays([row(5.0)], value=row(10.0))) == "h = [10]"


def test_the_value_beside_a_formula_is_that_of_the_stable_code():
    box = bp.cross_entropy(bp.Input("a", (2,)), bp.Input("y", dtype="int"), name="loss")
    arrays = Arrays([row(1000.0, 0.0), np.array([0])], value=np.array([0.0]))
    assert numbers_text(box, arrays).endswith(" = 0")


def test_f_is_named_where_the_graph_computes_it():
    graph = bp.mlp([2, 3, 2], activation="tanh")
    loss = graph.computed(graph.need_loss())
    names = {**graph.names, loss: "loss"}
    assert formula_of(loss, names, "bprop", [True, False]).text == "dL/da2 = dL/dloss * (f - e(y))"
    assert formula_of(loss, {}, "bprop", [True, False]).text == "dL/da2 = dL/dloss * (softmax(a2) - e(y))"


def test_only_the_wanted_gradients_are_shown():
    x, W, b = bp.Input("x", (2,)), bp.Parameter("W", (2, 3)), bp.Parameter("b", (3,))
    box = bp.linear(x, W, b, name="a")
    assert formula_of(box, {}, "bprop", [False, True, False]).text == "dL/dW = x^T @ dL/da"
    arrays = Arrays([row(1.0, 2.0), np.ones((2, 3)), np.zeros(3)], value=row(3.0, 3.0, 3.0), grad=row(1.0, 0.5, 2.0))
    text = numbers_text(box, arrays, "bprop", wanted=[False, True, False], at=(1, 2))
    assert text == "dL/dW[1, 2] = 2 * 2 = 4"


def test_one_example_of_a_batch_is_shown_and_a_box_that_mixes_rows_shows_them_all():
    rows = np.array([[1.0, 2.0], [3.0, 5.0]])
    each = bp.sum(bp.Input("x", (2,)), axis=1, name="s")
    assert numbers_text(each, Arrays([rows], value=rows.sum(axis=1)), example=1) == "s = 3 + 5 = 8"
    over = bp.mean(bp.Input("x", (2,)), axis=0, name="m")
    lines = numbers_text(over, Arrays([rows], value=rows.mean(axis=0))).splitlines()
    assert lines[0] == "m[0] = (1 + 3) / 2 = 2"


def test_long_sums_and_long_vectors_are_cut_with_dots():
    x, W = np.ones((1, 784)), np.full((784, 100), 0.5)
    box = bp.matmul(bp.Input("x", (784,)), bp.Parameter("W", (784, 100)), name="a")
    arrays = Arrays([x, W], value=x @ W, grad=np.ones((1, 100)))
    text = numbers_text(box, arrays)
    assert text.splitlines()[0] == "a[0] = 1 * 0.5 + 1 * 0.5 + 1 * 0.5 + ... + 1 * 0.5 = 392"
    assert text.splitlines()[3:] == ["...", "a[99] = 1 * 0.5 + 1 * 0.5 + 1 * 0.5 + ... + 1 * 0.5 = 392"]
    back = numbers_of(box, {}, arrays, "bprop")
    assert len(back.text) < 1500 and len(back.mathml) < 30_000


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", 'a"b', "x&y", "W\x1b[31m", "\ufffe", "ab" * 300, "{0}", "h1<b>", "a\u202eb"]
)
def test_hostile_names_are_harmless(name):
    W = bp.Parameter(name, (2,))
    box = bp.matmul(bp.Input("x", (2,)), W, name="a")
    given = Arrays([row(1.0, 2.0), np.array([1.0, 2.0])], value=np.array([5.0]), grad=np.array([1.0]))
    for one in (formula_of(box, {}), formula_of(box, {}, "bprop"), numbers_of(box, {}, given, "bprop")):
        root = ElementTree.fromstring(one.mathml)
        assert {node.tag for node in root.iter()} <= TAGS
        assert one.text.replace("\n", " ").isprintable() and len(one.text) < 400


TAGS = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "msup", "msub", "msubsup", "munder",
        "mtable", "mtr", "mtd"}  # fmt: skip


def test_numbers_that_are_not_finite_are_shown_as_they_are():
    box = bp.log(bp.Input("a", (3,)), name="h")
    arrays = Arrays([row(0.0, np.inf, np.nan)], value=row(-np.inf, np.inf, np.nan))
    assert numbers_text(box, arrays).splitlines() == [
        "h[0] = log(0) = -inf", "h[1] = log(inf) = inf", "h[2] = log(nan) = nan",
    ]  # fmt: skip


def test_a_box_too_large_to_be_run_for_its_formula_has_its_name():
    box = bp.matmul(bp.Input("x", (3000,)), bp.Parameter("W", (3000, 3000)), name="a")
    assert formula_of(box, {}).text == "a = MatMul(x, W)"


def test_a_formula_needs_no_other_memory_than_the_arrays_of_one_example():
    W = np.zeros((5, 4))
    box = bp.take(bp.Parameter("W", (5, 4)), bp.Input("y", dtype="int"), name="h")
    assert numbers_text(box, Arrays([W, np.array([3])], value=W[[3]])).splitlines()[0] == "h[0] = 0"


def test_a_graph_of_many_boxes_has_the_formulas_of_all_of_them():
    graph = bp.mlp([3, 4, 2], activation="relu", l2=0.1)
    for box in graph.order:
        if box.children:
            assert " = " in formula_of(box, graph.names).text
            assert "dL/d" in formula_of(box, graph.names, "bprop").text
