"""Where training starts: some parameters are brought, the others are initialised."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors
from bprop.graph.starting import first_theta

GRAPH = bp.mlp([3, 4, 2])


def test_without_params_theta_is_that_of_the_seed(capsys):
    theta = first_theta(GRAPH, None, 5)
    assert all(np.array_equal(theta[name], array) for name, array in GRAPH.init(5).items())
    assert capsys.readouterr().err == ""


def test_all_params_or_a_model_are_taken_without_a_word(capsys):
    params = GRAPH.init(1)
    for brought in (params, bp.Model(GRAPH, params)):
        theta = first_theta(GRAPH, brought, 5)
        assert all(np.array_equal(theta[name], array) for name, array in params.items())
    assert capsys.readouterr().err == ""


def test_missing_parameters_begin_as_the_seed_says_and_this_is_said(capsys):
    theta = first_theta(GRAPH, {"W1": np.ones((3, 4)), "b2": [7.0, 8.0]}, 5)
    assert np.array_equal(theta["W1"], np.ones((3, 4)))
    assert np.array_equal(theta["b2"], [7.0, 8.0])
    assert np.array_equal(theta["W2"], GRAPH.init(5)["W2"])
    assert list(theta) == list(GRAPH.parameters)
    assert capsys.readouterr().err == "bprop: params lacks b1, W2, which begin anew\n"


def test_an_initialiser_of_a_parameter_that_is_brought_is_not_called():
    def fails(rng, shape):
        raise AssertionError("called")

    graph = bp.Graph(outputs={"f": bp.Parameter("a", init=fails) + bp.Parameter("b")})
    assert first_theta(graph, {"a": 2.0}, 0) == {"a": 2.0, "b": 0.0}


def test_parameters_of_another_graph_are_left_out_and_named(capsys):
    theta = first_theta(GRAPH, {**GRAPH.init(1), "W9": np.ones(3)}, 5)
    assert list(theta) == list(GRAPH.parameters)
    assert "params also has W9, which this graph does not have and training leaves out\n" in capsys.readouterr().err


def test_a_misspelt_name_is_told_apart(capsys):
    first_theta(GRAPH, {name.lower() if name == "W1" else name: a for name, a in GRAPH.init(1).items()}, 5)
    said = capsys.readouterr().err
    assert "lacks W1, which begin anew; params also has w1" in said
    assert "did you mean 'W1'?" in said


@pytest.mark.parametrize("params", [{}, {"w9": 1.0}])
def test_params_without_one_known_name_are_an_error(params):
    with pytest.raises(errors.UnknownNameError, match=r"params has none of the graph's parameters.*W1, b1, W2, b2"):
        first_theta(GRAPH, params, 0)


@pytest.mark.parametrize("params", [3, [1.0], "W1", object()])
def test_what_is_no_mapping_is_refused(params):
    with pytest.raises(errors.SettingError, match=r"params is {name: array}, a model or a fit"):
        first_theta(GRAPH, params, 0)


def test_a_wrong_shape_is_refused_with_both_shapes_and_a_cure():
    with pytest.raises(errors.ShapeError, match=r"'W2': needs shape \(4, 2\), got \(4, 3\); leave 'W2' out of params"):
        first_theta(GRAPH, {"W2": np.ones((4, 3))}, 0)
