"""Planted mistakes: gradient checking finds and names each of them."""

import doctest

import numpy as np
import pytest

import bprop as bp
from bprop.formulas import formula_of
from bprop.playing import mistakes
from bprop.playing.mistakes import MISTAKES, places, plant
from bprop.playing.refused import RefusedError

ROWS = 6


def network(activation, last):
    """A graph with a skip, a penalty, and a softmax that is computed for itself or with the loss."""
    x, y = bp.Input("x", (3,)), bp.Input("y", (2,)) if last == "square" else bp.Input("y", dtype="int")
    h1 = activation(bp.linear(x, bp.Parameter("W1", (3, 4)), bp.Parameter("b1", (4,)), name="a1"), name="h1")
    h2 = activation(bp.linear(h1, bp.Parameter("W2", (4, 4)), bp.Parameter("b2", (4,)), name="a2"), name="h2")
    top = bp.add(h1, h2, name="sum")
    a3 = bp.linear(top, bp.Parameter("W3", (4, 2)), bp.Parameter("b3", (2,)), name="a3")
    if last == "square":
        penalty = 0.01 * bp.l1(*(bp.Parameter("V", (3,)),), name="omega")
        return bp.Graph(loss=bp.squared_error(a3, y, name="loss"), penalty=penalty)
    f = bp.softmax(a3, name="f")
    loss = bp.cross_entropy(a3, y, name="loss") if last == "together" else bp.nll(f, y, name="loss")
    omega = bp.l2(*(bp.Parameter(name, shape) for name, shape in ()), bp.Parameter("V", (3,)), name="omega")
    return bp.Graph(loss=loss, penalty=0.01 * omega, outputs={"f": f})


GRAPHS = [network(bp.tanh, "apart"), network(bp.relu, "together"), network(bp.sigmoid, "square")]


def checked(graph):
    rng = np.random.default_rng(0)
    theta = {name: rng.normal(size=value.shape) for name, value in graph.init(seed=0).items()}
    y = graph.inputs["y"]
    target = rng.integers(2, size=ROWS) if y.dtype == "int" else rng.normal(size=(ROWS, 2))
    return bp.check_gradients(graph, theta, x=rng.normal(size=(ROWS, 3)), y=target)


@pytest.mark.parametrize("graph", GRAPHS)
def test_the_graphs_without_a_mistake_are_right(graph):
    assert checked(graph).ok


@pytest.mark.parametrize("name", MISTAKES)
def test_gradient_checking_finds_and_names_a_planted_mistake(name):
    for graph in GRAPHS:
        if there := places(graph, name):
            planted = plant(graph, name, there[-1])
            report = checked(planted)
            assert report.wrong and {row.box.split(chr(39))[1] for row in report.culprits if row.wrong} == {
                there[-1]
            }, report
            assert list(planted.boxes) == list(graph.boxes)
            assert type(planted.boxes[there[-1]]).__name__ == type(graph.boxes[there[-1]]).__name__
            return
    raise AssertionError(f"no graph has a place for {name}")


@pytest.mark.parametrize("name", MISTAKES)
def test_every_value_is_that_of_the_right_graph(name):
    graph = next(graph for graph in GRAPHS if places(graph, name))
    theta, rng = graph.init(seed=1), np.random.default_rng(1)
    y = rng.integers(2, size=ROWS) if graph.inputs["y"].dtype == "int" else rng.normal(size=(ROWS, 2))
    x = rng.normal(size=(ROWS, 3))
    values = plant(graph, name, places(graph, name)[0]).fprop(theta, x=x, y=y)
    right = graph.fprop(theta, x=x, y=y)
    for box in graph.boxes:
        if box in right and box in values:
            np.testing.assert_allclose(values[box], right[box], rtol=1e-12)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_says_what_is_wrong_in_plain_words(name):
    text = MISTAKES[name].text
    assert 30 < len(text) < 160 and text.endswith(".") and "_" not in text


def test_the_formula_of_a_planted_box_shows_its_mistake():
    planted = plant(GRAPHS[0], "tanh_without_its_square", "h1")
    assert formula_of(planted["h1"], planted.names).text == "h1 = tanh(a1)"
    assert formula_of(planted["h1"], planted.names, "bprop").text == "dL/da1 = dL/dh1 * (1 - h1)"


def test_a_mistake_that_does_not_fit_is_refused_with_what_does():
    with pytest.raises(RefusedError, match="does not fit the box 'a1'") as refused:
        plant(GRAPHS[0], "tanh_without_its_square", "a1")
    assert refused.value.cure == "it fits h1, h2"
    with pytest.raises(RefusedError, match="no mistake 'tan'"):
        places(GRAPHS[0], "tan")


def test_a_mistake_is_not_planted_twice_in_one_box():
    planted = plant(GRAPHS[0], "tanh_without_its_square", "h1")
    assert places(planted, "tanh_without_its_square") == ["h2"]


def test_planted_boxes_are_not_in_the_catalogue_and_replace_no_activation():
    plant(GRAPHS[0], "tanh_without_its_square", "h1")
    assert bp.Tanh in bp.catalogue() and [cls.__name__ for cls in bp.catalogue()].count("Tanh") == 1
    assert type(bp.mlp([2, 3, 2], activation="tanh")["h1"]) is bp.Tanh


def test_the_example_of_the_documentation_runs():
    results = doctest.testmod(mistakes, extraglobs={"bp": bp, "np": np})
    assert results.attempted and not results.failed
