"""The picture of a graph needs theta and a batch together."""

import numpy as np
import pytest

import bprop as bp
from bprop import errors

X, Y = np.linspace(-1, 1, 12).reshape(4, 3), np.array([0, 1, 1, 0])
graph = bp.mlp([3, 2, 2])


def test_values_are_drawn_where_there_are_theta_and_a_batch():
    plain, full = graph.draw().svg(), graph.draw(graph.init(), (X, Y)).svg()
    assert plain != full and full == graph.draw(graph.init(), x=X, y=Y).svg()


def test_one_without_the_other_is_refused():
    with pytest.raises(errors.SettingError, match="pass a batch too"):
        graph.draw(graph.init())
    with pytest.raises(errors.SettingError, match="pass the parameters too"):
        graph.draw(batch=(X, Y))


def test_an_input_may_have_the_name_of_a_setting():
    w, width = bp.Parameter("w"), bp.Input("width")
    scaled = bp.Graph(loss=bp.square(w * width))
    assert scaled.draw({"w": 2.0}, width=np.ones(3)).svg() != scaled.draw().svg()


def test_a_pass_that_overflows_is_drawn():
    theta = {name: array * 1e200 for name, array in graph.init().items()}
    assert "<svg" in graph.draw(theta, (X * 1e200, Y)).svg()
