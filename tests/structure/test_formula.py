"""The formula of a box, as text."""

import numpy as np
import pytest

import bprop as bp
from bprop.structure.formula import changed, formula, is_bare_number, is_operation


@pytest.mark.parametrize(
    ("make", "text", "differs"),
    [
        (lambda x: bp.tanh(x), "tanh(x)", []),
        (lambda x: bp.leaky_relu(x, slope=0.2), "leaky_relu(x, slope=0.2)", ["slope=0.2"]),
        (lambda x: 2 * x, "2 * x", []),
        (lambda x: x - 0.5, "x - 0.5", []),
        (lambda x: x[:, 0], "x[:, 0]", ["index=(slice(None, None, None), 0)"]),
        (lambda x: x[..., None], "x[..., None]", ["index=(Ellipsis, None)"]),
        (lambda x: x[1:], "x[1:]", ["index=slice(1, None, None)"]),
        (lambda x: x[:, 2:0:-1], "x[:, 2:0:-1]", ["index=(slice(None, None, None), slice(2, 0, -1))"]),
        (lambda x: x[()], "x[()]", ["index=()"]),
    ],
)
def test_formula(make, text, differs):
    x = bp.Input("x", (3,))
    box = make(x)
    assert formula(box, {x: "x"}) == text
    assert changed(box) == differs


def test_only_an_unnamed_number_is_shown_by_its_value():
    assert is_bare_number(bp.Constant(2.0))
    assert not is_bare_number(bp.Constant(2.0, name="two"))
    assert not is_bare_number(bp.Constant([2.0]))
    assert not is_bare_number(bp.Input("x"))


def test_what_python_writes_with_an_operator():
    x = bp.Input("x", (3,))
    assert is_operation(x + 1.0) and is_operation(x[:, 0])
    assert not is_operation(bp.tanh(x))


class Looked(bp.Box):
    """a + the sum of a table."""

    table: object = None

    def fprop(self, a):
        return a + self.table.sum()

    def bprop(self, grad, value, a):
        return grad


def test_a_box_of_ones_own_may_have_an_array_among_its_hyper_parameters():
    box = Looked(bp.Input("a"), table=np.arange(3.0))
    graph = bp.Graph(loss=bp.square(box))
    assert "looked(a, table=array([0., 1., 2.]))" in str(graph)
