"""Graphs, fits and models answer the lines that users of other libraries type first."""

import numpy as np
import pytest

import bprop as bp
from bprop.errors import CallError

X = np.eye(4)
graph = bp.mlp([4, 3, 2])
fit = bp.train(graph, (X, np.array([0, 1, 0, 1])), epochs=1, engine="numpy")


def test_a_fit_and_a_graph_that_are_called_say_what_computes():
    for call in (lambda: fit(X), lambda: fit(x=X), lambda: bp.Model(graph, fit.params)(X)):
        with pytest.raises(CallError, match=r"fit\.predict\(X\) computes its outputs"):
            call()
    with pytest.raises(CallError, match=r"graph\.predict\(theta, x=X\) computes its outputs"):
        graph(X)


@pytest.mark.parametrize("name", ["predict", "fprop"])
def test_inputs_in_the_place_of_theta_are_told_by_their_shape(name):
    with pytest.raises(CallError, match=r"theta comes first.* this is ndarray \(4, 4\): graph\.init\(seed=0\)"):
        getattr(graph, name)(X)


@pytest.mark.parametrize(("name", "cure"), [("to", 'engine="xla"'), ("state_dict", "fit.params"), ("eval", "predict")])
def test_attributes_of_other_libraries_say_what_to_type(name, cure):
    with pytest.raises(AttributeError, match=cure):
        getattr(fit, name)


def test_the_parameters_of_a_graph_that_are_called_say_what_to_type():
    with pytest.raises(CallError, match=r"a dict, and is not called.*graph\.init\(seed=0\).*fit\.params"):
        bp.SGD(graph.parameters())
    assert graph.parameters == dict(graph.parameters.items())
