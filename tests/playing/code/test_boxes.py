"""The boxes of any graph as lines of Python."""

import numpy as np
import pytest

import bprop as bp
from bprop.playing.code.boxes import Lines
from bprop.playing.code.literals import NotWrittenError


def same(graph):
    lines = Lines(graph)
    variables = {"bp": bp, "np": np}
    exec("\n".join([*sorted(lines.imports), *lines.lines]), variables)
    assert variables["graph"].describe() == graph.describe()
    return lines


GRAPHS = {
    "mlp": bp.mlp([3, 4, 2], activation="leaky_relu", l1=0.1, l2=0.2, dropout=0.5, normalise="batch", init="he_normal"),
    "regression": bp.mlp([3, 4, 2], task="regression", input_scaling=([1.0, 2, 3], 2.0), target_scaling=(0.0, 2.0)),
    "quantile": bp.mlp([3, 4, 1], task="regression", loss="quantile", quantiles=(0.1, 0.5)),
    "tabular": bp.tabular([2, 8, 3], {"city name": (4, 2)}),
    "unstable": bp.Graph(loss=bp.mlp([2, 2]).loss, stable=False),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_the_lines_make_the_same_graph(name):
    same(GRAPHS[name])


def test_operators_numbers_slices_and_arrays_are_written():
    x, w = bp.Input("x", (4,)), bp.Parameter("w", (4,), init=np.arange(4.0))
    a = (2 * x - w)[:, 1:3] ** 2 / bp.Constant([1.0, 2.0], name="two numbers")
    graph = bp.Graph(loss=bp.sum(a, axis=1, name="a 'name' with \"quotes\"\n"), penalty=0.5 * bp.l2(w) + 1.0)
    assert any(line.startswith("subtract_1 = ") or " - " in line for line in same(graph).lines)


def test_a_box_of_a_module_is_imported_and_one_of_a_function_cannot_be():
    class Local(bp.Box):
        def fprop(self, a):
            return a

        def bprop(self, grad, value, a):
            return grad

    with pytest.raises(NotWrittenError):
        Lines(bp.Graph(loss=Local(bp.Input("x"))))
    init = bp.Parameter("w", (2,), init=lambda rng, shape: np.ones(shape))
    with pytest.raises(NotWrittenError):
        Lines(bp.Graph(loss=bp.Input("x"), penalty=bp.l2(init)))
