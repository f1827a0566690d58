"""Values and gradients as cards."""

import numpy as np

import bprop as bp
from bprop.graph import shown


def passed(**settings):
    x, y = bp.Input("x", (2,)), bp.Input("y", dtype="int")
    W = bp.Parameter("<b>W", (2, 2))
    graph = bp.Graph(loss=bp.nll(bp.softmax(bp.relu(x @ W, name="h"), name="f"), y, name="loss"), **settings)
    values = graph.fprop({"<b>W": [[1.0, 2.0], [-3.0, -4.0]]}, x=[[1.0, 0.0], [0.0, 1.0]], y=[0, 1])
    return values, graph.bprop(values)


def test_there_is_a_line_for_each_box_with_its_formula_and_its_statistics():
    values, _ = passed()
    html = values._repr_html_()
    for part in ("<td>relu(", "(2, 2)", "50% are 0", "whole numbers", "&lt;b&gt;W"):
        assert part in html
    assert "<b>W" not in html


def test_a_box_that_is_computed_in_one_with_another_says_why_it_has_no_gradient():
    assert "f has no gradient of its own: loss is computed from h directly" in passed()[1]._repr_html_()
    assert "no gradient" not in passed(stable=False)[1]._repr_html_()


def test_a_constant_array_has_no_deviation_and_what_is_not_finite_is_told():
    x, w = bp.Input("x"), bp.Parameter("w", ())
    graph = bp.Graph(loss=bp.square(x * w))
    grads = graph.bprop(graph.fprop({"w": 0.1}, x=np.full(7, 0.1)))
    assert np.std(np.full(7, 1 / 7)) > 0  # rounding, which is no deviation
    cells = grads._repr_html_().partition("<td>square_1</td>")[2].split("</tr>")[0]
    assert "0.1429</td><td class='bprop-n'>0</td>" in cells
    with np.errstate(all="ignore"):
        assert "7 NOT FINITE" in graph.fprop({"w": 1e300}, x=np.full(7, 1e300))._repr_html_()


def test_the_text_of_a_large_graph_stays_short():
    box = bp.Input("x") * bp.Parameter("w", ())
    for _ in range(300):
        box = box + 0.5
    values = bp.Graph(loss=box).fprop({"w": 1.0}, x=np.ones(2))
    assert len(repr(values)) < 800 and "more" in repr(values)
    assert len(values._repr_html_()) < 60_000


def test_empty_arrays_and_conditions_have_a_remark_of_their_own():
    graph = bp.Graph(outputs={"f": bp.relu(bp.Input("x", (2,)))})
    assert shown._line(graph, "x", np.zeros((0, 2)))[-1] == "empty"
    assert shown._line(graph, "x", np.array([[True, False], [True, True]]))[-1] == "75% true"
