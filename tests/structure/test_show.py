import pytest

import bprop as bp
from bprop.structure.formula import formula


def test_a_graph_prints_its_leaves_boxes_formulas_and_shapes():
    x, y = bp.Input("x", (4,)), bp.Input("y", (), "int")
    W, b = bp.Parameter("W1", (4, 3)), bp.Parameter("b1", (3,))
    m = bp.Parameter("m", (3,), trainable=False)
    a = bp.linear(x, W, b, name="a1")
    f = bp.softmax(a, name="f")
    graph = bp.Graph(loss=bp.nll(f, y, name="l"), penalty=1e-4 * bp.l2(W), outputs={"f": f, "scaled": a * m})
    lines = [" ".join(line.split()) for line in str(graph).splitlines()]
    assert lines == [
        "Graph of 12 boxes, 15 weights and biases to learn",
        "x input (N, 4)",
        "W1 parameter (4, 3)",
        "b1 parameter (3,)",
        "y input (int) (N,)",
        "m parameter (not trained) (3,)",
        "a1 linear(x, W1, b1) (N, 3)",
        "f softmax(a1) (N, 3)",
        "l nll(f, y) (N,)",
        "l2_1 l2(W1) ()",
        "multiply_1 0.0001 * l2_1 ()",
        "scaled a1 * m (N, 3)",
        "loss: the mean over the examples of l",
        "penalty: multiply_1",
        "outputs: f, scaled",
        "computed stably: l as cross_entropy(a1, y)",
    ]
    assert repr(graph) == "<Graph: 12 boxes, 2 trainable parameters>"


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda x: bp.leaky_relu(x, slope=0.2), "leaky_relu(x, slope=0.2)"),
        (lambda x: bp.leaky_relu(x), "leaky_relu(x)"),
        (lambda x: x**2, "power(x, exponent=2.0)"),
        (lambda x: x - x, "x - x"),
        (lambda x: -x, "negative(x)"),
        (lambda x: bp.sum(x, axis=1), "sum(x, axis=1)"),
        (lambda x: bp.concat([x, x], axis=1), "concat(x, x, axis=1)"),
    ],
)
def test_formulas_show_hyper_parameters_that_differ_from_the_default(make, text):
    x = bp.Input("x", (4,))
    assert formula(make(x), {x: "x"}) == text


def test_numbers_show_as_numbers_and_named_constants_by_name():
    x, c = bp.Input("x", (2,)), bp.Constant(3.0, name="c")
    graph = bp.Graph(outputs={"f": x * 2, "g": x + 0.5, "h": x - c, "k": x / [1.0, 2.0]})
    for line in ("x * 2", "x + 0.5", "x - c", "x / constant_3"):
        assert line in str(graph)
    assert "constant_1" not in str(graph)
    assert "c" in [line.split()[0] for line in str(graph).splitlines()[1:]]


def test_a_parameter_of_an_output_alone_is_not_trained():
    x, W, V = bp.Input("x", (2,)), bp.Parameter("W", (2,)), bp.Parameter("V", (3, 2))
    graph = bp.Graph(loss=bp.sum(x * W, axis=1), outputs={"f": x @ bp.transpose(V, (1, 0))})
    lines = str(graph).splitlines()
    assert lines[0] == "Graph of 7 boxes, 2 weights and biases to learn"
    assert [line.split()[0] for line in lines if "(not trained)" in line] == ["V"]
    assert "6 weights" in str(bp.Graph(outputs={"f": x @ bp.transpose(V, (1, 0))}))


def test_columns_are_as_wide_as_their_longest_cell():
    x, W = bp.Input("x", (4,)), bp.Parameter("a_long_name", (4, 1))
    lines = str(bp.Graph(outputs={"f": bp.tanh(x @ W)})).splitlines()
    assert lines[1:5] == [
        "  x            input            (N, 4)",
        "  a_long_name  parameter        (4, 1)",
        "  mat_mul_1    x @ a_long_name  (N, 1)",
        "  f            tanh(mat_mul_1)  (N, 1)",
    ]
